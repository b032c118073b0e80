"""How good the check of citations is: true sentences against the same made wrong on purpose.

    python -m eval.check_claims --interviews INDEX --samples INDEX [--split dev]

eval/claims/*.jsonl has sentences as a good LLM would write them about the interviews, with the stretches that carry
them and versions of each that are wrong in one way:

    number    a number, a share or a date is another
    speaker   somebody else is said to have said or done it
    negated   the opposite, by a "not" or an antonym
    invented  something as plausible that nobody says
    shifted   the true sentence, citing the nearest source that does not carry it (made here, not in the file)

Each is checked as if it stood in an answer: the sources are what its own text finds, with those that carry it. A wrong
one is caught when it does not come out as supported by what it cites; one that the check puts right, with the citation
that carries it, is caught too. Precision is of as many true sentences as wrong ones: a checker that flags at random has
0.5.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as validated

from rag.check import Checked, check
from rag.pack import Source, pack, source_at
from rag.retrieve import Retriever, open_retriever

FOLDER = Path(__file__).parent / "claims"
WRONG = ("number", "speaker", "negated", "invented")
TOP_K, TOKENS = 8, 3000  # as an answer is written by default
Split = Literal["dev", "test"]


@validated(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Stretch:
    """Where an interview carries a claim: code points of its source."""

    doc: str
    start: int
    end: int


@validated(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class ClaimSet:
    """A true sentence, what carries it, and its wrong versions; "" where none makes sense."""

    id: str
    language: str
    text: str
    evidence: tuple[Stretch, ...]
    number: str
    speaker: str
    negated: str
    invented: str

    @property
    def split(self) -> Split:
        """The half it belongs to: thresholds were chosen on dev."""
        return "test" if int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 2 else "dev"


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence with a citation: `kind` is "true" or the way in which it is wrong."""

    claims: ClaimSet
    kind: str
    text: str
    cited: tuple[Source, ...]
    sources: tuple[Source, ...]


def load_claims(file: Path) -> list[ClaimSet]:
    """The claims of a file, one JSON object a line."""
    adapter = TypeAdapter(ClaimSet)
    return [adapter.validate_python(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def cases(retriever: Retriever, claims: ClaimSet) -> Iterator[Case]:
    """A claim and its wrong versions, each with the sources its text would find and those that carry the claim."""
    texts = {"true": claims.text, **{kind: getattr(claims, kind) for kind in WRONG}}
    for kind, text in texts.items():
        if text:
            sources, carrying = _sources(retriever, claims, text)
            yield Case(claims, kind, text, carrying, sources)
    sources, carrying = _sources(retriever, claims, claims.text)
    others = [source for source in sources if source not in carrying]
    if others:
        nearest = min(others, key=lambda source: (abs(source.n - carrying[0].n), -source.n))
        yield Case(claims, "shifted", claims.text, (nearest,), sources)


def _sources(retriever: Retriever, claims: ClaimSet, text: str) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """All sources, and those that carry the claim."""
    found = list(pack(retriever, retriever.rank(text), TOP_K, TOKENS).sources)
    carrying = []
    for stretch in claims.evidence:
        place = (stretch.doc, stretch.start, stretch.end)
        source = next((one for one in found if (one.doc, one.start, one.end) == place or _holds(one, stretch)), None)
        if source is None:
            source = replace(source_at(retriever, *place), n=len(found) + 1)
            found.append(source)
        carrying.append(source)
    return tuple(found), tuple(dict.fromkeys(carrying))


def _holds(source: Source, stretch: Stretch) -> bool:
    return source.doc == stretch.doc and source.start <= stretch.start and stretch.end <= source.end


def is_caught(case: Case, checked: Checked) -> bool:
    """Whether the reader is warned, or the citation put right."""
    right = {(stretch.doc, stretch.start) for stretch in case.claims.evidence}
    is_repaired = any(finding.kind == "repaired" for finding in checked.findings)
    carries = any(
        source.doc == doc and source.start <= start < source.end for source in checked.cited for doc, start in right
    )
    return checked.support != "supported" or (is_repaired and case.kind == "shifted" and carries)


@dataclass(frozen=True, slots=True)
class Rate:
    """Of `wrong` sentences so many were caught; of `true` ones so many flagged."""

    wrong: int
    caught: int
    true: int
    flagged: int

    @property
    def recall(self) -> float:
        return self.caught / self.wrong if self.wrong else 0.0

    @property
    def precision(self) -> float:
        """As if there were as many true sentences as wrong ones."""
        false_alarms = self.flagged / self.true if self.true else 0.0
        return self.recall / (self.recall + false_alarms) if self.recall + false_alarms else 0.0


def rates(checked: Sequence[tuple[Case, bool]]) -> dict[str, Rate]:
    """By the way in which sentences are wrong, out of cases and whether each was flagged."""
    true = [flagged for case, flagged in checked if case.kind == "true"]
    kinds = dict.fromkeys(case.kind for case, _ in checked if case.kind != "true")
    found = {kind: [caught for case, caught in checked if case.kind == kind] for kind in kinds}
    return {kind: Rate(len(caught), sum(caught), len(true), sum(true)) for kind, caught in found.items()}


def run(retriever: Retriever, claims: Sequence[ClaimSet]) -> list[tuple[Case, bool]]:
    """Check every case."""
    every = [case for one in claims for case in cases(retriever, one)]
    return [(case, is_caught(case, check(retriever, case.text, case.cited, case.sources))) for case in every]


def table(checked: Sequence[tuple[Case, bool]]) -> str:
    """Recall and precision by kind, for all languages and each, as text."""
    lines = [f"{'':10}{'all':>16}{'zh-Hans':>16}{'zh-Hant':>16}{'en':>16}"]
    by_language = {
        tag: rates([one for one in checked if tag in ("all", one[0].claims.language)])
        for tag in ("all", "zh-Hans", "zh-Hant", "en")
    }
    for kind in by_language["all"]:
        cells = (found.get(kind) for found in by_language.values())
        lines.append(
            f"{kind:10}" + "".join(f"{f'{r.recall:.2f} / {r.precision:.2f}' if r else '-':>16}" for r in cells)
        )
    flagged = (next(iter(found.values()), Rate(0, 0, 0, 0)) for found in by_language.values())
    lines.append(f"{'true ones':10}" + "".join(f"{f'{r.flagged} of {r.true}':>16}" for r in flagged))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m eval.check_claims", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--interviews", type=Path, help="an index of the five interviews")
    parser.add_argument("--samples", type=Path, help="an index of eval/samples")
    parser.add_argument("--split", choices=("dev", "test", "all"), default="all")
    given = parser.parse_args()
    every: list[tuple[Case, bool]] = []
    for name in ("interviews", "samples"):
        if folder := getattr(given, name):
            claims = [one for one in load_claims(FOLDER / f"{name}.jsonl") if given.split in ("all", one.split)]
            every += run(open_retriever(folder), claims)
    if not every:
        parser.error("name an index: --interviews or --samples")
    print(f"caught (recall) / precision, {given.split}\n{table(every)}")


if __name__ == "__main__":
    main()
