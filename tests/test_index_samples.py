"""The interviews written for this project: every layout, read as its authors meant it."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from index.model import Kind, Role, Transcript
from index.passages import LONGEST, cut
from index.people import evidence, resolve
from index.readers import read_file
from index.transcript import parse_transcript

FOLDER = Path(__file__).parent.parent / "eval" / "samples"
# doc → interview turns, language, date, the last words, who answers
SAMPLES = {
    "bridge-engineer": (36, "en", "2024-03-04", "There's a canoe in the garage.", {"Marguerite Adeyemi-Strand"}),
    "deep-sea": (36, "zh-Hant", "", "明年四月,只要阿滿點頭。", {"Sela Nordvik"}),
    "night-trains": (36, "zh-Hans", "2019-05", "买张票,睡过站。", {"顾启明"}),
    "paper-theatre": (36, "zh-Hans", "", "那就没散。", {"Shen Yanqiu", "Wei Changgeng"}),
    "radio-island": (34, "en", "2023-10-14", "That’s how I know I picked the right one.", {"Tormod Guthrie"}),
    "tea-mountain": (36, "zh-Hans", "2023-04-18", "学开挖掘机。", {"普云禾"}),
    "ward-nine": (36, "zh-Hant", "2022-11-05", "下班騎車慢一點。", {"Yu-cheng Chien"}),
}
JUNK = re.compile(
    r"https?://|!\[|example\.(?:org|com)|[👇🌟🔔]|扫码|往期|相关推荐|預售|预售|微信|阅读原文"
    r"|cookies|Related stories|incentive"
    r"|责任编辑|商务合作|未經|All rights reserved|Producer:|Transcription:|采写"
)


@cache
def sample(doc: str) -> Transcript:
    (path,) = FOLDER.glob(f"{doc}.*")
    return parse_transcript(doc, str(path), read_file(path))


def test_every_sample_is_here() -> None:
    assert {path.stem for path in FOLDER.iterdir() if path.suffix in (".txt", ".md")} == set(SAMPLES)


@pytest.mark.parametrize("doc", SAMPLES)
def test_sample(doc: str) -> None:
    turns, language, date, last_words, answering = SAMPLES[doc]
    transcript = sample(doc)
    spoken = [turn for turn in transcript.turns if turn.kind is Kind.INTERVIEW]
    assert len(spoken) == turns
    assert transcript.text[: spoken[-1].end].endswith(last_words)
    assert (transcript.language, transcript.metadata.date, transcript.warnings) == (language, date, ())
    speakers = resolve({doc: evidence(transcript)}, ()).speakers
    assert {speaker.person for speaker in speakers if speaker.role is Role.GUEST} == answering


@pytest.mark.parametrize("doc", SAMPLES)
def test_passages_hold_the_talk_and_no_furniture(doc: str) -> None:
    transcript = sample(doc)
    for passage in cut(transcript).passages:
        words = transcript.text[passage.start : passage.end]
        assert not JUNK.search(words), words
        assert len(words) <= LONGEST * (3 if transcript.language == "en" else 1)


@pytest.mark.parametrize("doc", SAMPLES)
def test_hosts_and_guests_take_turns(doc: str) -> None:
    """No two questions follow each other without an answer: each sample is one exchange after another."""
    roles = [turn.role for turn in sample(doc).turns if turn.kind is Kind.INTERVIEW]
    assert all(Role.GUEST in pair for pair in pairwise(roles))
    assert roles[0] is Role.HOST
    assert roles[-1] is Role.GUEST


def test_people_of_the_whole_archive_stay_apart() -> None:
    found = resolve({doc: evidence(sample(doc)) for doc in SAMPLES}, ())
    persons: dict[str, set[str]] = {}
    for speaker in found.speakers:
        if speaker.person:
            persons.setdefault(speaker.person, set()).add(speaker.doc)
    assert all(len(docs) == 1 for docs in persons.values())
