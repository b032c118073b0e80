"""The gold sets load, and what they point at is what was said; the loader names what it cannot use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.gold import COLUMNS, FOLDER, Evidence, Gold, lines, load_gold, only, write_gold
from index.errors import InputError
from index.model import Kind, Transcript
from index.readers import read_file
from index.script import language
from index.transcript import parse_transcript
from rag.conversation import Exchange

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
    assert first.history == ()
    assert first.evidence == (Evidence("fog", 1, 3),)
    assert second.question == odd["question"]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("{", "not a gold question: Invalid JSON"),
        ("[]", "not a gold question: Input should be an object"),
        ("7", "not a gold question: "),
        ({key: value for key, value in LINE.items() if key != "evidence"}, "evidence: Field required"),
        (LINE | {"anwser": "云"}, "anwser: Unexpected"),
        (LINE | {"id": " "}, "id: is empty"),
        (LINE | {"id": "x\x0b"}, r"id: has a control character, U\+000B"),
        (LINE | {"category": "a\uffff"}, r"category: has a control character, U\+FFFF"),
        (LINE | {"language": "zh\n"}, r"language: has a control character, U\+000A"),
        (LINE | {"language": "Chinese"}, "language: 'Chinese' is not a language tag of BCP 47, like zh-Hans"),
        (LINE | {"question": 7}, "question: Input should be a valid string"),
        (LINE | {"answerable": "yes"}, "answerable: Input should be a valid boolean"),
        (LINE | {"key_facts": ["云"]}, r"key_facts\.0: "),  # not the list of its characters
        (LINE | {"key_facts": [[]]}, r"key_facts\.0: .* has none"),
        (LINE | {"key_facts": [["云", ""]]}, r"key_facts\.0\.1: is empty"),
        (LINE | {"evidence": [{"doc": "fog", "start": 3, "end": 3}]}, r"evidence\.0: from 3 to 3 there is nothing"),
        (LINE | {"evidence": [{"doc": "fog", "start": -1, "end": 3}]}, r"evidence\.0: from -1 to 3"),
        (LINE | {"evidence": [{"doc": "fog", "start": "1", "end": 3}]}, r"evidence\.0\.start: .* valid integer"),
        (LINE | {"evidence": [{"doc": "fog", "start": 1}]}, r"evidence\.0\.end: Field required"),
        (LINE | {"evidence": ["fog"]}, r"evidence\.0: "),
        (LINE | {"evidence": []}, "answerable, but without evidence"),
        (LINE | {"answerable": False}, "not answerable, but with evidence or key facts"),
        (LINE | {"history": [{"answer": "云。"}]}, r"history\.0\.question: Field required"),
        (LINE | {"history": [{"question": ""}]}, "history with an empty question"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: object, mistake: str) -> None:
    path = write(tmp_path / "gold.jsonl", LINE, line)
    with pytest.raises(InputError, match=rf"gold\.jsonl:2: .*{mistake}"):
        load_gold(path)


def test_every_line_that_cannot_be_used_is_named_up_to_a_point(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", *[LINE | {"id": ""}] * 22, LINE, LINE)
    with pytest.raises(InputError) as caught:
        load_gold(path)
    told = str(caught.value).splitlines()
    assert told[1:21] == [f"{path}:{number}: id: is empty" for number in range(1, 21)]
    assert told[21:] == ["and 3 more"]  # two of them, and the id that stands twice


def test_an_id_that_stands_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", LINE, "", LINE | {"question": "霜？"})
    with pytest.raises(InputError, match=r"gold\.jsonl:3: id: 'x-1' is also the id of line 1"):
        load_gold(path)


@pytest.mark.parametrize(
    ("name", "text"), [("a.jsonl", ""), ("b.jsonl", " \n\n"), ("c.csv", ""), ("d.csv", "HEADER\n\n")]
)
def test_an_empty_file_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text.replace("HEADER", ",".join(COLUMNS)), encoding="utf-8")
    with pytest.raises(InputError, match=f"{name}: no question in it"):
        load_gold(tmp_path / name)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl: cannot be read"):
        load_gold(tmp_path / "nowhere.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}')
    with pytest.raises(InputError, match=r"latin\.jsonl: .*UTF-8"):
        load_gold(tmp_path / "latin.jsonl")
    with pytest.raises(InputError, match=r"gold\.xlsx: a gold set is a \.jsonl or a \.csv file"):
        load_gold(tmp_path / "gold.xlsx")


# CSV


def row(**cells: str) -> str:
    """A row of a spreadsheet, every cell quoted; what is not given is blank."""
    return ",".join('"' + cells.get(column, "").replace('"', '""') + '"' for column in COLUMNS)


FOG = {
    "id": "x-1",
    "question": "雾？",
    "language": "zh-Hans",
    "category": "fact",
    "evidence": json.dumps(LINE["evidence"]),
    "answerable": "TRUE",
}


def write_csv(path: Path, *rows: str) -> Path:
    path.write_bytes("\r\n".join([",".join(COLUMNS), *rows, ""]).encode("utf-8-sig"))
    return path


def test_a_row_is_a_question(tmp_path: Path) -> None:
    history = json.dumps([{"question": "云呢？"}])
    path = write_csv(
        tmp_path / "gold.csv",
        row(**FOG, key_facts="云 | 雲; 三天｜3天；霜", gold_answer="云,\n和雾。"),
        row(**FOG | {"id": "x-2", "key_facts": '[["a;b", "c|d"]]', "history": history}),
        row(),
        row(**FOG | {"id": "x-3", "evidence": "", "answerable": "false"}),
    )
    first, second, third = load_gold(path)
    assert first.key_facts == (("云", "雲"), ("三天", "3天"), ("霜",))
    assert first.evidence == (Evidence("fog", 1, 3),)
    assert first.gold_answer == "云,\n和雾。"
    assert second.key_facts == (("a;b", "c|d"),)
    assert second.history == (Exchange("云呢？"),)
    assert (third.answerable, third.evidence, third.key_facts) == (False, (), ())


@pytest.mark.parametrize(
    ("cells", "mistake"),
    [
        ({"id": ""}, "id: is empty"),
        ({"answerable": "perhaps"}, "answerable: "),
        ({"evidence": "fog:1-3"}, "evidence: "),
        ({"evidence": '[{"doc": "fog", "start": 1}]'}, r"evidence\.0\.end: Field required"),
        ({"key_facts": "云; |雲"}, r"key_facts\.1\.0: is empty"),
    ],
)
def test_a_row_that_is_none_is_named(tmp_path: Path, cells: dict[str, str], mistake: str) -> None:
    path = write_csv(tmp_path / "gold.csv", row(**FOG, gold_answer="two\nlines"), row(**FOG | {"id": "x-2"} | cells))
    with pytest.raises(InputError, match=rf"gold\.csv:4: {mistake}"):
        load_gold(path)


def test_what_is_no_table_of_questions_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gold\.csv:2: cell 11 \('more'\), which has no column in the header: "):
        load_gold(write_csv(tmp_path / "gold.csv", row(**FOG) + ",,more"))
    (tmp_path / "other.csv").write_text("id,question\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"other\.csv:1: language, .*answerable: no such column"):
        load_gold(tmp_path / "other.csv")
    with pytest.raises(InputError, match=r"broken\.csv:2: not CSV"):
        load_gold(write_csv(tmp_path / "broken.csv", '"never closed'))


def test_a_header_as_spreadsheets_write_it(tmp_path: Path) -> None:
    names = [f" {name.upper()} " for name in COLUMNS if name != "history"]
    cells = ["x-1", "雾？", "zh-Hans", "fact", "", "", FOG["evidence"].replace('"', '""'), "是"]
    path = tmp_path / "gold.csv"
    path.write_text(",".join(names) + ",,\n" + ",".join(f'"{cell}"' for cell in cells) + ",,,\n", encoding="utf-8")
    [gold] = load_gold(path)
    assert (gold.evidence, gold.answerable, gold.history) == ((Evidence("fog", 1, 3),), True, ())


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (";".join(COLUMNS), "seems to be separated by semicolons; save it with commas"),
        ("\t".join(COLUMNS), "seems to be separated by tabs; save it with commas"),
        (",".join([*COLUMNS, "ID", "question"]), "id, question: more than one such column"),
    ],
)
def test_a_header_that_cannot_be_used_says_why(tmp_path: Path, header: str, message: str) -> None:
    (tmp_path / "gold.csv").write_text(header + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"gold\.csv:1: {message}"):
        load_gold(tmp_path / "gold.csv")


@pytest.mark.parametrize("said", ["true", "YES", " 1 ", "是"])
def test_a_yes_and_a_no_in_a_cell(tmp_path: Path, said: str) -> None:
    opposite = {"true": "FALSE", "YES": "no", " 1 ": "0", "是": "否"}[said]
    rows = [row(**FOG | {"answerable": said}), row(**FOG | {"id": "x-2", "evidence": "", "answerable": opposite})]
    assert [gold.answerable for gold in load_gold(write_csv(tmp_path / "gold.csv", *rows))] == [True, False]


def test_the_line_of_each_question(tmp_path: Path) -> None:
    assert lines(write(tmp_path / "gold.jsonl", LINE, "", LINE | {"id": "x-2"})) == {"x-1": 1, "x-2": 3}
    rows = [row(**FOG, gold_answer="two\nlines"), row(**FOG | {"id": "x-2"})]
    assert lines(write_csv(tmp_path / "gold.csv", *rows)) == {"x-1": 2, "x-2": 4}


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_what_is_written_is_read_back(tmp_path: Path, suffix: str) -> None:
    every = [gold for path in SETS for gold in load_gold(path)]
    odd = Gold("ö,", 'a "b",\r\n\u2028c', "en", "fact", "", (("|;", "雲"),), (Evidence("d,e", 0, 9, "É"),), True)
    odd = replace(odd, history=(Exchange("那呢？", "是。"),))
    write_gold([*every, odd], tmp_path / f"gold{suffix}")
    assert load_gold(tmp_path / f"gold{suffix}") == [*every, odd]
