"""How questions say who speaks, when, and in which interview: patterns on a question whose names are masked.

A name, a pronoun and a date stand in it as signs of their own, as long as they were, so that offsets stay. Chinese is
folded to Simplified, Latin letters to small ones. Only what is said, thought or asked in an interview counts: the year
of "founded in 2016" and the person of "who is Musk" are what a question is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.dates_in import Dated
from rag.names_in import Mention

PERSON, PRONOUN, DATE, YEAR, LANGUAGE = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
# A run of signs is one name or date, and never part of one: with "++" it is not tried in pieces, which would take a
# time that grows with the eighth power of their number.
_D = f"(?:{DATE}++|{YEAR}++)"
_TITLE = (
    "(?:先生|女士|小姐|老师|教授|博士|总统|总理|部长|委员|主席|院长|政委|校长|导演|さん|氏|本人|自己|自身"
    "| himself| herself)*"
)
_NAME = f"{PERSON}++{_TITLE}"
_GROUP = rf"(?P<who>{_NAME}(?:\s*(?:和|与|及|以及|、|跟|と|,|(?:,\s*)?\band\b|\by\b)\s*{_NAME})*|{PRONOUN}++)"
_PRONOUNS = re.compile(
    "[他她](?![乡国])们?|嘉宾|受访者|(?:the )?(?:guests?|interviewees?|speakers?)(?![a-z])"
    r"|(?<![a-z'])(?:he|she|they|him|her|them|él|ella)(?![a-z'])"
)
# Chinese: whoever is spoken to or about stands behind one of these.
_NOT_BEHIND = "(?<![对向跟给替被让请问于和与同谈像除把由比为访])"
_ADVERBS = (
    "当年|当时|那时|那年|那天|后来|曾经|曾|之前|又|也|都|还|到底|究竟|具体|各自|各|分别|是|就|则|却|在?接受采访时|采访时"
    "|在?(?:采访|访谈|节目|演讲|对话)[中里](?:面)?|公开|最早|第一次|首次|多次|反复|对此|为此|为什么|为何|怎么|怎样|如何|凭什么|什么时候"
    "|有没有|有|什么|哪些|的时候|时|的|[,，]|\\s"
)
_ABOUT = f"(?:对于|对|关于|有关|就|针对)[^,，。？?！!;；{PERSON}]{{1,14}}?|(?:对于|对|关于|就){_NAME}"
# Where "about …" may begin and end is open, hence twice at most: how often it may be tried multiplies with each.
_GAP = f"(?:{_ADVERBS}|{_D}){{0,8}}?(?:(?:{_ABOUT})(?:{_ADVERBS}|{_D}){{0,6}}?){{0,2}}?"
_SAID = "说(?![服明话])|讲(?![座台师])|谈(?!判)|聊|提[到及过起]|回(?:答|应|忆|复)|(?<=怎么)回|(?<=如何)回"
_SAYS = (
    f"(?P<say>{_SAID}|认为|觉得|以为|表示|指出|主张|声称|宣称|透露|承认|强调|评价|评论|形容|描述|解释"
    "|(?<=怎么)看|(?<=如何)看|(?<=怎样)看|(?<=怎么)想|(?<=如何)想|看[待法好]|相信|预[测言计期]|估计|担[心忧]|建议|批评|质疑"
    "|观点|想法|态度|立场|意见|见解|自[认称]|坦言|直言|反驳|介绍|分享)"
)
_LEAD = rf"(?:{_D}(?:的时候|那时|那年|时|的)?[,，]?\s*)?"
_CHINESE = re.compile(f"{_LEAD}{_NOT_BEHIND}(?<!采访了){_GROUP}{_GAP}{_SAYS}")
_NOBODY = re.compile(rf"(?:^|[,，。！？])\s*{_D}(?:时|都|又|还|曾|也|怎么|如何|\s)*(?P<say>(?:{_SAID})[到了过及起]?)")

_VERB = (
    "sa(?:y|id|ys|ying)|tells?|told|think(?:s|ing)?|thought|believed?s?|feels?|felt|expect(?:s|ed)?|predict(?:s|ed)?"
    "|claim(?:s|ed)?|argued?s?|explain(?:s|ed)?|described?s?|mention(?:s|ed)?|recall(?:s|ed)?|remember(?:s|ed)?"
    "|admit(?:s|ted)?|suggest(?:s|ed)?|consider(?:s|ed)?|sees?|view(?:s|ed)?|hoped?s?|worr(?:y|ies|ied)|fear(?:s|ed)?"
    "|reckon(?:s|ed)?|talk(?:s|ed|ing)?|spoke|speaks?|discuss(?:es|ed)?|respond(?:s|ed)?|repl(?:y|ies|ied)"
    "|answer(?:s|ed)?|recommend(?:s|ed)?|advised?s?|critici[sz]ed?s?|praised?s?|concerned|afraid|optimistic|pessimistic"
)
_PAST = (
    "said|told|thought|believed|felt|expected|predicted|claimed|argued|explained|described|mentioned|recalled|remembered"
    "|admitted|suggested|considered|viewed|hoped|worried|feared|talked|spoke|discussed|responded|replied"
)
_HOW = rf"(?:\s+(?:really|actually|ever|first|originally|then|also|still|personally|publicly|back|{_D}))*"
_NOUN = "views?|opinions?|take|thoughts?|position|stance|attitude|answers?|response|explanation|predictions?|ideas?"
_SPANISH = "dice|dijo|opina|piensa|cree|pensó|opinó|explicó"
_START = rf"(?:(?:^|[,.;:?!])\s*{_D}\s*,?\s+(?:[a-z]+\s+){{0,5}}?)?"
_ENGLISH = tuple(
    re.compile(pattern + _HOW + r"(?=[\s?.!,]|$)")
    for pattern in (
        rf"{_START}\b(?:does|did|do|has|have|had|is|was|are|were|would|can|could)\s+{_GROUP}{_HOW}\s+(?P<say>{_VERB})\b",
        rf"(?<!about )(?<!with )(?<! on )(?<! of )(?<! to ){_GROUP}{_HOW}\s+(?P<say>{_PAST}|says|thinks|{_SPANISH})\b",
        rf"{_GROUP}['’]s?\s+(?:{_D}\s+|[a-z]+\s+)?(?P<say>{_NOUN})\b",
        rf"\b(?P<say>according to|said by|{_NOUN} of|según|{_SPANISH})\s+{_GROUP}",
    )
)
_JAPANESE = re.compile(rf"{_GROUP}は[^?？。]*?(?P<say>言[いっう]|述べ|考え|話し|説明し|語っ|思[っい])")
_WHEN_LAST = re.compile(rf"{DATE}+(?=\s*[?.!？。]*\s*$)")
_WAS_SAID = re.compile(rf"\bwas (?:said|mentioned|discussed){_HOW}")
# Who said it is what is asked.
_WHO_SAID = re.compile(
    r"(?:谁|哪一?位)[^。？?]{0,12}?(?:说|讲|提|谈|认为|表示)"
    r"|\bwho (?:first |else )?(?:said|says|told|thinks|thought|mention)|\bquién (?:dijo|dice)|誰が(?:言|話|述)"
)
INTERVIEW = (
    "采访|专访|访谈|受访|节目|播客|对谈|对话|演讲|讲座|访问|インタビュー"
    r"|\b(?:interviews?|conversations?|podcasts?|talks?|lectures?|episodes?|entrevistas?)\b"
)
_THAT = "(?:的|那一?[次场期篇集]|这一?[次场期篇集]|の|公开|深度|独家|电视|视频|\\s)*"
_WHERE = r"(?:在|接受|与|和|跟|对)[^,，。？?！!]{1,12}?的|[^,，。？?！!\s]{1,10}?[那这]一?[次场期篇]"
_WITH = r"(?:\s+(?:he|she|they)\s+gave|\s+(?:with|by|at|for)\s+(?:the\s+)?[^\s,?.]+(?:\s[^\s,?.]+)?)?"
_INTERVIEW_OF = (
    re.compile(rf"{_D}(?:{_THAT}|{_WHERE})(?:{INTERVIEW})"),
    re.compile(rf"{_D}\s+(?:[a-z’'&.-]+\s+){{0,3}}?(?:{INTERVIEW})"),
    re.compile(rf"(?<!about )(?<!about his )(?<!about her )(?<!about the )(?:{INTERVIEW}){_WITH},?\s+{DATE}+"),
)


@dataclass(frozen=True, slots=True)
class Sayings:
    """What a masked question says of itself: where the names of those who speak stand, and the dates they speak at."""

    speakers: tuple[tuple[int, int], ...]
    dates: tuple[int, ...]  # where they begin


def masked(folded: str, named: Iterable[Mention], dates: Iterable[Dated]) -> str:
    """The question with a sign of its own for each character of a name, a pronoun and a date."""
    signs = list(folded)
    for match in _PRONOUNS.finditer(folded):
        if folded[match.start() - 1 : match.start()] not in ("其", "吉", "利"):
            signs[match.start() : match.end()] = PRONOUN * (match.end() - match.start())
    for start, end, _ in named:
        signs[start:end] = PERSON * (end - start)
    for date in dates:
        sign = YEAR if date.is_bare else DATE
        signs[date.start : date.end] = sign * (date.end - date.start)
    return re.sub(f"(?<={PERSON})[·•・‧](?={PERSON})", PERSON, "".join(signs))


def sayings(question: str) -> Sayings:
    """Who is said to speak in a masked question, and when."""
    found = [match for pattern in (_CHINESE, *_ENGLISH, _JAPANESE) for match in pattern.finditer(question)]
    found = _not_within(sorted(found, key=lambda match: (match.start("who"), -match.end())), question)
    who = [match for match in found if question[match.start("who")] == PERSON]
    # The name of whoever speaks comes first; who stands before it may be the one whom it is about, or not.
    first = min((match.start("who") for match in who), default=0)
    unsure = any(_is_free(question, at) for at in _names(question) if at[0] < first)
    speakers = [span for match in who for span in _names(question, match.start("who"), match.end("who"))]
    if unsure or _WHO_SAID.search(question):
        speakers = []
    dates = {at for match in found for at in _dates(question, match.start(), match.end())}
    for pattern in (_NOBODY, _WAS_SAID, *_INTERVIEW_OF):
        dates |= {at for match in pattern.finditer(question) for at in _dates(question, match.start(), match.end())}
    if found and (last := _WHEN_LAST.search(question)) and _is_past(question, found[-1]):
        dates.add(last.start())
    return Sayings(tuple(speakers), tuple(sorted(dates)))


def _not_within(found: list[re.Match[str]], question: str) -> list[re.Match[str]]:
    """Those that are not what another one says: of "Altman says that Musk thinks", the first."""
    kept: list[re.Match[str]] = []
    for match in found:
        between = question[kept[-1].end() : match.start("who")] if kept else "?"
        if not kept or re.search("[,，。？?！!;；]", between):
            kept.append(match)
    return kept


def _is_free(question: str, name: tuple[int, int]) -> bool:
    """Whether nothing before a name says that it is what the question is about."""
    return not re.search(r"(?:对于?|关于|至于|有关|\babout|\bon|\bof|\bregarding)\s*$", question[: name[0]])


def _names(question: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    return [match.span() for match in re.compile(f"{PERSON}+").finditer(question, start, end or len(question))]


def _dates(question: str, start: int, end: int) -> list[int]:
    return [match.start() for match in re.compile(f"{DATE}+|{YEAR}+").finditer(question, start, end)]


def _is_past(question: str, match: re.Match[str]) -> bool:
    """Whether it is told as something past: "in 2024" at the end may then be when it was said."""
    told = question[match.start() : match.end()]
    return bool(re.search(rf"\b(?:did|has|have|had|was|were|dijo|pensó|opinó|explicó|{_PAST})\b", told))
