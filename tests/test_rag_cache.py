"""The cache of answers: what it keeps, how much, in which order it forgets, and that it never costs an answer."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.caches import BaseCache
from langchain_core.globals import set_llm_cache
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, Generation

from rag import cache as cache_module
from rag.cache import AnswerCache

MODEL = "openai:m"


def answer(text: str, finish: str = "stop", **more: Any) -> ChatGeneration:
    return ChatGeneration(message=AIMessage(text, response_metadata={"finish_reason": finish}, **more))


def kept(cache: BaseCache, prompt: str) -> str | None:
    found = cache.lookup(prompt, MODEL)
    return found[0].text if found else None


def size(text: str) -> int:
    """Bytes of an entry: a key of 32, and the answer as JSON."""
    record = [{"text": text, "usage": None, "finish_reason": "stop"}]
    return 32 + len(json.dumps(record, ensure_ascii=False).encode())


@pytest.fixture
def cache(tmp_path: Path) -> AnswerCache:
    return AnswerCache(tmp_path / "kept" / "answers.sqlite")


# what is kept


@pytest.mark.parametrize("text", ["三百棵。", "a\n\n“b” [1]", "\ud800", "x" * 100_000, "\0"])
def test_an_answer_comes_back_as_it_was(cache: AnswerCache, text: str) -> None:
    usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    cache.update("q", MODEL, [answer(text, usage_metadata=usage)])
    [found] = AnswerCache(cache.path).lookup("q", MODEL) or []
    assert isinstance(found, ChatGeneration)
    assert found.text == text
    assert isinstance(found.message, AIMessage)
    assert found.message.usage_metadata == usage
    assert found.message.response_metadata == {"cached": True, "finish_reason": "stop"}
    assert cache.lookup("q", "openai:other") is None
    assert cache.lookup("q" + MODEL, "") is None
    assert cache.problem == ""


@pytest.mark.parametrize(
    "generation",
    [
        answer("cut", finish="length"),
        answer("cut", finish="content_filter"),
        answer(" \n"),
        ChatGeneration(message=AIMessage("", tool_calls=[{"name": "x", "args": {}, "id": "1"}])),
        ChatGeneration(message=AIMessage("x", tool_calls=[{"name": "x", "args": {}, "id": "1"}])),
        ChatGeneration(message=AIMessage([{"type": "text", "text": "x"}])),
        ChatGeneration(message=AIMessage("x", response_metadata={"stop_reason": "max_tokens"})),
        Generation(text="cut", generation_info={"finish_reason": "length"}),
    ],
)
def test_what_is_no_whole_answer_in_text_is_not_kept(cache: AnswerCache, generation: Generation) -> None:
    cache.update("q", MODEL, [generation])
    cache.update("none", MODEL, [])
    assert cache.lookup("q", MODEL) is None
    assert cache.lookup("none", MODEL) is None


def test_vectors_of_questions_come_back_bit_by_bit(cache: AnswerCache) -> None:
    vector = np.array([0.1, -3.5, 1e-30], dtype=np.float32)
    cache.keep_query_vector("bundled", "问", vector)
    found = cache.query_vector("bundled", "问")
    assert found is not None
    assert found.dtype == np.float32
    assert found.tobytes() == vector.tobytes()
    assert cache.query_vector("other", "问") is None
    assert cache.lookup("bundled", "问") is None


def test_nothing_readable_and_nobody_elses(cache: AnswerCache) -> None:
    cache.update("the secret question", "model with sk-key", [answer("the answer")])
    assert stat.S_IMODE(cache.path.stat().st_mode) == 0o600
    assert [path.name for path in cache.path.parent.iterdir()] == ["answers.sqlite"]
    stored = cache.path.read_bytes()
    assert b"the answer" in stored
    assert b"question" not in stored
    assert b"sk-key" not in stored


def test_clear_forgets_everything(cache: AnswerCache) -> None:
    cache.update("q", MODEL, [answer("a")])
    cache.keep_query_vector("bundled", "q", np.ones(2, dtype=np.float32))
    cache.clear()
    assert kept(cache, "q") is None
    assert cache.query_vector("bundled", "q") is None


# inside LangChain


def test_it_is_a_cache_for_anyones_model(cache: AnswerCache) -> None:
    model = FakeListChatModel(responses=["one", "two"], cache=cache)
    assert [model.invoke("q").content for _ in range(2)] == ["one", "one"]
    assert model.invoke("other").content == "two"


def test_it_is_langchains_global_cache(cache: AnswerCache) -> None:
    set_llm_cache(cache)
    try:
        model = FakeListChatModel(responses=["one", "two"])
        assert [model.invoke([HumanMessage("q")]).content for _ in range(2)] == ["one", "one"]
    finally:
        set_llm_cache(None)


async def _twice(cache: AnswerCache) -> list[Any]:
    model = FakeListChatModel(responses=["one", "two"], cache=cache)
    return [(await model.ainvoke("q")).content for _ in range(2)]


def test_it_serves_asynchronous_callers(cache: AnswerCache) -> None:
    import asyncio

    assert asyncio.run(_twice(cache)) == ["one", "one"]


# how much


def test_the_least_recently_used_leaves_first(cache: AnswerCache) -> None:
    cache.most_bytes = 3 * size("aa")
    for prompt in "123":
        cache.update(prompt, MODEL, [answer("aa")])
    assert kept(cache, "1") == "aa"  # and is now the latest
    cache.update("4", MODEL, [answer("aa")])
    assert [kept(cache, prompt) for prompt in "1234"] == ["aa", None, "aa", "aa"]


def test_one_large_answer_pushes_out_several(cache: AnswerCache) -> None:
    cache.most_bytes = 3 * size("aa")
    for prompt in "123":
        cache.update(prompt, MODEL, [answer("aa")])
    cache.update("4", MODEL, [answer("a" * 3)])  # one byte too much for the three beside it, and for two of them
    assert [kept(cache, prompt) for prompt in "1234"] == [None, None, "aa", "aaa"]


def test_vectors_and_answers_share_the_room(cache: AnswerCache) -> None:
    cache.most_bytes = size("aa") + 32 + 8
    cache.update("q", MODEL, [answer("aa")])
    cache.keep_query_vector("bundled", "1", np.ones(2, dtype=np.float32))
    assert kept(cache, "q") == "aa"
    cache.keep_query_vector("bundled", "2", np.ones(2, dtype=np.float32))
    assert cache.query_vector("bundled", "1") is None
    assert cache.query_vector("bundled", "2") is not None


def test_what_is_larger_than_the_room_pushes_out_nothing(cache: AnswerCache) -> None:
    cache.most_bytes = size("aa")
    cache.update("1", MODEL, [answer("aa")])
    cache.update("2", MODEL, [answer("aaa")])
    assert (kept(cache, "1"), kept(cache, "2")) == ("aa", None)


def test_a_new_answer_replaces_the_old(cache: AnswerCache) -> None:
    cache.most_bytes = size("aa")
    cache.update("1", MODEL, [answer("aa")])
    cache.update("1", MODEL, [answer("bb")])
    assert kept(cache, "1") == "bb"


# many at once


def test_many_threads_share_it(cache: AnswerCache) -> None:
    def work(name: int) -> None:
        for number in range(15):
            cache.update(f"{name} {number}", MODEL, [answer(f"{name}")])
            cache.lookup(f"{name} {number // 2}", MODEL)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.problem == ""
    assert all(kept(cache, f"{name} {number}") == f"{name}" for name in range(4) for number in range(15))


def test_processes_share_it_from_its_first_moment(cache: AnswerCache) -> None:
    code = """
import sys
from pathlib import Path
from langchain_core.outputs import Generation
from rag.cache import AnswerCache
cache = AnswerCache(Path(sys.argv[1]))
for number in range(20):
    cache.update(f"{sys.argv[2]} {number}", "m", [Generation(text=sys.argv[2])])
    cache.lookup(f"0 {number}", "m")
sys.exit(cache.problem or None)
"""
    root = Path(__file__).parent.parent
    running = [subprocess.Popen([sys.executable, "-c", code, str(cache.path), str(n)], cwd=root) for n in range(3)]
    assert [one.wait() for one in running] == [0, 0, 0]
    assert all(cache.lookup(f"{name} {number}", "m") for name in range(3) for number in range(20))


# trouble


def test_a_damaged_cache_is_put_aside_and_begun_anew(cache: AnswerCache) -> None:
    cache.path.parent.mkdir()
    cache.path.write_bytes(b"no database at all" * 100)
    assert kept(cache, "q") is None
    cache.update("q", MODEL, [answer("a")])
    assert kept(cache, "q") == "a"
    assert cache.path.with_name("answers.sqlite.damaged").read_bytes().startswith(b"no database")
    assert "answers.sqlite was damaged; it is now answers.sqlite.damaged" in cache.problem
    assert stat.S_IMODE(cache.path.stat().st_mode) == 0o600


def test_a_cache_damaged_in_the_middle_costs_no_answer(cache: AnswerCache) -> None:
    for number in range(50):
        cache.update(str(number), MODEL, [answer("a" * 900)])
    damaged = bytearray(cache.path.read_bytes())
    damaged[4096:20_000] = b"\xff" * (20_000 - 4096)
    cache.path.write_bytes(damaged)
    for number in range(50):
        cache.lookup(str(number), MODEL)
        cache.update(f"new {number}", MODEL, [answer("b")])
    assert kept(cache, "new 49") == "b"
    assert "was damaged" in cache.problem


def test_a_locked_cache_costs_no_answer(cache: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "BUSY_SECONDS", 0.01)
    cache.update("q", MODEL, [answer("a")])
    holder = sqlite3.connect(cache.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert kept(cache, "q") is None
    cache.update("2", MODEL, [answer("b")])
    cache.clear()
    assert "cannot be used (database is locked)" in cache.problem
    holder.execute("ROLLBACK")
    holder.close()
    assert (kept(cache, "q"), kept(cache, "2")) == ("a", None)


def test_a_cache_that_can_only_be_read_still_answers(cache: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.update("q", MODEL, [answer("a")])
    connect = sqlite3.connect

    def read_only(path: Path, **options: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(f"file:{path}?mode=ro", uri=True, **options)
        return database

    monkeypatch.setattr(sqlite3, "connect", read_only)
    assert kept(cache, "q") == "a"
    cache.update("2", MODEL, [answer("b")])
    assert kept(cache, "2") is None
    assert "cannot be used (attempt to write a readonly database)" in cache.problem


def test_a_full_disk_costs_no_answer(cache: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.update("q", MODEL, [answer("a")])
    connect = sqlite3.connect

    def full(path: Path, **options: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(path, **options)
        database.execute("PRAGMA max_page_count = 3")
        return database

    monkeypatch.setattr(sqlite3, "connect", full)
    cache.update("2", MODEL, [answer("b" * 50_000)])
    assert (kept(cache, "q"), kept(cache, "2")) == ("a", None)
    assert "cannot be used (database or disk is full)" in cache.problem


@pytest.mark.parametrize("place", ["file/answers.sqlite", "folder"])
def test_a_place_that_cannot_hold_it(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    cache = AnswerCache(tmp_path / place)
    cache.update("q", MODEL, [answer("a")])
    assert kept(cache, "q") is None
    assert cache.problem.startswith(f"The answer cache {tmp_path / place} cannot be used (")
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.parametrize("statement", ["CREATE TABLE notes (text)", "PRAGMA user_version = 2"])
def test_the_database_of_another_program_is_let_be(cache: AnswerCache, statement: str) -> None:
    cache.path.parent.mkdir()
    database = sqlite3.connect(cache.path)
    database.execute(statement)
    database.commit()
    database.close()
    before = cache.path.read_bytes()
    cache.update("q", MODEL, [answer("a")])
    assert kept(cache, "q") is None
    assert "of another program or version of Verbatim" in cache.problem
    assert cache.path.read_bytes() == before


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"[]", b"[1]", b'[{"text": 1}]', b"\xff", b"[" * 100_000, b"null", '[{"text": "t"}]', None],
)
def test_values_that_are_none_of_ours_are_misses(cache: AnswerCache, value: bytes | str | None) -> None:
    cache.update("q", MODEL, [answer("a")])
    cache.keep_query_vector("bundled", "q", np.ones(2, dtype=np.float32))
    database = sqlite3.connect(cache.path)
    database.execute("UPDATE entries SET value = ?", [b"\0\0\xc0\x7f" if value is None else value])
    database.commit()
    database.close()
    assert kept(cache, "q") is None
    if value is None or len(value) % 4 or not value:  # what is left are numbers, whatever they were
        assert cache.query_vector("bundled", "q") is None


def test_values_with_odd_tokens_keep_their_text(cache: AnswerCache) -> None:
    cache.update("q", MODEL, [answer("a")])
    database = sqlite3.connect(cache.path)
    database.execute("UPDATE entries SET value = ?", [b'[{"text": "a", "usage": {"input_tokens": "many"}}]'])
    database.commit()
    database.close()
    assert kept(cache, "q") == "a"
