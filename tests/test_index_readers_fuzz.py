"""Any bytes under any suffix are a text or an InputError, within a few seconds; so is any file that broke."""

from __future__ import annotations

import itertools
import json
import string
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reader_files import ASS, CITES, HTML, SRT, VTT, pdf_of, samples

from index.errors import InputError
from index.readers import SUFFIXES, read_file
from index.readers.source import SourceText

SAMPLES = samples()
SECONDS = 10.0
FUZZ = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
MAGIC = [
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"WEBVTT\n\n",
    b"<html>",
    b"[Script Info]\n",
    b"{",
    b"[",
    b"1\n00:00:01,000 --> ",
]
TOKENS = st.sampled_from(
    r"""1 00:00:01,000 --> 99:99:99.999 -00:00:01 <v_Lin> </v> <c> < > >> -_ Lin: 林岚： {\an8} \N NOTE &amp; &#0; , 。
    Dialogue:_0,0:00 <p> </p> <b> </b> <table> <td> <tr> <dl><dt> <cite> <br> <h3> </div> <div> <div_class="speaker">
    <time>0:01</time> <script> <!-- text " { } [ ] null NEWLINE NEWLINE NEWLINE_NEWLINE""".split()
).map(lambda token: token.replace("_", " ").replace("NEWLINE", "\n"))
KEYS = """segments text start end speaker words word utterances results channels alternatives paragraphs sentences
    events segs utf8 tStartMs monologues elements value ts transcription offsets items content time title""".split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


def assert_sound_or_refused(data: bytes, suffix: str) -> SourceText | None:
    """The file as it is read, checked; None where it is refused with a reason that names it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"talk{suffix}")
        path.write_bytes(data)
        began = time.process_time()
        try:
            source = read_file(path)
        except InputError as error:
            assert str(error).startswith(f"{path}: ")
            return None
        finally:
            assert time.process_time() - began < SECONDS
    assert_sound(source)
    return source


def assert_sound(source: SourceText) -> None:
    assert source.text.strip()
    source.text.encode()  # no lone surrogates
    assert "\0" not in source.text
    starts = [mark.start for mark in source.times]
    assert starts == sorted(set(starts))
    assert all(0 <= mark.start < len(source.text) and 0 <= mark.seconds < 1e8 for mark in source.times)
    ends = [0, *(stretch.end for stretch in source.spoken)]
    for before, stretch in zip(ends, source.spoken, strict=False):
        assert before <= stretch.start < stretch.end <= len(source.text)


@pytest.mark.parametrize("suffix", sorted(SAMPLES))
def test_whole_files_are_read(suffix: str) -> None:
    source = assert_sound_or_refused(SAMPLES[suffix], suffix)
    assert source is not None
    assert source.warnings == ()
    assert "1998" in source.text or "一九九八" in source.text


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@FUZZ
@given(start=st.sampled_from(MAGIC), data=st.binary(max_size=400))
def test_any_bytes(suffix: str, start: bytes, data: bytes) -> None:
    assert_sound_or_refused(start + data, suffix)


@pytest.mark.parametrize("suffix", sorted(SAMPLES))
@FUZZ
@given(data=st.data())
def test_files_that_broke(suffix: str, data: st.DataObject) -> None:
    broken = bytearray(SAMPLES[suffix])
    place = st.integers(0, len(broken) - 1)
    for _ in range(data.draw(st.integers(1, 4))):
        at, until = sorted((data.draw(place), data.draw(place)))
        change = data.draw(st.sampled_from(["cut", "flip", "drop", "twice"]))
        if change == "cut":
            del broken[until:]
        elif change == "drop":
            del broken[at : min(until, at + 200)]
        elif change == "twice":
            broken[at:at] = broken[at : min(until, at + 200)]
        elif at < len(broken):
            broken[at] ^= 1 << data.draw(st.integers(0, 7))
        if not broken:
            break
        place = st.integers(0, len(broken) - 1)
    assert_sound_or_refused(bytes(broken), suffix)


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass", ".html", ".txt"])
@FUZZ
@given(tokens=st.lists(TOKENS, max_size=60), head=st.sampled_from(["", SRT, VTT, ASS, HTML, CITES]))
def test_markup_in_any_order(suffix: str, tokens: list[str], head: str) -> None:
    assert_sound_or_refused((head + "".join(tokens)).encode("utf-8", "replace"), suffix)


@FUZZ
@given(value=JSON)
def test_json_of_any_shape(value: object) -> None:
    assert_sound_or_refused(json.dumps(value).encode(), ".json")


@FUZZ
@given(
    operations=st.lists(
        st.sampled_from(
            [
                "BT",
                "ET",
                "/F1 12 Tf",
                "(a) Tj",
                "[(a) -900 (b)] TJ",
                "1 0 0 1 9 9 Tm",
                "0 0 0 0 0 0 cm",
                "/X Do",
                "q",
                "Q",
                "T*",
                "<< /A [",
                "BI ID EI",
                "(a",
                "-5 Tc",
            ]
        )
    )
)
def test_drawing_instructions_in_any_order(operations: list[str]) -> None:
    assert_sound_or_refused(pdf_of([" ".join(operations)]), ".pdf")


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".html", b"<div>" * 200_000 + b"deep"),
        (".html", b"<b><i><a href=x><p>" * 20_000 + b"text"),
        (".html", b"<table><tr><td>" * 20_000 + b"text"),
        (".html", b"<!--" * 500_000 + b"text"),
        (".html", b"<html>" + b"<a b='" * 300_000),
        (".html", b"<p>" + b"&lt;" * 500_000),
        (".html", b"<p>" + b"<strong>A</strong>" * 100_000),
        (".json", b"[" * 1_000_000),
        (".json", b'{"segments":' * 100_000),
        (".json", b'{"start": ' + b"9" * 100_000 + b"}"),
        (".srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<" * 500_000),
        (".srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<v a>" * 100_000),
        (".srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"{\\" * 200_000),
        (".srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b">> " * 100_000),
        (".srt", b"\n" * 2_000_000 + b"1"),
        (".srt", b"1\n" * 500_000),
        (".vtt", b"WEBVTT\n\n" + b"NOTE\n\n" * 300_000),
        (".vtt", b"WEBVTT\n\n" + b"<ruby><rt>" * 100_000),
        (".vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<rt>" * 100_000),
        (".ass", b"Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,," + b"{\\p1}" * 200_000),
        (".ass", b"Dialogue: " * 100_000),
        (".txt", b"-" * 3_000_000),
        (".pdf", b"%PDF-1.4\n" + b"1 0 obj\n<<" * 100_000),
        (".pdf", b"%PDF-1.4\n" + b"[" * 500_000),
        (".pdf", pdf_of(["BT /F1 12 Tf " + "(a) Tj " * 1_000_000], packed=True)),
        (".pdf", pdf_of(["q " * 3_000_000], packed=True)),
    ],
)
def test_files_made_to_take_long_do_not(suffix: str, data: bytes) -> None:
    assert_sound_or_refused(data, suffix)


def test_a_long_recording_is_read_in_a_moment() -> None:
    words = itertools.cycle(string.ascii_lowercase)
    cues = "".join(
        f"{number}\n{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},000 --> "
        f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},900\nsome {next(words)} words\n\n"
        for number, second in enumerate(range(90 * 3600, 102 * 3600, 4))
    )
    source = assert_sound_or_refused(cues.encode(), ".srt")
    assert source is not None
    assert source.times[-1].seconds == 102 * 3600 - 4
