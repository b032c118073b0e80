"""Whether the interviews answer a question at all.

A question that asks for a price, a share or a count of things is declined when no passage found has one, and one with
a name or title that the archive never writes. All others are judged by a score, the weighted sum of

    standing  mean score of the passages found: how far they stand out from the archive
    near      closeness of the archive's best to the question, on the scale of the question's language

It tells other subjects, not whether a question about these very subjects has its answer there: multilingual-e5 puts
both equally near. The weights were fitted on the development halves of eval/gold, where the answerable questions stand
against the unanswerable ones, against themselves with the evidence taken away, and against those of the other set
(eval/fit_weights.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index.embedding import BUNDLED, SAME_MODEL_ON_HUB
from index.lexical import terms
from index.numerals import canonical
from index.script import fold, language
from rag.retrieve import Ranking, Retriever

WEIGHTS = {"standing": 1.0, "near": 0.5}
# A score below is declined, by the question's language: words count for less in another than the archive's. Each is
# below what loses 4 in 100 answerable questions (3.0; 2.9 with a fourth of the questions, so further below): to be told
# that nobody says it is worse than to be shown a quotation too many.
LIMIT = {"zh": 2.9}
LIMIT_OTHERWISE = 2.4
# Mean and spread of `closeness` over answerable questions, by language: all Chinese lies closer together.
SCALE = {"zh": (0.891, 0.017)}
SCALE_OTHERWISE = (0.830, 0.018)
READ = 5  # passages looked at
FEW = 50  # passages
FAR = -2.5  # on the scale of `near`

PRICE = re.compile(
    r"(?:多少|几|幾)(?:钱|錢|美元|美金|元|块钱|塊錢)|(?:价格|價格|售价|售價|票价|票價|市值|估值|年薪|薪水)[^，,。？?]{0,6}(?:多少|几|幾)"
    r"|(?:收|卖|賣|投|赚|賺|花|付)(?:了|到|入|出|掉)?多少|how much (?:money|of (?:his|her|their|its) own money)"
    r"|\bwhat\b[^?]{0,30}\b(?:price|cost|salary|valuation)\b|いくら|cuánto (?:cuesta|dinero|cobra|vale)",
    re.IGNORECASE,
)
AMOUNT = re.compile(
    r"\d\s*(?:多|余|餘)?[万萬亿億]?\s*(?:美元|美金|欧元|歐元|英镑|英鎊|日元|元|円|块|塊|刀)|[$¥￥£€]\s*\d"
    r"|\d\s*(?:\w+ )?(?:dollar|pound|euro|yen)",
    re.IGNORECASE,
)
SHARE = re.compile(
    r"(?:几|幾|多少)成|百分之(?:多少|几|幾)|百分比|占比|比例|(?:多少|几|幾)(?:股份|比率)|占多少|几分之|幾分之|(?:涨|漲|降|跌|增|减|減)(?:了|低|长|長)?(?:多少|几|幾)"
    r"|what (?:percentage|share|fraction|proportion)|何割|何パーセント|qué (?:porcentaje|proporción)",
    re.IGNORECASE,
)
PART = re.compile(
    r"\d\s*[%％]|%|分之|\d/\d|\d\s*(?:成|割|折)|一半|\bhalf\b|\bpercent|per cent|\bthird|\bquarter", re.IGNORECASE
)
COUNT = re.compile(
    r"(?:多少|(?<![好那这哪])几|(?<![好那這哪])幾)(辆|輛|架|艘|家|所|座|台|臺)"
)  # of things nothing else is counted with
TITLE = re.compile(r"《([^》]+)》")
NAME = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]{3,}(?![A-Za-z])")


def is_answerable(retriever: Retriever, ranking: Ranking) -> bool:
    """Whether what was found is likely to answer; with a model that this was not fitted for, whether anything was."""
    if not ranking.order or retriever.index.embedding not in (BUNDLED, SAME_MODEL_ON_HUB):
        return bool(ranking.order)
    if is_missing(retriever, ranking):
        return False
    found = signs(ranking)
    if np.isfinite(ranking.scores).sum() < FEW:  # among few passages none can stand out
        return found["near"] > FAR
    limit = LIMIT.get(_language(ranking.question), LIMIT_OTHERWISE)
    return sum(weight * found[name] for name, weight in WEIGHTS.items()) >= limit


def is_missing(retriever: Retriever, ranking: Ranking) -> bool:
    """Whether the question wants an amount that no passage found has, or has a name that the archive never writes."""
    texts = [retriever.view.text(retriever.index.passages[row]) for row in ranking.order[:READ]]
    return lacks_amount(ranking.question, texts) or bool(unknown_names(retriever, ranking.question))


def signs(ranking: Ranking) -> dict[str, float]:
    """What speaks for a question being answered, by name."""
    mean, spread = SCALE.get(_language(ranking.question), SCALE_OTHERWISE)
    standing = [float(ranking.scores[row]) for row in ranking.order[:READ]]
    return {"standing": sum(standing) / len(standing), "near": (ranking.closeness - mean) / spread}


def lacks_amount(question: str, texts: Sequence[str]) -> bool:
    """Whether a question asks for a price, a share or a count of things that none of the texts has."""
    if counted := COUNT.search(question):
        wanted = re.compile(rf"(?:\d|几|幾|数|數)\s*(?:多|余|餘|来|來)?[{counted[1]}{fold(counted[1])}]")
    elif SHARE.search(question):
        wanted = PART
    elif PRICE.search(question):
        wanted = AMOUNT
    else:
        return False
    return not any(wanted.search(fold(canonical(text))) for text in texts)


def unknown_names(retriever: Retriever, question: str) -> list[str]:
    """Latin names in a Chinese or Japanese question, and titles in 《》, no word of which the archive has."""
    if _language(question) not in ("zh", "ja"):
        return []
    rest = retriever.view.without_names(question)
    written = [*NAME.findall(rest), *TITLE.findall(rest)]
    return [name for name in written if (words := terms(name)) and not any(map(retriever.index.lexical.has, words))]


def _language(question: str) -> str:
    """The language, one for both scripts of Chinese."""
    return language(question).split("-")[0]
