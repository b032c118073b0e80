"""What a person sees of an answer that a chat model wrote: exact pages of records written by hand."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import get_args

import pytest
from rich.console import Console

from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation, Finding, FindingKind, Note, NoteKind
from ui.render_llm import cost_text, finding_text, note_text, show_end, show_sentence
from ui.terminal import PipeConsole

QUOTE = "春天最多，大概三百斤。"
CITATION = Citation(
    1, 0.8, "p", "tea talk", "茶园一日", "2024-05", ("林岚",), "收成", 10, 27, (7, 8), QUOTE, None, (),
    1, "林岚", QUOTE, 10, 21, "https://example.org/tea", Role.GUEST, Kind.INTERVIEW, 8,
)  # fmt: skip
GOOD = AnswerSentence("林岚说，春天大概做三百斤茶。", (1,), "supported", 0.93)
ANSWER = Answer(
    question="产量？",
    asked_as="产量？",
    answer=f"{GOOD.text} [1]",
    answered=True,
    language="zh-Hans",
    mode="llm",
    model="openai:m",
    sentences=(GOOD,),
    citations=(CITATION,),
    timings={"embed": 0.0123, "write": 1.5, "total": 1.6},
    usage={"prompt_tokens": 1812, "completion_tokens": 31},
)


def page() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return PipeConsole(file=out, width=100_000, color_system=None, markup=False, highlight=False, emoji=False), out


def shown(sentence: AnswerSentence) -> list[str]:
    console, out = page()
    show_sentence(console, sentence)
    return out.getvalue().splitlines()


# sentences


def test_a_supported_sentence_is_itself_with_its_numbers() -> None:
    assert shown(GOOD) == ["林岚说，春天大概做三百斤茶。 [1]"]
    assert shown(replace(GOOD, citations=(2, 1)))[0].endswith("。 [2] [1]")


def test_below_others_stands_what_they_are_and_why() -> None:
    weak = replace(GOOD, support="weak", findings=(Finding("negation"),))
    assert shown(weak)[1:] == ["    weak: what it cites may say the opposite"]
    both = replace(GOOD, support="unsupported", findings=(Finding("number", "500"), Finding("name", "周桥")))
    assert shown(both)[1:] == ["    unsupported: 500 is not in what it cites; 周桥 is not named in what it cites"]
    assert shown(replace(GOOD, support="unsupported", citations=()))[1:] == ["    unsupported"]


def test_what_was_put_right_or_cut_off_is_told_of_supported_sentences_too() -> None:
    repaired = replace(GOOD, findings=(Finding("no such citation", "99"), Finding("repaired", "")))
    assert shown(repaired)[1:] == [
        "    citation put right: it cites [99], which is no passage; it cited another passage, which does not say so"
    ]
    assert shown(replace(GOOD, findings=(Finding("cut off"),)))[1:] == ["    the reply ends within it"]
    also = replace(GOOD, findings=(Finding("no such citation", "99"),))
    assert shown(also)[1:] == ["    it cites [99], which is no passage"]


def test_what_a_model_writes_gives_the_terminal_no_commands() -> None:
    evil = AnswerSentence("a\x1b[2Jb\x9b2J [red]c[/red]", (), "unsupported", 0.0, (Finding("name", "\x1b]0;x\x07\nx"),))
    assert not {"\x1b", "\x9b", "\x07"} & set("".join(shown(evil)))
    assert "[red]c[/red]" in shown(evil)[0]
    assert len(shown(evil)) == 2


# the end


def test_the_end_has_the_sources_with_their_words_and_how_it_was_made() -> None:
    console, out = page()
    show_end(console, ANSWER, " --index x")
    assert out.getvalue() == (
        "\nSources\n"
        "林岚 (guest) · 茶园一日 · 2024-05 · 收成\n"
        "  [1] turn 8, characters 10-21: verbatim show 'tea talk' --turn 8 --index x\n"
        f"      {QUOTE}\n"
        "  https://example.org/tea\n"
        "\n"
        "llm · openai:m · 1 sentence checked: 1 supported\n"
    )


def test_sentences_are_counted_by_their_support() -> None:
    console, out = page()
    sentences = (GOOD, GOOD, replace(GOOD, support="unsupported"))
    show_end(console, replace(ANSWER, sentences=sentences, notes=(Note("cached", "write"),)))
    assert out.getvalue().endswith(
        "llm · openai:m · 3 sentences checked: 2 supported, 1 unsupported · kept from before\n"
    )


def test_a_question_understood_from_the_cache_is_no_answer_from_it() -> None:
    console, out = page()
    show_end(console, replace(ANSWER, notes=(Note("cached", "understand"),)))
    assert "kept" not in out.getvalue()


# notes and cost


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (Note("no model", "openai:m: no\nanswer"), "openai:m: no answer"),
        (Note("broke off", "gone"), "the answer is not whole: gone"),
        (Note("dropped", "1"), "1 sentence left out that nothing supports (--strict)"),
        (Note("dropped", "12"), "12 sentences left out that nothing supports (--strict)"),
        (Note("nothing supported", "2"), "the model wrote 2 sentences, and the passages support none"),
        (Note("cached", "write"), ""),
    ],
)
def test_a_note_in_words(note: Note, expected: str) -> None:
    assert note_text(note) == expected


def test_every_note_and_finding_has_words() -> None:
    assert all(finding_text(Finding(kind, "七")) for kind in get_args(FindingKind))
    assert all(note_text(Note(kind, "7")) for kind in get_args(NoteKind) if kind != "cached")
    assert "about 7 tokens" in note_text(Note("fewer passages", "7"))


def test_the_cost_is_tokens_and_seconds_in_their_order() -> None:
    expected = "embed 0.01 s, write 1.50 s, total 1.60 s"
    assert cost_text(ANSWER) == f"1,812 prompt tokens, 31 completion tokens; {expected}"
    assert cost_text(replace(ANSWER, usage={})) == expected
