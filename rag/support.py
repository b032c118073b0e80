"""How far the words a sentence cites carry its meaning: one number, 0 to 1, without another call to a model.

A weighted sum through the logistic function, of

    said      share of the sentence's information that the cited words have: rare terms count more; between Chinese
              and English by the words of a dictionary (rag/translation.py)
    least     the same of the clause that they have least of: what is half invented stands out here
    ahead     how much more they have of it than any other source shown to the model
    room      logarithm of their length: much text holds many words by chance
    near      cosine of the sentence and the nearest of their sentences
    nearer    how much nearer that is than the nearest sentence of any other source

Between two languages only those count that told true from invented there; where no dictionary joins them, none that
need words. The weights were fitted on the development halves of eval/claims: true sentences against invented ones and
against those that cite another source (eval/fit_support.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from index.numerals import canonical
from index.script import language
from index.sentences import width
from rag.names_in import without_names
from rag.pack import Source
from rag.retrieve import Retriever
from rag.translation import coverage
from rag.view import Floats

Kind = Literal["same", "translated", "other"]
"""How the languages of a sentence and the cited words go together; "translated" is Chinese and English."""
SIGNS: dict[Kind, tuple[str, ...]] = {
    "same": ("said", "least", "ahead", "room", "near", "nearer"),
    "translated": ("said", "ahead", "near"),
    "other": ("near", "nearer"),
}
WEIGHTS: dict[Kind, dict[str, float]] = {
    "same": {"constant": -5.8, "said": 6.4, "least": 5.2, "ahead": 3.3, "room": -0.45, "near": 6.4, "nearer": 18.7},
    "translated": {"constant": -12.1, "said": 5.1, "ahead": 3.1, "near": 11.9},
    "other": {"constant": -11.8, "near": 14.8, "nearer": 24.9},
}
CLAUSE = re.compile(r"[^，,；;：:。！？!?、\n]+")
SHORT = 4  # Chinese characters; a shorter clause goes with the one before it
MOST_CLAUSES = 30  # those of a longer text are taken together


@dataclass(frozen=True)
class Claim:
    """A sentence, or the part of one before a citation mark, and all that was shown to the model when it wrote it."""

    retriever: Retriever
    text: str
    sources: tuple[Source, ...]

    @cached_property
    def vector(self) -> Floats:
        return self.retriever.embedder.encode_query(self.plain)

    @cached_property
    def plain(self) -> str:
        """The text without the names of the archive's speakers, who hardly say their own."""
        return without_names(self.retriever.view, self.text)

    @cached_property
    def clauses(self) -> list[str]:
        short = max(SHORT, width(self.plain) / MOST_CLAUSES)
        found: list[list[str]] = []
        last = 0.0
        for match in CLAUSE.finditer(self.plain):
            size = width(match.group())
            if found and min(size, last) < short:
                found[-1].append(match.group())
                last += size
            elif match.group().strip():
                found.append([match.group()])
                last = size
        return list(map(" ".join, found)) or [self.plain]

    @cached_property
    def nearest(self) -> dict[int, float]:
        """By source, the cosine of its sentence that is nearest."""
        view, vectors = self.retriever.view, self.retriever.index.sentence_vectors
        rows = {source.n: view.rows_between(source.doc, source.start, source.end) for source in self.sources}
        return {n: float((vectors.vectors(of) @ self.vector).max()) if len(of) else 0.0 for n, of in rows.items()}

    @cached_property
    def said(self) -> dict[int, float]:
        """By source, how much of the claim it says, as far as words can tell."""
        return {source.n: said_by(self, self.plain, source.text) for source in self.sources}


def support(claim: Claim, cited: Sequence[Source]) -> float:
    """How far the cited sources carry a claim, 0 to 1; 0 where nothing is cited, or shares no word in one language."""
    if not cited:
        return 0.0
    kind, found = signs(claim, cited)
    if kind == "same" and not found["said"]:
        return 0.0
    weights = WEIGHTS[kind]
    total = weights["constant"] + sum(weights[name] * value for name, value in found.items())
    return 1 / (1 + math.exp(-total))


def signs(claim: Claim, cited: Sequence[Source], kind: Kind | None = None) -> tuple[Kind, dict[str, float]]:
    """How the languages go together, if no `kind` is given, and the value of each sign that counts there, by name."""
    numbers = {source.n for source in cited}
    others = [source for source in claim.sources if source.n not in numbers]
    text = "\n".join(source.text for source in cited)
    kind = kind or _kind(claim.text, text)
    near = max(claim.nearest[n] for n in numbers)
    found = {"near": near, "nearer": near - max((claim.nearest[source.n] for source in others), default=0.0)}
    if kind != "other":
        found["said"] = claim.said[cited[0].n] if len(cited) == 1 else said_by(claim, claim.plain, text)
        found["ahead"] = found["said"] - max((claim.said[source.n] for source in others), default=0.0)
        found["room"] = math.log(len(text) + 1)
    if kind == "same":
        found["least"] = min(said_by(claim, clause, text) for clause in claim.clauses)
    return kind, {name: found[name] for name in SIGNS[kind]}


def _kind(sentence: str, text: str) -> Kind:
    """What belongs to no language that is known has no words but its own."""
    one, other = language(sentence).split("-")[0], language(text).split("-")[0]
    if one == other or "und" in (one, other):
        return "same"
    return "translated" if {one, other} == {"zh", "en"} else "other"


def said_by(claim: Claim, part: str, text: str) -> float:
    """How much of a part of a claim a text says, as far as words can tell, 0 to 1."""
    if _kind(part, text) == "translated":
        return coverage(part, text) or 0.0
    return claim.retriever.index.lexical.overlaps(_plain(part), [_plain(text)])[0]


@lru_cache(maxsize=256)
def _plain(text: str) -> str:
    """A text with its numbers in plain digits, to be compared."""
    return canonical(text)
