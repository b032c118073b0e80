"""A page's text → who said what: turns with roles and sections, and what is not the interview.

The page is read in three parts: before the first speaker label (the editors' head), the talk, and what
follows the last exchange (left out). Inside the talk, images, adverts, notes and captions are taken out
of the speaker's words, so that a turn holds only what its speaker said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index import boilerplate
from index.blocks import Block, split_blocks
from index.head import read_head
from index.labels import Label, find_labels, role_word
from index.layout import NUMBERED, Draft, DraftTurn, is_section, read_section, section_numbers
from index.model import Excluded, Kind, Role, Span, Turn
from index.script import ends_sentence

QUESTION = re.compile(r"[?？]")
LONGEST_CREDIT = 60
UNSPOKEN = ("image", "rule", "link")
US = re.compile(r"(?:联系|聯絡|聯繫|关注|關注|contact|follow)\s*(?:我们|我們|us)", re.IGNORECASE)
PAGE_FOOT = ("follow us", "contact", "copyright", "related reading", "credits", "rule")
SET_APART = re.compile(
    r"[*_\[【（(★☆■●◆]|广告|廣告|\W*(?:advertisement|sponsored)\b|[\u2600-\u27bf\U0001f300-\U0001faff]", re.IGNORECASE
)
FIRST_PERSON = re.compile(r"(?<![“「『\"])(我|\bI\b|\bI'|\bI’|\bwe\b|\bmy\b)")


@dataclass(frozen=True, slots=True)
class Page:
    """The reading of one page. `title` is the span of the title line, where the page has one."""

    turns: tuple[Turn, ...]
    excluded: tuple[Excluded, ...]
    title: Span | None
    labelled: bool


def read_page(text: str) -> Page:
    """Find the turns of a page. A page without speaker labels becomes one turn per paragraph run, unlabelled."""
    labels = find_labels(text)
    blocks = split_blocks(text, frozenset(_line_start(text, label.start) for label in labels))
    roles = _roles(text, labels)
    draft = Draft()
    starts = _label_blocks(blocks, labels)
    first = min(starts, default=len(blocks))
    title = read_head(draft, blocks[:first] if labels else blocks, bool(labels))
    if labels:
        end = _end_of_talk(text, blocks, starts, _bare_questions(labels, roles))
        _read_talk(draft, text, blocks[:end], starts, roles, first)
        for block in blocks[end:]:
            draft.leave_out(block, boilerplate.junk_reason(block) or "after the interview")
    else:
        _take_for_speech(draft.turns)
    turns = sorted((turn for turn in draft.turns if turn.said()), key=lambda turn: turn.said()[0].start)
    numbered = tuple(turn.finished(number) for number, turn in enumerate(turns))
    return Page(numbered, tuple(sorted(draft.excluded, key=lambda e: e.start)), title, bool(labels))


def _take_for_speech(turns: Sequence[DraftTurn]) -> None:
    """On a page without speakers, the prose is one speaker's text."""
    for turn in turns:
        if turn.kind is Kind.INTRODUCTION:
            turn.role, turn.kind = Role.GUEST, Kind.INTERVIEW


def _line_start(text: str, position: int) -> int:
    newline = text.rfind("\n", 0, position)
    return max(newline, text.rfind("\r", newline + 1, position)) + 1


def _label_blocks(blocks: Sequence[Block], labels: Sequence[Label]) -> dict[int, Label]:
    """Block number → the label it begins with."""
    found: dict[int, Label] = {}
    at = 0
    for label in labels:
        while at + 1 < len(blocks) and blocks[at + 1].start <= label.end - 1 and blocks[at].end < label.end:
            at += 1
        while at + 1 < len(blocks) and blocks[at].end <= label.start:
            at += 1
        found.setdefault(at, label)
    return found


def _roles(text: str, labels: Sequence[Label]) -> dict[str, Role]:
    """Role of each label: by its own word ("主持人"), else by behaviour: the host is who asks."""
    said: dict[str, list[str]] = {}
    before = ""
    for label, following in zip_longest(labels, labels[1:]):
        words = text[label.end : following.start if following else label.end + 400]
        if label.name == before:  # pages that label every paragraph: one turn all the same
            said[before][-1] += words
        else:
            said.setdefault(label.name, []).append(words)
        before = label.name
    roles: dict[str, Role] = {}
    asking: dict[str, float] = {}
    for name, turns in said.items():
        role, _ = role_word(name)
        if role is not None:
            roles[name] = role
        else:
            asking[name] = sum(bool(QUESTION.search(turn.rstrip()[-60:])) for turn in turns) / len(turns)
    if asking and Role.HOST not in roles.values():
        often = [name for name in asking if 4 * len(said[name]) >= max(len(said[other]) for other in asking)]
        most = max(often, key=lambda name: asking[name])
        length = {name: sum(map(len, said[name])) / len(said[name]) for name in often}
        if asking[most] > 0.25 and (len(asking) == 1 or length[most] < 3 * min(length.values())):
            roles[most] = Role.HOST
    return {name: roles.get(name, Role.GUEST) for name in said}


def _bare_questions(labels: Sequence[Label], roles: dict[str, Role]) -> bool:
    """Only questions are labelled; each answer follows without a label."""
    return all(roles[label.name] is not Role.GUEST for label in labels)


def _end_of_talk(text: str, blocks: Sequence[Block], starts: dict[int, Label], bare_questions: bool) -> int:
    """The block after the last one that is talk: an end mark, or the first headline-like line, stops it."""
    last_label = max(starts)
    announced = not text[starts[last_label].end : blocks[last_label].end].strip()  # its words are in the next block
    spoken = last_label + 1 + announced + bare_questions
    punctuated = _paragraphs_close(blocks[min(starts) : last_label + 1])
    for number in range(last_label + 1 + announced, len(blocks)):
        block = blocks[number]
        if boilerplate.is_note(block) or boilerplate.is_caption(block) or block.image:
            continue
        if boilerplate.is_end(block) or (block.rule and block.text.strip("* _")):
            return number
        if block.heading and not _prose_follows(blocks, number + 1):
            return number
        if boilerplate.junk_reason(block) in PAGE_FOOT and (_set_apart(block) or not _speaks(block)):
            return number
        if number >= spoken and punctuated and (boilerplate.is_fragment(block) or boilerplate.is_metadata(block)):
            return number
    return len(blocks)


def _prose_follows(blocks: Sequence[Block], number: int) -> bool:
    """Whether sentences that are no page furniture stand between here and the end of the page."""
    for block in blocks[number:]:
        if boilerplate.is_end(block):
            return False
        if ends_sentence(block.text) and not (block.heading or block.image or boilerplate.junk_reason(block)):
            return True
    return False


def _speaks(block: Block) -> bool:
    """Whether somebody says "I" or "we" here, other than in "contact us"."""
    return bool(FIRST_PERSON.search(US.sub("", block.text)))


def _read_talk(
    draft: Draft, text: str, blocks: Sequence[Block], starts: dict[int, Label], roles: dict[str, Role], first: int
) -> None:
    bare_questions = _bare_questions(list(starts.values()), roles)
    prose_style = _paragraphs_close(blocks[first:])
    numbers = section_numbers(blocks)
    current = -1  # the turn that unlabelled paragraphs continue; -1 after a section heading
    answer_due = False
    number = first
    draft.section = _open_section(draft)
    while number < len(blocks):
        block = blocks[number]
        label = starts.get(number)
        announced = current >= 0 and not draft.turns[current].spans  # by a label alone on its line
        if label is not None:
            current, answer_due = _start_turn(draft, text, block, label, roles[label.name], bare_questions)
        elif is_section(block, numbers) and not answer_due and (block.heading or not announced):
            number = read_section(draft, blocks, starts, number)
            current = -1
        elif reason := _inline_junk(block, announced):
            draft.leave_out(block, reason)
        elif boilerplate.is_note(block):
            draft.add(Span(block.start, block.end), "", Role.EDITOR, Kind.NOTE)
        elif boilerplate.is_caption(block) or (
            current >= 0 and not (answer_due or announced) and _stray_caption(blocks, number, prose_style)
        ):
            draft.add(Span(block.start, block.end), "", Role.EDITOR, Kind.CAPTION)
        elif answer_due:
            draft.add(_speech(text, block.start, block.end, draft), "", Role.GUEST, Kind.INTERVIEW)
            current, answer_due = len(draft.turns) - 1, False
        elif current >= 0:
            draft.turns[current].spans.append(_speech(text, block.start, block.end, draft))
        elif FIRST_PERSON.search(block.text) and (spoken := _last_spoken(draft)) is not None:
            previous = draft.turns[spoken]
            draft.add(_speech(text, block.start, block.end, draft), previous.label, previous.role, Kind.INTERVIEW)
            current = len(draft.turns) - 1
        else:
            draft.add_editor(block, Kind.INTRODUCTION)
        number += 1


def _open_section(draft: Draft) -> str:
    """The heading that names the first section: right above the first label, or numbered, with a few words under it."""
    last = draft.turns[-1].section if draft.turns else ""
    return draft.section if draft.section != last or NUMBERED.match(draft.section) else ""


def _start_turn(
    draft: Draft, text: str, block: Block, label: Label, role: Role, bare_questions: bool
) -> tuple[int, bool]:
    """Open a turn at a label; (its place or -1 while nothing is said yet, whether an unlabelled answer follows)."""
    draft.excluded.append(Excluded(label.start, label.end, "label"))
    span = _speech(text, label.end, block.end, draft)
    if span.start < span.end:
        draft.add(span, label.name, role, Kind.INTERVIEW)
    else:
        draft.turns.append(DraftTurn(label.name, role, Kind.INTERVIEW, draft.section, []))
    return len(draft.turns) - 1, bare_questions and role is not Role.GUEST


def _speech(text: str, start: int, end: int, draft: Draft) -> Span:
    """Trim white space, stray marks at the edges, and an editor's credit behind the last words."""
    tail = max(start, end - LONGEST_CREDIT)
    credit = boilerplate.CREDIT_TAIL.search(text[tail:end])
    if credit:
        draft.excluded.append(Excluded(tail + credit.start(), end, "credits"))
        end = tail + credit.start()
    while start < end and text[start] in " \t\r\n\u3000\u200b":
        start += 1
    while end > start and text[end - 1] in " \t\r\n\u3000\u200b":
        end -= 1
    return Span(start, end)


def _inline_junk(block: Block, announced: bool) -> str:
    """Why a block inside the talk is left out: what no speaker can have said, or an advert set apart from the speech.

    A label alone on its line announces the block below it: those words are the speaker's, whatever they are about.
    """
    reason = boilerplate.junk_reason(block)
    if not reason or reason in UNSPOKEN:
        return reason
    return reason if _set_apart(block) and not announced else ""


def _set_apart(block: Block) -> bool:
    return boilerplate.is_fragment(block) or bool(SET_APART.match(block.text))


def _paragraphs_close(blocks: Sequence[Block]) -> bool:
    """Whether this page's paragraphs end in punctuation, so that one which does not stands out."""
    texts = [block for block in blocks if not block.image and not block.rule and len(block.text) > 12]
    return sum(ends_sentence(block.text) for block in texts) > 0.8 * len(texts)


def _stray_caption(blocks: Sequence[Block], number: int, prose_style: bool) -> bool:
    """An unmarked picture caption: a line without any closing punctuation between finished paragraphs."""
    block = blocks[number]
    if not prose_style or not boilerplate.is_fragment(block) or not 10 <= len(block.text) <= 120:
        return False
    return number > 0 and ends_sentence(blocks[number - 1].text)


def _last_spoken(draft: Draft) -> int | None:
    return next((at for at in range(len(draft.turns) - 1, -1, -1) if draft.turns[at].kind is Kind.INTERVIEW), None)
