"""An answer as it grows: each drafted sentence checked, its citations numbered in the order they appear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

from rag.answer import AnswerSentence, Citation, Finding
from rag.check import Checked, check, level
from rag.citations import Drafted, Part
from rag.pack import Source
from rag.quote import quote
from rag.retrieve import Ranking, Retriever
from rag.support import Claim


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence with the parts it was checked in; `parts` has the words and what they rest on."""

    text: str
    parts: tuple[tuple[str, Checked], ...]
    findings: tuple[Finding, ...]
    score: float


@dataclass(slots=True)
class Composition:
    """The sentences of one answer that are shown, and their citations.

    What comes before the first sentence that anything supports is held back: an answer of which nothing is supported
    is none.
    """

    retriever: Retriever
    ranking: Ranking
    sources: Sequence[Source]
    strict: bool
    sentences: list[AnswerSentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: int = 0
    _held: list[CheckedSentence] = field(default_factory=list)
    _numbers: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def add(self, sentence: Drafted, cut_off: bool = False) -> bool:
        """Check a sentence; whether there is now more to show."""
        checked = check_sentence(self.retriever, sentence, self.sources, cut_off)
        is_unsupported = level(checked.score) == "unsupported"
        if is_unsupported and self.strict:
            self.dropped += 1
            return False
        self._held.append(checked)
        if is_unsupported and not self.sentences:
            return False
        self.sentences.extend(map(self._shown, self._held))
        self._held.clear()
        return True

    @property
    def refused(self) -> int:
        """How many sentences were written and are not shown."""
        return self.dropped + len(self._held)

    def _shown(self, checked: CheckedSentence) -> AnswerSentence:
        numbers = [self._number(text, source) for text, part in checked.parts for source in part.cited]
        found = tuple(dict.fromkeys(numbers))
        return AnswerSentence(checked.text, found, level(checked.score), round(checked.score, 3), checked.findings)

    def _number(self, text: str, source: Source) -> int:
        """The number of the citation that shows the words of a source which a text rests on."""
        start, end = quote(Claim(self.retriever, text, tuple(self.sources)), source)
        place = (source.doc, start, end)
        if place not in self._numbers:
            self._numbers[place] = len(self.citations) + 1
            self.citations.append(_citation(self.retriever, self.ranking, source, start, end, len(self.citations) + 1))
        return self._numbers[place]


def check_sentence(
    retriever: Retriever, sentence: Drafted, sources: Sequence[Source], cut_off: bool = False
) -> CheckedSentence:
    """Check each part of a sentence against what it cites; the sentence is worth what its worst part is."""
    by_number = {source.n: source for source in sources}
    parts: list[tuple[str, Checked]] = []
    findings: list[Finding] = [Finding("cut off")] if cut_off else []
    for part in sentence.parts:
        findings.extend(Finding("no such citation", str(n)) for n in part.numbers if n not in by_number)
        checked = _checked(retriever, part, [by_number[n] for n in part.numbers if n in by_number], sources)
        parts.append((part.text, checked))
        findings.extend(checked.findings)
    score = min((part.score for _, part in parts), default=0.0)
    return CheckedSentence(sentence.text, tuple(parts), tuple(dict.fromkeys(findings)), score)


def _checked(retriever: Retriever, part: Part, cited: Sequence[Source], sources: Sequence[Source]) -> Checked:
    """Without any mark a part is unsupported, whatever it says; a mark that leads nowhere may be put right."""
    if not part.numbers:
        return Checked((), "unsupported", 0.0, (Finding("uncited"),))
    return check(retriever, part.text, cited, sources)


def _citation(retriever: Retriever, ranking: Ranking, source: Source, start: int, end: int, n: int) -> Citation:
    found = retriever.hit(ranking, source.passage)
    row = retriever.view.passage_at(source.doc, start)  # a whole exchange reaches beyond the passage that was found
    hit = found if row is None else replace(retriever.hit(ranking, row), rank=found.rank, score=found.score)
    return Citation(
        **asdict(hit) | {"seconds": retriever.view.seconds_at(source.doc, start)},
        n=n,
        speaker=source.speaker.name,
        quote=retriever.view.text_of(source.doc)[start:end],
        quote_start=start,
        quote_end=end,
        url=retriever.view.link(source.doc, start),
        role=source.speaker.role,
        kind=source.kind,
        turn=source.turn,
    )


def joined(sentences: Iterator[AnswerSentence] | Sequence[AnswerSentence]) -> str:
    """The sentences as one text, each with its [n]."""
    return " ".join(" ".join(filter(None, (one.text, "".join(f"[{n}]" for n in one.citations)))) for one in sentences)
