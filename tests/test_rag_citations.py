"""Replies of chat models, read sentence by sentence: every form of citation mark, whole or in pieces."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.citations import MOST_NUMBERS, Drafted, Part, drafted, without_marks

FOG, TEA, RAIN = "林岚说山上春天常常有雾", "她一年只采三百斤茶叶", "秋天的雨下了四十天没有停"
SAID = "Lin Lan said that the fog came from the sea"
LEFT = "She left the city in the spring of that year"

Read = list[tuple[str, list[tuple[str, tuple[int, ...]]]]]


def read(*pieces: str) -> Read:
    """Each sentence, and its parts with their numbers."""
    return [(one.text, [(part.text, part.numbers) for part in one.parts]) for one in drafted(pieces)]


def numbers(reply: str) -> list[tuple[int, ...]]:
    """The numbers of each sentence, those of its parts together."""
    return [tuple(n for part in one.parts for n in part.numbers) for one in drafted([reply])]


# marks


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("[1]", (1,)),
        (" [1]", (1,)),
        ("　[1]", (1,)),
        ("[12]", (12,)),
        ("[1][2]", (1, 2)),
        ("[1] [2]", (1, 2)),
        ("[1, 2]", (1, 2)),
        ("[1,2,5]", (1, 2, 5)),
        ("[1，2]", (1, 2)),
        ("[1、2]", (1, 2)),
        ("[1; 2]", (1, 2)),
        ("[1；2]", (1, 2)),
        ("[1-3]", (1, 2, 3)),
        ("[1–3]", (1, 2, 3)),
        ("[1~3]", (1, 2, 3)),
        ("[1至3]", (1, 2, 3)),
        ("[1-2, 5]", (1, 2, 5)),
        ("[3-1]", (3, 1)),
        ("[2-2]", (2,)),
        ("[1, 1][1]", (1,)),
        ("【1】", (1,)),
        ("［１］", (1,)),
        ("[１，２]", (1, 2)),
        ("[^1]", (1,)),
        ("[^1][^2]", (1, 2)),
        ("[ 1 ]", (1,)),
        ("【1†source】", (1,)),
        ("【4†茶园一日】", (4,)),
        ("[来源1]", (1,)),
        ("[来源 1]", (1,)),
        ("[Source 1]", (1,)),
        ("[passage 2]", (2,)),
        ("[0]", (0,)),
        ("[99999]", (99999,)),
    ],
)
def test_a_mark_in_any_form_is_read_and_taken_out(mark: str, expected: tuple[int, ...]) -> None:
    assert read(f"{FOG}{mark}。") == [(f"{FOG}。", [(FOG, expected)])]
    assert read(f"{FOG}。{mark}") == [(f"{FOG}。", [(FOG, expected)])]
    assert without_marks(f"{FOG}{mark}。") == f"{FOG}。"


def test_a_range_names_no_more_than_a_few() -> None:
    [found] = numbers(f"{FOG}[1-9999]。")
    assert found == tuple(range(1, MOST_NUMBERS + 1))


@pytest.mark.parametrize(
    "text",
    [
        "他说「[笑]」然后走了很远的路。",
        "他拿着[一]张很旧的地图走了很远。",
        "数组 a[i] 里放着三百个很小的数字。",
        "编号是[1234567]的那一张车票不见了。",
        "他写下[1.5]这个数字以后就走开了。",
        "方括号[没有合上的时候什么也不会发生。",
        "[链接](https://example.org) 在这一页的下面。",
    ],
)
def test_other_brackets_are_words(text: str) -> None:
    assert read(text) == [(text, [(text.rstrip("。"), ())])]


# where a mark stands


def test_a_mark_before_or_behind_the_full_stop_belongs_to_the_sentence() -> None:
    expected = [(f"{FOG}。", [(FOG, (1,))]), (f"{TEA}。", [(TEA, (2,))])]
    assert read(f"{FOG}[1]。{TEA}[2]。") == expected
    assert read(f"{FOG}。[1]{TEA}。[2]") == expected
    assert read(f"{FOG}。 [1] {TEA}。 [2]") == expected
    assert read(f"{FOG}[1]。\n{TEA}[2]。\n") == expected
    assert read(f"{FOG}。[1]\n\n{TEA}。[2]") == expected
    english = [(f"{SAID}.", [(SAID, (1,))]), (f"{LEFT}.", [(LEFT, (2,))])]
    assert read(f"{SAID} [1]. {LEFT} [2].") == english
    assert read(f"{SAID}. [1] {LEFT}. [2]") == english
    assert read(f"{SAID}.[1] {LEFT}.[2]") == english


def test_a_mark_on_a_line_of_its_own_belongs_to_what_stands_before() -> None:
    expected = [(f"{FOG}。", [(FOG, (1,))]), (f"{TEA}。", [(TEA, (2, 3))])]
    assert read(f"{FOG}。\n[1]\n{TEA}。\n\n[2]\n[3]\n") == expected
    assert read(f"[9]\n{FOG}。[1]") == expected[:1]  # before anything was said


def test_a_mark_that_begins_a_line_belongs_to_the_sentence_behind_it() -> None:
    assert read(f"[1] {FOG}。\n[2] {TEA}。") == [(f"{FOG}。", [(FOG, (1,))]), (f"{TEA}。", [(TEA, (2,))])]


def test_each_stretch_of_a_sentence_has_its_own_numbers() -> None:
    assert read(f"{FOG}[1]，{TEA}[2][3]。") == [(f"{FOG}，{TEA}。", [(FOG, (1,)), (TEA, (2, 3))])]


def test_what_follows_the_last_mark_goes_with_it() -> None:
    assert read(f"{FOG}[1]，{TEA}。") == [(f"{FOG}，{TEA}。", [(f"{FOG} {TEA}", (1,))])]


def test_a_few_letters_between_marks_go_with_their_neighbour() -> None:
    assert numbers(f"{FOG}[1]和[2]。") == [(1, 2)]
    [sentence] = drafted([f"{FOG}[1]，雨[2]。"])
    assert sentence.parts == (Part(f"{FOG}，雨", (1, 2)),)
    [sentence] = drafted([f"林岚[1]说{TEA}[2]。"])
    assert sentence.parts == (Part(f"林岚说{TEA}", (1, 2)),)
    [sentence] = drafted([f"In 2016 [1], {LEFT} [2]."])
    assert sentence.parts == (Part(f"In 2016, {LEFT}", (1, 2)),)


def test_a_sentence_without_a_mark_has_one_part_without_numbers() -> None:
    assert read(f"{FOG}。{TEA}[1]。") == [(f"{FOG}。", [(FOG, ())]), (f"{TEA}。", [(TEA, (1,))])]


# sentences


def test_quoted_speech_is_not_cut() -> None:
    quoted = f"林岚说：“{FOG}。{TEA}。”[1]"
    assert read(quoted) == [(quoted.removesuffix("[1]"), [(f"林岚说：“{FOG}。{TEA}。”", (1,))])]
    assert numbers(f"她說「{FOG}。」[2]{TEA}[3]。") == [(2,), (3,)]
    assert numbers(f'He said "{SAID}." [1] {LEFT} [2].') == [(1,), (2,)]


@pytest.mark.parametrize("mark", ["- ", "* ", "• ", "1. ", "12) ", "1、", "> ", "## ", "- **", "> - "])
def test_marks_of_lists_and_headings_are_left_out(mark: str) -> None:
    closing = "**" if mark.endswith("**") else ""
    reply = f"{mark}{FOG}{closing}[1]。\n{mark}{TEA}{closing}[2]。"
    assert read(reply) == [(f"{FOG}。", [(FOG, (1,))]), (f"{TEA}。", [(TEA, (2,))])]


def test_a_number_that_begins_a_sentence_is_no_mark_of_a_list() -> None:
    assert [text for text, _ in read("3.5万亩茶园是外婆留下来的[1]。")] == ["3.5万亩茶园是外婆留下来的。"]
    assert [text for text, _ in read("2016年的霜冻冻死了一半茶树[1]。")] == ["2016年的霜冻冻死了一半茶树。"]


@pytest.mark.parametrize("reply", ["", " \n\n", "[1]", "。。。", "[1][2]。", "---", "**", "\n[1]\n"])
def test_what_has_no_letter_is_no_sentence(reply: str) -> None:
    assert read(reply) == []


# a reply that ends within something


@pytest.mark.parametrize("end", ["[", "[1", "[1,", "[1, 2", "【3", "［１", " ["])
def test_a_mark_that_never_ends_is_left_out(end: str) -> None:
    assert read(f"{FOG}{end}") == [(FOG, [(FOG, ())])]
    assert read(f"{FOG}[1]。{TEA}{end}")[1] == (TEA, [(TEA, ())])


def test_a_sentence_that_never_ends_is_one() -> None:
    assert read(f"{FOG}[1]。{TEA}") == [(f"{FOG}。", [(FOG, (1,))]), (TEA, [(TEA, ())])]


# in pieces


def test_a_sentence_comes_as_soon_as_the_next_begins() -> None:
    given: list[str] = []

    def pieces() -> Iterator[str]:
        for piece in (FOG, "。", "[1", "]", "\n", TEA[:2], TEA[2:], "[2]。"):
            given.append(piece)
            yield piece

    coming = drafted(pieces())
    assert next(coming) == Drafted(f"{FOG}。", (Part(FOG, (1,)),))
    assert given[-1] == TEA[:2]
    assert [one.text for one in coming] == [f"{TEA}。"]


WORDS = st.sampled_from(
    [FOG, TEA, RAIN, SAID, LEFT, "雾", "是的", "Yes", "“雾。”", "「茶」", "1. ", "- ", "**", "2016", "3.5"]
)
SIGNS = st.sampled_from(
    ["。", "。", "，", ". ", ", ", "！", "?", "\n", "\n\n", " ", "\u3000", "……", "：", "...", "”", "("]
)
MARKS = st.sampled_from(
    ["[1]", "[2]", " [3]", "[1][2]", "[1, 2]", "【4†a】", "[^5]", "［６］", "[", "]", "[1", "[1-3]", "【"]
)


@st.composite
def replies_in_pieces(draw: st.DrawFn) -> tuple[str, list[str]]:
    reply = "".join(draw(st.lists(st.one_of(WORDS, SIGNS, MARKS), max_size=24)))
    cuts = sorted(draw(st.sets(st.integers(0, len(reply)), max_size=len(reply) + 1)))
    return reply, [reply[start:end] for start, end in pairwise([0, *cuts, len(reply)])]


@given(replies_in_pieces())
@example((f"{FOG}。\n[2] {TEA}。\n{RAIN}。", [f"{FOG}。\n[2] {TEA[:1]}", f"{TEA[1:]}。\n{RAIN}。"]))
def test_a_reply_in_any_pieces_reads_the_same(case: tuple[str, list[str]]) -> None:
    reply, pieces = case
    assert read(*pieces) == read(*reply) == read(reply)


@given(st.text(max_size=80))
def test_any_text_can_be_read(reply: str) -> None:
    for sentence in drafted(reply):
        assert any(map(str.isalnum, sentence.text))
        assert sentence.parts
    assert read(*reply) == read(reply)


@pytest.mark.parametrize(
    "filling", ["雾" * 20_000, "fog " * 5_000, "[" * 20_000, " " * 20_000, "\n" * 20_000, "“雾" * 10_000]
)
def test_a_long_reply_without_a_full_stop_takes_no_long_time(filling: str) -> None:
    begin = time.perf_counter()
    read(f"{FOG}[1]。{filling}{TEA}[2]。")
    pieces = [filling[at : at + 4] for at in range(0, len(filling), 4)]
    read(f"{FOG}[1]。", *pieces, *TEA, "[2]", "。")
    assert time.perf_counter() - begin < 5  # a tenth of it where time grows with the length; minutes with its square
