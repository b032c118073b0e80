"""Names by their sound: one in Latin letters and one in Chinese characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sounds import alike, han_classes, latin_classes, sounds_like_any


@pytest.mark.parametrize(
    ("latin", "han", "classes"),
    [
        ("Brockman", "布罗克曼", "PLKMN"),
        ("Sutskever", "苏茨凯弗", "SSKF"),
        ("Bezos", "贝索斯", "PSS"),
        ("Tulloch", "塔洛克", "TLS"),
        ("Ilya", "伊利亚", "ALA"),
        ("Lin Lan", "林岚", "LNLN"),
    ],
)
def test_consonants_of_both_scripts_share_their_classes(latin: str, han: str, classes: str) -> None:
    assert latin_classes(latin) == classes
    assert alike(classes, han_classes(han))


@pytest.mark.parametrize(
    ("latin", "text"),
    [
        ("Sutskever", "是苏茨凯弗提的"),
        ("Ilya Sutskever", "这是伊利亚的主意"),  # only the given name is there
        ("Greg Brockman", "格雷格说的"),
        ("Wei Tzu-ching", "有个学生叫魏子晴"),  # Wade-Giles
        ("Chen Zhiyao", "主持人陳知遙"),  # pinyin, and the other script
        ("Lo Man", "編輯羅曼讀到"),
        ("Guthrie", "格思里"),
        ("Inés Villagrán", "伊内斯·比利亚格兰"),
    ],
)
def test_name_is_heard_in_the_other_script(latin: str, text: str) -> None:
    assert sounds_like_any(latin, text)


@pytest.mark.parametrize(
    ("latin", "text"),
    [
        ("Greg Brockman", "伊利亚的主意"),
        ("Kuo Yi-ting", "有个学生叫魏子晴"),
        ("Bennett Moore", "伊克拉·贝汉"),
        ("Greg Brockman", ""),
        ("Greg Brockman", "Greg Brockman"),  # not in Chinese characters
    ],
)
def test_other_name_is_not_heard(latin: str, text: str) -> None:
    assert not sounds_like_any(latin, text)


def test_single_consonant_is_like_itself_only() -> None:
    assert alike("K", "K")
    assert not alike("K", "AKL")


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_more_text_takes_no_likeness_away(latin: str, han: str, more: str) -> None:
    assert sounds_like_any(latin, f"{han}。{more}") >= sounds_like_any(latin, han)
    assert not sounds_like_any(latin, "")


@given(st.text("PMTNLKHSFA", max_size=8), st.text("PMTNLKHSFA", max_size=8))
def test_likeness_goes_both_ways(one: str, other: str) -> None:
    assert alike(one, one)
    assert alike(one, other) == alike(other, one)
