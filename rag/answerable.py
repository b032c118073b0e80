"""Whether the interviews answer a question at all.

A question is judged by a score, the weighted sum of

    standing  mean score of the passages found: how far they stand out from the archive
    near      closeness of the archive's best to the question, on the scale of the question's language

More is demanded of a question for a price, a share or a count of things when no passage found has one, and of one with
a name or title that the archive never writes (it may write it in another script).

The score tells other subjects, not whether a question about these very subjects has its answer there: multilingual-e5
puts both equally near. The weights were fitted on the development halves of eval/gold, where the answerable questions
stand against the unanswerable ones, against themselves with the evidence taken away, and against those of the other set
(eval/fit_weights.py).
"""

from __future__ import annotations

import re

from index.embedding import BUNDLED, SAME_MODEL_ON_HUB
from index.lexical import terms
from index.script import language
from rag.amounts import lacks_amount
from rag.names_in import without_names
from rag.retrieve import Ranking, Retriever

WEIGHTS = {"standing": 1.0, "near": 0.5}
# A score below is declined, by the question's language: words count for less in another than the archive's. What loses
# 4 in 100 answerable questions is 3.0 for Chinese and 2.9 for others; those are few, hence the distance. To be told
# that nobody says it is worse than to be shown a quotation too many.
LIMIT = {"zh": 2.9}
LIMIT_OTHERWISE = 2.6
# Mean and spread of `closeness` over answerable questions, by language: all Chinese lies closer together.
SCALE = {"zh": (0.891, 0.017)}
SCALE_OTHERWISE = (0.830, 0.018)
READ = 5  # passages looked at
FEW = 50  # passages
MISSING = 3.0  # how much more it takes where an amount or a name is missing
FAR = -2.5  # on the scale of `near`

TITLE = re.compile(r"《([^》]+)》")
NAME = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]{3,}(?![A-Za-z])")


def is_answerable(retriever: Retriever, ranking: Ranking) -> bool:
    """Whether what was found is likely to answer; with a model that this was not fitted for, whether anything was."""
    if not ranking.order or retriever.index.embedding not in (BUNDLED, SAME_MODEL_ON_HUB):
        return bool(ranking.order)
    found, missing = signs(ranking), is_missing(retriever, ranking)
    if len(ranking.scores) < FEW:  # among few passages none can stand out
        return found["near"] > FAR and not missing
    limit = LIMIT.get(_language(ranking.question), LIMIT_OTHERWISE) + MISSING * missing
    return sum(weight * found[name] for name, weight in WEIGHTS.items()) >= limit


def is_missing(retriever: Retriever, ranking: Ranking) -> bool:
    """Whether the question wants an amount that no passage found has, or has a name that the archive never writes."""
    texts = [retriever.view.text(retriever.index.passages[row]) for row in ranking.order[:READ]]
    return lacks_amount(ranking.question, texts) or bool(unknown_names(retriever, ranking.question))


def signs(ranking: Ranking) -> dict[str, float]:
    """What speaks for a question being answered, by name."""
    mean, spread = SCALE.get(_language(ranking.question), SCALE_OTHERWISE)
    standing = [ranking.scores[row] for row in ranking.order[:READ]]
    return {"standing": sum(standing) / len(standing), "near": (ranking.closeness - mean) / spread}


def unknown_names(retriever: Retriever, question: str) -> list[str]:
    """Latin names in a Chinese or Japanese question, and titles in 《》, no word of which the archive has."""
    if _language(question) not in ("zh", "ja"):
        return []
    rest = without_names(retriever.view, question)
    written = [*NAME.findall(rest), *TITLE.findall(rest)]
    return [name for name in written if (words := terms(name)) and not any(map(retriever.index.lexical.has, words))]


def _language(question: str) -> str:
    """The language, one for both scripts of Chinese."""
    return language(question).split("-")[0]
