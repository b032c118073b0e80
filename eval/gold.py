"""Gold questions: eval/gold/*.jsonl, and any file of the same schema, as JSONL or CSV.

A JSONL file has one object a line, a CSV file a header with the same names and a question a row; there `history`,
`key_facts` and `evidence` are JSON in their cells, and key facts may also be typed as `writing | writing; next fact`.
There `answerable` may be yes or no, 1 or 0, 是 or 否 as well, and the column `history` may be missing.

    id           unlike all others of the file; it decides the split, once and for all
    question     as it is asked
    language     of the question, BCP 47: zh-Hans, zh-Hant, en, ja, es, …
    category     what kind of question it is, in a word: the report has a line for each
    history      for a follow-up, the exchanges before it: [{"question": …, "answer": …}]
    gold_answer  a good answer in the author's own words; "" leaves the similarity out
    key_facts    what a good answer holds: a list of facts, each a list of writings of which any one will do
    evidence     where the interviews say it: [{"doc", "start", "end", "speaker"}], code points of the source;
                 `speaker` is who says it, "" where that goes without saying
    answerable   whether the interviews say it at all
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from index.errors import InputError
from rag.conversation import Exchange

FOLDER = Path(__file__).parent / "gold"
Split = Literal["dev", "test"]
SHOWN = 20  # mistakes of one file that its message lists
STRICT = ConfigDict(extra="forbid", strict=True)
JSON_CELLS = ("history", "key_facts", "evidence")
ANSWERABLE = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}
SEPARATORS = {";": "semicolons", "\t": "tabs"}  # of what some spreadsheets call CSV
TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


def _one_line(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") or character in "\ufffe\uffff":
            raise ValueError(f"has a control character, U+{ord(character):04X}")
    return text


def _tag(text: str) -> str:
    if not TAG.fullmatch(text):
        raise ValueError(f"{text!r} is not a language tag of BCP 47, like zh-Hans, zh-Hant, en, ja or pt-BR")
    return text


def _not_empty(writings: tuple[str, ...]) -> tuple[str, ...]:
    if not writings:
        raise ValueError("a key fact is a list of its writings, and this one has none")
    return writings


Text = Annotated[str, AfterValidator(_not_blank)]
Name = Annotated[Text, AfterValidator(_one_line)]
Language = Annotated[Name, AfterValidator(_tag)]
Fact = Annotated[tuple[Text, ...], AfterValidator(_not_empty)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Evidence:
    """Where an interview says it, and who."""

    doc: Text
    start: int
    end: int
    speaker: str = ""

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not 0 <= self.start < self.end:
            raise ValueError(f"from {self.start} to {self.end} there is nothing")
        return self


@dataclass(frozen=True, slots=True, config=STRICT)
class Gold:
    """One question and what a good answer to it holds."""

    id: Name
    question: Text
    language: Language
    category: Name
    gold_answer: str
    key_facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    answerable: bool
    history: tuple[Exchange, ...] = ()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.answerable and not self.evidence:
            raise ValueError("answerable, but without evidence")
        if not self.answerable and (self.evidence or self.key_facts):
            raise ValueError("not answerable, but with evidence or key facts")
        if any(not exchange.question.strip() for exchange in self.history):
            raise ValueError("history with an empty question")
        return self

    @property
    def split(self) -> Split:
        """Half of the questions are for tuning, half are set aside; the id decides, once and for all."""
        return "dev" if int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 2 == 0 else "test"


GOLD = TypeAdapter(Gold)
COLUMNS = (
    "id",
    "question",
    "language",
    "category",
    "history",
    "gold_answer",
    "key_facts",
    "evidence",
    "answerable",
)


def only(questions: Sequence[Gold], split: Split | Literal["all"]) -> list[Gold]:
    """The questions of one split."""
    return [question for question in questions if split in ("all", question.split)]


def load_gold(path: Path) -> list[Gold]:
    """Read a gold set, .jsonl or .csv. Raises InputError naming each line that cannot be used, and what is wrong."""
    questions: list[Gold] = []
    mistakes: list[str] = []
    seen: dict[str, int] = {}
    for number, record in _records(path):
        try:
            gold = GOLD.validate_json(record)
        except ValidationError as error:
            mistakes.extend(f"{path}:{number}: {mistake}" for mistake in _mistakes(error))
            continue
        if gold.id in seen:
            mistakes.append(f"{path}:{number}: id: {gold.id!r} is also the id of line {seen[gold.id]}")
        seen.setdefault(gold.id, number)
        questions.append(gold)
    if mistakes:
        more = [f"and {len(mistakes) - SHOWN} more"] if len(mistakes) > SHOWN else []
        raise InputError("\n".join(["this gold set cannot be used:", *mistakes[:SHOWN], *more]))
    if not questions:
        raise InputError(f"{path}: no question in it; `verbatim eval --init FILE` writes some to start from")
    return questions


def lines(path: Path) -> dict[str, int]:
    """The line of each question, by its id, in a file that load_gold can read."""
    return {GOLD.validate_json(record).id: number for number, record in _records(path)}


def write_gold(questions: Sequence[Gold], path: Path) -> None:
    """Write a gold set to a new file, .jsonl or .csv. Raises InputError when it exists or cannot be written."""
    rows = [{column: record[column] for column in COLUMNS} for record in map(asdict, questions)]
    if is_csv(path):
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow({name: value if isinstance(value, str) else _json(value) for name, value in row.items()})
        content = file.getvalue().encode("utf-8-sig")  # without the mark, spreadsheets garble Chinese
    else:
        content = "".join(_json(row) + "\n" for row in rows).encode()
    try:
        with path.open("xb") as new:
            new.write(content)
    except FileExistsError as error:
        raise InputError(f"{path}: is there already, and stays as it is; name another file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def is_csv(path: Path) -> bool:
    """Whether a gold set is CSV, else JSONL. Raises InputError for a name that ends in neither."""
    if path.suffix.lower() not in (".csv", ".jsonl"):
        raise InputError(f"{path}: a gold set is a .jsonl or a .csv file")
    return path.suffix.lower() == ".csv"


def _records(path: Path) -> Iterator[tuple[int, str]]:
    """(line number, JSON object) for each question of a file."""
    as_csv = is_csv(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a gold set, which is UTF-8 text ({error})") from error
    if as_csv:
        yield from _rows(path, text)
    else:  # split at \n alone: a JSON string may hold what else ends a line
        yield from ((n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip())


def _rows(path: Path, text: str) -> Iterator[tuple[int, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 0
    try:
        if (first := next(reader, None)) is None:
            return
        header = _header(path, first)
        line = reader.line_num
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line + 1, _json(_record(header, row))
            line = reader.line_num
    except csv.Error as error:
        raise InputError(f"{path}:{line + 1}: not CSV ({error})") from error


def _header(path: Path, cells: Sequence[str]) -> list[str]:
    """The columns' names, "" for one without. Raises InputError for a header that names too few or one twice."""
    names = [cell.strip().lower() for cell in cells]
    if len(names) == 1:
        for separator, what in SEPARATORS.items():
            if separator in cells[0]:
                raise InputError(f"{path}:1: seems to be separated by {what}; save it with commas between the cells")
    if missing := [column for column in COLUMNS if column not in names and column != "history"]:
        raise InputError(f"{path}:1: {', '.join(missing)}: no such column in the header")
    if twice := [name for name in dict.fromkeys(names) if name and names.count(name) > 1]:
        raise InputError(f"{path}:1: {', '.join(twice)}: more than one such column in the header")
    return names


def _record(header: Sequence[str], row: Sequence[str]) -> dict[str, object]:
    """A row by its columns' names; a cell that has none comes under a name that the schema refuses."""
    record: dict[str, object] = {name: _cell(name, "") for name in header if name}
    for place, value in enumerate(row):
        name = header[place] if place < len(header) else ""
        if name:
            record[name] = _cell(name, value)
        elif value.strip():
            record[f"cell {place + 1} ({value.strip()[:40]!r}), which has no column in the header"] = value
    return record


def _cell(name: str, value: str) -> object:
    """What a cell holds; as it stands where it is not what it should be, for the schema to say so."""
    if name == "answerable":
        return ANSWERABLE.get(value.strip().lower(), value)
    if name not in JSON_CELLS:
        return value
    if name == "key_facts" and not value.lstrip().startswith("["):
        facts = (fact.replace("｜", "|").split("|") for fact in value.replace("；", ";").split(";") if fact.strip())
        return [[writing.strip() for writing in fact] for fact in facts]
    try:
        return json.loads(value) if value.strip() else []
    except ValueError:
        return value


def _mistakes(error: ValidationError) -> Iterator[str]:
    """ "evidence.0.end: Field required" for each mistake of one question."""
    for mistake in error.errors(include_url=False, include_context=False):
        field = ".".join(map(str, mistake["loc"]))
        what = mistake["msg"].removeprefix("Value error, ")
        yield f"{field}: {what}" if field else f"not a gold question: {what}"
