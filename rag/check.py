"""Whether what a sentence cites carries it: the facts in it first, then its meaning.

sentence and its citations ─► numbers, names, speaker, quotations, negation ─► support ─► supported, weak, unsupported
                                   └─ not carried: does another source carry it clearly? ─► repaired
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.model import Role
from index.script import language
from rag.answer import Finding, FindingKind, Support
from rag.attribution import misattributed, names_asker
from rag.facts import missing_numbers, missing_quotations
from rag.names_in import missing_names
from rag.negation import contradicts
from rag.pack import Source
from rag.retrieve import Retriever
from rag.support import Claim, support

# Limits on the support, chosen on the development half of the claims: below WEAK a sentence is unsupported, below
# SUPPORTED weak; CLEAR is what another source must reach for a citation to be put right.
WEAK, SUPPORTED, CLEAR = 0.2, 0.5, 0.9
# The most that a sentence counts for where something of it is missing.
WORST: dict[FindingKind, float] = {
    "number": 0.1,
    "speaker": 0.1,
    "quotation": 0.1,
    "name": 0.1,
    "negation": 0.3,
    "question": 0.3,
}
LONGEST = 1000  # characters; what is longer is no sentence, and for it no better citation is looked for
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim with the sources it rests on in the end, how well they carry it, and what was found."""

    cited: tuple[Source, ...]
    support: Support
    score: float
    findings: tuple[Finding, ...]


def check(retriever: Retriever, text: str, cited: Sequence[Source], sources: Sequence[Source]) -> Checked:
    """Check a sentence, or the part of one before its citation, against what it cites out of all `sources`.

    What is not carried by its own citation but clearly by another source is given that one, with a finding that says
    so.
    """
    claim = Claim(retriever, _visible(text), tuple(sources))
    own = _judged(claim, cited)
    if own.support == "supported" or (own.support == "weak" and cited):
        return own
    if len(text) > LONGEST:
        return own
    clear = ([source] for source in sources if source not in cited and support(claim, [source]) >= CLEAR)
    carrying = [checked for checked in (_judged(claim, other) for other in clear) if not checked.findings]
    if not carrying:
        return own
    best = max(carrying, key=lambda checked: checked.score)
    was = ", ".join(str(source.n) for source in cited)
    return Checked(best.cited, best.support, best.score, (Finding("repaired", was),))


def level(score: float) -> Support:
    """The word for a score."""
    return "supported" if score >= SUPPORTED else "weak" if score >= WEAK else "unsupported"


def _judged(claim: Claim, cited: Sequence[Source]) -> Checked:
    found = list(_findings(claim, cited)) if cited else []
    score = min([support(claim, cited), *(WORST[finding.kind] for finding in found)])
    if cited and not found and score < SUPPORTED:
        found.append(Finding("meaning"))
    return Checked(tuple(cited), level(score), score, tuple(found))


def _findings(claim: Claim, cited: Sequence[Source]) -> Iterable[Finding]:
    view, text = claim.retriever.view, claim.text
    said = _visible("\n".join(source.text for source in cited))
    answered = _visible("\n".join([said, *(_question(claim.retriever, source) for source in cited)]))
    documents = [view.document(doc) for doc in dict.fromkeys(source.doc for source in cited)]
    heading = "\n".join(f"{document.title}\n{document.date.partition('-')[0]}" for document in documents)
    interview = _visible("\n".join([heading, *(view.text_of(document.doc) for document in documents)]))
    around = f"{answered}\n{heading}"
    speakers = {source.speaker.person for source in cited}
    dates = [document.date for document in documents]
    yield from (Finding("number", number) for number in missing_numbers(text, around, dates))
    yield from (Finding("speaker", name) for name in misattributed(view, text, cited))
    yield from (Finding("quotation", words) for words in missing_quotations(text, answered, interview))
    yield from (Finding("name", name) for name in missing_names(view, text, around, interview, speakers))
    if language(text).split("-")[0] == language(said).split("-")[0] and contradicts(text, said):
        yield Finding("negation")
    if all(map(_only_asks, cited)) and not names_asker(view, text, cited):
        yield Finding("question")


def _question(retriever: Retriever, source: Source) -> str:
    """The question that a guest answers where a source stands."""
    view = retriever.view
    before = view.before(source.doc, source.turn)
    if source.speaker.role is not Role.GUEST or before < 0:
        return ""
    turn = view.turn(source.doc, before)
    return view.said(source.doc, before, turn.start, turn.end)


def _visible(text: str) -> str:
    """A text without what cannot be seen, which would cut its numbers and names in two."""
    return INVISIBLE.sub("", text)


def _only_asks(source: Source) -> bool:
    asks = source.speaker.role in (Role.HOST, Role.AUDIENCE)
    return asks and source.text.rstrip("”’」』*_ \n").endswith(("?", "？"))
