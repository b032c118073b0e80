"""The words of a source that a sentence rests on: what its citation shows."""

from __future__ import annotations

import numpy as np

from rag.extract import same_turn
from rag.pack import Source
from rag.signals import standard
from rag.support import Claim, said_by

LONGEST = 3  # sentences of a quotation
NEARNESS = 0.1  # what a standard deviation of nearness counts beside the share of the words said
EACH = 0.06  # what a further sentence must add to the words said


def quote(claim: Claim, source: Source) -> tuple[int, int]:
    """Start and end of the sentence of a source, or of up to LONGEST in a row, that says most of a claim.

    The words decide, and the embedding where they do not tell.
    """
    view, index = claim.retriever.view, claim.retriever.index
    rows = view.rows_between(source.doc, source.start, source.end)
    if not len(rows):
        return source.start, source.end
    nearness = standard(index.sentence_vectors.vectors(rows) @ claim.vector)
    text = view.text_of(source.doc)
    spans = [(index.sentences[row][1].start, index.sentences[row][1].end) for row in rows]
    best, place = -np.inf, spans[0]
    for first in range(len(spans)):
        for last in range(first, min(first + LONGEST, len(spans))):
            if last > first and not same_turn(claim.retriever, int(rows[last - 1]), int(rows[last])):
                break
            start, end = spans[first][0], spans[last][1]
            worth = (
                said_by(claim, claim.plain, text[start:end])
                + NEARNESS * float(nearness[first : last + 1].mean())
                - EACH * (last - first)
            )
            if worth > best:
                best, place = worth, (start, end)
    return place
