"""`verbatim ask` and `verbatim search` on a small archive, in this process and as a process of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_archive import build_archive, records, source_text, start, verbatim

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
    "seconds",
    "also_in",
]
CITATION_KEYS = [*HIT_KEYS, "n", "speaker", "quote", "quote_start", "quote_end", "url", "role", "kind", "turn"]
WHEN = "林岚是哪一年开始种茶的？"
NOWHERE = "Who won the 1998 football world cup final?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


# ask and search


def test_an_answer_quotes_the_source_at_its_offsets(index: Path) -> None:
    result = verbatim("ask", WHEN, "--json", "--index", index)
    assert result.exit_code == 0
    [answer] = records(result)
    assert list(answer) == [
        "question", "asked_as", "answer", "answered", "language", "mode", "model", "sentences", "citations", "timings",
        "usage", "related", "notes", "understood",
    ]  # fmt: skip
    assert answer["question"] == WHEN
    assert answer["answered"] is True
    assert answer["mode"] == "extractive"
    assert list(answer["sentences"][0]) == ["text", "citations", "support", "support_score", "findings"]
    for citation in answer["citations"]:
        assert list(citation) == CITATION_KEYS
        assert source_text(citation["doc"])[citation["quote_start"] : citation["quote_end"]] == citation["quote"]
    assert any("二〇〇九年" in citation["quote"] for citation in answer["citations"])


def test_an_answer_for_a_person_has_quotes_and_the_way_to_them(index: Path) -> None:
    result = verbatim("ask", WHEN, "--index", index)
    assert "二〇〇九年" in result.stdout
    assert "\n林岚 (guest) · 茶园一日" in result.stdout
    assert "  [1] turn " in result.stdout
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
    assert list(found) == ["question", "hits", "timings", "understood"]
    assert [list(hit) for hit in found["hits"]] == [HIT_KEYS] * len(found["hits"])
    assert found["hits"][0]["doc"] == "clocks"
    for hit in found["hits"]:
        assert source_text(hit["doc"])[hit["start"] : hit["end"]] == hit["text"]
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
    assert empty["line"] == 2
    assert "question is empty" in empty["error"]
    assert broken["question"] == "tea \udcff?"
    assert "not UTF-8" in broken["error"]
    assert (last["question"], last["answered"]) == (NOWHERE, False)


def test_the_worst_line_decides_the_exit_code(index: Path) -> None:
    assert verbatim("ask", "-", "--index", index, stdin=f"{WHEN}\n").exit_code == 0
    assert verbatim("ask", "-", "--index", index, stdin=f"{NOWHERE}\n{WHEN}\n").exit_code == 1
    result = verbatim("ask", "-", "--index", index, stdin=f"\n{WHEN}\n")
    assert result.exit_code == 2
    assert result.stderr.startswith("verbatim: line 1: The question is empty")
    assert result.stdout.startswith(f"? {WHEN}\n")
    assert verbatim("search", "-", "--index", index, stdin="").exit_code == 2


# the real process


def test_bytes_that_are_no_text_are_refused_in_a_real_argument(index: Path) -> None:
    out, err = (process := start("ask", b"tea \xff", "--index", index)).communicate()
    assert (process.returncode, out) == (2, b"")
    assert b"not UTF-8" in err


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


# questions that name their filters


UNDERSTOOD = "林岚在2024年说哪一年开始种茶？"


def test_what_a_question_was_understood_as_is_said_and_switched_off(index: Path) -> None:
    result = verbatim("ask", UNDERSTOOD, "--index", index)
    assert result.stdout.startswith("Understood as: said by 林岚, 2024 (--as-is to switch off)\n")
    assert "Understood" not in verbatim("ask", UNDERSTOOD, "--as-is", "--index", index).stdout
    [answer] = records(verbatim("ask", UNDERSTOOD, "--json", "--index", index))
    assert answer["understood"] == [
        {"kind": "speaker", "value": "林岚", "start": 0, "end": 2},
        {"kind": "date", "value": "2024", "start": 2, "end": 8},
    ]


def test_a_search_says_so_too(index: Path) -> None:
    result = verbatim("search", UNDERSTOOD, "--index", index)
    assert result.stdout.startswith("Understood as: said by 林岚, 2024 (--as-is to switch off)\n")
    [found] = records(verbatim("search", UNDERSTOOD, "--json", "--index", index))
    assert {hit["doc"] for hit in found["hits"]} == {"tea"}
    [as_it_is] = records(verbatim("search", UNDERSTOOD, "--as-is", "--json", "--index", index))
    assert as_it_is["understood"] == []
    assert {hit["doc"] for hit in as_it_is["hits"]} == {"tea", "clocks"}


@pytest.mark.parametrize(
    ("filters", "docs"),
    [
        ((), {"tea", "clocks"}),
        (("--language", "zh"), {"tea"}),
        (("--language", "zh-Hans", "--language", "en"), {"tea", "clocks"}),
        (("--language", "zh-Hant"), set()),
        (("--since", "2024"), {"tea"}),
        (("--until", "2023"), {"clocks"}),
        (("--speaker", "edda moor"), {"clocks"}),
        (("--interview", "tea", "--speaker", "林岚"), {"tea"}),
    ],
)
def test_the_list_takes_the_same_filters(index: Path, filters: tuple[str, ...], docs: set[str]) -> None:
    result = verbatim("list", *filters, "--json", "--index", index)
    assert {row["doc"] for row in records(result)} == docs
    assert result.exit_code == (0 if docs else 1)


def test_only_one_language_is_asked(index: Path) -> None:
    [found] = records(verbatim("search", WHEN, "--language", "en", "--json", "--index", index))
    assert {hit["doc"] for hit in found["hits"]} == {"clocks"}


@pytest.mark.parametrize("tag", ["", "Chinese language", "e", "zh_Hans", "ｅｎ"])
def test_what_is_no_language_is_said(index: Path, tag: str) -> None:
    result = verbatim("list", "--language", tag, "--index", index)
    assert result.exit_code == 2
    assert "is no language tag" in result.stderr
