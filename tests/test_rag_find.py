"""Words inside one interview: found in any case, width and script, at offsets into the source as it stands."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hand_made import Talk, answered, asked, make_retriever, summed_up
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.script import fold_characters
from rag.find import MOST, occurrences
from rag.view import View

REPLY = (
    "Straße und STRASSE，ＡＩ與ai。",
    "裡面的髮型，里面的发型。",
    "山\u3000上的 茶园，茶\n园。",
    "Open AI\u00a0or open  ai: ﬁne ㈱茶 ½ 𠮷野🙂.",
)
TALKS: dict[str, Talk] = {
    "tea": [[summed_up("编辑说茶。")], [asked("茶在哪里？"), answered(*REPLY, between=" ")]],
    "many": [[asked("多少？"), answered("茶" * (MOST + 5))]],
}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return make_retriever(tmp_path_factory.mktemp("find") / "index", TALKS, lambda text: 0.5).view


def found(view: View, words: str, doc: str = "tea") -> list[str]:
    """What stands in the source where the words are found."""
    return [view.text_of(doc)[one.start : one.end] for one in occurrences(view, doc, words)]


def without_space(text: str) -> str:
    return "".join(fold_characters(character) for character in text if not character.isspace())


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("AI", ["ＡＩ", "ai", "AI", "ai"]),
        ("ａｉ", ["ＡＩ", "ai", "AI", "ai"]),
        ("里面的发型", ["裡面的髮型", "里面的发型"]),
        ("裡面的髮型", ["裡面的髮型", "里面的发型"]),
        ("strasse", ["Straße", "STRASSE"]),
        ("stras", ["STRAS"]),  # not half of a ß
        ("(株)", ["㈱"]),
        ("株", []),
        ("fine", ["ﬁne"]),
        ("ine", []),
        ("𠮷野🙂", ["𠮷野🙂"]),
        (".", ["."]),
        (".*", []),
        ("咖啡", []),
    ],
)
def test_case_width_and_script_do_not_matter(view: View, words: str, places: list[str]) -> None:
    assert found(view, words) == places


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("open ai", ["Open AI", "open  ai"]),
        ("openai", []),
        ("Open\u3000 AI", ["Open AI", "open  ai"]),
        ("ai or", ["AI\u00a0or"]),
        ("山 上", ["山\u3000上"]),
        ("山上", []),
        ("茶 园", ["茶园", "茶\n园"]),
        ("上的茶园", []),
        ("上 的 茶园", ["上的 茶园"]),
        ("  茶园\n", ["茶园"]),
        ("AI 與", []),  # between letters and characters there is white space or none: as typed
        ("", []),
        (" \t\u3000\n", []),
        ("\0", []),
    ],
)
def test_white_space_stands_for_any_white_space(view: View, words: str, places: list[str]) -> None:
    assert found(view, words) == places


def test_every_turn_is_searched_and_named(view: View) -> None:
    text = view.text_of("tea")
    in_turns = [(one.turn, one.start) for one in occurrences(view, "tea", "茶")]
    assert [turn for turn, _ in in_turns] == [0, 1, 2, 2, 2]
    assert [start for _, start in in_turns] == [at for at, character in enumerate(text) if character == "茶"]


def test_names_of_speakers_are_no_words_of_theirs(view: View) -> None:
    assert "林岚：" in view.text_of("tea")
    assert found(view, "林岚") == []


def test_there_is_an_end_to_it(view: View) -> None:
    assert len(occurrences(view, "many", "茶")) == MOST
    assert len(occurrences(view, "many", "茶茶")) == (MOST + 5) // 2


def test_an_interview_that_is_not_there(view: View) -> None:
    with pytest.raises(InputError, match="coffee"):
        occurrences(view, "coffee", "茶")


def test_nothing_is_found_across_two_paragraphs(tmp_path: Path) -> None:
    talks: dict[str, Talk] = {"two": [[asked("哪里？"), answered("山上有茶")], [answered("园在山上")]]}
    view = make_retriever(tmp_path / "index", talks, lambda text: 0.5).view
    assert found(view, "茶园", "two") == []
    assert found(view, "茶 园", "two") == []


@given(st.data())
def test_what_stands_there_is_found(view: View, data: st.DataObject) -> None:
    text = view.text_of("tea")
    spans = [span for turn in view.index.turns("tea") for span in turn.spans]
    span = data.draw(st.sampled_from(spans))
    start = data.draw(st.integers(span.start, span.end - 1))
    end = data.draw(st.integers(start + 1, span.end))
    words = data.draw(st.sampled_from([text[start:end], text[start:end].upper(), fold_characters(text[start:end])]))
    places = occurrences(view, "tea", words)
    stripped = text[start:end].strip()
    begin = text.index(stripped, start)
    if stripped:
        assert any(one.start <= begin < one.end or begin <= one.start < begin + len(stripped) for one in places)


@given(st.text(alphabet="aAiİsSßSﬁ½㈱株裡里茶园 \u3000\n.（(Ａ\u0301\0", max_size=6) | st.text(max_size=4))
def test_what_is_found_is_what_was_typed(view: View, words: str) -> None:
    places = occurrences(view, "tea", words)
    for one in places:
        assert without_space(view.text_of("tea")[one.start : one.end]) == without_space(words)
        [turn] = [turn for turn in view.index.turns("tea") if turn.number == one.turn]
        assert any(span.start <= one.start < one.end <= span.end for span in turn.spans)
    assert all(before.end <= after.start for before, after in pairwise(places))
