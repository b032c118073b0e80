"""Whether a sentence and the words it cites say the opposite of each other, as far as a "not" or an antonym shows it.

Each clause of the sentence is held against the clause of the cited words that shares most with it: they contradict each
other where one has a negation and the other none, or where one has a word whose opposite the other has. Both must be
in the same language. What is turned round with other words is not seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from index.lexical import terms
from index.script import fold

ALIKE = 0.5  # share of the sentence's clause that the other must have
LEAST_SHARED = 2  # terms
NOT_HAN = "|".join(
    (
        # 不 and 没, but not in 差不多, 对不对, 不仅, 不过, 不得不
        r"(?<![差得要能会])不(?!能[更再]|仅|但|只|过(?!度)|断|管|论|同|久|少|如|禁|由|妨|然|一会|错|多|止|光|单|可思议|是吗)",
        "没(?!准)|并非|绝非|未(?!来|必|免)|无(?!论|疑|数|比|非|线|人机)|别(?!人|的|说|墅|处|是)",
        "难以|拒绝|否认|避免|缺乏|(?:远|才|就)?算不上",
    )
)
NOT_LATIN = "|".join(
    """not no never nobody nothing none neither nor without cannot hardly refuse[sd]? refusing denie[sd] deny
    lack(?:s|ed)? nunca ni sin""".split()
)
NEGATION = re.compile(rf"{NOT_HAN}|\b(?:{NOT_LATIN})\b|n['’]t\b")
OPPOSITES = (
    ("支持|赞成|拥护", "反对"),
    ("增加|增长|上升|提高|变多|扩大", "减少|下降|降低|变少|缩小"),
    ("更多|较多", "更少|较少"),
    ("很多|许多|大量", "很少|少量"),
    ("容易|简单|轻松", "困难|很难|艰难"),
    ("乐观", "悲观"),
    ("喜欢|热爱", "讨厌|厌恶"),
    ("更快|加快|加速", "更慢|放慢|减速"),
    ("承认", "否认"),
    ("成功", "失败"),
    ("相信", "怀疑"),
    ("安全", "危险"),
    ("便宜|廉价", "昂贵"),
    ("开放", "封闭"),
    ("赢|胜", "输|败"),
    ("高估", "低估"),
    ("最好", "最坏|最差"),
    ("更高", "更低"),
    ("更大", "更小"),
    ("更好", "更差|更糟"),
    ("更早", "更晚"),
    ("盈利|赚钱|赚", "亏损|亏钱|亏"),
    ("接受", "拒绝"),
    ("记得", "忘记|忘了"),
    ("以前|之前", "以后|之后"),
    (r"\bsupport", r"\boppos"),
    (r"\bincreas|\brise|\brose\b|\bgrew\b|\bgrow", r"\bdecreas|\bfell\b|\bfall|\bshrank\b|\bshrink|\bdrop"),
    (r"\bmore\b", r"\b(?:less|fewer)\b"),
    (r"\beas(?:y|ier|iest)\b", r"\b(?:hard|difficult)"),
    (r"\boptimis", r"\bpessimis"),
    (r"\blik(?:e|ed|es)\b|\blove", r"\bhate|\bdislik"),
    (r"\bfaster\b", r"\bslower\b"),
    (r"\bsucceed|\bsuccess", r"\bfail"),
    (r"\bbetter\b", r"\bworse\b"),
    (r"\bhigher\b", r"\blower\b"),
    (r"\bbest\b", r"\bworst\b"),
    (r"\bcheap", r"\bexpensive"),
    (r"\bbefore\b", r"\bafter\b"),
    (r"\balways\b", r"\bnever\b"),
    (r"\bremember", r"\bforg[eo]t"),
    (r"\baccept", r"\breject|\brefus"),
    (r"\blarge|\bbig", r"\bsmall"),
)
_OPPOSITES = [(re.compile(one), re.compile(other)) for pair in OPPOSITES for one, other in (pair, pair[::-1])]
# Both at once, or neither: "whether or not", "not this but that", a question.
UNDECIDED = re.compile(
    r"(.)[不没]\1|有没有|能不能|是否|不是.{0,80}而是|而不是|而非|[?？]|吗\s*$"
    r"|\bwhether\b|\brather than\b|\binstead of\b|\bnot\b.{0,80}\bbut\b"
)
# "Lin Lan said in 2020 that", 林岚在2020年说: what reports a clause and can stand in no source.
REPORTS = re.compile(
    r"^[^，。]{0,16}?(?<!不)(?<!没)(?:表示|认为|指出|提到|谈到|觉得|强调|承认|回忆|解释|说)(?=[^，。]{3})"
    r"|^.{0,60}?\b(?:said|says|thinks|believes|explained|explains|recalled|recalls|admitted|admits)\b"
    r"(?: in \d{4})?(?: that)?\b"
)
CLAUSE = re.compile(r"[^，,。.！!；;：:\n、]+")


@dataclass(frozen=True)
class Clause:
    """A clause, folded; `negations` is how many it has, `terms` what it says besides."""

    text: str

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(NEGATION.sub(" ", self.text)))

    @cached_property
    def negations(self) -> int:
        return len(NEGATION.findall(self.text))

    @cached_property
    def is_undecided(self) -> bool:
        return bool(UNDECIDED.search(self.text))


def contradicts(sentence: str, cited: str) -> bool:
    """Whether one says that something is so and the other that it is not."""
    clauses = _clauses(sentence)
    there = _Clauses(_with_pairs(_clauses(cited)))
    if UNDECIDED.search(fold(sentence)):
        return False
    for at, clause in enumerate(clauses):
        if _contradict(clause, there.nearest(clause)):
            # the cited words may say in one clause what the sentence says in two
            beside = [_joined(*pair) for pair in pairwise(clauses[max(0, at - 1) : at + 2])]
            if all(_contradict(both, nearest) for both in beside if (nearest := there.nearest(both))):
                return True
    return False


class _Clauses:
    """The clauses of the cited words, found by their terms."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self.with_term: dict[str, list[Clause]] = {}
        for clause in dict.fromkeys(clauses):
            for term in clause.terms:
                self.with_term.setdefault(term, []).append(clause)

    def nearest(self, clause: Clause) -> list[Clause]:
        """Those that share most with a clause, if it is enough."""
        shared = Counter(other for term in clause.terms for other in self.with_term.get(term, ()))
        most = max(shared.values(), default=0)
        if most < LEAST_SHARED or most < ALIKE * len(clause.terms):
            return []
        return [other for other, number in shared.items() if number == most]


def _contradict(clause: Clause, nearest: Sequence[Clause]) -> bool:
    if not nearest:
        return False
    undecided = any(one.is_undecided for one in (clause, *nearest))
    if not undecided and all((clause.negations + other.negations) % 2 for other in nearest):
        return True
    return all(_opposed(clause.text, other.text) for other in nearest)


def _opposed(one: str, other: str) -> bool:
    return any(
        this.search(one) and that.search(other) and not that.search(one) and not this.search(other)
        for this, that in _OPPOSITES
    )


def _clauses(text: str) -> list[Clause]:
    return [Clause(REPORTS.sub("", match.group())) for match in CLAUSE.finditer(fold(text))]


def _with_pairs(clauses: Sequence[Clause]) -> list[Clause]:
    return [*clauses, *(_joined(one, other) for one, other in pairwise(clauses))]


def _joined(one: Clause, other: Clause) -> Clause:
    return Clause(f"{one.text} {other.text}")
