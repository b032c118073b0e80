"""An answer as one Markdown text with footnotes: exact texts of records written by hand, and hostile ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from footnoted import DECLINED, FIRST, NEAREST, QUOTED, SECOND, SENTENCES, WRITTEN, readers
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Answer, AnswerSentence, Finding, Note, Support
from rag.clue import Clue
from rag.conversation import NOT_SAID
from ui.messages import one_line
from ui.service_footnotes import marker_annotations, sentences_text, whole_text, without_footnotes


def test_an_answer_of_a_model_has_numbers_doubts_and_footnotes() -> None:
    assert whole_text(WRITTEN).text == (
        "林岚说，春天大概做三百斤茶。 [1] 记者不信。 [2][1] *(依据较弱: 所引原文没有 500)*\n\n"
        "[1] 林岚 (受访者) · 茶园一日 · 2024-05 · 收成 · 第 8 段发言 · 12:31: “春天最多，大概三百斤。”"
        " <https://example.org/tea?t=751>  \n"
        "[2] 未具名 (采访者) · tea talk · 2024-05 · 第 3 段发言: “真的？”"
    )


def test_our_words_are_in_the_script_of_the_question_and_others_stay_as_they_are() -> None:
    text = whole_text(replace(WRITTEN, language="zh-Hant")).text
    assert "*(依據較弱: 所引原文沒有 500)*" in text
    assert "[1] 林岚 (受訪者) · 茶园一日" in text
    assert (
        "[1] 林岚 (guest) · 茶园一日 · 2024-05 · 收成 · turn 8 · 12:31: “"
        in whole_text(replace(WRITTEN, language="ja")).text
    )


def test_quotations_stand_for_themselves_and_are_not_repeated() -> None:
    assert whole_text(QUOTED).text == (
        "> 春天最多，大概三百斤。 [1]\n\n> 真的？ [2]\n\n"
        "[1] 林岚 (受访者) · 茶园一日 · 2024-05 · 收成 · 第 8 段发言 · 12:31 <https://example.org/tea?t=751>  \n"
        "[2] 未具名 (采访者) · tea talk · 2024-05 · 第 3 段发言"
    )
    two_lines = replace(QUOTED.sentences[0], text="春天。\n\n秋天。")
    assert sentences_text(replace(QUOTED, sentences=(two_lines,))).text == "> 春天。\n>\n> 秋天。 [1]"


def test_what_is_not_said_has_the_nearest_passages() -> None:
    assert whole_text(DECLINED).text == (
        "The interviews do not say.\n\n*Nearest passages*  \n"
        f"Lin, Zhou · Tea · 2024 · 1:01: “{('Tea grows. ' * 30)[:220].strip()}…”"
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("****Lin Lan:**** Tea *grows* here.", "Lin Lan: Tea grows here."),
        ("**林岚：**春天**最多**。", "林岚：春天最多。"),
        ("2 * 3 * 4, f*** it, C# and a_b", "2 \\* 3 \\* 4, f\\*\\*\\* it, C# and a_b"),
        ("** a ** and **b\n\nc**", "\\*\\* a \\*\\* and \\*\\*b  c\\*\\*"),
    ],
)
def test_excerpts_are_without_the_emphasis_of_their_source(source: str, shown: str) -> None:
    text = whole_text(replace(DECLINED, related=(replace(NEAREST, text=source),))).text
    assert text.endswith(f": “{shown}”")


def test_notes_stand_at_the_end() -> None:
    answer = replace(
        QUOTED,
        language="en",
        asked_as="Tea, how much?",
        understood=(Clue("speaker", "Lin Lan", 0, 3),),
        notes=(Note("no model", "The chat model did not answer."), Note("cached", "write")),
    )
    assert whole_text(answer).text.split("\n\n")[-1].split("  \n") == [
        "*Understood as: Tea, how much?*",
        "*Understood as: said by Lin Lan*",
        "*The chat model did not answer.*",
        "*The language model did not answer: these are the speakers’ own words*",
    ]


def test_each_marker_is_annotated_where_it_stands() -> None:
    whole = whole_text(WRITTEN)
    found = marker_annotations(WRITTEN, whole.markers, lambda citation: f"http://here/{citation.passage_id}")
    assert [whole.text[one.url_citation.start_index : one.url_citation.end_index] for one in found] == [
        "[1]",
        "[2]",
        "[1]",
    ]
    assert [one.url_citation.url for one in found] == [FIRST.url, "http://here/tea#1", FIRST.url]
    assert [one.url_citation.title for one in found] == ["茶园一日", "tea talk", "茶园一日"]
    assert [one.verbatim for one in found] == [FIRST, SECOND, FIRST]


def test_a_number_that_nothing_is_cited_by_is_no_annotation() -> None:
    lost = replace(WRITTEN, citations=(FIRST,))
    assert [one.verbatim.n for one in marker_annotations(lost, whole_text(lost).markers, lambda _: "")] == [1, 1]


def test_an_address_that_is_none_of_the_web_is_not_shown() -> None:
    evil = replace(WRITTEN, citations=(replace(FIRST, url="javascript:alert(1)"), SECOND))
    assert "javascript" not in whole_text(evil).text
    [first, *_] = marker_annotations(evil, whole_text(evil).markers, lambda _: "http://here/")
    assert first.url_citation.url == "http://here/"


@pytest.mark.parametrize("answer", [WRITTEN, QUOTED])
def test_what_comes_later_only_adds_to_the_text(answer: Answer) -> None:
    grown = [sentences_text(replace(answer, sentences=answer.sentences[:number])).text for number in (1, 2)]
    assert grown[1].startswith(grown[0])
    assert whole_text(answer).text.startswith(grown[1])


# back to what was said


def test_of_an_earlier_answer_only_its_sentences_are_left() -> None:
    assert without_footnotes(whole_text(WRITTEN).text) == "林岚说，春天大概做三百斤茶。 记者不信。"
    assert without_footnotes(whole_text(QUOTED).text) == "春天最多，大概三百斤。 真的？"


def test_a_refusal_is_known_again() -> None:
    assert without_footnotes(whole_text(DECLINED).text) == NOT_SAID["en"]


def test_what_another_model_said_stays() -> None:
    said = "**Tea**\n\n- It grows in *spring*.\n- And in autumn [1].\n\nSo they say."
    assert without_footnotes(said) == "**Tea** - It grows in *spring*. - And in autumn. So they say."
    assert without_footnotes("") == ""


# whatever stands in it

PIECES = (
    *'\\`*_[]()#+-.!|<>~$:="&1 \t\n',
    *(
        "http://e.com",
        "![x](http://e.com/x)",
        "[x]: http://e.com",
        "[1]",
        "[^1]: x",
        "<img src=x>",
        "```",
        "---",
        "1. ",
    ),
    *("*(x)*", "> ", "&lt;", "说。", "林岚", "word", "\n\n", "| a |\n|---|", "\u202e", "\x1b", "\ud800"),
)
hostile = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
sentences = st.builds(
    lambda text, support, detail: AnswerSentence(f"说{text}", (1,), support, 0.5, (Finding("name", detail),)),
    hostile,
    st.sampled_from(["supported", "weak", "unsupported"]),
    hostile,
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    cited = replace(
        FIRST,
        title=draw(hostile),
        date=draw(hostile),
        section=draw(hostile),
        speaker=draw(hostile),
        quote=draw(hostile),
        doc=draw(hostile),
        url=draw(st.sampled_from(["", "javascript:", "https://example.org/"])) + draw(hostile).replace("http", ""),
    )
    near = replace(NEAREST, title=draw(hostile), text=draw(hostile), speakers=(draw(hostile), draw(hostile)))
    said = tuple(draw(st.lists(sentences, max_size=3)))
    base = draw(st.sampled_from([WRITTEN, QUOTED]))
    notes = (Note("no model", draw(hostile)), Note("broke off", draw(hostile)))
    return replace(
        base, sentences=said, citations=(cited,) if said else (), related=(near,), notes=notes, asked_as=draw(hostile),
        answer="" if said else draw(hostile), answered=bool(said),
    )  # fmt: skip


OURS = {
    *("paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak", "hardbreak"),
    *("em_open", "em_close", "blockquote_open", "blockquote_close", "link_open", "link_close"),
}


@given(answers())
def test_a_page_that_renders_an_answer_loads_nothing(answer: Answer) -> None:
    text = whole_text(answer).text
    for reader in readers():
        for token in reader.parse(text):
            for inner in (token, *(token.children or ())):
                assert inner.type in OURS
                if inner.type == "link_open":
                    assert inner.markup == "autolink"
                    assert str(inner.attrs["href"]).startswith("https://example.org/")


@given(answers())
def test_markers_and_sentences_are_found_again_in_any_answer(answer: Answer) -> None:
    whole = whole_text(answer)
    assert [whole.text[one.start : one.end] for one in whole.markers] == ["[1]"] * len(answer.sentences)
    assert whole.text.encode() == whole.text.encode("utf-8", "replace")
    said = without_footnotes(whole.text)
    for sentence in answer.sentences:
        if "[1]" not in sentence.text and "\n" not in sentence.text:
            assert one_line(sentence.text).strip() in said


def test_the_levels_of_support_are_those_that_there_are() -> None:
    levels: tuple[Support, ...] = ("supported", "weak", "unsupported")
    texts = [sentences_text(replace(WRITTEN, sentences=(replace(SENTENCES[0], support=one),))).text for one in levels]
    assert texts == [
        "林岚说，春天大概做三百斤茶。 [1]",
        "林岚说，春天大概做三百斤茶。 [1] *(依据较弱)*",
        "林岚说，春天大概做三百斤茶。 [1] *(缺乏依据)*",
    ]
