"""Speaker labels: the words that stand for a role, and which "Name:" can name a speaker at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.model import Role
from index.script import fold_characters, is_han, is_hangul, is_kana

QUESTION_WORDS = frozenset("问 提问 q 질문 frage pregunta pergunta domanda".split())
ANSWER_WORDS = frozenset("答 回答 a 답 답변 answer antwort respuesta resposta risposta réponse".split())
HOST_WORDS = QUESTION_WORDS | frozenset(
    "主持人 主持 记者 采访者 访谈者 采访人 访问者 "
    "インタビュアー 聞き手 司会 기자 진행자 ―― —— ── "
    "host interviewer moderator presenter anchor reporter "
    "moderatorin intervieweur animateur entrevistador entrevistadora presentador".split()
)
GUEST_WORDS = ANSWER_WORDS | frozenset("嘉宾 来宾 受访者 受访人 guest interviewee gast invité invitée invitado".split())
AUDIENCE_WORDS = frozenset(
    "提问者 观众 听众 网友 读者 学生 现场观众 现场提问 audience member listener question student".split()
)
ROLE_WORDS = HOST_WORDS | GUEST_WORDS | AUDIENCE_WORDS
# What a program calls somebody it cannot name: "Speaker 1", "SPEAKER_00", "发言人1", "Unknown Speaker", ">>".
GENERIC = re.compile(
    r">+|(?:(?:unknown|unidentified|male|female|other) ?)?(?:speaker|spk|spkr|voice|person|participant|user|man|woman)"
    r"[ _#-]*(?:\d{1,3}|[a-z])?|unknown|unidentified"
    r"|(?:未知|不明)?(?:发言人|说话人|讲话人|发言者|说话者|讲者|话者|人物)"
    r"[ _#-]*(?:\d{1,3}|[a-z一二三四五六七八九十])?|话者不明|未知|話者\d{0,3}|화자 ?\d{0,3}|참석자 ?\d{0,3}",
)
# "Name:" beginnings that are page furniture, credits or figures of speech, and what is heard but not said.
NOT_SPEAKERS = frozenset(
    """发布时间 发布地 时间 日期 地点 来源 文章来源 素材来源 信息来源 作者 文章作者 原文作者 撰文 文 编辑 责编 责任编辑
    编译 翻译 校对 审校 整理 摄影 图 图片 图源 图片来源 视频 原视频链接 原文链接 原文 链接 封面图链接 封面 标题 副标题
    出品 监制 策划 设计 排版 微信 微信号 公众号 邮箱 电话 联系方式 联系人 联系我们 地址 网址 版权 声明 特别声明 免责声明
    注 备注 编者按 编者注 按 导语 导读 摘要 核心观点 要点 划重点 金句摘录 金句 重点 亮点 关键词 标签
    比如 例如 譬如 其次 首先 最后 第一 第二 第三
    因此 所以 但是 然而 结果 原因 答案 总之 换句话说 也就是说 另外 此外 同时 时间背景 源视频 人物 嘉宾介绍 主持人介绍
    音乐 掌声 笑 笑声 听不清 众笑 片头 片尾
    published updated posted date time source author editor edited by written by by photo photos image credit credits
    note notes tags tag share contact email phone title subtitle link url http https original producer transcript
    translation translator copyright example warning tip first second third however therefore
    music applause laughter laughs laughing inaudible crosstalk silence noise cheering""".replace("\n", " ").split()
)
# Function words that stand in sentences and not in names.
SENTENCE_CHARACTERS = frozenset("的了是我你您他她它这那吗呢吧说就也都很把被让")


@dataclass(frozen=True, slots=True)
class Label:
    """One place where a speaker begins: `start`..`end` covers the label with its marks and colon.

    `style` is how the page sets it: "heading", "stamped" (with a time), "bold", "bracketed", "caps" or "plain".
    `title` is what stands behind a comma in it: "CEO of Mills" of "Anna Lee, CEO of Mills:".
    """

    start: int
    end: int
    name: str
    style: str
    title: str = ""


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    return fold_characters(name).strip()


def label_key(name: str) -> str:
    """Two writings of one label have one key; the number of a question is no part of it."""
    key = _folded(name)
    bare = key.rstrip("0123456789 ")
    return bare if bare in QUESTION_WORDS or bare in ANSWER_WORDS else key


def is_generic(name: str) -> bool:
    """Whether a label names nobody: "Speaker 1" of one interview is not the one of another."""
    return bool(GENERIC.fullmatch(_folded(name)))


def has_role_word(name: str) -> bool:
    return label_key(name) in ROLE_WORDS


def plausible(name: str, style: str) -> bool:
    """Whether words set as a label can be a speaker's name at all."""
    key = _folded(name)
    if not key or key in NOT_SPEAKERS or key.startswith("http"):
        return False
    if is_generic(name):
        return True
    han = sum(is_han(character) or is_kana(character) or is_hangul(character) for character in key)
    if han:
        return han <= 14 and (style in ("heading", "stamped") or not SENTENCE_CHARACTERS & set(key))
    return len(name.split()) <= 5 and (name[0].isupper() or style == "stamped" or has_role_word(name))


def role_word(name: str) -> tuple[Role | None, str]:
    """The role a label says outright and the name that is left: "主持人Patrick" → (host, "Patrick").

    A label that names nobody ("Speaker 1") says no role and leaves no name.
    """
    if is_generic(name):
        return None, ""
    key = _folded(name)
    for words, role in ((AUDIENCE_WORDS, Role.AUDIENCE), (HOST_WORDS, Role.HOST), (GUEST_WORDS, Role.GUEST)):
        if key.rstrip("0123456789 ") in words:
            return role, ""
        for word in sorted(words, key=len, reverse=True):
            if len(word) > 1 and key.startswith(word) and len(key) > len(word):
                rest = name[len(word) :].strip(" ·-—/")
                if not word.isascii() or not name[len(word)].isalnum():
                    return role, "" if rest.casefold() in words else rest
    return None, name
