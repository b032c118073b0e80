"""The JSON of each transcription tool, in miniature: who speaks, when, and what is no transcript."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.errors import InputError
from index.model import Metadata
from index.readers.source import SourceText
from index.readers.transcriber import read_transcriber


def read(content: object) -> SourceText:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_transcriber(Path("talk.json"), data)


def said(source: SourceText) -> list[tuple[float, str, str]]:
    """(seconds, speaker, words) of each stretch that begins with a time."""
    seconds = {mark.start: mark.seconds for mark in source.times}
    return [(seconds[one.start], one.label, source.text[one.start : one.end]) for one in source.spoken]


ASKED, ANSWERED = "When was it closed?", "In 1998, in winter."


def test_whisper() -> None:
    segments = [{"start": 0.0, "end": 2.5, "text": f" {ASKED}"}, {"start": 3, "end": 5, "text": f" {ANSWERED}"}]
    source = read({"text": "", "segments": segments, "language": "en"})
    assert source.text == f"{ASKED} {ANSWERED}"
    assert [(mark.start, mark.seconds) for mark in source.times] == [(0, 0.0), (len(ASKED) + 1, 3.0)]
    assert source.spoken == ()


def test_whisperx_with_a_change_of_speaker_inside_a_segment() -> None:
    words = [("Closed?", 0.1, "SPEAKER_00"), ("In", 1.0, "SPEAKER_01"), ("1998.", None, None)]
    segment = {
        "start": 0.0,
        "end": 2.0,
        "text": "Closed? In 1998.",
        "speaker": "SPEAKER_00",
        "words": [{"word": word, "start": at, "end": at, "speaker": who} for word, at, who in words],
    }
    later = {"start": 3.0, "end": 4.0, "text": "Never again.", "speaker": "SPEAKER_01"}
    assert said(read({"segments": [segment, later]})) == [
        (0.1, "SPEAKER_00", "Closed?"),
        (1.0, "SPEAKER_01", "In 1998. Never again."),
    ]


def test_the_podcast_namespace_with_a_word_a_segment() -> None:
    words = [
        {"speaker": "Lin", "startTime": n / 2, "endTime": n / 2 + 0.4, "body": word}
        for n, word in enumerate(ASKED.split())
    ]
    assert said(read({"version": "1.0.0", "segments": words})) == [(0.0, "Lin", ASKED)]


def test_whisper_cpp() -> None:
    parts = [
        {"offsets": {"from": 500, "to": 2000}, "text": " 灯塔停用了。"},
        {"offsets": {"from": 2000, "to": 3000}, "text": "下雪了。"},
    ]
    source = read({"transcription": parts})
    assert source.text == "灯塔停用了。下雪了。"
    assert [mark.seconds for mark in source.times] == [0.5, 2.0]


def test_assemblyai_gives_milliseconds() -> None:
    source = read(
        {
            "audio_url": "https://example.org/a.mp3",
            "words": [{"text": "When", "start": 250, "end": 400}],
            "utterances": [
                {"speaker": "A", "text": ASKED, "start": 250, "end": 2650},
                {"speaker": "B", "text": ANSWERED, "start": 2650, "end": 5650},
            ],
        }
    )
    assert said(source) == [(0.25, "Speaker A", ASKED), (2.65, "Speaker B", ANSWERED)]
    assert source.metadata.url == "https://example.org/a.mp3"


def test_assemblyai_without_speakers() -> None:
    words = [
        {"text": word, "start": 400 * n, "end": 400 * n + 350, "speaker": None} for n, word in enumerate(ASKED.split())
    ]
    source = read({"utterances": None, "words": words, "text": ASKED})
    assert (source.text, source.times[1].seconds) == (ASKED, 0.4)


def test_deepgram_by_utterances_and_by_paragraphs() -> None:
    utterances = [
        {"speaker": 0, "transcript": ASKED, "start": 0.5, "end": 2.0},
        {"speaker": 1, "transcript": ANSWERED, "start": 3.0, "end": 5.0},
    ]
    paragraphs = [
        {
            "speaker": one["speaker"],
            "sentences": [{"text": one["transcript"], "start": one["start"], "end": one["end"]}],
        }
        for one in utterances
    ]
    channel = {"alternatives": [{"transcript": "", "paragraphs": {"transcript": "", "paragraphs": paragraphs}}]}
    expected = [(0.5, "Speaker 0", ASKED), (3.0, "Speaker 1", ANSWERED)]
    assert said(read({"metadata": {}, "results": {"utterances": utterances, "channels": [channel]}})) == expected
    assert said(read({"metadata": {}, "results": {"channels": [channel]}})) == expected


def test_youtube_json3_and_youtube_transcript_api() -> None:
    events = [
        {"tStartMs": 0, "dDurationMs": 5000, "segs": [{"utf8": "so "}, {"utf8": "the lamp"}]},
        {"tStartMs": 2000, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 2000, "dDurationMs": 4000, "segs": [{"utf8": "was out >> when"}]},
    ]
    source = read({"wireMagic": "pb3", "events": events})
    assert source.text == "so the lamp was out\n\n>> when"
    assert [mark.seconds for mark in source.times] == [0.0, 2.0, 2.0]
    rows = [{"text": "the lamp", "start": 0.0, "duration": 1.5}, {"text": "was out", "start": 1.5, "duration": 2}]
    source = read(rows)
    assert source.text == "the lamp was out"
    assert [mark.seconds for mark in source.times] == [0.0, 1.5]


def test_rev_and_amazon() -> None:
    elements = [{"type": "text", "value": "When", "ts": 0.5, "end_ts": 0.7}, {"type": "punct", "value": "?"}]
    names = [{"id": 0, "name": "Lin Lan"}]
    assert said(read({"speakers": names, "monologues": [{"speaker": 0, "elements": elements}]})) == [
        (0.5, "Lin Lan", "When?")
    ]
    items = [
        {"type": "pronunciation", "alternatives": [{"content": "When"}], "start_time": "0.5", "speaker_label": "spk_0"},
        {"type": "punctuation", "alternatives": [{"content": "?"}]},
    ]
    assert said(read({"results": {"items": items}})) == [(0.5, "spk_0", "When?")]


def test_any_list_of_text_with_speaker_or_time() -> None:
    rows = [
        {"role": "host", "content": ASKED, "time": "00:00:01"},
        {"role": "guest", "content": ANSWERED, "time": "1:02:03"},
    ]
    source = read(
        {
            "title": "The keeper",
            "date": "2024-03-05T10:00",
            "channel": "Harbour",
            "url": "https://x.org/1",
            "data": {"transcript": rows},
        }
    )
    assert said(source) == [(1.0, "host", ASKED), (3723.0, "guest", ANSWERED)]
    assert source.metadata == Metadata("The keeper", "2024-03-05", "Harbour", "https://x.org/1")


def test_json_lines_with_a_line_cut_off() -> None:
    source = read(f'{{"speaker":"Lin","text":"{ASKED}"}}\n\n{{"speaker":"Zhou","text":"{ANSWERED}"}}\n{{"spea'.encode())
    assert [(one.label) for one in source.spoken] == ["Lin", "Zhou"]
    assert source.warnings == ("1 lines are not JSON and were left out",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"name": "verbatim", "scripts": {"test": "pytest"}}, "no transcript in a shape Verbatim reads .*Whisper"),
        ([1, 2, 3], "no transcript"),
        ([{"text": "no speaker, no time"}], "no transcript"),
        ({"segments": []}, "no transcript"),
        (b'{"segments": [', "not valid JSON"),
        (b"", "not valid JSON"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_transcript_is_refused(content: object, reason: str) -> None:
    with pytest.raises(InputError, match=rf"talk\.json: .*{reason}"):
        read(content)


def test_times_that_are_none() -> None:
    never = b'{"speaker": "Lin", "text": "When?", "start": NaN}'
    late = b'{"speaker": "Zhou", "text": "\\ud800 1998", "start": 1e300}'
    source = read(b"[" + never + b", " + late + b"]")
    assert source.times == ()
    assert source.text == "When?\n\n\ufffd 1998"


def test_sentences_of_funasr() -> None:
    sentences = [
        {"text": ASKED, "start": 100, "end": 2000, "spk": 0},
        {"text": ANSWERED, "start": 2100, "end": 4000, "spk": 1},
    ]
    source = read([{"key": "talk", "text": f"{ASKED} {ANSWERED}", "sentence_info": sentences}])
    assert said(source) == [(0.1, "Speaker 0", ASKED), (2.1, "Speaker 1", ANSWERED)]
