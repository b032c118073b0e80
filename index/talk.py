"""The talk of a page: whose words each block is, and which blocks in it nobody said.

Images, adverts, notes and captions are taken out of the speaker's words: a turn holds only what its speaker said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index import boilerplate
from index.blocks import Block
from index.labels import Label, is_generic
from index.layout import NUMBERED, Draft, DraftTurn, heading_text, is_section, read_section, section_numbers
from index.model import Excluded, Kind, Role, Span
from index.roles import CAPTIONED
from index.script import ends_sentence

LONGEST_CREDIT = 60
UNSPOKEN = ("image", "rule", "link")
US = re.compile(r"(?:联系|聯絡|聯繫|关注|關注|contact|follow)\s*(?:我们|我們|us)", re.IGNORECASE)
PAGE_FOOT = ("follow us", "contact", "copyright", "related reading", "credits", "rule")
SET_APART = re.compile(
    r"[*_\[【（(★☆■●◆]|广告|廣告|\W*(?:advertisement|sponsored)\b|[\u2600-\u27bf\U0001f300-\U0001faff]", re.IGNORECASE
)
FIRST_PERSON = re.compile(r"(?<![“「『\"])(我|\bI\b|\bI'|\bI’|\bwe\b|\bmy\b)")


@dataclass(frozen=True, slots=True)
class Marked:
    """A page's blocks, the number of each that a label begins or a time stands before, and the role of each label.

    `bare_questions`: only questions are labelled; each answer follows without a label.
    """

    text: str
    blocks: Sequence[Block]
    starts: Mapping[int, Label]
    timed: Mapping[int, float]
    roles: Mapping[str, Role]
    bare_questions: bool


def read_timed(draft: Draft, blocks: Sequence[Block]) -> None:
    """A talk that has times but no speakers: one speaker's text, of which nothing is furniture for being short."""
    speaking = False
    for block in blocks:
        reason = boilerplate.junk_reason(block)
        if block.heading:
            draft.leave_out(block, "section heading")
            draft.section = heading_text(block)
            speaking = False
        elif reason in UNSPOKEN:
            draft.leave_out(block, reason)
        elif speaking:
            draft.turns[-1].spans.append(Span(block.start, block.end))
        else:
            draft.add(Span(block.start, block.end), "", Role.GUEST, Kind.INTERVIEW)
            speaking = True


def end_of_talk(marked: Marked) -> int:
    """The block after the last one that is talk: an end mark, or the first headline-like line, stops it."""
    text, blocks, starts = marked.text, marked.blocks, marked.starts
    last_label = max(starts)
    announced = not text[starts[last_label].end : blocks[last_label].end].strip()  # its words are in the next block
    spoken = last_label + 1 + announced + marked.bare_questions
    punctuated = _paragraphs_close(blocks[min(starts) : last_label + 1])
    for number in range(max(last_label + announced, _last_timed(marked, last_label)) + 1, len(blocks)):
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


def _last_timed(marked: Marked, last_label: int) -> int:
    """The last block behind the last label up to which the times go on; the chapters of an episode begin anew."""
    seconds = max((clock for number, clock in marked.timed.items() if number <= last_label), default=0.0)
    latest = last_label
    for number, clock in sorted(marked.timed.items()):
        if number > last_label and clock < seconds:
            break
        latest, seconds = max(latest, number), max(seconds, clock)
    return latest


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


def read_talk(draft: Draft, marked: Marked, first: int, end: int) -> None:
    """Read the blocks from `first` to before `end` into the draft."""
    text, blocks, starts = marked.text, marked.blocks[:end], marked.starts
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
            current, answer_due = _start_turn(draft, block, label, marked)
        elif number in marked.timed and current >= 0 and not (block.heading or answer_due):
            draft.turns[current].spans.append(_speech(text, block.start, block.end, draft))
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


def _start_turn(draft: Draft, block: Block, label: Label, marked: Marked) -> tuple[int, bool]:
    """Open a turn at a label; (its place or -1 while nothing is said yet, whether an unlabelled answer follows)."""
    draft.excluded.append(Excluded(label.start, label.end, "label"))
    role = marked.roles[label.name]
    span = _speech(marked.text, label.end, block.end, draft)
    last = draft.turns[-1] if draft.turns else None
    # programs write the label before every few words
    cue = label.name != CAPTIONED and (label.style == "stamped" or is_generic(label.name))
    if cue and last and (last.label, last.section, last.kind) == (label.name, draft.section, Kind.INTERVIEW):
        last.spans.extend([span] if span.start < span.end else [])
    elif span.start < span.end:
        draft.add(span, label.name, role, Kind.INTERVIEW)
    else:
        draft.turns.append(DraftTurn(label.name, role, Kind.INTERVIEW, draft.section, []))
    return len(draft.turns) - 1, marked.bare_questions and role is not Role.GUEST


def _speech(text: str, start: int, end: int, draft: Draft) -> Span:
    """Trim white space, stray marks at the edges, and an editor's credit behind the last words."""
    tail = max(start, end - LONGEST_CREDIT)
    credit = boilerplate.CREDIT_TAIL.search(text[tail:end])
    if credit:
        draft.excluded.append(Excluded(tail + credit.start(), end, "credits"))
        end = tail + credit.start()
    while start < end and text[start] in " \t\n\u3000\u200b":
        start += 1
    while end > start and text[end - 1] in " \t\n\u3000\u200b":
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
