"""Filters: who, which interview and when, decided before anything is ranked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hand_made import answered, asked, make_retriever, summed_up
from hypothesis import given
from hypothesis import strategies as st
from sample_archive import chance_retriever

from index import tables
from index.errors import InputError
from index.opened import OpenedIndex
from rag import view
from rag.filters import Filters, allowed_rows, find_person, in_time
from rag.view import View

DATES = {"year": "2016", "month": "2016-09", "day": "2016-09-15", "later": "2024-10-17", "undated": ""}


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> OpenedIndex:
    return chance_retriever(tmp_path_factory.getbasetemp()).index


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> OpenedIndex:
    talks = {doc: [[asked("风从哪里来？"), answered("风从海上来。")]] for doc in DATES}
    return make_retriever(tmp_path_factory.mktemp("dated"), talks, lambda text: 0.5, DATES).index


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> OpenedIndex:
    talks = {
        "panel": [
            [summed_up("两位客人谈雾。")],
            [asked("雾是什么？"), answered("雾是云。"), answered("雾是水。", label="周桥")],
            [asked("还有呢？"), answered("没有了。")],
        ],
        "other": [[asked("雪是什么？", label="沈默"), answered("雪是冰。", label="周桥")]],
    }
    return make_retriever(tmp_path_factory.mktemp("panel"), talks, lambda text: 0.5).index


def docs(index: OpenedIndex, filters: Filters) -> set[str]:
    """The interviews of which something may be used; passages and sentences agree on them."""
    allowed = allowed_rows(View(index), filters)
    assert allowed is not None
    passages = {p.doc for p, ok in zip(index.passages, allowed.passages, strict=True) if ok}
    assert passages == {doc for (doc, _), ok in zip(index.sentences, allowed.sentences, strict=True) if ok}
    return passages


def test_without_filters_nothing_is_checked(dated: OpenedIndex) -> None:
    assert allowed_rows(View(dated), Filters()) is None


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2016", "", {"year", "month", "day", "later"}),
        ("2016-09", "", {"year", "month", "day", "later"}),  # "2016" may be any day of that year
        ("2016-09-15", "", {"year", "month", "day", "later"}),
        ("2016-09-16", "", {"year", "month", "later"}),
        ("2016-10", "", {"year", "later"}),
        ("2017", "", {"later"}),
        ("2024-10-18", "", set()),
        ("", "2016", {"year", "month", "day"}),
        ("", "2016-09", {"year", "month", "day"}),
        ("", "2016-09-15", {"year", "month", "day"}),
        ("", "2016-09-14", {"year", "month"}),
        ("", "2016-08-31", {"year"}),
        ("", "2015-12", set()),
        ("", "2024-10-17", {"year", "month", "day", "later"}),
        ("2016-09-15", "2016-09-15", {"year", "month", "day"}),
        ("2017", "2023", set()),
    ],
)
def test_dates_of_differing_precision(dated: OpenedIndex, since: str, until: str, expected: set[str]) -> None:
    assert docs(dated, Filters(since=since, until=until)) == expected


def test_an_undated_interview_is_found_only_without_dates(dated: OpenedIndex) -> None:
    assert docs(dated, Filters(interviews=("undated",))) == {"undated"}
    assert docs(dated, Filters(interviews=("undated",), since="1900")) == set()


@given(st.dates().map(str), st.sampled_from([4, 7, 10]), st.dates().map(str), st.sampled_from([4, 7, 10]))
def test_a_day_is_in_time_exactly_when_the_calendar_says_so(
    day: str, precision: int, bound: str, bound_precision: int
) -> None:
    date, limit = day[:precision], bound[:bound_precision]
    shared = min(precision, bound_precision)
    assert in_time(date, Filters(since=limit)) == (date[:shared] >= limit[:shared])
    assert in_time(date, Filters(until=limit)) == (date[:shared] <= limit[:shared])


def test_interviews_are_alternatives_and_go_by_name_or_title(samples: OpenedIndex) -> None:
    assert docs(samples, Filters(interviews=("deep-sea", "ward-nine"))) == {"deep-sea", "ward-nine"}
    assert docs(samples, Filters(interviews=("the keeper who learned to TALK",))) == {"radio-island"}
    assert docs(samples, Filters(interviews=("第九病房",))) == {"ward-nine"}


def test_an_unknown_interview_is_an_error_that_names_near_ones(samples: OpenedIndex) -> None:
    with pytest.raises(InputError, match=r"deep-see.*deep-sea"):
        allowed_rows(View(samples), Filters(interviews=("deep-see",)))
    with pytest.raises(InputError, match="No interview is called"):
        allowed_rows(View(samples), Filters(interviews=("\udcff",)))


@pytest.mark.parametrize(
    ("names", "doc"),
    [
        (("諾德維克", "诺德维克", "Nordvik", "SELA", "Sela Nordvik", "ｓｅｌａ　ｎｏｒｄｖｉｋ"), "deep-sea"),
        (("簡予澄", "简予澄", "予澄", "Chien", "yu-cheng chien"), "ward-nine"),
        (("Mags", "marguerite", "Adeyemi-Strand", "Marguerite Adeyemi-Strand"), "bridge-engineer"),
        (("魏长庚", "魏長庚", "老魏", "Wei"), "paper-theatre"),
    ],
)
def test_a_speaker_is_found_under_every_name_and_script(samples: OpenedIndex, names: tuple[str, ...], doc: str) -> None:
    for name in names:
        assert docs(samples, Filters(speakers=(name,))) == {doc}, name
    assert len({tuple(find_person(samples, name)) for name in names}) == 1


def test_an_unknown_speaker_is_an_error_that_names_near_ones_or_everyone(samples: OpenedIndex) -> None:
    with pytest.raises(InputError, match=r"Nordwik.*Nordvik"):
        find_person(samples, "Nordwik")
    with pytest.raises(InputError, match=r"no speaker called '张三'.*Sela Nordvik"):
        find_person(samples, "张三")
    for nothing in ("", " ", "·", "\udcff"):
        with pytest.raises(InputError):
            find_person(samples, nothing)


def test_only_the_turns_of_the_speaker_pass(panel: OpenedIndex) -> None:
    allowed = allowed_rows(View(panel), Filters(speakers=("林岚",)))
    assert allowed is not None
    texts = [panel.text(doc)[s.start : s.end] for doc, s in panel.sentences]
    assert [text for text, ok in zip(texts, allowed.sentences, strict=True) if ok] == ["雾是云。", "没有了。"]
    passages = [panel.text(p.doc)[p.start : p.end] for p in panel.passages]
    kept = [text for text, ok in zip(passages, allowed.passages, strict=True) if ok]
    assert [text[:2] for text in kept] == ["雾是", "还有"]


def test_speakers_are_alternatives_and_filters_narrow_each_other(panel: OpenedIndex) -> None:
    assert docs(panel, Filters(speakers=("林岚", "沈默"))) == {"panel", "other"}
    assert docs(panel, Filters(speakers=("周桥",))) == {"panel", "other"}
    assert docs(panel, Filters(speakers=("周桥",), interviews=("other",))) == {"other"}
    assert docs(panel, Filters(speakers=("林岚",), interviews=("other",))) == set()


def test_masks_are_as_long_as_what_they_mask(samples: OpenedIndex) -> None:
    allowed = allowed_rows(View(samples), Filters(until="2020"))
    assert allowed is not None
    assert allowed.passages.dtype == allowed.sentences.dtype == np.dtype(bool)
    assert (len(allowed.passages), len(allowed.sentences)) == (len(samples.passages), len(samples.sentences))


def test_more_speakers_than_can_be_told_apart_are_nobody_of_another_interview(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tables, view):
        monkeypatch.setattr(module, "NOBODY", 3)
    monkeypatch.setattr(view, "LABEL_BITS", 2)
    names = ["林岚", "周桥", "何井", "沈默", "陈灯", "吴山"]
    crowd = [[answered(f"我是第{number}个。", label=name) for number, name in enumerate(names)]]
    talks = {"crowd": crowd, "next": [[answered("雪是冰。", label="孙雪")]]}
    index = make_retriever(tmp_path, talks, lambda text: 0.5).index
    assert docs(index, Filters(speakers=("陈灯",))) == {"crowd"}
    assert docs(index, Filters(speakers=("孙雪",))) == {"next"}
