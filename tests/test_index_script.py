"""Scripts, languages, and the fold that makes two writings of a word equal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.script import ends_sentence, fold, fold_characters, is_han, is_hangul, is_kana, language


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("阿爾特曼", "阿尔特曼"),
        ("ＧＰＴ－４", "gpt-4"),
        ("Straße", "strasse"),
        ("軟體", "软件"),  # a word of Taiwan
        ("①", "1"),
        ("", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_names_keep_their_characters() -> None:
    assert fold_characters("軟體") == "软体"
    assert len(fold_characters("阿爾特曼")) == 4


@given(st.text(max_size=60))
def test_folding_characters_twice_changes_nothing_more(text: str) -> None:
    """Not so with `fold`: a phrase that only arises by folding may itself be a word of Taiwan's."""
    once = fold_characters(text)
    again = fold_characters(once)
    assert fold_characters(again) == again


@given(st.text(max_size=60))
def test_fold_takes_any_text(text: str) -> None:
    assert fold(text).encode("utf-8").decode("utf-8") == fold(text)
    assert re.fullmatch("[a-z]{2,3}(-Han[st])?", language(text))
    assert ends_sentence(text + "。")


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "灯\ud800塔"])
def test_lone_surrogates_are_folded(text: str) -> None:
    assert "\ud800" not in fold(text)
    assert "\udfff" not in fold_characters(text)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("灯塔什么时候停用的？我们关了最后一盏灯。", "zh-Hans"),
        ("燈塔什麼時候停用的？我們關了最後一盞燈。", "zh-Hant"),
        ("灯塔用的是 Fresnel lens 吗？", "zh-Hans"),
        ("灯台はいつ使われなくなりましたか。", "ja"),
        ("등대는 언제 문을 닫았습니까?", "ko"),
        ("When did the lighthouse close?", "en"),
        ("¿Cuándo cerró el faro?", "es"),
        ("Why do you stay?", "en"),
        ("Sam Altman", "en"),
        ("Quand le phare a-t-il fermé ?", "fr"),
        ("Pourquoi êtes-vous resté sur l’île ?", "fr"),
        ("Wann wurde der Leuchtturm geschlossen?", "de"),
        ("Quando ha chiuso il faro?", "it"),
        ("Quando fechou o farol e por que você ficou?", "pt"),
        ("Waarom ben je gebleven?", "nl"),
        ("Когда закрылся маяк?", "ru"),
        ("Коли закрився маяк і чому він стоїть?", "uk"),
        ("متى أغلقت المنارة؟", "ar"),
        ("Πότε έκλεισε ο φάρος;", "el"),
        ("İyi günler, bu fener neden kapandı?", "tr"),
        ("灯塔什么时候停用的？ When did the lighthouse close? 我们关了最后一盏灯，后来就没有人来了。", "zh-Hans"),
        ("12 34", "und"),
        ("", "und"),
    ],
)
def test_language(text: str, tag: str) -> None:
    assert language(text) == tag


@pytest.mark.parametrize("line", ["好。", "好！”", "Really?", "Yes.**", "他说：", "等等……", "走吧。」\n"])
def test_a_closed_line(line: str) -> None:
    assert ends_sentence(line)


@pytest.mark.parametrize("line", ["灯塔", "The lighthouse", "", "**", "一，"])
def test_an_open_line(line: str) -> None:
    assert not ends_sentence(line)


def test_kinds_of_characters() -> None:
    assert all(map(is_han, "灯燈㐀𠀀"))
    assert all(map(is_kana, "あア"))
    assert is_hangul("등")
    assert not any(map(is_han, "aあ등，1"))
