"""What was said before a question: a follow-up is asked as a question that stands alone.

With a chat model, it does that (rag/write.py). Without one, a follow-up that only names somebody or something else
("那马斯克呢?") is the question before it about that, one that says "he" gets the name; whatever is left unsaid is
looked for with the exchange before it (`in_context`), unless the question names somebody: then it begins anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.names import SOUNDS
from rag.names_in import mentions
from rag.view import View

EXCHANGES = 8  # the last ones of a conversation; what was said before is not looked at
REMEMBERED = 60  # characters of the last answer: as good as 600 on the gold follow-ups, and far quicker to embed
MARKER = re.compile(r" ?\[[0-9]+\]")
NOT_SAID = {
    "zh-Hans": "这些访谈没有谈到这一点。",
    "zh-Hant": "這些訪談沒有談到這一點。",
    "ja": "これらのインタビューでは、その点は語られていません。",
    "ko": "이 인터뷰들에서는 그 점을 다루지 않습니다.",
    "es": "Las entrevistas no lo dicen.",
    "en": "The interviews do not say.",
}
# What a follow-up has besides a name when it asks the same of somebody else.
SAME_OF = re.compile(
    r"(?:那[么麼]?|请问|請問|还有|還有|换成|換成|如果是|至于|至於|对于|對於|关于|而|and|or|but|so|then|what|how|about|of|does|did|is|for|y|de|qué"
    r"|では|じゃあ|それでは|の場合)*(?:呢|对此|對此|又?怎么[样看说]|又?怎麼[樣看說]|又?如何|的?看法|的话|的話|的|は|の場合は"
    r"|s|views?|opinion|take|think|thinks|say|says|too|instead|opina|dice)*",
    re.IGNORECASE,
)
# "那能源呢?" after "马斯克怎么看AI?": the same of another subject.
ASKS_ABOUT = re.compile(
    r"(?:怎[么麼]看待?|如何看待?|怎[么麼]評價|怎么评价|谈|談|(?:think|thinks|thought|say|says|said|feel|feels|know|worry)"
    r" (?:about|of)|views? (?:on|of|about)"
    r"|opina (?:de|sobre)|piensa (?:de|sobre))\s*(?P<subject>[^？?。]+)",
    re.IGNORECASE,
)
SUBJECT_ONLY = re.compile(
    r"(?:那[么麼]?|还有|還有|至于|至於|关于|關於|对于|對於)?\s*(?P<subject>[^，,？?]{1,30}?)呢?\s*(?<=呢)[？?]?"
    r"|(?:and|but|so)?,?\s*(?:what|how) about (?P<english>[^?,]{2,60})\??|¿?y (?:de|sobre) (?P<spanish>[^?,]{2,60})\??",
    re.IGNORECASE,
)
NO_SUBJECT = re.compile(
    r"为什么|為什麼|后来|後來|然后|然後|结果|結果|现在|現在|怎么|怎麼|谁|誰|什么|什麼|哪|别人|別人|别的|別的|其[他它]|[他她它][们們]|大家|之前|以前|你|我|\b(?:why|who|when|where|then|others?|it|that|this|you|him|her|them)\b",
    re.IGNORECASE,
)
SIGNS = re.compile(r"[\s¿¡，,。.？?！!：:、…—\-\"'“”‘’「」]+")
GIVEN_NAME = re.compile(rf"[{''.join(sorted(SOUNDS))}]{{1,6}}[·•・‧]$")  # in a writing that the archive does not have
HE = re.compile(r"(?<![其吉利维維])[他她](?![们們人国國乡鄉])|\b(?:he|she)\b(?!['’])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the conversation and the answer it got."""

    question: str
    answer: str = ""


def in_context(question: str, history: Sequence[Exchange]) -> str:
    """The question with the exchange before it in front: the subject that "and why?" leaves out stands there.

    Without history, the question itself.
    """
    if not history:
        return question
    last = history[-1]
    answer = "" if last.answer in NOT_SAID.values() else MARKER.sub("", last.answer)
    return " ".join(filter(None, (last.question, answer[:REMEMBERED], question)))


def stand_alone(question: str, history: Sequence[Exchange], view: View) -> str:
    """The question with the person and the subject that it leaves to those before it, as far as rules can tell."""
    questions = [exchange.question for exchange in history]
    alone = ""
    for asked in (*questions, question):
        alone = _carried_over(alone, asked, view) if alone else asked
    return alone


def _carried_over(before: str, question: str, view: View) -> str:
    asked, said = mentions(view, question), mentions(view, before)
    if not asked and (named := _subject(question)) and (about := ASKS_ABOUT.search(before)):
        return before[: about.start("subject")] + named + before[about.end("subject") :]
    if not said:
        return question
    if len({person for _, _, person in asked}) == 1 and _only_names(question, asked):
        if asked[0][2] in {person for _, _, person in said}:
            return question
        return _named(before, said, said[0][2], question[asked[0][0] : asked[0][1]])
    if asked or len({person for _, _, person in said}) > 1:
        return question
    start, end, _ = said[0]
    return HE.sub(lambda _: before[start:end], question, count=1)


def _subject(question: str) -> str:
    """What a follow-up names that asks the same of another subject; "" where it asks something else."""
    match = SUBJECT_ONLY.fullmatch(question.strip())
    named = str(next(filter(None, match.groups()))).strip() if match else ""
    return "" if NO_SUBJECT.search(named) or HE.search(named) else named


def _only_names(question: str, asked: Sequence[tuple[int, int, str]]) -> bool:
    rest = question
    for start, end, _ in reversed(asked):
        rest = rest[:start] + " " + rest[end:]
    return bool(SAME_OF.fullmatch(SIGNS.sub("", rest)))


def _named(question: str, said: Sequence[tuple[int, int, str]], person: str, name: str) -> str:
    """The question with another name in each place of this person's."""
    for start, end, _ in reversed([one for one in said if one[2] == person]):
        given = GIVEN_NAME.search(question, 0, start)
        question = question[: given.start() if given else start] + name + question[end:]
    return question
