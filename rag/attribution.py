"""Which names a sentence has, and whom it lets speak, against the words it cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from index.lexical import STOPWORDS
from index.model import Role
from index.names import DOTS, SOUNDS, SURNAMES
from index.script import fold, fold_characters, is_han
from rag.pack import Source
from rag.translation import is_word, proper_names, stems, translations, words
from rag.view import View

SAYS_HAN = (
    "说|表示|认为|提到|指出|谈到|觉得|相信|强调|坦言|透露|回忆|解释|主张|预计|估计|预测|希望|承认|否认|声称|看来|建议|记得|坦承|介绍|补充|回答|描述|形容|担心"
    "|反驳|问|讲|聊到|期待|猜测|猜|直言|宣称|称|写道|总结|告诉|论及|打算|愿意|喜欢|料到|不看好|看好|转述|主持人"
)
SAYS_LATIN = (
    "says?|said|thinks?|thought|believe[sd]?|argue[sd]?|claim(?:s|ed)?|explain(?:s|ed)?|recall(?:s|ed)?|remember(?:s|ed)?|note[sd]?"
    "|mention(?:s|ed)?|describe[sd]?|admit(?:s|ted)?|den(?:ies|ied)|predict(?:s|ed)?|expect(?:s|ed)?|hope[sd]?|estimate[sd]?"
    "|suggest(?:s|ed)?|tells?|told|feels?|felt|points? out|stress(?:es|ed)?|insist(?:s|ed)?|add(?:s|ed)?|worr(?:ies|ied)"
    "|consider(?:s|ed)?|ask(?:s|ed)?|sees?|call(?:s|ed)?|puts?|wants?|wanted|regard(?:s|ed)?|compare[sd]?|report(?:s|ed)?|state[sd]?"
    "|wonder(?:s|ed)?|suspect(?:s|ed)?|conced(?:es|ed)|acknowledge[sd]?|advise[sd]?|vouch(?:es|ed)?|dice|dijo|cree|piensa|afirma|explica|opina"
)
# From a name to what makes it a speaker: 奥特曼2024年在哈佛说; "Altman, in 2024, said"; 奥特曼的看法.
SAYS = re.compile(
    rf"[^。！？!?；;\n，,]{{0,16}}?(?:{SAYS_HAN})|的?(?:看法|说法|观点|意见|眼里|眼中)"
    rf"|(?:['’]s)?(?:,[^,.;]{{1,40}},)?(?:\s+[a-z’'-]+){{0,3}}?\s+(?:{SAYS_LATIN})\b"
    r"|['’]s (?:view|opinion|words|account|memory|estimate)|[はがの][^。]{0,20}(?:述べ|語|言|考え|思)"
)
ACCORDING = re.compile(r"(?:据|依|按照|对于|在|by|in the view of|according to|for|según)\s*$")
# Who speaks, where it is nobody of the archive: "Greg Brockman recalls", 格雷格說, 林阿滿不認為.
SUBJECT_LATIN = re.compile(
    rf"(?:^|[.;:,!?]\s+|\bthat\s+)(?P<name>(?:[A-ZÀ-Þ][\w'’-]*\s+){{0,2}}[A-ZÀ-Þ][\w’-]*)"
    rf"(?:,[^,.;]{{1,40}},)?(?:\s+[a-z]+ly|\s+also|\s+now|\s+still)?\s+(?:{SAYS_LATIN})\b"
)
SUBJECT_HAN = re.compile(
    rf"(?:^|[，,。；;：:）)])(?:据|依|按照|根据)?(?P<name>[\u3400-\u9fff]{{2,6}}?|[\u3400-\u9fff]{{1,6}}(?:[·•・‧-][\u3400-\u9fff]{{1,6}})+)"
    rf"(?:在[^，。]{{1,10}}|[^，。]{{0,6}}的时候)?(?:也|还|曾|又|都|就|并|则|最后|后来|当时|坦率地?|明确)?不?(?:{SAYS_HAN})"
)
ASKERS = {
    Role.HOST: re.compile(r"主持人|记者|采访者|访谈者|主播|\b(?:interviewer|host|moderator|journalist|reporter)\b"),
    Role.AUDIENCE: re.compile(r"提问者|听众|观众|读者|提问的|\b(?:audience|listener|attendee|viewer)\b"),
}
# What looks like a name within a sentence: a capital, or letters with digits or further capitals in them.
LATIN_NAME = re.compile(
    r"(?<![A-Za-zÀ-ÿ0-9])(?:[A-ZÀ-Þ][A-Za-zÀ-ÿ0-9]*|[a-z]+[A-Z0-9][A-Za-z0-9]*)(?:[-.&’'][A-Za-zÀ-ÿ0-9]+)*"
)
FULL_LATIN = re.compile(r"(?<![.!?:;]\s)(?<!^)(?<![A-Za-z])(?P<name>[A-ZÀ-Þ][a-zà-ÿ'’-]+(?:\s+[A-ZÀ-Þ][a-zà-ÿ'’A-Z-]+)+)")
BEGINS_WITH = re.compile(rf"^(?P<name>[{''.join(sorted(SURNAMES))}][\u3400-\u9fff]{{2}})")
NEXT_NAME = re.compile(r"\s([A-ZÀ-Þ][A-Za-zÀ-ÿ-]+)")
NAME_BEFORE = re.compile(r"[^.!?:;,\s]\s([A-ZÀ-Þ][a-zà-ÿ-]+)\s$")
SOUNDED = re.compile(rf"[{''.join(sorted(SOUNDS))}]{{3,}}")
BEGINS = re.compile(r"(?:^|[.!?:;。！？：；\n“”「『\"(]\s*)$")
PRONOUNS = frozenset("他们 她们 我们 你们 它们 有人 人们 大家 自己 对方 双方 两人 别人".split())
NO_NAMES = STOPWORDS | frozenset(
    """i ai ceo us uk eu english chinese monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december""".split()
)


def misattributed(view: View, sentence: str, cited: Sequence[Source]) -> list[str]:
    """Whom a sentence lets speak though none of the cited speakers is meant, as it writes them."""
    folded = _folded(sentence)
    speakers = {source.speaker.person for source in cited}
    roles = {source.speaker.role for source in cited}
    named = mentions(view, sentence)
    found = [
        sentence[start:end]
        for start, end, person in named
        if person not in speakers and (SAYS.match(folded, end) or ACCORDING.search(folded[:start]))
    ]
    if named and not any(person in speakers for _, _, person in named):
        found.append(sentence[named[0][0] : named[0][1]])  # it leaves out whose words these are
    found.extend(_strangers(view, sentence, folded, speakers))
    for role, pattern in ASKERS.items():
        asker = pattern.search(folded)
        if asker and role not in roles and SAYS.match(folded, asker.end()):
            found.append(sentence[asker.start() : asker.end()])
    return list(dict.fromkeys(found))


def names_asker(view: View, sentence: str, cited: Sequence[Source]) -> bool:
    """Whether a sentence says that it was the interviewer or somebody of the audience, by name or as such."""
    folded = _folded(sentence)
    speakers = {source.speaker.person for source in cited}
    by_name = any(person in speakers for _, _, person in mentions(view, sentence))
    return by_name or any(pattern.search(folded) for pattern in ASKERS.values())


def _strangers(view: View, sentence: str, folded: str, speakers: set[str]) -> list[str]:
    """Whom a sentence lets speak by a name that nobody of the archive goes by.

    A speaker whose name is known in the other script only may be meant: then it cannot be told.
    """
    aliases = [alias for person in speakers for alias in view.aliases.get(person, ())]
    found: list[str] = []
    if any(not is_han(alias[0]) for alias in aliases):
        found += [
            match["name"]
            for match in SUBJECT_LATIN.finditer(sentence)
            if not mentions(view, match["name"]) and match["name"].casefold() not in NO_NAMES
        ]
    if any(is_han(alias[0]) for alias in aliases):
        names_said = [(match["name"], match.span("name")) for match in SUBJECT_HAN.finditer(folded)]
        found += [
            sentence[start:end]
            for name, (start, end) in names_said
            if not mentions(view, name) and _is_han_name(name)
        ]
    return found


def _is_han_name(name: str) -> bool:
    """Whether Chinese characters look like a person's name: all chosen by sound, or a surname and one or two more."""
    if DOTS.search(name):
        return True
    if name in PRONOUNS or len(name) < 2 or is_word(name):
        return False
    return all(character in SOUNDS for character in name) or (len(name) <= 3 and name[0] in SURNAMES)


def missing_names(view: View, sentence: str, cited: str, interview: str, speakers: Iterable[str]) -> list[str]:
    """The names of a sentence that the cited words do not have, in no writing that is known.

    `cited` also holds whatever else may name somebody: the question, the title. `speakers` are the persons cited. What
    is no person of the archive may also be named elsewhere in the interview.
    """
    folded = _folded(sentence)
    known = {person for _, _, person in mentions(view, cited)} | set(speakers)
    named = mentions(view, sentence)
    found = [sentence[start:end] for start, end, person in named if person not in known]
    for match in LATIN_NAME.finditer(sentence):
        is_person = any(start < match.end() and match.start() < end for start, end, _ in named)
        if not is_person and not _begins_sentence(sentence, match) and not _has_name(match, cited, interview):
            found.append(match.group())
    found += _absent_full_names(sentence, folded, cited, named)
    for start, end, _ in reversed(named):
        folded = folded[:start] + " " * (end - start) + folded[end:]
    return list(dict.fromkeys([*found, *_strange_sounds(folded, _searched(interview))]))


def _absent_full_names(sentence: str, folded: str, cited: str, named: Sequence[tuple[int, int, str]]) -> list[str]:
    """The full names of a sentence, and a Chinese one that it begins with, no part of which the cited words have, where
    these are in the same script.
    """
    there = _searched(cited)
    in_han = sum(map(is_han, there)) > len(there) / 4
    matches = [FULL_LATIN.finditer(sentence), () if not in_han else BEGINS_WITH.finditer(folded)]
    found = []
    for match in (match for group in matches for match in group):
        is_person = any(start < match.end("name") and match.start("name") < end for start, end, _ in named)
        parts = LATIN_NAME.findall(match["name"]) or [match["name"]]
        is_strange = in_han == is_han(match["name"][0]) and not is_word(match["name"])
        if is_strange and not is_person and not any(part.casefold() in there for part in parts):
            found.append(sentence[match.start("name") : match.end("name")])
    return found


def _strange_sounds(folded: str, interview: str) -> list[str]:
    """The foreign names of a sentence, written by sound, that an interview in Chinese has in no similar writing."""
    if sum(map(is_han, interview)) < len(interview) / 4:
        return []
    for word in sorted({word for word in words(folded) if len(word) > 1}, key=len, reverse=True):
        folded = folded.replace(word, " ")
    runs = {match.group() for match in SOUNDED.finditer(interview)}
    return [
        name
        for name in (match.group() for match in SOUNDED.finditer(folded))
        if name not in interview and not any(2 * len(set(name) & set(run)) >= len(name) for run in runs)
    ]


def mentions(view: View, text: str) -> list[tuple[int, int, str]]:
    """Where a text names the archive's speakers: start, end, person; the longest name at each place.

    A single Latin name beside another that is none of the person's belongs to somebody else: "Wei Tzu-ching".
    """
    folded = _folded(text)
    spans = [
        (match.start(), match.end(), person)
        for pattern, person in view.name_patterns
        for match in pattern.finditer(folded)
        if not _is_part_of_name(view, text, match, person)
    ]
    kept: list[tuple[int, int, str]] = []
    for start, end, person in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, person))
    return kept


def _is_part_of_name(view: View, text: str, match: re.Match[str], person: str) -> bool:
    if is_han(match.group()[0]) or not text[match.start()].isupper():
        return False
    own = " ".join(view.aliases[person]).casefold()
    after = NEXT_NAME.match(text, match.end())
    before = NAME_BEFORE.search(text[: match.start()])
    return any(other and other[1].casefold() not in own for other in (after, before))


def _has_name(match: re.Match[str], cited: str, interview: str) -> bool:
    """Whether a Latin name stands in the interview, or in the cited words translated; True where that cannot be told."""
    name = match.group()
    folded = name.casefold()
    if folded in NO_NAMES or re.search(rf"(?<![a-z0-9]){re.escape(folded)}", _searched(interview)):
        return True
    if not any(map(is_han, cited)):
        return False
    if sum(map(is_han, match.string)) > len(match.string) / 4:
        return False  # a Chinese sentence about Chinese words writes names as they do
    stem = stems(name)
    of_several = NEXT_NAME.match(match.string, match.end()) or NAME_BEFORE.search(match.string[: match.start()])
    return bool(of_several) or not stem or folded not in proper_names() or stem[0] in translations(cited)


def _begins_sentence(sentence: str, match: re.Match[str]) -> bool:
    """Whether a word has its capital only because a sentence begins with it."""
    alone = match.group().istitle() and not LATIN_NAME.match(sentence, match.end() + 1)
    return alone and bool(BEGINS.search(sentence[: match.start()]))


@lru_cache(maxsize=64)
def _searched(text: str) -> str:
    """A text that is only searched: folded, however long that makes it."""
    return fold_characters(text)


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    """The text folded, as long as it was: some signs fold to several."""
    folded = fold_characters(text)
    return folded if len(folded) == len(text) else "".join(fold_characters(c)[:1] or " " for c in text)
