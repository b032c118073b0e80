"""Names in text: which stretches name a person, and which two writings a text itself says are one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from index.romanised import READING, may_be_family
from index.script import fold_characters, is_han
from index.titles import without_title

# Characters that Chinese uses to write foreign names by sound; the word before such a name is not made of them.
SOUNDS = frozenset(
    "阿埃艾爱安昂奥敖巴白拜班邦包保堡鲍贝本比彼毕宾波伯勃博布卜蔡查昌措达大代戴丹当道德登邓迪蒂丁东杜顿多厄恩尔耳伐法凡"
    "范方菲费芬丰冯佛夫弗福富盖甘冈高戈哥格葛根贡古瓜圭郭哈海汉汗豪赫黑亨洪胡华怀惠霍基吉季加贾简杰金津京久居喀卡凯坎康考柯"
    "科可克肯孔库夸奎昆拉莱赖兰朗劳勒雷黎里理历力利莉立丽连良列林琳龄留柳龙隆卢鲁伦罗洛吕律马玛迈麦曼芒毛梅门蒙米密缅敏明名摩莫墨默姆木穆"
    "拿那娜纳乃奈南瑙内嫩尼年涅宁牛纽农努女诺欧帕派潘庞佩彭蓬皮匹平珀朴普奇齐恰强乔切钦琴青琼丘屈热仁荣茹儒瑞若萨塞赛桑瑟森沙"
    "莎山珊尚绍舍申什圣施石史舒朔丝斯司思松苏素孙索所塔泰坦汤唐陶特腾提田铁廷通图屯托陀瓦万旺威韦维魏温文翁沃乌伍武西希锡席夏香肖"
    "谢辛欣兴雄休许逊雅亚延扬杨耶叶伊依易意因英尤友约云宰赞泽曾扎詹张章哲珍真芝智朱茱卓兹孜子祖佐"
)
SURNAMES = frozenset(READING)
LETTER = r"[A-Za-zÀ-ÿ’'\-]"
GAP = r"(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*)"  # a name may run over a line's end, never over a paragraph's
LATIN_NAME = (
    rf"(?<![A-Za-zÀ-ÿ])[A-Z]{LETTER}{{1,30}}"
    rf"(?:{GAP}(?:[A-Z]\.{GAP}|(?:de|van|von|der|bin|al|la){GAP})?[A-Z](?:[A-Za-zÀ-ÿ’'\-]{{1,30}}|\.|))"
    r"{1,3}"
)
PAIR = re.compile(rf"(?P<local>[\u3400-\u9fff·•・‧]{{2,24}})\s*[（(]\s*(?P<latin>{LATIN_NAME})\s*[,，）)]")
TURNED = re.compile(
    rf"(?P<latin>{LATIN_NAME})\s*[（(/]\s*(?P<local>[\u3400-\u9fff·•・‧]{{2,12}})\s*(?=[,，）)/、\n]|$)"
)
CALLED = re.compile(
    rf"(?P<latin>{LATIN_NAME})\s*[，,（(]?\s*(?:中文名字?|中文译名|译名"
    rf"|又译)\s*[:：]?\s*(?P<local>[\u3400-\u9fff·•・]{{2,16}})"
)
DOTTED = re.compile(r"[\u3400-\u9fff]{2,10}(?:[·•・‧][\u3400-\u9fff]{1,10}){1,3}")
FULL_LATIN = re.compile(LATIN_NAME)
DOTS = re.compile(r"[·•・‧]")
INTRODUCES = re.compile(
    rf"(?:我是|我叫|我係|I'm|I’m|I am|[Mm]y name is)\s*(?:主持人|記者|记者"
    rf"|[你您]的主持人)?\s*(?P<name>{LATIN_NAME}|[\u3400-\u9fff]{{2,4}}(?=[，,。！!、]))"
)
HOSTS = re.compile(
    r"(?:主持人|播客|主播|记者|記者|特约记者|host|interviewer)\s*(?P<a>%s)"
    r"|(?P<b>%s)\s*(?:[（(][^）)]*[）)])?[^，。,.]{0,8}(?:邀请|邀請|采访了|採訪了|专访了|專訪了|对话了|主持的)"
    % ((rf"{LATIN_NAME}|[\u3400-\u9fff·]{{2,12}}",) * 2)
)


# Capitalised beside a name without being part of it: "Thanks, …", "… So".
NOT_NAMES = frozenset(
    """so thanks thank and but or the well yes no hi hello dear i i'm i’m it it's it’s we you he she they what why how
    when where who if in on at to of for from with interview podcast conversation q a""".split()
)
NICKNAME = re.compile(rf"(?P<latin>{LATIN_NAME}),?\s*[“\"‘'](?P<nick>[A-Z][a-z]+)[”\"’']")


def pairs(text: str) -> list[tuple[str, str]]:
    """Writings of one person that the text puts side by side: "山姆·奥特曼(Sam Altman)" → (山姆·奥特曼, Sam Altman)."""
    found: list[tuple[str, str]] = []
    for pattern in (PAIR, TURNED, CALLED):
        for match in pattern.finditer(text):
            latin = without_title(" ".join(match["latin"].split()))
            local = local_name(match["local"], latin)
            if local and (pattern is not TURNED or local == match["local"]):
                found.append((local, latin))
    for match in NICKNAME.finditer(text):
        latin = " ".join(match["latin"].split())
        found.append((f"{match['nick']} {latin.split()[-1]}", latin))
    return found


def shared_family_names(found: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Keys of the local names that are paired with two people of one family: 史密斯 for John and for Anna Smith."""
    given: dict[tuple[str, str], list[str]] = {}
    shared = set()
    for local, latin in found:
        words = key(latin).split(" ")
        first, last = words[0], words[-1]
        others = given.setdefault((key(local), last), [])
        if not DOTS.search(local) and any(not (o.startswith(first) or first.startswith(o)) for o in others):
            shared.add(key(local))
        others.append(first)
    return frozenset(shared)


def local_name(text: str, latin: str = "") -> str:
    """The name a stretch of Chinese ends with, or "": by its dots, its sound characters, or its surname."""
    parts = DOTS.split(text)
    if len(parts) > 1:
        first = _sound_tail(parts[0])
        return text[len(parts[0]) - len(first) :] if first else DOTS.sub("·", text[len(parts[0]) + 1 :])
    for length in (3, 2):  # 唐鳳 (Audrey Tang): the given names are two, the family name is one
        if len(text) >= length and may_be_family(text[-length:], latin):
            return text[-length:]
    syllables = _syllables(latin)
    for length in (3, 2, 4):
        if len(text) >= length and fold_characters(text[-length]) in SURNAMES and length == syllables:
            return text[-length:]
    tail = _sound_tail(text)
    return tail if len(tail) >= 2 else ""


def _sound_tail(text: str) -> str:
    folded = fold_characters(text)
    if len(folded) != len(text):
        return ""
    length = 0
    while length < len(text) and folded[-1 - length] in SOUNDS:
        length += 1
    return text[len(text) - length :]


def _syllables(latin: str) -> int:
    return len(re.findall(r"[aeiouüAEIOU]+", latin))


def full_names(text: str) -> Counter[str]:
    """Full names as written, with how often: dotted Chinese names and runs of capitalised Latin words."""
    found: Counter[str] = Counter()
    for match in DOTTED.finditer(text):
        parts = DOTS.split(match.group())
        first, last = _sound_tail(parts[0]), _sound_head(parts[-1])
        if first and last:
            found["·".join((first, *parts[1:-1], last))] += 1
    for match in FULL_LATIN.finditer(text):
        words = match.group().split()
        while words and words[0].casefold() in NOT_NAMES:
            words.pop(0)
        while words and words[-1].casefold() in NOT_NAMES:
            words.pop()
        if len(words) > 1:
            found[" ".join(words)] += 1
    return found


def _sound_head(text: str) -> str:
    folded = fold_characters(text)
    length = 0
    while length < min(len(text), len(folded)) and folded[length] in SOUNDS:
        length += 1
    return text[:length]


def surnamed(text: str) -> Counter[str]:
    """Chinese names of three characters that begin with a surname, with how often the text has each."""
    found: Counter[str] = Counter()
    folded = fold_characters(text)
    if len(folded) == len(text):
        for at in range(len(text) - 2):
            if folded[at] in SURNAMES and all(map(is_han, text[at : at + 3])):
                found[text[at : at + 3]] += 1
    return found


def components(name: str) -> list[str]:
    """The parts a person is also called by: given and family name. A native Chinese name gives its given name."""
    return list(_components(name))


@lru_cache(maxsize=65_536)
def component_keys(name: str) -> frozenset[str]:
    """The same, as `key` has them."""
    return frozenset(map(key, _components(name)))


@lru_cache(maxsize=65_536)
def _components(name: str) -> tuple[str, ...]:
    if (local := local_part(name)) != name:
        return (local, *_components(local))
    name = without_title(name)
    if " " in name:
        return tuple(part for part in name.replace(",", " ").split() if len(part) > 1 and part[0].isupper())
    if DOTS.search(name):
        return tuple(part for part in DOTS.split(name) if len(part) > 1)
    if len(name) == 3 and fold_characters(name[0]) in SURNAMES:
        return (name[1:],)
    return ()


def local_part(name: str) -> str:
    """The Chinese half of a label that carries both writings ("王小明 Ming"), else the name itself."""
    han = "".join(character for character in name if is_han(character) or DOTS.match(character))
    return han if len(han) >= 2 and any(character.isascii() and character.isalpha() for character in name) else name


def both_writings(label: str) -> str:
    """A label with both writings, as a text puts them side by side: "唐鳳 Audrey Tang" → "唐鳳 (Audrey Tang)"."""
    han = local_part(label)
    latin = " ".join(re.findall(rf"{LETTER}+\.?", label))
    return f"{han} ({latin})" if han != label and " " in latin else ""


def is_latin(name: str) -> bool:
    """Whether a name is in letters that have capitals."""
    return name.lower() != name.upper()


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=65_536)
def key(name: str) -> str:
    """What two writings of a name in one script share: case, width, script, dots and spaces do not matter."""
    return re.sub(r"[\s·•・‧]+", " ", fold_characters(name)).strip()
