"""How good retrieval, answers and citations are: each measure in a few lines, from 0 to 1.

Evidence spans are the reference throughout. Nothing here splits on white space or asks a language model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from eval.gold import Evidence
from index import names
from index.errors import InputError
from index.lexical import CJK, terms
from index.numerals import canonical, numbers
from index.opened import OpenedIndex
from index.script import fold, language
from rag.answer import Answer, AnswerSentence, Citation, Hit
from rag.filters import find_person

SUPPORTED = 0.5  # share of a sentence's terms that what it cites must have
EDITOR = "Editor"  # as answers name whoever wrote what nobody said


def covers(hit: Hit, evidence: Evidence) -> bool:
    """Whether a hit holds the whole of an evidence span."""
    return hit.doc == evidence.doc and hit.start <= evidence.start and evidence.end <= hit.end


def evidence_ranks(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> tuple[int | None, ...]:
    """For each evidence span the rank, from 1, of the first hit that holds it; None where none does."""
    return tuple(next((rank for rank, hit in enumerate(hits, start=1) if covers(hit, span)), None) for span in evidence)


def recall_at(k: int, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> float:
    """1.0 when every evidence span stands whole in one of the first k hits, else 0.0."""
    return float(all(rank is not None for rank in evidence_ranks(hits[:k], evidence)))


def reciprocal_rank(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> float:
    """1 / rank of the first hit that holds any of the evidence; 0.0 when none does."""
    ranks = [rank for rank in evidence_ranks(hits, evidence) if rank is not None]
    return 1 / min(ranks) if ranks else 0.0


def ndcg_at(k: int, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> float:
    """Discounted gain of the first k hits, 1 / log2(1 + rank) for each that holds evidence which none before it held.

    Divided by that of the best order: those hits first, and one hit more for each span that no hit holds, cut at k
    (Järvelin & Kekäläinen 2002, with a relevance of 1 for evidence that is new).
    """
    ranks = evidence_ranks(hits, evidence)
    new = sorted({rank for rank in ranks if rank is not None})
    ideal = sum(1 / math.log2(1 + rank) for rank in range(1, min(k, len(new) + ranks.count(None)) + 1))
    gained = sum(1 / math.log2(1 + rank) for rank in new if rank <= k)
    return gained / ideal if ideal else 0.0


def key_fact_share(answer: str, key_facts: Sequence[Sequence[str]]) -> float:
    """Share of the key facts that an answer contains in one of their writings; 1.0 where there are none to contain.

    Script, width, case and spaces are folded and numbers are numbers: 四千一百一十二 is 4,112. A number is found whole
    only ("20" not in "2024" nor "1.20"), a Latin word from its beginning ("creativ" in "creativity").
    """
    if not key_facts:
        return 1.0
    comparable = _comparable(answer)
    return _share([any(_stands_in(_comparable(fact), comparable) for fact in facts) for facts in key_facts])


def _comparable(text: str) -> str:
    """Folded, numbers in digits, and no spaces but those that keep two words or two numbers apart."""
    unspaced = re.sub(f"(?<=[{CJK}]) | (?=[{CJK}])", "", " ".join(text.split()))  # 四 千 is a number as well
    folded = fold(canonical(unspaced))
    return re.sub(r"(?<=\d) (?!\d)|(?<=[a-zà-ÿ]) (?![a-zà-ÿ])|(?<=[.,]) (?!\d)|(?<![\da-zà-ÿ.,]) ", "", folded)


def _stands_in(fact: str, text: str) -> bool:
    before = r"(?<!\d)(?<!\d\.)" if fact[:1].isdigit() else "(?<![a-zà-ÿ])" if re.match("[a-zà-ÿ]", fact) else ""
    after = r"(?!\d)(?!\.\d)" if fact[-1:].isdigit() else ""
    return bool(fact) and re.search(before + re.escape(fact) + after, text) is not None


def same_language(answer: str, asked_in: str) -> float:
    """1.0 when a text is in the language of a BCP 47 tag; Simplified and Traditional Chinese are one language."""
    return float(language(answer).split("-")[0] == asked_in.split("-")[0].lower())


def supports(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether quotations carry a sentence: they have all of its numbers, and SUPPORTED of its terms or more.

    A verbatim quotation carries itself. No quotation carries nothing; nor does one in another language, unless names
    and numbers alone make the sentence.
    """
    wanted = set(terms(canonical(sentence)))
    if not quotes or not wanted:
        return False
    if any(_stands_in(fold(sentence), fold(quote)) for quote in quotes):
        return True
    given = {term for quote in quotes for term in terms(canonical(quote))}
    in_quotes = frozenset[str]().union(*map(numbers, quotes))
    return numbers(sentence) <= in_quotes and len(wanted & given) >= SUPPORTED * len(wanted)


def citation_recall(answer: Answer) -> float:
    """Share of the answer's sentences that what they cite supports (ALCE, Gao et al. 2023, arXiv:2305.14627).

    0.0 for an answer without sentences.
    """
    supported = [supports(sentence.text, _quotes(answer, sentence)) for sentence in answer.sentences]
    return _share(supported) if supported else 0.0


def citation_precision(answer: Answer, evidence: Sequence[Evidence]) -> float:
    """Share of the answer's citations that are needed; 0.0 without citations.

    A citation is needed when its quotation is evidence (overlaps a span of it) and, as ALCE has it, some sentence
    that cites it is not supported as well without it, or is supported by it alone.
    """
    needed = [
        any(overlaps(citation, span) for span in evidence)
        and any(_leans_on(answer, sentence, citation) for sentence in answer.sentences)
        for citation in answer.citations
    ]
    return _share(needed) if needed else 0.0


def _leans_on(answer: Answer, sentence: AnswerSentence, citation: Citation) -> bool:
    if citation.n not in sentence.citations:
        return False
    others = _quotes(answer, sentence, but=citation.n)
    breaks = supports(sentence.text, [*others, citation.quote]) and not supports(sentence.text, others)
    return breaks or supports(sentence.text, [citation.quote])


def _quotes(answer: Answer, sentence: AnswerSentence, but: int | None = None) -> list[str]:
    return [c.quote for c in answer.citations if c.n in sentence.citations and c.n != but]


def overlaps(citation: Citation, evidence: Evidence) -> bool:
    """Whether a quotation has at least one character of an evidence span."""
    starts_before = citation.quote_start < evidence.end and evidence.start < citation.quote_end
    return citation.doc == evidence.doc and starts_before


def attribution(answer: Answer, evidence: Sequence[Evidence], index: OpenedIndex) -> float | None:
    """Share of the citations of evidence whose speaker is the one who said it; None where no evidence is cited.

    Who said it is what the evidence's author wrote down. Names are compared as the archive's persons, so that 奥特曼 is
    Sam Altman.
    """
    right = [
        bool(persons(index, citation.doc, citation.speaker) & persons(index, citation.doc, span.speaker))
        for citation in answer.citations
        for span in evidence
        if span.speaker and overlaps(citation, span)
    ]
    return _share(right) if right else None


def persons(index: OpenedIndex, doc: str, name: str) -> set[str]:
    """Whom a name stands for in one interview: first as its own labels and speakers go, then in the whole archive."""
    wanted = names.key(name)
    if not wanted or name == EDITOR:
        return {EDITOR} if wanted else set()
    speakers = index.speakers(doc).values()
    here = {s.person or s.name for s in speakers if wanted in (names.key(s.label), names.key(s.name))}
    try:
        return here or set(find_person(index, name))
    except InputError:  # nobody of that name
        return set()


def verbatim_share(answer: Answer, text_of: Callable[[str], str]) -> float:
    """Share of the citations whose quotation stands in its source at its offsets; 1.0 without citations."""
    exact = [text_of(c.doc)[c.quote_start : c.quote_end] == c.quote != "" for c in answer.citations]
    return _share(exact) if exact else 1.0


def _share(true: Sequence[bool]) -> float:
    return sum(true) / len(true)
