"""The ways in which people and programs write down who speaks, and when."""

from __future__ import annotations

import time

import pytest

from index.model import Kind, Role, Transcript
from index.readers.source import SourceText
from index.transcript import parse_transcript

ASKED, ANSWERED = "Is it lit?", "It is, all night."


def read(text: str) -> Transcript:
    return parse_transcript("talk", "talk.md", SourceText(text, "utf-8"))


def spoken(transcript: Transcript) -> list[tuple[str, list[str]]]:
    return [
        (turn.label, [transcript.text[span.start : span.end] for span in turn.spans])
        for turn in transcript.turns
        if turn.kind is Kind.INTERVIEW
    ]


def roles(transcript: Transcript) -> dict[str, Role]:
    return {turn.label: turn.role for turn in transcript.turns if turn.kind is Kind.INTERVIEW}


def page(first: str, second: str, times: int = 3) -> str:
    """An exchange a number of times; "@" in a label is a clock that goes on by seven seconds."""
    out: list[str] = []
    for number in range(2 * times):
        label = (first, second)[number % 2].replace("@", f"0:{7 * number:02d}").replace("§", f"00:00:{7 * number:02d}")
        out.append(label + (ASKED, ANSWERED)[number % 2])
    return "\n\n".join(out) + "\n"


UNTIMED = [
    ("### Ann:\n", "### Ben:\n", "Ann", "Ben"),
    ("### Ann：\n", "### Ben：\n", "Ann", "Ben"),
    ("### Ann\n", "### Ben\n", "Ann", "Ben"),
    ("ANN LEE: ", "BEN FORD: ", "ANN LEE", "BEN FORD"),
    ("Q: ", "A: ", "Q", "A"),
    ("Q. ", "A. ", "Q", "A"),
    ("Q1. ", "A1. ", "Q", "A"),
    ("Q\t", "A\t", "Q", "A"),
    ("问1：", "答1：", "问", "答"),
    ("Question: ", "Answer: ", "Question", "Answer"),
    ("Frage: ", "Antwort: ", "Frage", "Antwort"),
    ("Pregunta: ", "Respuesta: ", "Pregunta", "Respuesta"),
    (">> ANN: ", ">> BEN: ", "ANN", "BEN"),
    ("【主持人】", "【周牧】", "主持人", "周牧"),
    ("［問］", "［答］", "問", "答"),
    ("[Host] ", "[Ben Ford] ", "Host", "Ben Ford"),
    ("**Ann** – ", "**Ben** – ", "Ann", "Ben"),
    ("ANN LEE — ", "BEN FORD — ", "ANN LEE", "BEN FORD"),
    ("*Ann*\n", "*Ben*\n", "Ann", "Ben"),
    ("**Ann**\n\n", "**Ben**\n\n", "Ann", "Ben"),
    ("**Ann Lee** ", "**Ben Ford** ", "Ann Lee", "Ben Ford"),
    ("<b>Ann:</b> ", "<b>Ben:</b> ", "Ann", "Ben"),
    ("- **Ann:** ", "- **Ben:** ", "Ann", "Ben"),
    ("Ann Lee\n", "Ben Ford\n", "Ann Lee", "Ben Ford"),
    ("Ann Lee, editor of Lamps: ", "Ben: ", "Ann Lee", "Ben"),
    ("林岚（某社记者）：", "周牧（某港守塔人）：", "林岚", "周牧"),
    ("Speaker 1: ", "Speaker 2: ", "Speaker 1", "Speaker 2"),
    ("◆林岚：", "◆周牧：", "林岚", "周牧"),
    ("——", "周牧：", "——", "周牧"),
    ("林岚\u3000", "周牧\u3000", "林岚", "周牧"),
    ("SPEAKER_00: ", "SPEAKER_01: ", "SPEAKER_00", "SPEAKER_01"),
]
TIMED = [
    ("**@** · Ann:\n", "**@** · Ben:\n", "Ann", "Ben"),
    ("**@** | Ann\n", "**@** | Ben\n", "Ann", "Ben"),
    ("[@] - Ann: ", "[@] - Ben: ", "Ann", "Ben"),
    ("发言人1 §\n", "发言人2  §\n", "发言人1", "发言人2"),
    ("Speaker 1 §\n", "Speaker 2 §\n", "Speaker 1", "Speaker 2"),
    ("说话人1(@):", "说话人2(@):", "说话人1", "说话人2"),
    ("Ann Lee  @\n", "Ben Ford  @\n", "Ann Lee", "Ben Ford"),
    ("Ann (§): ", "Ben (§): ", "Ann", "Ben"),
    ("Ann [@]: ", "Ben [@]: ", "Ann", "Ben"),
    ("Ann [@] ", "Ben [@] ", "Ann", "Ben"),
    ("[§] Ann: ", "[§] Ben: ", "Ann", "Ben"),
    ("[§] Ann\n", "[§] Ben\n", "Ann", "Ben"),
    ("[@] **Ann:** ", "[@] **Ben:** ", "Ann", "Ben"),
    ("Ann\n§\n", "Ben\n§\n", "Ann", "Ben"),
    ("周牧（@）：", "林讓均（@）：", "周牧", "林讓均"),
    ("Ann Lee: @\n\n", "Ben Ford: @\n\n", "Ann Lee", "Ben Ford"),
    ("Ann: [@] ", "Ben: [@] ", "Ann", "Ben"),
    ("[Ann Lee] @\n", "[Ben Ford] @\n", "Ann Lee", "Ben Ford"),
    ("Ann\t§\t", "Ben\t§\t", "Ann", "Ben"),
    ("[§.0] - Ann\n", "[§.0] - Ben\n", "Ann", "Ben"),
]


@pytest.mark.parametrize(("first", "second", "one", "other"), UNTIMED + TIMED)
def test_labels(first: str, second: str, one: str, other: str) -> None:
    assert spoken(read(page(first, second))) == [(one, [ASKED]), (other, [ANSWERED])] * 3
    assert read(page(first, second)).warnings == ()


@pytest.mark.parametrize(("first", "second", "one", "other"), UNTIMED + TIMED)
def test_who_asks_is_the_host_in_every_layout(first: str, second: str, one: str, other: str) -> None:
    assert roles(read(page(first, second))) == {one: Role.HOST, other: Role.GUEST}


@pytest.mark.parametrize(("first", "second", "one", "other"), TIMED)
def test_times(first: str, second: str, one: str, other: str) -> None:
    transcript = read(page(first, second))
    words = [turn.start for turn in transcript.turns if turn.kind is Kind.INTERVIEW]
    assert [(mark.start, mark.seconds) for mark in transcript.times] == list(zip(words, range(0, 42, 7), strict=True))


@pytest.mark.parametrize(("first", "second"), [("[§] ", "[§] "), ("§\n", "§\n"), ("@ ", "@ "), ("**@** ", "**@** ")])
def test_times_without_speakers(first: str, second: str) -> None:
    transcript = read(page(first, second))
    assert spoken(transcript) == [("", [ASKED, ANSWERED] * 3)]
    assert [mark.seconds for mark in transcript.times] == [0, 7, 14, 21, 28, 35]
    assert {excluded.reason for excluded in transcript.excluded} == {"time"}
    assert "no speaker labels found (6 times, 3 of 6 paragraphs ask)" in transcript.warnings[0]


def test_nothing_said_under_a_time_is_furniture() -> None:
    words = ["share", "so we", "follow us", "two views", "01", "[Music]"]
    transcript = read("\n".join(f"[00:00:0{number}] {line}" for number, line in enumerate(words)))
    assert spoken(transcript) == [("", words)]


def test_a_label_only_where_the_speaker_changes() -> None:
    talk = "Ann: Is it?\n\nIt must be.\n\nBen: It is.\n\nEvery night, the year round.\n\n" * 3
    assert spoken(read(talk))[:2] == [
        ("Ann", ["Is it?", "It must be."]),
        ("Ben", ["It is.", "Every night, the year round."]),
    ]


def test_who_is_introduced_with_a_title_once() -> None:
    talk = "Ann Lee, keeper of the harbour light: It is lit.\n\nBen: Why?\n\n" + "Lee: So.\n\nBen: And?\n\n" * 3
    transcript = read(talk)
    assert spoken(transcript)[0] == ("Ann Lee", ["It is lit."])
    assert roles(transcript) == {"Ann Lee": Role.GUEST, "Lee": Role.GUEST, "Ben": Role.HOST}


def test_captions_that_only_say_that_the_speaker_changes() -> None:
    transcript = read(">> Is it lit? >> It is.\n>> Since when?\n>> Always.\nFor years.\n")
    assert [(turn.role, transcript.text[turn.start : turn.end]) for turn in transcript.turns] == [
        (Role.HOST, "Is it lit?"),
        (Role.GUEST, "It is."),
        (Role.HOST, "Since when?"),
        (Role.GUEST, "Always.\nFor years."),
    ]
    assert "without being named" in transcript.warnings[0]


@pytest.mark.parametrize("label", ["Speaker: ", "Unknown: ", "发言人："])
def test_one_label_that_names_nobody(label: str) -> None:
    transcript = read(page(label, label))
    assert spoken(transcript) == [(label.strip(":： "), [ASKED, ANSWERED] * 3)]
    assert roles(transcript) == {label.strip(":： "): Role.GUEST}
    assert f"only “{label.strip(':： ')}”" in transcript.warnings[0]


def test_a_program_that_labels_every_few_words() -> None:
    transcript = read("Speaker 1: It was\n\nSpeaker 1: dark.\n\nSpeaker 2: Was it?\n\nSpeaker 2: Why?\n\n" * 2)
    assert spoken(transcript)[:2] == [("Speaker 1", ["It was", "dark."]), ("Speaker 2", ["Was it?", "Why?"])]


def test_two_words_at_two_times_are_a_talk() -> None:
    transcript = read("周牧(00:00:03): 灯亮着。\n\n林岚(00:00:09): 几点？\n\n周牧(00:00:13): 三点。\n")
    assert spoken(transcript) == [("周牧", ["灯亮着。"]), ("林岚", ["几点？"]), ("周牧", ["三点。"])]


def test_the_head_of_a_programs_export_is_no_talk() -> None:
    head = "The lamp\nFri, Sep 15, 2023 10:30AM • 45:12\n\nSPEAKERS\nAnn Lee, Ben Ford\n\n"
    transcript = read(head + page("Ann Lee  @\n", "Ben Ford  @\n"))
    assert spoken(transcript)[0] == ("Ann Lee", [ASKED])
    assert (transcript.metadata.title, transcript.metadata.date) == ("The lamp", "2023-09-15")


def test_somebody_heard_once_among_times() -> None:
    talk = page("[§] Ann: ", "[§] Ben: ") + "\n[00:01:00] Carl: Good night.\n"
    assert spoken(read(talk))[-1] == ("Carl", ["Good night."])


def test_a_time_inside_the_words_is_neither_said_nor_lost() -> None:
    transcript = read(page("Ann: ", "Ben: ") + "\nAnn: I was [inaudible 00:12:30] there.\n")
    assert spoken(transcript)[-1] == ("Ann", ["I was", "there."])
    assert [(e.reason, transcript.text[e.start : e.end]) for e in transcript.excluded][-1] == (
        "time",
        "[inaudible 00:12:30]",
    )


def test_the_chapters_of_an_episode_are_not_its_talk() -> None:
    chapters = "00:00 The lamp\n\n10:05 The sea and the lamp\n\n25:40 The end of it\n\n"
    transcript = read(chapters + page("Ann: ", "Ben: "))
    assert spoken(transcript) == [("Ann", [ASKED]), ("Ben", [ANSWERED])] * 3
    assert transcript.times == ()


@pytest.mark.parametrize(
    "text",
    [
        "**Attention** everyone.\n\n**Please** go.\n\nIt was a day.\n\n**Attention** again.\n\n**Please** go on.\n",
        "A. Apples\n\nB. Pears\n\nA. Apples\n\nB. Pears\n",
        "[Music]\n\nIt was dark.\n\n[Music]\n\nIt was late.\n\n[Music]\n\nIt was cold.\n",
        "## Lamps\n\nThey burn.\n\n## Boats\n\nThey float.\n\n## Nets\n\nThey hold.\n",
        "Yes, the same.\n\nIt was dark.\n\nYes, the same.\n\nIt was late.\n\nYes, the same.\n",
        "We met at 10:30 at the pier.\n\nBy 11:00 we were gone.\n",
    ],
)
def test_prose_is_no_layout(text: str) -> None:
    transcript = read(text)
    assert {turn.label for turn in transcript.turns} == {""}
    assert transcript.warnings[0].startswith("no speaker labels found")


def test_old_macintosh_newlines() -> None:
    text = page("Ann: ", "Ben: ")
    assert spoken(read(text.replace("\n", "\r"))) == spoken(read(text))
    assert [turn.start for turn in read(text.replace("\n", "\r")).turns] == [turn.start for turn in read(text).turns]


@pytest.mark.parametrize(
    "part",
    ["a 1:00\n", "[1:00", "[a] ", "**a** ", "**a**\n", ">> ", "Ann, b", "Ann (b", "Q\t", "<b>", "a - ", "灯：\n", "\r"],
)
def test_hostile_text_is_read_in_time(part: str) -> None:
    """Quadratic reading would take minutes, not the second or so this test has."""
    text = part * (50_000 // len(part))
    begin = time.process_time()
    assert read(text).text == text
    assert time.process_time() - begin < 20
