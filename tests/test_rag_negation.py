"""Sentences that say the opposite of the words they cite, by a "not" or an antonym, and those that only look so."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.negation import contradicts


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("她从不在雨天采茶。", "我在雨天采茶。"),
        ("她在雨天采茶。", "我不在雨天采茶。"),
        ("她沒有在雨天採茶。", "我在雨天采茶。"),
        ("她不在雨天採茶", "下雪了，我在雨天采茶，天很冷。"),
        ("She did not buy the old lighthouse.", "I bought the lighthouse. I did buy the old lighthouse."),
        ("She never sold the blue boat.", "We sold the blue boat in spring."),
        ("We sold the blue boat.", "It was hers. We never sold the blue boat."),
        ("她支持在山上修路。", "我反对在山上修路。"),
        ("Tea prices fell last spring.", "Tea prices rose last spring."),
        ("修灯塔很容易。", "修灯塔很难，修灯塔很困难。"),
    ],
)
def test_opposite_is_seen(sentence: str, cited: str) -> None:
    assert contradicts(sentence, cited)


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("她在雨天采茶。", "我在雨天采茶。"),
        ("她不在雨天采茶。", "我没有在雨天采茶。"),
        ("她在雨天采茶。", "我不喜欢狗。"),  # about something else
        ("她在雨天采茶，谁都不能动。", "在雨天采茶谁也不许动"),
        ("修灯塔要花很多钱。", "修灯塔不仅要花很多钱。"),
        ("大多数时候并不需要学位。", "你需要学位吗？大多数时候并不需要。"),
        ("那时茶叶还很不入流。", "那时茶叶简直不能更不入流了。"),
        ("她在想要不要修灯塔。", "我没想要修灯塔"),
        ("Boats die of rust rather than of storms.", "Boats don't die of storms. Boats die of rust."),
        ("It is not the fog but the rain that she fears.", "I fear the rain. It is the fog that others fear."),
        ("她说不是雾而是雨让她害怕。", "雨让我害怕，雾让我高兴"),
        ("她爱茶。", ""),
        ("", "我不爱茶。"),
        ("不。", "不。"),
    ],
)
def test_what_is_no_contradiction_is_let_through(sentence: str, cited: str) -> None:
    assert not contradicts(sentence, cited)


@given(
    st.lists(st.sampled_from("不 没 采茶 雨天 山上 ， 。 not buy boat the never 支持 反对 ？ 吗 是否".split())).map(
        " ".join
    )
    | st.text(max_size=80)
)
def test_nothing_contradicts_itself(text: str) -> None:
    assert not contradicts(text, text)


@given(st.text(max_size=80), st.text(max_size=80))
def test_only_what_says_something_contradicts(sentence: str, cited: str) -> None:
    assert not contradicts(sentence, "")
    assert not contradicts("", cited)


@pytest.mark.parametrize("unit", ["不是", "他说，", "a, ", "not ", "有没有", "her tea, "])
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    began = time.perf_counter()
    contradicts(text, text)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("林岚在2020年说，头一年没有向银行借过钱。", "头一年我向银行借过钱。"),
        ("林岚说头一年向银行借过钱。", "头一年我没有向银行借过钱。"),
        ("Lin Lan said that she borrowed money from the bank.", "I did not borrow money from the bank."),
    ],
)
def test_who_says_it_hides_no_negation(sentence: str, cited: str) -> None:
    assert contradicts(sentence, cited)
