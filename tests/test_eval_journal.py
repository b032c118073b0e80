"""The journal gives back exactly what it was given, whatever happened to its writer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from eval_reports import GOOD, LOST, OUTCOMES
from hypothesis import given
from hypothesis import strategies as st

from eval.journal import OUTCOME, Journal
from index.errors import StorageError

SETTING = {"gold": "a" * 64, "top_k": 5}


def test_outcomes_come_back_as_they_were(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, SETTING)
    for one in OUTCOMES:
        journal.add(one)
    again = Journal.open(tmp_path, SETTING)
    assert again.outcomes == {one.id: one for one in OUTCOMES}
    assert list(again.outcomes) == [one.id for one in OUTCOMES]


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_number_and_no_character_changes_on_the_way(score: float, text: str) -> None:
    one = replace(LOST, answer=text, question=text, scores={"recall@5": score, text: 1 / 3}, seconds=score)
    line = OUTCOME.dump_json(one)
    assert b"\n" not in line
    assert OUTCOME.validate_json(line) == one


def test_the_last_line_of_a_question_counts(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, SETTING)
    journal.add(LOST)
    journal.add(GOOD)
    judged = replace(LOST, scores={"judge_correct": 0.5})
    journal.add(judged)
    assert Journal.open(tmp_path, SETTING).outcomes == {"lost": judged, "good": GOOD}


@pytest.mark.parametrize("cut", [1, 2, 40, 1000])
def test_a_line_that_was_cut_off_is_asked_again(tmp_path: Path, cut: int) -> None:
    journal = Journal.open(tmp_path, SETTING)
    journal.add(GOOD)
    journal.add(LOST)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-cut])
    again = Journal.open(tmp_path, SETTING)
    assert again.outcomes == ({"good": GOOD} if cut > 1 else {"good": GOOD, "lost": LOST})
    again.add(LOST)
    assert Journal.open(tmp_path, SETTING).outcomes == {"good": GOOD, "lost": LOST}


def test_what_is_no_outcome_costs_no_other(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, SETTING)
    journal.path.write_bytes(b'{"id": "of another version"}\n\xff\xfe\n\n' + OUTCOME.dump_json(GOOD) + b"\n")
    assert Journal.open(tmp_path, SETTING).outcomes == {"good": GOOD}


def test_another_setting_is_another_journal(tmp_path: Path) -> None:
    Journal.open(tmp_path, SETTING).add(GOOD)
    assert Journal.open(tmp_path, {**SETTING, "top_k": 6}).outcomes == {}
    assert Journal.open(tmp_path, dict(reversed(SETTING.items()))).outcomes == {"good": GOOD}


def test_a_fresh_one_forgets_and_a_closed_one_leaves_nothing(tmp_path: Path) -> None:
    Journal.open(tmp_path, SETTING).add(GOOD)
    journal = Journal.open(tmp_path, SETTING, fresh=True)
    assert journal.outcomes == {}
    journal.add(LOST)
    journal.close()
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_is_named(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "gone", SETTING)
    with pytest.raises(StorageError, match=r"gone/unfinished-.*cannot keep here.*No such file"):
        journal.add(GOOD)
    assert journal.outcomes == {}
    Journal.open(tmp_path, SETTING).path.mkdir()
    with pytest.raises(StorageError, match="Make room or get leave to write there"):
        Journal.open(tmp_path, SETTING)
