"""The gold sets load, and what they point at is what was said; the loader names what it cannot use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from eval.gold import FOLDER, Evidence, Gold, load_gold, only
from index.errors import InputError
from index.model import Kind, Transcript
from index.readers import read_file
from index.script import language
from index.transcript import parse_transcript

SAMPLES = Path(__file__).parent.parent / "eval" / "samples"
REAL = Path(__file__).parent.parent.parent / "shared" / "transcripts"
SETS = sorted(FOLDER.glob("*.jsonl"))
LINE: dict[str, Any] = {
    "id": "x-1",
    "question": "雾？",
    "language": "zh-Hans",
    "category": "fact",
    "gold_answer": "云。",
    "key_facts": [["云", "雲"]],
    "evidence": [{"doc": "fog", "start": 1, "end": 3}],
    "answerable": True,
}


def read_all(folder: Path) -> dict[str, Transcript]:
    files = [path for path in folder.iterdir() if path.suffix in (".txt", ".md")]
    return {path.stem: parse_transcript(path.stem, str(path), read_file(path)) for path in files}


def assert_said(gold: Gold, transcripts: Mapping[str, Transcript]) -> None:
    """Each piece of evidence lies inside one turn of the interview, with no page junk in it."""
    for span in gold.evidence:
        transcript = transcripts[span.doc]
        assert 0 <= span.start < span.end <= len(transcript.text), gold.id
        [turn] = [turn for turn in transcript.turns if turn.start <= span.start and span.end <= turn.end]
        assert turn.kind is Kind.INTERVIEW, gold.id
        assert not any(e.start < span.end and span.start < e.end for e in transcript.excluded), gold.id


@pytest.mark.parametrize("path", SETS, ids=[path.stem for path in SETS])
def test_a_gold_set_is_whole(path: Path) -> None:
    questions = load_gold(path)
    assert len(questions) >= 50
    assert len({gold.id for gold in questions}) == len({gold.question for gold in questions}) == len(questions)
    for gold in questions:
        assert gold.question.strip() == gold.question != ""
        assert gold.answerable == bool(gold.evidence) == bool(gold.key_facts), gold.id
        assert all(writing.strip() for fact in gold.key_facts for writing in fact), gold.id
        assert gold.language.split("-")[0] == language(gold.question).split("-")[0], gold.id
    splits = [len(only(questions, "dev")), len(only(questions, "test"))]
    assert sum(splits) == len(only(questions, "all")) == len(questions)
    assert min(splits) > 0.35 * len(questions)


def test_ids_are_unique_over_all_sets() -> None:
    ids = [gold.id for path in SETS for gold in load_gold(path)]
    assert len(set(ids)) == len(ids)


def test_the_evidence_of_the_samples_is_what_was_said() -> None:
    transcripts = read_all(SAMPLES)
    for gold in load_gold(FOLDER / "samples.jsonl"):
        assert_said(gold, transcripts)


@pytest.mark.skipif(not REAL.is_dir(), reason="the five real interviews (../shared/transcripts) are not here")
def test_the_evidence_of_the_real_interviews_is_what_was_said() -> None:
    transcripts = read_all(REAL)
    for gold in load_gold(FOLDER / "interviews.jsonl"):
        assert_said(gold, transcripts)


def test_a_question_is_always_of_the_same_split() -> None:
    # The last hexadecimal digits of their sha256: a, which is even, and f, which is odd.
    splits = {gold.id: gold.split for gold in load_gold(FOLDER / "samples.jsonl")}
    assert (splits["samples-001"], splits["samples-003"]) == ("dev", "test")


# the loader


def write(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_a_line_is_a_question(tmp_path: Path) -> None:
    odd = LINE | {"id": "x-2", "question": "a\u2028b\x85c"}
    path = write(tmp_path / "gold.jsonl", LINE, "", json.dumps(odd, ensure_ascii=False), "  ")
    first, second = load_gold(path)
    assert first.key_facts == (("云", "雲"),)
    assert first.evidence == (Evidence("fog", 1, 3),)
    assert second.question == odd["question"]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "7",
        {key: value for key, value in LINE.items() if key != "evidence"},
        LINE | {"key_facts": ["云"]},  # not the list of its characters
        LINE | {"key_facts": [[]]},
        LINE | {"evidence": [{"doc": "fog", "start": 3, "end": 3}]},
        LINE | {"evidence": [{"doc": "fog", "start": -1, "end": 3}]},
        LINE | {"evidence": [{"doc": "fog", "start": "1", "end": 3}]},
        LINE | {"evidence": ["fog"]},
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: object) -> None:
    path = write(tmp_path / "gold.jsonl", LINE, line)
    with pytest.raises(InputError, match=r"gold\.jsonl:2: not a gold question"):
        load_gold(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl: cannot be read"):
        load_gold(tmp_path / "nowhere.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}')
    with pytest.raises(InputError, match=r"latin\.jsonl: .*UTF-8"):
        load_gold(tmp_path / "latin.jsonl")
