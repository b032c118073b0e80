"""What stands beside a name without being part of it: titles, forms of address, and labels that name nobody."""

from __future__ import annotations

import re

from index.labels import is_generic
from index.romanised import READING
from index.script import fold_characters, is_han

_LATIN = re.compile(
    r"(?:(?:the\s+)?(?:(?:digital|prime|deputy|vice|former|foreign|premier|hon(?:ou?rable)?)\s+)*"
    r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|president|minister|senator|governor|mayor|secretary|ambassador|chancellor"
    r"|chairman|chairwoman|sir|dame|rev|reverend|herr|frau|monsieur|madame|señora?)\b\.?,?\s+)+",
    re.IGNORECASE,
)
_DEGREE = re.compile(r",?\s+(?:ph\.?\s?d|m\.?d|mba|jr|sr|esq|cbe|obe)\.?$", re.IGNORECASE)
# Forms of address, behind a name or behind a family name alone.
_ADDRESS = """
    先生 女士 小姐 太太 夫人 老师 教授 副教授 博士 硕士 同学 律师 医师 医生 导演 作家 总统 副总统 总理 部长 次长
    政委 政务委员 委员 立委 议员 市长 县长 局长 处长 司长 科长 署长 院长 副院长 校长 系主任 主任 主任委员 主席
    秘书长 秘书 理事长 董事长 总经理 副总经理 执行长 经理 总监 社长 总编辑 编辑 记者 会长 大使 代表 专员 组长 さん
    氏 様 教授 씨 님
""".split()
# What is said of a label by which nobody is named, whatever stands before it.
_NOBODY_HAN = """
    学生 同学 代表 人员 秘书长 实习生 翻译 口译 旁白 众人 全体 与会者 民众 司仪 助理 访客 家长 官员 团队 记者 员工
    村民 长官
""".split()
_NOBODY_LATIN = re.compile(
    r"(?:(?:male|female|another|first|second|third|young|old|older|unidentified|unknown|other|several)\s+)*"
    r"(?:announcer|narrator|visitor|staff|crew|tech|technician|operator|interpreter|translator|audience|everyone"
    r"|everybody|all|crowd|student|group|panel|participant|attendee|caller|voice-?over|observer|official|aide)s?"
    r"(?:\s*#?\d+|\s+[a-z])?",
    re.IGNORECASE,
)


def without_title(name: str) -> str:
    """The name itself: "Dr. Anna Lee" → "Anna Lee", 唐鳳委員 → 唐鳳, 李先生 → 李. A title alone stays."""
    bare = _DEGREE.sub("", _LATIN.sub("", name, count=1)) if not is_han(name[:1] or " ") else name
    folded = fold_characters(bare)
    if len(folded) == len(bare):
        ending = max((one for one in _ADDRESS if folded.endswith(one)), key=len, default="")
        bare = bare[: len(bare) - len(ending)].rstrip() or bare
    return bare or name


def names_nobody(label: str) -> bool:
    """Whether a label says only what somebody is ("Speaker 1", 工作人員, "Female announcer")."""
    folded = fold_characters(label).strip()
    if not folded or is_generic(label) or _NOBODY_LATIN.fullmatch(folded):
        return True
    ending = max(
        (one for one in _NOBODY_HAN if folded.rstrip("0123456789一二三四五").endswith(one)), key=len, default=""
    )
    rest = folded.rstrip("0123456789一二三四五").removesuffix(ending)
    return bool(ending) and not (len(rest) in (2, 3) and rest[0] in READING)
