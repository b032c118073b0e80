"""Whom a sentence lets speak, against who speaks in the words it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.model import Role
from index.script import is_han
from rag.names_in import NEAR, NO_NAMES, folded_as_long, is_han_name, mentions
from rag.pack import Source
from rag.view import View

SAYS_HAN = "|".join(
    """说 表示 认为 提到 指出 谈到 觉得 相信 强调 坦言 透露 回忆 解释 主张 预计 估计 预测 希望 承认 否认 声称 看来 建议
    记得 坦承 介绍 补充 回答 描述 形容 担心 反驳 问 讲 聊到 期待 猜测 猜 直言 宣称 称 写道 总结 告诉 论及 打算 愿意 喜欢
    料到 不看好 看好 转述 打赌 主持人""".split()
)
SAYS_LATIN = "|".join(
    """says? said thinks? thought believe[sd]? argue[sd]? claim(?:s|ed)? explain(?:s|ed)? recall(?:s|ed)?
    remember(?:s|ed)? note[sd]? mention(?:s|ed)? describe[sd]? admit(?:s|ted)? den(?:ies|ied) predict(?:s|ed)?
    expect(?:s|ed)? hope[sd]? estimate[sd]? suggest(?:s|ed)? tells? told feels? felt stress(?:es|ed)? insist(?:s|ed)?
    add(?:s|ed)? worr(?:ies|ied) consider(?:s|ed)? ask(?:s|ed)? sees? call(?:s|ed)? puts? wants? wanted regard(?:s|ed)?
    compare[sd]? report(?:s|ed)? state[sd]? wonder(?:s|ed)? suspect(?:s|ed)? conced(?:es|ed) acknowledge[sd]?
    advise[sd]? vouch(?:es|ed)? bets? dice dijo cree piensa afirma explica opina""".split()
)
SAYS_LATIN += "|points? out"
# From a name to what makes it a speaker: 奥特曼2024年在哈佛说; "Altman, in 2024, said"; 奥特曼的看法.
SAYS = re.compile(
    rf"[^。！？!?；;\n，,]{{0,16}}?(?:{SAYS_HAN})|的?(?:看法|说法|观点|意见|眼里|眼中)"
    rf"|(?:['’]s)?(?:,[^,.;]{{1,40}},)?(?:\s+[a-z’'-]+){{0,3}}?\s+(?:{SAYS_LATIN})\b"
    r"|['’]s (?:view|opinion|words|account|memory|estimate)|[はがの][^。]{0,20}(?:述べ|語|言|考え|思)"
)
ACCORDING = re.compile(r"(?:据|依|按照|对于|在|\b(?:by|in the view of|according to|for|según))\s*$")
# Who speaks, where it is nobody of the archive: "Greg Brockman recalls", 格雷格說, 林阿滿不認為.
SUBJECT_LATIN = re.compile(
    rf"(?:^|[.;:,!?]\s+|\bthat\s+)(?P<name>(?:[A-ZÀ-Þ][\w'’-]*\s+){{0,2}}[A-ZÀ-Þ][\w’-]*)"
    rf"(?:,[^,.;]{{1,40}},)?(?:\s+[a-z]+ly|\s+also|\s+now|\s+still)?\s+(?:{SAYS_LATIN})\b"
)
HAN_NAME = r"[\u3400-\u9fff]{2,6}?|[\u3400-\u9fff]{1,6}(?:[·•・‧-][\u3400-\u9fff]{1,6}?)+"
SUBJECT_HAN = re.compile(
    rf"(?:^|[，,。；;：:）)])(?:据|依|按照|根据)?(?P<name>{HAN_NAME})(?:在[^，。]{{1,10}}|[^，。]{{0,6}}的时候)?"
    rf"(?:也|还|曾|又|都|就|并|则|最后|后来|当时|坦率地?|明确)?不?(?:{SAYS_HAN})"
)
ASKERS = {
    Role.HOST: re.compile(r"主持人|记者|采访者|访谈者|主播|\b(?:interviewer|host|moderator|journalist|reporter)\b"),
    Role.AUDIENCE: re.compile(r"提问者|听众|观众|读者|提问的|\b(?:audience|listener|attendee|viewer)\b"),
}
PRONOUNS = frozenset("他们 她们 我们 你们 它们 有人 人们 大家 自己 对方 双方 两人 别人".split())


def misattributed(view: View, sentence: str, cited: Sequence[Source]) -> list[str]:
    """Whom a sentence lets speak though none of the cited speakers is meant, as it writes them."""
    folded = folded_as_long(sentence)
    speakers = {source.speaker.person for source in cited}
    roles = {source.speaker.role for source in cited}
    named = mentions(view, sentence)
    said = (source.text for source in cited if source.speaker.role is not Role.EDITOR)
    spoken_of = {person for text in said for _, _, person in mentions(view, text)}
    found = [
        sentence[start:end]
        for start, end, person in named
        if person not in speakers
        and (SAYS.match(folded, end) or ACCORDING.search(folded[max(0, start - NEAR) : start]))
    ]
    if named and not any(person in speakers | spoken_of for _, _, person in named):
        found.append(sentence[named[0][0] : named[0][1]])  # it leaves out whose words these are
    found.extend(_strangers(view, sentence, speakers))
    for role, pattern in ASKERS.items():
        asker = pattern.search(folded)
        if asker and role not in roles and SAYS.match(folded, asker.end()):
            found.append(sentence[asker.start() : asker.end()])
    return list(dict.fromkeys(found))


def names_asker(view: View, sentence: str, cited: Sequence[Source]) -> bool:
    """Whether a sentence says that it was the interviewer or somebody of the audience, by name or as such."""
    folded = folded_as_long(sentence)
    speakers = {source.speaker.person for source in cited}
    by_name = any(person in speakers for _, _, person in mentions(view, sentence))
    return by_name or any(pattern.search(folded) for pattern in ASKERS.values())


def _strangers(view: View, sentence: str, speakers: set[str]) -> list[str]:
    """Whom a sentence lets speak by a name that nobody of the archive goes by.

    A speaker whose name is known in the other script only may be meant: then it cannot be told.
    """
    aliases = [alias for person in speakers for alias in view.aliases.get(person, ())]
    found: list[str] = []
    if any(not is_han(alias[0]) for alias in aliases):
        names = dict.fromkeys(match["name"] for match in SUBJECT_LATIN.finditer(sentence))
        found += [name for name in names if name.casefold() not in NO_NAMES and not mentions(view, name)]
    if any(is_han(alias[0]) for alias in aliases):
        matches = {match["name"]: match.span("name") for match in SUBJECT_HAN.finditer(folded_as_long(sentence))}
        found += [
            sentence[start:end]
            for name, (start, end) in matches.items()
            if name not in PRONOUNS and is_han_name(name) and not mentions(view, name)
        ]
    return found
