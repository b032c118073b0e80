"""Questions worth asking of an archive: the interviewers' own, those that can be understood by themselves.

    host turns ─► sentences that ask ─► stand alone? ─► the best of each interview ─► Suggestions

A question that leans on what was said before ("And why is that?", 他后来呢？) is of no use to a reader, so the rules
below rather refuse a good one than let such a one through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.lexical import terms
from index.model import Kind, Role, Turn
from index.script import fold_characters
from index.sentences import FULL_WIDTH, sentence_spans, width
from index.store import DocumentRow
from rag.answer import Answer
from rag.view import View

SAMPLED = 36  # interviews of one language that are read; a larger archive is sampled evenly
HAN = (8, 40)  # characters that a question has, with Chinese in it or without
LATIN = (30, 120)
FEWEST_TERMS = 2  # "How and why?" has none
REPLY = 400  # characters of a reply that are looked at
ENOUGH = 60.0  # Chinese characters: a shorter reply is hardly an answer
AHEAD = 12  # turns after a citation in which its interviewer's next question is looked for
ASKS_OPENLY = 0.7  # what an open question is worth beyond one answered by yes or no
ENDS_TURN = 0.2  # what is asked last is what gets the reply
REPEATED = 1.5  # how much of the question's rare words its reply takes up
INFORMATIVE = 14.0  # Chinese characters; a shorter question has less to say
TWO_EACH = 2  # questions of one interview, before one in another language is read

Place = tuple[int, int]
"""Start, end."""

ASKING = re.compile(r"[^。！？!?]*[？?][”’」』）)\"'*_\s]*$")
# Before the question itself: marks of a list or of emphasis, who asks, and the word with which a Chinese turn begins.
LABEL = re.compile(
    r"^(?:[\s*_>#•·\-–—]+|[（(]?\d{1,2}[)）.、．:：]\s*(?!\d)|[QＱ]\d{0,2}\s*[:：.、]\s*|[提追]?[问問]\d{0,2}\s*[:：]\s*"
    r"|(?:那[么麼]|好的?|嗯|是的)[，,、]\s*)+"
)
# Signs of a broken or quoted sentence, and of page code.
BROKEN = re.compile(
    r"^[“「『\"‘']|…|\.\.|--|—|[\[\]【】<>{}|$`#\\~^=@*_\n]|https?:|[;；]|(?<!\b[A-Z][a-z])\.\s|[^？?]$"
)
QUOTES = (("“", "”"), ("「", "」"), ("『", "』"), ("《", "》"), ("（", "）"), ("(", ")"))
OPENLY = re.compile(
    r"什[么麼]|怎|如何|[为為]何|[谁誰哪几幾]|多少|多[大长長久高快远遠]|何[时時处處]"
    r"|\b(?:what|how|why|who|whom|whose|where|when|which)\b",
    re.IGNORECASE,
)
# How a question is put, in Chinese and in English; anything else is a statement that asks for a nod.
PUT = re.compile(
    rf"{OPENLY.pattern}|[吗嗎呢][？?]|是否|有[没沒無无]有?|([\u3400-\u9fff])不\1|[还還]是"
    r"|(?:^|,\s)(?:is|are|am|was|were|do|does|did|has|have|had|will|would|can|could|should|must|may|might)(?:n['’]t)?\b",
    re.IGNORECASE,
)
# Begins with what joins it to the words before, or without its subject.
JOINED = re.compile(
    r"那|所以|因此|因[为為]|但|而(?!已)|不[过過是然]|可是|然[后後而]|[并並]且|于是|於是|就|[还還]|也|又|再|或|以及|比如|例如|像|包括|[对對](?![于於])|嗯"
    r"|好|是(?!否|[谁誰哪])|[没沒]错|其中|否[则則]|才|都|有(?![哪什])|[会會]|甚至|尤其|另|接[下着著]|最[后後]|首先|其次|第[一二三四五六]"
    r"|哦|噢|啊|呃|[欸诶哇]|当然|當然|真的|既然|反[而过過]|[换換]句|意思是|原[来來]|至[于於]|怎[么麼](?:[说說讲講会會]|[？?])|只|可[能以]|[应應][该該]|之[后後]"
    r"|知道|大[概约約]|[你您]?[从從]中|透[过過]|通[过過]|完全|[为為]什[么麼](?:[呢都偏？?]|[会會不][？?])|[想要]不?[问問]|[现現]在[对對]|具[体體]"
    r"|(?:and|but|so|then|or|nor|because|well|okay|ok|yes|yeah|no|right|now|also|oh|ah|hmm|um|uh|like|is (?:it|that)|i"
    r"|which|whereas|though|although|except|especially|even|again|anyway|actually|really|sorry|sure|any|anything|not|still"
    r"|(?:what|how) about|(?:when|where) (?:you|we|people|the|a|an))\b",
    re.IGNORECASE,
)
# Points at something that stands elsewhere.
POINTS = re.compile(
    r"[这這又]|那(?![么麼])|(?<![其吉利維维])[他她](?![人国國乡鄉])|它|牠|此(?!外)|前者|[后後]者|[将將使让讓把]其"
    r"|[刚剛][才刚剛]|前面|上述|[刚剛]?提到|[说說讲講谈談]到|所[说說]的|[你您][说說讲講]|如此|同[样樣]|另外|其[他它]|[别別]的"
    r"|[后後][来來]|[当當那][时時]|之[前后後][？?]|下一?[个個]|[个個][问問][题題]|第[二三四五]|[两兩][个個]?者|更多"
    r"|(?:展[开開]|具[体體])[说說讲講谈談的]|[举舉](?:[个個]|一[个個])例子|[举舉]例"
    r"|\b(?:this|that|these|those|they|them|their|theirs|he|him|his|she|hers?|else|too|another|others?|instead|then"
    r"|there(?! (?:a|an|any|is|are|was|were)\b)|such|again|said|mentioned|mention|earlier|previous|latter|former|same"
    r"|either|neither|both|ones?|the (?:two|rest)|so|here|as well|also)\b",
    re.IGNORECASE,
)
IT = re.compile(
    r"\bit(?:s|['’]s)?\b(?!\s+(?:takes?|took|costs?|(?:feels?|felt|means?|like|possible|hard|easy|difficult|important|worth)\b"
    r"[^,?]*\b(?:to|\w+ing)\b))",
    re.IGNORECASE,
)
# Ends by asking to be agreed with, or leaves out what is asked.
TAG = re.compile(
    r"(?:[，,\s](?:[对對是好行]|真的|可以)(?:[吧吗嗎么麼]|不[对對是])?|[对對]不?[对對]?[吧吗嗎]?|是[吧吗嗎]|是不是|好[吗嗎]"
    r"|吧|一下[吗嗎]?"
    r"|[，,]\s*(?:right|no|yes|correct|okay|isn['’]t it|don['’]t you(?: think)?|huh|why|how so|or not|you know))[？?]$",
    re.IGNORECASE,
)
# Is about the talk, not its subject: greetings, thanks, how the guest is, what the interviewer wants.
ABOUT_THE_TALK = re.compile(
    r"[你您]好|大家好|早上好|晚上好|[谢謝][谢謝]|感[谢謝]|[欢歡]迎|[请請][你您坐问問]|自我介[绍紹]|介[绍紹]一下[你您自]|准[备備]好|準備好|[听聽]得到"
    r"|今天(?:感|[觉覺]|心情|怎)|最近(?:怎|如何|好|[过過]得)|[我咱](?![们們国國])|[问問]一[个個下]|[开開]始[吧了]?[吗嗎]?[？?]$|[觉覺]得怎|分享一下"
    r"|\b(?:hello|hi|welcome|thank|thanks|how are you|how do you feel today|how(?:['’]s| is) (?:life|everything)|ready"
    r"|introduce yourself|nice to|good (?:morning|evening|afternoon)|can you hear|i|i['’](?:m|d|ve|ll)|me|my"
    r"|tell (?:us|our)|please|questions?)\b",
    re.IGNORECASE,
)
YOU = re.compile(r"[你您妳]|\b(?:you|your|yours|yourself)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question as the interviewer of `doc` put it, in turn number `turn`."""

    text: str
    doc: str
    turn: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A suggestion and what it is worth; `to_guest` where it says "you", which names nobody to a reader."""

    suggestion: Suggestion
    to_guest: bool
    worth: float


def suggested(view: View, number: int = 6, language: str = "") -> tuple[Suggestion, ...]:
    """At most `number` questions that the archive answers, from as many interviews as possible.

    Interviews in `language` ("en", "zh-Hans", "zh-Hant") come before those in another script of it and those before
    all others; of one interview, questions that do not say "you" before those that do. The same index gives the same.
    """
    read: list[tuple[int, Candidate]] = []
    left: list[tuple[int, Candidate]] = []
    for documents in _by_language(view.index.documents(), language):
        ordered = _in_rounds(_candidates(view, document) for document in _sample(documents, SAMPLED))
        read += [(nth, one) for nth, one in ordered if nth < TWO_EACH]
        left += [(nth, one) for nth, one in ordered if nth >= TWO_EACH]
        if len(read) >= number:
            break
    distinct: dict[str, Suggestion] = {}
    for _, one in (*read, *left):
        distinct.setdefault(_key(one.suggestion.text), one.suggestion)
    return tuple(distinct.values())[:number]


def next_questions(view: View, answer: Answer, number: int = 3) -> tuple[Suggestion, ...]:
    """At most `number` questions that the interviewers went on to ask where an answer quotes from.

    For each citation in turn, the next question of its interview that stands alone, then the one after that; none
    repeats the question asked. Nothing where the interviews do not say, or no longer do.
    """
    seen = {_key(answer.question), _key(answer.asked_as)}
    chosen: list[Suggestion] = []
    standing = [one for one in answer.citations if view.stands(one.doc, one.quote_start, one.quote)]
    coming = [_after(view, citation.doc, citation.turn) for citation in standing]
    while coming and len(chosen) < number:
        following = coming.pop(0)
        suggestion = next((one for one in following if _key(one.text) not in seen), None)
        if suggestion:
            seen.add(_key(suggestion.text))
            chosen.append(suggestion)
            coming.append(following)
    return tuple(chosen)


def stands_alone(question: str) -> bool:
    """Whether a question can be understood, and is worth asking, by somebody who has not read what came before it."""
    shortest, longest = HAN if FULL_WIDTH.search(question) else LATIN
    if not shortest <= len(question) <= longest or question[0].islower() or not PUT.search(question):
        return False
    if any(question.count(opening) != question.count(closing) for opening, closing in QUOTES):
        return False
    if JOINED.match(question) or TAG.search(question) or len(terms(question)) < FEWEST_TERMS:
        return False
    return not any(pattern.search(question) for pattern in (BROKEN, POINTS, IT, ABOUT_THE_TALK))


def _by_language(documents: Iterable[DocumentRow], language: str) -> list[list[DocumentRow]]:
    """The interviews in this language, in another script of it, and in others."""
    groups: list[list[DocumentRow]] = [[], [], []]
    for document in documents:
        is_related = document.language.partition("-")[0] == language.partition("-")[0]
        groups[0 if document.language == language or not language else 1 if is_related else 2].append(document)
    return groups


def _sample(documents: Sequence[DocumentRow], number: int) -> list[DocumentRow]:
    """At most so many of them, evenly from first to last."""
    count = min(number, len(documents))
    return [documents[at * len(documents) // count] for at in range(count)]


def _in_rounds(found: Iterable[Sequence[Candidate]]) -> list[tuple[int, Candidate]]:
    """The best of every interview as number 0, then the second best, and so on; of each number, the best first."""
    numbered = [(nth, one) for candidates in found for nth, one in enumerate(sorted(candidates, key=_order))]
    return sorted(numbered, key=lambda pair: (pair[0], *_order(pair[1])))


def _order(candidate: Candidate) -> tuple[bool, float, str, int]:
    return candidate.to_guest, -candidate.worth, candidate.suggestion.doc, candidate.suggestion.turn


def _candidates(view: View, document: DocumentRow) -> list[Candidate]:
    """The questions of an interview that stand alone and get a reply of some length, at most one of each turn."""
    text = view.text_of(document.doc)
    turns = [turn for turn in view.index.turns(document.doc) if turn.kind is Kind.INTERVIEW]
    found: list[Candidate] = []
    for turn, following in pairwise(turns):
        if turn.role is not Role.HOST or following.role is not Role.GUEST:
            continue
        reply = "\n".join(text[span.start : span.end] for span in following.spans)[:REPLY]
        places = _questions(text, turn)
        if not places or width(reply) < ENOUGH:
            continue
        start, end = places[-1]
        question = text[start:end]
        ends_turn = not text[end : turn.end].strip("”’」』）)\"'*_ \r\n")
        worth = (
            REPEATED * view.index.lexical.overlaps(question, [reply])[0] * min(width(question) / INFORMATIVE, 1.0)
            + ASKS_OPENLY * bool(OPENLY.search(question))
            + ENDS_TURN * ends_turn
            + min(width(reply), REPLY) / REPLY
        )
        found.append(Candidate(Suggestion(question, document.doc, turn.number), bool(YOU.search(question)), worth))
    return found


def _after(view: View, doc: str, turn: int) -> Iterator[Suggestion]:
    """The interviewer's questions that stand alone in the turns after this one."""
    text = view.text_of(doc)
    last = min(turn + AHEAD, view.document(doc).turns - 1)
    for number in range(turn + 1, last + 1):
        later = view.turn(doc, number)
        if later.kind is Kind.INTERVIEW and later.role is Role.HOST:
            for start, end in _questions(text, later)[-1:]:
                yield Suggestion(text[start:end], doc, number)


def _questions(text: str, turn: Turn) -> list[Place]:
    """Where a turn asks questions that stand alone."""
    found: list[Place] = []
    for span in turn.spans:
        if "?" in text[span.start : span.end] or "？" in text[span.start : span.end]:
            places = (_trimmed(text, sentence.start, sentence.end) for sentence in sentence_spans(text, span))
            found.extend(place for place in places if place and stands_alone(text[place[0] : place[1]]))
    return found


def _trimmed(text: str, start: int, end: int) -> Place | None:
    """Where the question that a sentence ends with stands, without labels and marks; None where it asks nothing."""
    match = ASKING.search(text[start:end])
    if not match:
        return None
    asked = match.group()
    begin = start + match.start() + len(asked) - len(asked.lstrip(" \t\r\n\u3000*_”’」』\"'"))
    if label := LABEL.match(text[begin:end]):
        begin += label.end()
    stop = start + match.start() + len(asked.rstrip(" \t\r\n\u3000*_"))
    return (begin, stop) if begin < stop else None


def _key(question: str) -> str:
    return "".join(filter(str.isalnum, fold_characters(question)))
