"""Chinese words, their English translations, and how much of a sentence the other language says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.translation import coverage, is_english_word, is_word, pinyin, proper_names, stems, translations, words


def test_longest_word_of_the_dictionary_comes_first() -> None:
    assert words("人工智能的未来") == ["人工智能", "的", "未来"]
    assert words("人工智慧x茶葉") == ["人工智能", "茶叶"]  # Traditional, with Taiwan's words
    assert words("") == words("hello") == []


def test_endings_and_common_words_are_left_out() -> None:
    assert stems("The fishermen were fishing for mackerels") == ["fishermen", "fish", "mackerel"]


def test_word_is_translated_with_the_words_in_it() -> None:
    assert "lighthous" in translations("灯塔")
    assert {"expressway", "road"} <= translations("高速公路")  # 公路 is a road


def test_name_is_no_word() -> None:
    assert is_word("灯塔")
    assert not is_word("哈佛")  # only a name
    assert not is_word("塔洛克")
    assert "harvard" in proper_names()
    assert is_english_word("Lighthouse") and not is_english_word("Guthrie")


@pytest.mark.parametrize(("character", "syllable"), [("茶", "cha"), ("魏", "wei"), ("x", ""), ("", "")])
def test_character_is_read_without_its_tone(character: str, syllable: str) -> None:
    assert pinyin(character) == syllable


def test_whole_sentence_is_found_in_its_translation() -> None:
    assert coverage("The lighthouse burned coal", "灯塔烧煤炭") == 1.0
    assert coverage("灯塔烧煤炭", "The lighthouse burned coal and charcoal") == 1.0


def test_share_of_a_sentence_that_is_said() -> None:
    # lighthouse is there, accordion is not
    assert coverage("lighthouse accordion", "灯塔很高") == 0.5
    # 灯塔 and 手风琴 by their characters: 2 of 5
    assert coverage("灯塔手风琴", "the lighthouse") == pytest.approx(0.4)


def test_numbers_and_latin_words_count() -> None:
    assert coverage("lighthouse 41", "灯塔有四十一米") == 1.0
    assert coverage("lighthouse 42", "灯塔有四十一米") == 0.5
    assert coverage("灯塔41", "a lighthouse of forty-one metres") == 1.0


@pytest.mark.parametrize("sentence", ["", "。", "的", "the of"])
def test_nothing_to_look_for_is_no_share(sentence: str) -> None:
    assert coverage(sentence, "灯塔 lighthouse") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_share_is_one_of_a_whole(sentence: str, text: str) -> None:
    share = coverage(sentence, text)
    assert share is None or 0 <= share <= 1
