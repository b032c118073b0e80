"""Subtitles become paragraphs that can be quoted: who speaks, when, each line once, however the file is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from reader_files import ASS, SRT, VTT

from index.errors import InputError
from index.readers.source import SourceText
from index.readers.subtitles import read_subtitles


def read(text: str | bytes) -> SourceText:
    return read_subtitles(Path("talk.srt"), text if isinstance(text, bytes) else text.encode())


def srt(*texts: str, seconds: float = 2.0, pause: float = 0.1) -> str:
    """Cues one after the other."""
    times = [(number * (seconds + pause), number * (seconds + pause) + seconds) for number in range(len(texts))]
    stamps = [f"{_stamp(start)} --> {_stamp(end)}" for start, end in times]
    return "\n\n".join(f"{n}\n{stamp}\n{text}" for n, (stamp, text) in enumerate(zip(stamps, texts, strict=True), 1))


def _stamp(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{round(1000 * (seconds - whole)):03}"


def spoken(source: SourceText) -> list[tuple[str, str]]:
    return [(stretch.label, source.text[stretch.start : stretch.end]) for stretch in source.spoken]


def timed(source: SourceText) -> list[tuple[float, str]]:
    ends = [*(mark.start for mark in source.times[1:]), len(source.text)]
    return [(mark.seconds, source.text[mark.start : end].strip()) for mark, end in zip(source.times, ends, strict=True)]


def test_cues_become_paragraphs_that_begin_where_the_speaker_changes() -> None:
    cues = [
        "Lin Lan: When was the",
        "lighthouse closed?",
        "Zhou Qiao: In",
        "1998, in",
        "winter.",
        "Zhou Qiao: Or later.",
    ]
    source = read(srt(*cues, "Why?", "Lin Lan: Snow?", "Or rain?"))
    assert source.text == (
        "Lin Lan: When was the lighthouse closed?\n\nZhou Qiao: In 1998, in winter.\n\n"
        "Zhou Qiao: Or later. Why?\n\nLin Lan: Snow? Or rain?"
    )
    assert source.spoken == ()
    assert timed(source)[:3] == [(0.0, "Lin Lan: When was the"), (2.1, "lighthouse closed?"), (4.2, "Zhou Qiao: In")]


@pytest.mark.parametrize("label", ["{}: ", "[{}]: ", "{}：", ">> {}: "])
def test_a_name_in_every_cue_is_the_speaker_and_no_sign_of_a_change(label: str) -> None:
    lin, zhou = label.format("SPEAKER_00"), label.format("Zhou Qiao")
    cues = [
        f"{lin}When was the",
        f"{lin}lighthouse closed?",
        f"{zhou}In 1998,",
        "in winter. Note: it",
        f"{zhou}snowed.",
    ]
    source = read(srt(*cues))
    assert spoken(source) == [
        ("SPEAKER_00", "When was the lighthouse closed?"),
        ("Zhou Qiao", "In 1998, in winter. Note: it snowed."),
    ]


def test_voices_are_speakers_and_notes_and_styles_are_not_speech() -> None:
    source = read(VTT)
    assert spoken(source) == [("Lin Lan", "When was the lighthouse closed?"), ("Zhou Qiao", "In 1998 & never again.")]
    assert timed(source) == [(1.0, "When was the lighthouse closed?"), (4.2, "In 1998 & never again.")]


def test_two_voices_in_one_cue() -> None:
    source = read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Lin>Never?</v>\n<v Zhou>Never.</v>\n\n00:03.000 --> 00:04.000\nMusic\n"
    )
    assert spoken(source) == [("Lin", "Never?"), ("Zhou", "Never."), ("", "Music")]


def test_actors_of_substation_are_speakers_in_the_order_of_time() -> None:
    source = read(
        ASS + "Dialogue: 0,0:00\nDialogue: 0,0:00:09.00,0:00:10.00,Default,Lin Lan,0,0,0,,{\\p1}m 0 0{\\p0}\n"
    )
    assert spoken(source) == [("Lin Lan", "When, exactly?"), ("Zhou Qiao", "In 1998, in winter.")]
    assert source.warnings == ("1 of 3 cues could not be read (their time or their text is damaged)",)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_subtitles_in_the_encodings_they_come_in(encoding: str) -> None:
    lines = [
        "林岚：灯塔什么时候停用的？",
        "周桥：一九九八年冬天，",
        "我们关了最后一盏灯。",
        "林岚：后来呢？",
        "周桥：没有后来。",
    ]
    source = read(srt(*lines * 5).encode(encoding))
    assert spoken(source)[:3] == [
        ("林岚", "灯塔什么时候停用的？"),
        ("周桥", "一九九八年冬天，我们关了最后一盏灯。"),
        ("林岚", "后来呢？"),
    ]


def test_chinese_without_punctuation_keeps_its_cues_apart() -> None:
    assert read(srt("我们今天来聊灯塔", "它在一九九八年停用")).text == "我们今天来聊灯塔 它在一九九八年停用"


def test_a_year_that_ends_a_cue_is_no_cue_number() -> None:
    assert read("WEBVTT\n\n00:01.000 --> 00:02.000\nThat was in\n2016\n\n00:03.000 --> 00:04.000\nor later.").text == (
        "That was in 2016 or later."
    )
    assert "in\n2016" not in read(srt("That was in\n2016", "or later.")).text


def test_captions_that_roll_up_are_read_once() -> None:
    source = read(
        "WEBVTT\n\n00:00:00.160 --> 00:00:02.389 align:start\n \n"
        "hello<00:00:00.480><c> and</c><c.colorE5E5E5> welcome</c>\n\n"
        "00:00:02.389 --> 00:00:02.399\nhello and welcome\n \n\n"
        "00:00:02.399 --> 00:00:04.389\nhello and welcome\nto<00:00:02.500><c> the show</c>\n\n"
        "00:00:04.389 --> 00:00:04.399\nto the show\n \n\n"
        "00:00:04.399 --> 00:00:06.389\nto the show\n&gt;&gt; thank you &gt;&gt; no\n"
    )
    assert source.text == "hello and welcome to the show\n\n>> thank you\n\n>> no"
    assert [mark.seconds for mark in source.times] == [0.16, 2.399, 4.399, 4.399]


def test_words_that_light_up_or_are_added_one_by_one_are_read_once() -> None:
    lit = srt(
        '<font color="#0f0">We</font> locked it.',
        'We <font color="#0f0">locked</font> it.',
        "We locked <u>it.</u>",
        "Snow fell.",
    )
    assert read(lit).text == "We locked it. Snow fell."
    assert read(srt("We", "We locked", "We locked it", "Snow", "Snow fell")).text == "We locked it Snow fell"


def test_one_word_a_cue() -> None:
    words = "The lighthouse closed in 1998 , he said .".split()
    assert read(srt(*(f'<font color="red">{word}</font>' for word in words))).text == (
        "The lighthouse closed in 1998, he said."
    )


def test_what_is_said_twice_stays_twice() -> None:
    assert read(srt("Yes.", "Yes.", "The door was locked.", "We went home.", "Snow fell.")).text.startswith("Yes. Yes.")


def test_two_languages_become_two_paragraphs_with_the_same_times() -> None:
    asked, answered, closed = (
        "林岚：灯塔呢？\nLin Lan: The lighthouse?",
        "周桥：一九九八年，\nZhou Qiao: In 1998,",
        "停用了。\nit was closed.",
    )
    source = read(srt(asked, answered, closed, asked, answered, closed))
    assert source.text.split("\n\n")[:4] == [
        "林岚：灯塔呢？",
        "Lin Lan: The lighthouse?",
        "周桥：一九九八年，停用了。",
        "Zhou Qiao: In 1998, it was closed.",
    ]
    assert [mark.seconds for mark in source.times][:6] == [0.0, 0.0, 2.1, 4.2, 2.1, 4.2]


def test_dialogue_dashes_part_two_speakers() -> None:
    assert read(srt("- Closed?\n-In 1998.", "We went home.")).text == "- Closed?\n\n- In 1998. We went home."


def test_a_long_silence_or_a_long_talk_ends_a_paragraph_after_its_sentence() -> None:
    assert read(srt("Snow fell.", "We went home.", pause=3.0)).text == "Snow fell.\n\nWe went home."
    assert read(srt("Snow fell", "on the roofs.", pause=3.0)).text == "Snow fell on the roofs."
    paragraphs = read(srt(*["We locked the door and went home."] * 100)).text.split("\n\n")
    assert all(800 < len(paragraph) < 1000 for paragraph in paragraphs[:-1])


def test_sounds_and_music_are_kept() -> None:
    assert read(srt("[Applause]", "♪ song ♪")).text == "[Applause] ♪ song ♪"


def test_what_can_be_read_of_a_broken_file_is_read() -> None:
    source = read(
        "1\n00:00:01,000 --> 00:00:03,000\nOne.\n\n2\n00:00:xx,000 --> 00:00:05,000\nLost.\n\n"
        "3\n00:00:09,000 --> 00:00:07,000\n\nThree.\n\n4\n-00:00:05,000 --> 00:00:07,000\nFour\nstill four\n5\n"
        "100:00:04,000 --> 100:00:05,000\nFive.\n6\n00:00:08,0"
    )
    assert timed(source) == [(0.0, "Four still four"), (1.0, "One."), (9.0, "Three."), (360004.0, "Five.")]
    assert source.warnings == ("2 of 6 cues could not be read (their time or their text is damaged)",)


def test_parts_that_each_begin_at_zero_stay_one_after_the_other() -> None:
    first = srt(*[f"First {n}." for n in range(40)])
    second = srt(*[f"Second {n}." for n in range(40)])
    text = read(f"{first}\n\n{second}\n").text
    assert text.index("First 39.") < text.index("Second 0.")


@pytest.mark.parametrize(
    "data", [b"", b"just words", b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n\n", b"\0\1\2" * 50]
)
def test_a_file_without_cues_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"talk\.srt: n"):
        read(data)


def test_windows_newlines_and_missing_blank_lines() -> None:
    assert read(SRT.replace("\n\n", "\n").replace("\n", "\r\n")).text == read(SRT).text


def test_who_speaks_in_one_cue_alone_is_not_quoted_as_whoever_spoke_before() -> None:
    cues = ["Dana: And in the spring?", "Piet: They come out.", "Vicar: I do mind.", "Dana: Oh!", "Piet: He minds."]
    assert spoken(read(srt(*cues))) == [
        ("Dana", "And in the spring?"),
        ("Piet", "They come out."),
        ("Vicar", "I do mind."),
        ("Dana", "Oh!"),
        ("Piet", "He minds."),
    ]
    # Where names stand only at a change, what has a colon once may be anything.
    cues = ["Dana: And then?", "Piet: They", "come out.", "Remember: it is spring.", "Dana: Is it?", "Piet: It is."]
    assert "come out. Remember: it is spring." in read(srt(*cues)).text
