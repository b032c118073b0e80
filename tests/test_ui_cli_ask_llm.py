"""`verbatim ask --llm` against a server on loopback: the answer, every way it can fail, and what must not be shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chat_server import HANG, KEY, SSE, ChatServer, Reply, completion, delta, event, failure, plain, stream
from small_archive import build_archive, records, source_text, verbatim
from typer.testing import Result

from rag.prompts import NOT_ANSWERED

WHEN = "林岚是哪一年开始种茶的？"
TRUE, INVENTED = "林岚说，她二〇〇九年开始种茶", "林岚喜欢骑马去海边看日出"
LLM = ("--llm", "openai:m")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


def ask(index: Path, *options: str, question: str = WHEN, **settings: Any) -> Result:
    """Ask without the cache, so that no test hears what another one was told."""
    return verbatim("ask", question, *options, "--no-cache", "--index", index, **settings)


def told(result: Result) -> list[str]:
    """The lines on standard error; nothing there or in the answer holds the key."""
    assert KEY not in result.stdout + result.stderr
    return [line.removeprefix("verbatim: ") for line in result.stderr.splitlines()]


def number_of(asked: dict[str, Any], words: str = "二〇〇九年") -> str:
    """The number of the passage with these words in the prompt of a request."""
    prompt: str = asked["messages"][-1]["content"]
    before = prompt[: prompt.index(words)]
    *_, last = re.finditer(r"^\[(\d+)\]", before, re.MULTILINE)
    return last[1]


def well(asked: dict[str, Any]) -> Reply:
    """A supported sentence and an invented one, each with the same mark."""
    n = number_of(asked)
    return stream(TRUE[:9], TRUE[9:], f"[{n}", "]。", f"{INVENTED}[{n}]。", usage=(812, 31))


def one_true(asked: dict[str, Any]) -> Reply:
    return stream(f"{TRUE}[{number_of(asked)}]。")


# answers


def test_an_answer_has_its_sentences_what_is_wrong_with_them_and_its_sources(
    index: Path, chat_server: ChatServer
) -> None:
    chat_server.answers(well)
    result = ask(index, *LLM)
    assert (result.exit_code, told(result)) == (0, [])
    lines = result.stdout.splitlines()
    assert lines[0] == f"{TRUE}。 [1]"
    assert lines[1].startswith(f"{INVENTED}。 [")
    assert lines[2].startswith("    unsupported: ")
    sources = lines.index("Sources")
    assert lines[sources + 1] == "林岚 (guest) · 茶园一日：对话林岚 · 2024-05-03"
    assert re.fullmatch(
        r"  \[1\] turn 1, characters \d+-\d+: verbatim show tea --turn 1 --index .*", lines[sources + 2]
    )
    assert "二〇〇九年" in lines[sources + 3]
    assert lines[-1] == "llm · openai:m · 2 sentences checked: 1 supported, 1 unsupported"
    [request] = chat_server.requests
    assert (request["model"], request["stream"]) == ("m", True)


def test_json_has_findings_notes_usage_and_offsets(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(well)
    result = ask(index, *LLM, "--json")
    [answer] = records(result)
    assert list(answer) == [
        "question", "asked_as", "answer", "answered", "language", "mode", "model", "sentences", "citations", "timings",
        "usage", "related", "notes", "understood",
    ]  # fmt: skip
    assert (answer["mode"], answer["model"], answer["answered"]) == ("llm", "openai:m", True)
    first, second = answer["sentences"]
    assert (first["support"], first["findings"]) == ("supported", [])
    assert second["support"] == "unsupported"
    assert all(list(finding) == ["kind", "detail"] for finding in second["findings"])
    assert second["findings"]
    assert answer["usage"] == {"prompt_tokens": 812, "completion_tokens": 31}
    assert {"embed", "search", "pack", "write", "write: first words", "check", "total"} <= set(answer["timings"])
    assert (answer["notes"], answer["related"]) == ([], [])
    assert answer["answer"].startswith(f"{TRUE}。 [1] {INVENTED}。 [")
    for citation in answer["citations"]:
        assert source_text(citation["doc"])[citation["quote_start"] : citation["quote_end"]] == citation["quote"]
        assert (citation["role"], citation["kind"], citation["turn"]) == ("guest", "interview", 1)


def test_sentences_are_printed_as_they_come(
    index: Path, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one is out while the server still holds back the second."""
    shown: list[int] = []
    monkeypatch.setattr("ui.cli_ask.show_sentence", lambda _, sentence: shown.append(len(chat_server.requests)))

    def in_two(asked: dict[str, Any]) -> Reply:
        n = number_of(asked)
        return Reply([event(delta(f"{TRUE}[{n}]。{INVENTED[:6]}")), HANG], content_type=SSE)

    chat_server.answers(in_two)
    result = ask(index, *LLM, "--llm-seconds", "1")
    assert result.exit_code == 0
    assert len(shown) == 2
    assert "the answer is not whole" in told(result)[0]


def test_strict_leaves_out_what_nothing_supports(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(well)
    result = ask(index, *LLM, "--strict")
    assert INVENTED not in result.stdout
    assert told(result) == ["1 sentence left out that nothing supports (--strict)"]


def test_tokens_and_seconds_are_told_when_asked_for(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(well)
    [cost] = told(ask(index, *LLM, "--verbose"))
    assert re.match(r"812 prompt tokens, 31 completion tokens; .*embed \d+\.\d\d s.*write.*total \d+\.\d\d s$", cost)
    [cost] = told(ask(index, "--verbose"))
    assert re.match(r"filter \d+\.\d\d s, embed", cost)


def test_a_mark_put_right_says_so(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(stream(f"{TRUE}[98]。"))
    result = ask(index, *LLM)
    assert "citation put right: it cites [98], which is no passage; it cited another passage" in result.stdout


# declining


def test_the_sentinel_declines_with_the_nearest_passages(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(stream(NOT_ANSWERED))
    result = ask(index, *LLM)
    assert (result.exit_code, told(result)) == (1, [])
    lines = result.stdout.splitlines()
    assert lines[:3] == ["这些访谈没有谈到这一点。", "", "Nearest passages"]
    assert lines[3].startswith("  ")
    assert lines[4].startswith("    verbatim show tea --turn ")
    [answer] = records(ask(index, *LLM, "--json"))
    assert (answer["answered"], answer["mode"], answer["sentences"]) == (False, "llm", [])
    assert answer["related"][0]["doc"] == "tea"


def test_a_reply_without_marks_declines_and_says_why(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(stream(f"{TRUE}。{INVENTED}。"))
    result = ask(index, *LLM)
    assert result.exit_code == 1
    assert told(result) == ["the model wrote 2 sentences, and the passages support none"]
    [answer] = records(ask(index, *LLM, "--json"))
    assert answer["notes"] == [{"kind": "nothing supported", "detail": "2"}]


# failure


REFUSED = failure(401, f"Incorrect API key provided: {KEY}", False, code="invalid_api_key")
UNKNOWN = failure(404, "The model `m` does not exist", False, code="model_not_found")
TOO_LONG = failure(400, "maximum context length is 10 tokens", False, code="context_length_exceeded")
FAILURES: dict[str, tuple[Reply, str]] = {
    "429 for ever": (failure(429, "slow down"), "429|rate|too many|slow down"),
    "500 for ever": (failure(500, "oops"), "500|failed|server"),
    "503 for ever": (failure(503, "oops"), "503|overload|busy|server"),
    "refused key": (REFUSED, "OPENAI_API_KEY"),
    "forbidden": (failure(403, f"{KEY} may not", False), "403|key|allowed"),
    "unknown model": (UNKNOWN, "does not know this model"),
    "context overflow": (TOO_LONG, "context"),
    "a web page": (plain("<html><body>Sign in</body></html>"), "no chat completion|web page|HTML"),
    "garbage": (plain('{"choices": 3}'), "no chat completion"),
    "broken JSON": (plain('{"choices": ['), "no chat completion"),
    "garbage in a stream": (Reply(["data: {]\n\n"], content_type=SSE), "no chat completion"),
    "an empty body": (plain(""), "no chat completion"),
    "an empty answer": (stream(""), "empty answer"),
    "nothing but thoughts": (stream("<think>茶？</think>"), "empty answer"),
    "an empty stream": (Reply(["data: [DONE]\n\n"], content_type=SSE), "no chat completion"),
    "breaks off at once": (Reply([event(delta("林"))], content_type=SSE, cut=True), "broke off"),
    "no marks before it breaks off": (Reply([event(delta(f"{TRUE}。"))], content_type=SSE, cut=True), "broke off"),
    "out of money": (failure(402, "Insufficient Balance", False), "credit"),
}


def test_quotes_are_given_instead_with_a_line_that_says_why(index: Path, chat_server: ChatServer) -> None:
    """All in one run: the number of question marks says which failure it is to be."""
    replies = [reply for reply, _ in FAILURES.values()]
    chat_server.answers(lambda asked: replies[re.findall("？+", asked["messages"][-1]["content"])[-1].count("？") - 1])
    questions = [WHEN.rstrip("？") + "？" * (number + 1) for number in range(len(replies))]
    result = ask(index, *LLM, "--json", question="-", stdin="\n".join(questions))
    assert result.exit_code == 0
    for name, answer, line in zip(FAILURES, records(result), told(result), strict=True):
        assert (answer["answered"], answer["mode"], answer["model"]) == (True, "extractive", ""), name
        assert answer["notes"] == [{"kind": "no model", "detail": line}], name
        assert line.startswith("openai:m: "), name
        assert re.search(FAILURES[name][1], line, re.IGNORECASE), (name, line)
        assert "我是二〇〇九年开始种茶的" in answer["answer"]
    assert len(chat_server.requests) == len(FAILURES) + 3 * 2  # two further attempts after 429, 500 and 503


def test_a_person_is_told_why_there_are_quotes(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(REFUSED)
    result = ask(index, *LLM)
    assert result.exit_code == 0
    [line] = told(result)
    assert "OPENAI_API_KEY" in line
    assert "我是二〇〇九年开始种茶的" in result.stdout
    assert result.stdout.endswith("extractive · the chat model did not answer: the words are the speakers' own\n")
    assert result.stdout.count("Sources") == 1


def test_a_busy_server_is_asked_again(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(failure(429), failure(500), one_true)
    result = ask(index, *LLM)
    assert (result.exit_code, told(result), len(chat_server.requests)) == (0, [], 3)
    assert result.stdout.startswith(f"{TRUE}。 [1]\n")


def test_a_server_that_hangs_is_left_in_time(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(Reply([HANG]))
    result = ask(index, *LLM, "--llm-seconds", "1")
    assert (result.exit_code, len(told(result))) == (0, 1)
    assert re.search(r"no complete answer within (?:0\.\d|1) seconds", told(result)[0])
    assert "二〇〇九年" in result.stdout


def test_a_server_that_is_not_there_is_told(
    index: Path, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    result = ask(index, *LLM, "--llm-seconds", "5")
    assert result.exit_code == 0
    assert "127.0.0.1:9" in told(result)[0]


def test_what_came_before_it_broke_off_is_kept_and_marked(index: Path, chat_server: ChatServer) -> None:
    def half(asked: dict[str, Any]) -> Reply:
        return Reply([event(delta(f"{TRUE}[{number_of(asked)}]。{INVENTED[:7]}"))], content_type=SSE, cut=True)

    chat_server.answers(half)
    result = ask(index, *LLM)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == [f"{TRUE}。 [1]", INVENTED[:7]]
    assert "the reply ends within it" in lines[2]
    assert told(result)[0].startswith("the answer is not whole: openai:m: the answer broke off")
    [answer] = records(ask(index, *LLM, "--json"))
    assert (answer["mode"], [note["kind"] for note in answer["notes"]]) == ("llm", ["broke off"])


def test_a_missing_key_is_a_reason_like_any_other(index: Path, chat_server: ChatServer) -> None:
    result = ask(index, *LLM, "--json", env={"OPENAI_API_KEY": None, "OPENAI_BASE_URL": None})
    [answer] = records(result)
    assert (result.exit_code, answer["answered"], answer["mode"]) == (0, True, "extractive")
    [line] = told(result)
    assert "set OPENAI_API_KEY" in line
    assert answer["notes"] == [{"kind": "no model", "detail": line}]
    assert chat_server.requests == []


def test_a_server_of_ones_own_needs_no_key(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(one_true)
    assert "llm · openai:m" in ask(index, *LLM, env={"OPENAI_API_KEY": None}).stdout


@pytest.mark.parametrize("llm", ["gpt", "nobody:m"])
def test_what_names_no_model_is_bad_input(index: Path, chat_server: ChatServer, llm: str) -> None:
    result = ask(index, "--llm", llm)
    assert (result.exit_code, result.stdout) == (2, "")
    assert chat_server.requests == []


# which model


def test_a_variable_names_the_model_and_an_option_leaves_it_out(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(one_true)
    assert "llm · openai:v" in ask(index, env={"VERBATIM_LLM": "openai:v"}).stdout
    assert "llm · openai:m" in ask(index, *LLM, env={"VERBATIM_LLM": "openai:v"}).stdout
    assert len(chat_server.requests) == 2
    for without in (ask(index, "--no-llm", env={"VERBATIM_LLM": "openai:v"}), ask(index, "--no-llm", *LLM), ask(index)):
        assert without.stdout.endswith("extractive · no language model: the words are the speakers' own\n")
    assert len(chat_server.requests) == 2


# the cache, several questions, secrets


def test_a_question_asked_again_is_answered_from_the_cache(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(one_true)
    command = ("ask", WHEN, "--llm", "openai:cached", "--index", index)
    first, again = verbatim(*command), verbatim(*command)
    assert len(chat_server.requests) == 1
    assert again.stdout == first.stdout.rstrip("\n") + " · kept from before\n"
    assert (first.stderr, again.stderr) == ("", "")
    verbatim(*command, "--no-cache")
    assert len(chat_server.requests) == 2
    [answer] = records(verbatim(*command, "--json"))
    assert (answer["notes"], answer["usage"]) == ([{"kind": "cached", "detail": "write"}], {})


def test_what_failed_is_not_kept(index: Path, chat_server: ChatServer) -> None:
    command = ("ask", WHEN, "--llm", "openai:failing", "--index", index)
    chat_server.answers(Reply([event(delta(f"{TRUE}[1]。"))], content_type=SSE, cut=True))
    verbatim(*command)
    chat_server.answers(one_true)
    assert "llm · openai:failing · 1 sentence checked: 1 supported\n" in verbatim(*command).stdout


def test_each_line_of_standard_input_gets_an_answer(index: Path, chat_server: ChatServer) -> None:
    chat_server.answers(one_true, failure(400, "no", False), stream(NOT_ANSWERED))
    stdin = f"{WHEN}\n{WHEN}\n\n{WHEN}\n"
    result = ask(index, *LLM, "--json", question="-", stdin=stdin)
    first, second, empty, last = records(result)
    assert [first["mode"], second["mode"], last["mode"]] == ["llm", "extractive", "llm"]
    assert [first["answered"], second["answered"], last["answered"]] == [True, True, False]
    assert empty["line"] == 3
    assert (result.exit_code, len(told(result))) == (2, 1)
    chat_server.answers(one_true)
    result = ask(index, *LLM, question="-", stdin=f"{WHEN}\n{WHEN}\n")
    assert result.stdout.count(f"? {WHEN}\n{TRUE}。 [1]\n") == 2


def test_the_key_is_nowhere(index: Path, chat_server: ChatServer) -> None:
    replies: list[Reply | Callable[[dict[str, Any]], Reply]] = [
        failure(500, f"Bearer {KEY} failed", False),
        failure(400, json.dumps({"headers": {"authorization": f"Bearer {KEY}"}}), False),
        plain(f"<html>{KEY}</html>"),
        completion(f"{KEY}。"),
        one_true,  # last: it is kept in the cache
    ]
    for question, options in ((WHEN, ["--verbose"]), (f"{WHEN}？", ["--json", "--verbose"])):
        chat_server.answers(*replies)
        stdin = f"{question}\n" * len(replies)
        result = verbatim("ask", "-", "--llm", "openai:secret", *options, "--index", index, stdin=stdin)
        assert KEY not in result.stdout + result.stderr
        assert TRUE in result.stdout
    assert all(KEY.encode() not in path.read_bytes() for path in index.rglob("*") if path.is_file())
