"""Speaker labels: which of a page's "Name:" beginnings name a speaker, and where each one stands."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from index.model import Role
from index.script import fold_characters, is_han, is_hangul, is_kana

HOST_WORDS = frozenset(
    "问 提问 主持人 主持 记者 采访者 访谈者 采访人 访问者 "
    "インタビュアー 聞き手 司会 기자 진행자 질문 "
    "q host interviewer moderator presenter anchor reporter".split()
)
GUEST_WORDS = frozenset("答 回答 嘉宾 来宾 受访者 受访人 a guest interviewee speaker".split())
AUDIENCE_WORDS = frozenset(
    "提问者 观众 听众 网友 读者 学生 现场观众 现场提问 audience member listener question student".split()
)
# "Name:" beginnings that are page furniture, credits or figures of speech.
NOT_SPEAKERS = frozenset(
    """发布时间 发布地 时间 日期 地点 来源 文章来源 素材来源 信息来源 作者 文章作者 原文作者 撰文 文 编辑 责编 责任编辑
    编译 翻译 校对 审校 整理 摄影 图 图片 图源 图片来源 视频 原视频链接 原文链接 原文 链接 封面图链接 封面 标题 副标题
    出品 监制 策划 设计 排版 微信 微信号 公众号 邮箱 电话 联系方式 联系人 联系我们 地址 网址 版权 声明 特别声明 免责声明
    注 备注 编者按 编者注 按 导语 导读 摘要 核心观点 要点 划重点 金句摘录 金句 重点 亮点 关键词 标签
    比如 例如 譬如 其次 首先 最后 第一 第二 第三
    因此 所以 但是 然而 结果 原因 答案 总之 换句话说 也就是说 另外 此外 同时 时间背景 源视频 人物 嘉宾介绍 主持人介绍
    受访者
    published updated posted date time source author editor edited by written by by photo photos image credit credits
    note notes tags tag share contact email phone title subtitle link url http https original producer transcript
    translation translator copyright example warning tip first second third however therefore""".replace(
        "\n", " "
    ).split()
) - {"受访者"}
# Function words that stand in sentences and not in names.
SENTENCE_CHARACTERS = frozenset("的了是我你您他她它这那吗呢吧说就也都很把被让")

# Possessive quantifiers (*+) throughout: a line of ten thousand spaces is looked at once.
MARKS = r"[*_]{0,8}"
TIME = r"(?:[\[（(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?[\])）]?)"
LABEL = re.compile(
    rf"^[ \t\u3000>]*+(?P<heading>\#{{1,6}}[ \t]++)?(?P<marks>{MARKS})[ \t]*+(?:{TIME}[ \t]*+[·|\-–]?[ \t]*+)?"
    rf"(?P<name>[^\s*_:：#>\-\d\[\](){{}}"
    rf"|/\\“”\"「」『』《》【】（），,。！？!?；;…][^*_:：\r\n“”\"「」『』《》【】（），,。！？!?；;…|]{{0,39}}?)"
    rf"[ \t]*+(?:[（(][^）)\r\n]{{1,30}}[）)])?[ \t]*+{TIME}?[ \t]*+{MARKS}"
    rf"(?P<break>\r?\n)?[ \t]*+[:：][ \t]*+(?:[*_]{{1,8}}[ \t]*+)*+",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Label:
    """One place where a speaker begins: `start`..`end` covers the label with its marks and colon."""

    start: int
    end: int
    name: str
    style: str  # how the page sets it: "heading", "bold" or "plain"


def find_labels(text: str) -> list[Label]:
    """The speaker labels of a page, in order. A name must recur, or be set like those that do."""
    candidates = [
        Label(match.start(), match.end(), match["name"].strip(), _style(match))
        for match in LABEL.finditer(text)
        if (match["break"] is None or match["marks"]) and _plausible(match["name"].strip(), _style(match))
    ]
    names = Counter(_key(label.name) for label in candidates)
    words = HOST_WORDS | GUEST_WORDS | AUDIENCE_WORDS
    core = {name for name, count in names.items() if count >= 3 or (name in words and count >= 2)}
    if len(core) == 1 and not core & words and not any(label.style != "plain" for label in candidates):
        return []  # one recurring "Todo:" is no conversation
    if not core:
        core = {name for name, count in names.items() if count >= 2 or name in words}
        if core & words and len(names) == 2:
            core = set(names)  # one exchange, of which one label is a role
        if len(core) < 2:
            return []
    inside = [label for label in candidates if _key(label.name) in core]
    style = Counter(label.style for label in inside).most_common(1)[0][0]
    first, last = inside[0].start, inside[-1].start
    among = {
        label for label in candidates if label.style == style and (style == "heading" or first < label.start < last)
    }
    # Who recurs and is heard between the others is one of them, also in the last word after theirs.
    core |= {_key(label.name) for label in among if names[_key(label.name)] >= 2}
    if {"问", "答"} <= core or {"q", "a"} <= core:  # they leave nobody else to speak: 优点：… is part of an answer
        core &= words
    # Someone who speaks once: in the middle of the talk, and set apart as the others are; headings anywhere.
    return [
        label
        for label in candidates
        if (_key(label.name) in core and (label.style == style or label.style != "heading"))
        or (style != "plain" and label in among)
    ]


def _style(match: re.Match[str]) -> str:
    if match["heading"]:
        return "heading"
    return "bold" if match["marks"] else "plain"


def _key(name: str) -> str:
    return fold_characters(name).strip()


def _plausible(name: str, style: str) -> bool:
    key = _key(name)
    if not key or key in NOT_SPEAKERS or key.startswith("http"):
        return False
    han = sum(is_han(character) or is_kana(character) or is_hangul(character) for character in key)
    if han:
        return han <= 14 and (style == "heading" or not SENTENCE_CHARACTERS & set(key))
    words = name.split()
    return len(words) <= 5 and (name[0].isupper() or key in HOST_WORDS | AUDIENCE_WORDS | GUEST_WORDS)


def role_word(name: str) -> tuple[Role | None, str]:
    """The role a label says outright and the name that is left: "主持人Patrick" → (host, "Patrick")."""
    key = _key(name)
    for words, role in ((AUDIENCE_WORDS, Role.AUDIENCE), (HOST_WORDS, Role.HOST), (GUEST_WORDS, Role.GUEST)):
        if key.rstrip("0123456789 ") in words:
            return role, ""
        for word in sorted(words, key=len, reverse=True):
            if len(word) > 1 and key.startswith(word) and len(key) > len(word):
                rest = name[len(word) :].strip(" ·-—/")
                if not word.isascii() or not name[len(word)].isalnum():
                    return role, "" if rest.casefold() in words else rest
    return None, name
