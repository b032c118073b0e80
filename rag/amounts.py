"""Questions for an amount: which kind a question asks for, and whether a text has one of that kind.

Only kinds that a text can be seen to lack are told apart: prices, shares, and counts of things that have a measure word
of their own in Chinese. Texts are read folded to Simplified, their numerals as digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.numerals import canonical
from index.script import fold

NUMERAL = "[0-9一二两三四五六七八九十百千万亿几数上]"
MONEY = "美元|美金|欧元|英镑|日元|韩元|人民币|台币|港币|港元|元|円|块|刀"
PRICE_ASKED = re.compile(
    r"(?:多少|几)(?:钱|美元|美金|元(?!素|件|旦|老)|块钱)|(?:价格|售价|票价|市值|估值|年薪|薪水)[^，,。？?]{0,6}(?:多少|几)"
    r"|(?:收|卖|投|赚|花|付)(?:了|到|入|出|掉)?多少(?=[？?。，,！!]|$)"
    r"|how much (?:money|of (?:his|her|their|its) own money)"
    r"|how much (?:do|does|did|will|would|is|was|were)\b[^?]*\b(?:cost|worth|earn|charge)\b"
    r"|what (?:is|was) the (?:\w+ )?(?:price|salary|valuation) of|\bsticker price\b"
    r"|いくら(?!.*(?:ても|でも))|cuánto (?:cuesta|costó|dinero|cobra|cobró|vale)",
    re.IGNORECASE,
)
PRICE = re.compile(
    rf"{NUMERAL}\s*(?:多|余)?\s*[万亿千百]?\s*(?:{MONEY})|[$¥￥£€]\s*\d"
    r"|(?:\d|million|billion|thousand|hundred)\s*(?:\w+ )?(?:dollar|pound|euro|yen|krone|dólar|libra|peso)",
    re.IGNORECASE,
)
SHARE_ASKED = re.compile(
    r"(?:几|多少)成(?![功本员果绩就立分年人])|百分之(?:多少|几)|(?:多少|几)(?:股份|比率)|占(?:了)?多少|几分之|(?:涨|跌)(?:了)?多少"
    r"|(?:百分比|占比|比例)(?:[是为有]|大约|约)?(?:多少|几|多大|多高)|(?:多大|多少|多高)(?:的)?(?:百分比|占比|比例)"
    r"|what (?:percentage|share|fraction|proportion) of|何割|何パーセント|qué (?:porcentaje|proporción)",
    re.IGNORECASE,
)
SHARE = re.compile(
    r"[%％]|分之|\d/\d|[0-9]\s*(?:成|割|折)|(?<!第)一成(?![为不了])|一半|大半|半数"
    r"|\bhalf\b|\bpercent|per cent|\bthird|\bquarter|por (?:ciento|100)|\bmitad\b|\btercio|\bcuarto",
    re.IGNORECASE,
)
COUNT_ASKED = re.compile(
    r"(?:多少|(?<![好那这哪前上后])几)(辆|艘|架(?![次构子])|家(?![庭人长属具乡务])|所(?![有以谓])|座(?!位)|台(?![湾北中南阶词风]))"
)


def lacks_amount(question: str, texts: Sequence[str]) -> bool:
    """Whether a question asks for a price, a share or a count of things, and none of the texts has one."""
    wanted = _wanted(fold(question))
    return wanted is not None and not any(wanted.search(fold(canonical(text))) for text in texts)


def _wanted(question: str) -> re.Pattern[str] | None:
    if counted := COUNT_ASKED.search(question):
        return re.compile(rf"{NUMERAL}\s*(?:多|余|来)?{counted[1]}")
    if SHARE_ASKED.search(question):
        return SHARE
    return PRICE if PRICE_ASKED.search(question) else None
