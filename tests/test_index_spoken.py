"""Formats that know their speakers: turns straight from what the reader says."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from index.model import Metadata, Role, TimeMark, Transcript
from index.readers.source import SourceText, Spoken
from index.transcript import parse_transcript


def read(*said: tuple[str, str], between: str = "\n\n", times: tuple[TimeMark, ...] = ()) -> Transcript:
    """A transcript of (label, words) in order; a label "-" marks what is no speech."""
    text, spoken = "", []
    for label, words in said:
        if label != "-":
            spoken.append(Spoken(len(text), len(text) + len(words), label))
        text += words + between
    return parse_transcript("talk", "2023-09-19-talk.vtt", SourceText(text, "vtt", spoken=tuple(spoken), times=times))


def turns(transcript: Transcript) -> list[tuple[str, list[str]]]:
    return [(turn.label, [transcript.text[s.start : s.end] for s in turn.spans]) for turn in transcript.turns]


def test_stretches_of_one_speaker_are_one_turn() -> None:
    transcript = read(("Ann", "Is it lit?"), ("Ben", "It is."), ("Ben", "Every night."), ("Ann", "Why?"))
    assert turns(transcript) == [("Ann", ["Is it lit?"]), ("Ben", ["It is.", "Every night."]), ("Ann", ["Why?"])]
    assert transcript.warnings == ()


def test_cues_that_only_a_newline_parts_are_one_paragraph() -> None:
    transcript = read(("Ann", "Is it"), ("Ann", "lit?"), ("Ben", "It is.\n\nEvery night."), between="\n")
    assert turns(transcript) == [("Ann", ["Is it\nlit?"]), ("Ben", ["It is.", "Every night."])]


def test_what_lies_between_is_not_speech() -> None:
    transcript = read(("-", "[Music]"), ("Ann", "Is it?"), ("-", "NOTE a note"), ("Ben", "It is."), ("-", "The end"))
    assert [(e.reason, transcript.text[e.start : e.end]) for e in transcript.excluded] == [
        ("not speech", "[Music]"),
        ("not speech", "NOTE a note"),
        ("not speech", "The end"),
    ]


def test_words_that_look_like_furniture_or_labels_were_said() -> None:
    words = ["share", "# One", "Follow us: now", "Ben: he said", "[00:12] then"]
    transcript = read(*(("Ann", word) for word in words), ("Ben", "Yes."))
    assert turns(transcript)[0] == ("Ann", words)


def test_roles_are_told_by_behaviour() -> None:
    said = [("SPEAKER_00", "Is it lit?"), ("SPEAKER_01", "It is lit every night, the year round.")] * 3
    assert {turn.label: turn.role for turn in read(*said).turns} == {"SPEAKER_00": Role.HOST, "SPEAKER_01": Role.GUEST}


def test_one_label_that_names_nobody_is_one_speakers_text() -> None:
    transcript = read(("Speaker", "Is it lit?"), ("Speaker", "It is."), times=(TimeMark(0, 0.0), TimeMark(12, 3.5)))
    assert turns(transcript) == [("Speaker", ["Is it lit?", "It is."])]
    assert transcript.turns[0].role is Role.GUEST
    assert "no speaker labels found (only “Speaker”, 2 times)" in transcript.warnings[0]


def test_times_and_metadata_of_the_format_go_before_what_the_name_says() -> None:
    times = (TimeMark(0, 1.5),)
    spoken = (Spoken(0, 3, "Ann"),)
    source = SourceText(
        "Is?", "vtt", (), Metadata("On air", "September 2024", "Harbour", "https://a.example"), spoken, times
    )
    transcript = parse_transcript("talk", "2023-09-19-talk.vtt", source)
    assert transcript.metadata == Metadata("On air", "2024-09", "Harbour", "https://a.example")
    assert transcript.times == times
    assert read(("Ann", "Is?")).metadata == Metadata("2023-09-19-talk", "2023-09-19", "", "")


def test_a_stretch_without_words() -> None:
    assert turns(read(("Ann", " \n "), ("Ben", "Yes."))) == [("Ben", ["Yes."])]
    assert "nothing that was said was found" in read(("Ann", " ")).warnings


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "Ann", "Ben", "Speaker 1", "-", ">>", "Ann "]), st.text(max_size=12)), max_size=9
    )
)
def test_any_stretches_make_turns_in_order(said: list[tuple[str, str]]) -> None:
    transcript = read(*said)
    spans = [(span.start, span.end) for turn in transcript.turns for span in turn.spans]
    left_out = [(excluded.start, excluded.end) for excluded in transcript.excluded]
    for start, end in spans:
        assert transcript.text[start:end].strip() == transcript.text[start:end] != ""
    if any(label != "-" for label, _ in said):
        every = sorted([*spans, *left_out])
        assert all(one[1] <= other[0] for one, other in pairwise(every))
