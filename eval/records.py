"""What an evaluation leaves behind: one Outcome a question, one Run a system, one Report a command.

A report file is the Report as JSON (see write_report); figures and groups stand beside the outcomes they
were computed from, so that a reader of the file need not compute them again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import FiniteFloat, TypeAdapter, ValidationError

from index.errors import InputError

LAST_REPORT = "last-report.json"  # in the work folder: of the evaluation that ended last


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One of the passages a question found. `holds` numbers the evidence spans (from 0) that stand whole in it."""

    rank: int
    doc: str
    start: int
    end: int
    speakers: tuple[str, ...]
    text: str
    holds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRank:
    """Where one evidence span stands, and the rank of the first passage that holds it; None where none of those
    looked through does."""

    doc: str
    start: int
    end: int
    rank: int | None


@dataclass(frozen=True, slots=True)
class Cited:
    """A quotation of an answer, and who it says said it."""

    n: int
    doc: str
    speaker: str
    quote: str
    quote_start: int
    quote_end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an LLM judge said of an answer: `scores` by the rubric's names, from 0 to 1, and why."""

    model: str
    scores: dict[str, FiniteFloat]
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One gold question, what a system answered, and its scores.

    `scores` has a metric only where it applies: no recall for a question nobody answers. Means are taken over the
    outcomes that have the metric.
    """

    id: str
    question: str
    history: tuple[str, ...]  # the earlier questions of the conversation
    language: str
    category: str
    split: str
    interviews: tuple[str, ...]  # that hold the evidence
    answerable: bool
    gold_answer: str
    answered: bool
    answer: str
    sentences: tuple[tuple[str, tuple[int, ...]], ...]  # of the answer: text, and the citations it rests on
    citations: tuple[Cited, ...]
    retrieved: tuple[Retrieved, ...]
    evidence: tuple[EvidenceRank, ...]
    scores: dict[str, FiniteFloat]
    seconds: FiniteFloat
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95% bootstrap interval, over n questions."""

    value: FiniteFloat
    low: FiniteFloat
    high: FiniteFloat
    n: int


@dataclass(frozen=True, slots=True)
class Run:
    """All questions put to one system. `groups` has the figures by category, language and interview:
    groups["language"]["en"]["recall@5"]."""

    system: str  # verbatim, langchain, bm25
    outcomes: tuple[Outcome, ...]
    figures: dict[str, Figure]
    groups: dict[str, dict[str, dict[str, Figure]]]


@dataclass(frozen=True, slots=True)
class Report:
    """One evaluation: which questions, of which interviews, by which version; the first run is Verbatim's."""

    version: str
    made: str  # ISO time
    gold: str  # name of the gold set
    gold_sha256: str
    split: str  # dev, test or all
    embedding: str
    interviews: int
    passages: int
    left_out: dict[str, str]  # question id → why it was not asked
    runs: tuple[Run, ...] = field(default=())


REPORT = TypeAdapter(Report)


def write_report(report: Report, path: Path) -> None:
    """Write a report as JSON. Raises InputError when the file cannot be written."""
    try:
        path.write_bytes(REPORT.dump_json(report, indent=1) + b"\n")
    except OSError as error:
        raise InputError(f"{path}: the report cannot be written ({error.strerror})") from error


def read_report(path: Path) -> Report:
    """Read a report. Raises InputError, naming the file, when there is none or it is something else, or holds NaN."""
    try:
        return REPORT.validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the top"
        raise InputError(
            f"{path}: not a report of verbatim eval --json (at {where}: {first['msg']}); make it anew with --json"
        ) from error
