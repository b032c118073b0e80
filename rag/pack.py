"""What a chat model is shown: numbered stretches of the interviews, each one speaker's words, within a token budget.

    ranked passages ─► the passage and the question it answers ─► the whole exchange, while there is room ─► [1] [2] …

Every passage gets its place before any is made whole, so that a long exchange pushes out no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.model import Kind, Passage, Role, Speaker
from index.sentences import FULL_WIDTH
from rag.retrieve import Ranking, Retriever
from rag.view import View

LEAST_TOKENS = 200  # below this no passage fits, and there is no point in asking
HEADING_TOKENS = 15  # of a stretch: its number, its speaker, its share of the heading
# Questions for how something went on: the passages are then put in order of time.
OVER_TIME = re.compile(
    r"变化|變化|改变|改變|转变|轉變|演变|演變|以前|以后|以後|后来|後來|起初|当初|當初|最初|一开始|一開始|前后|前後|过去|過去|如今|现在还"
    r"|還是|历年|歷年|先后|先後|依然|仍然|一直"
    r"|\b(?:chang(?:e[ds]?|ing)|over time|over the years|evolv\w+|still|used to|earlier|later|before|since"
    r"|develop(?:ed)?)\b"
    r"|変わ|変化|以前|cambi(?:ó|ado|ar|os?)|antes|después",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """What one speaker said in one go, under the number `n` that the model cites it by.

    `text` is the source's between `start` and `end`, without notes and images between; `passage` is the row of the
    best ranked passage it comes from.
    """

    n: int
    passage: int
    doc: str
    turn: int
    start: int
    end: int
    speaker: Speaker
    kind: Kind
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Packed:
    """The sources of one prompt in order, and about how many tokens they are."""

    sources: tuple[Source, ...]
    tokens: int


def pack(retriever: Retriever, ranking: Ranking, top_k: int, tokens: int) -> Packed:
    """The first `top_k` passages of a ranking as sources, of about `tokens` tokens together."""
    view, passages = retriever.view, retriever.index.passages
    chosen: dict[int, list[Piece]] = {}
    left = tokens
    for row in ranking.order[:top_k]:
        pieces = _pieces(view, passages[row], whole=False)
        if (size := _size(view, pieces)) <= left:
            chosen[row] = pieces
            left -= size
    for row, pieces in chosen.items():
        whole = _pieces(view, passages[row], whole=True)
        if (more := _size(view, whole) - _size(view, pieces)) <= left:
            chosen[row] = whole
            left -= more
    return Packed(_numbered(view, chosen, bool(OVER_TIME.search(ranking.question))), tokens - left)


def source_at(retriever: Retriever, doc: str, start: int, end: int) -> Source:
    """The stretch of one passage and turn that holds these offsets, as source number 0. Raises ValueError for none."""
    view, row = retriever.view, retriever.view.passage_at(doc, start)
    pieces = _pieces(view, retriever.index.passages[row], whole=False) if row is not None else []
    piece = next((one for one in pieces if one.start <= start < one.end), None)
    if row is None or piece is None:
        raise ValueError(f"{doc}: no passage holds {start}")
    return _source(view, 0, Piece(doc, piece.turn, piece.start, max(piece.end, end)), row)


def tokens_of(text: str) -> int:
    """About how many tokens a text has: one for a Han or kana character, three for ten of anything else.

    Models count differently, most of them fewer for Chinese; their own counters would have to be downloaded.
    """
    narrow = len(FULL_WIDTH.sub("", text))
    return len(text) - narrow + -(-narrow * 3 // 10)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one turn."""

    doc: str
    turn: int
    start: int
    end: int


def _pieces(view: View, passage: Passage, whole: bool) -> list[Piece]:
    """The stretches of a passage, turn by turn, with the question it answers; `whole` takes all of their words."""
    found: list[Piece] = []
    asked = view.before(passage.doc, passage.first_turn)
    if view.turn(passage.doc, passage.first_turn).role is Role.GUEST and asked >= 0:
        turn = view.turn(passage.doc, asked)
        span = passage.context if passage.context and not whole else turn
        if turn.role in (Role.HOST, Role.AUDIENCE):
            found.append(Piece(passage.doc, asked, span.start, span.end))
    for number in range(passage.first_turn, passage.last_turn + 1):
        turn = view.turn(passage.doc, number)
        start, end = (turn.start, turn.end) if whole else (max(turn.start, passage.start), min(turn.end, passage.end))
        if turn.kind is passage.kind and start < end:
            found.append(Piece(passage.doc, number, start, end))
    return found


def _size(view: View, pieces: Iterable[Piece]) -> int:
    return sum(HEADING_TOKENS + tokens_of(_text(view, piece)) for piece in pieces)


def _text(view: View, piece: Piece) -> str:
    return view.said(piece.doc, piece.turn, piece.start, piece.end)


def _numbered(view: View, chosen: dict[int, list[Piece]], by_date: bool) -> tuple[Source, ...]:
    """Sources in the order of the passages, or of time; what two passages share is there once."""
    order = sorted(chosen, key=lambda row: _date(view, chosen[row])) if by_date else list(chosen)
    merged: dict[tuple[str, int], list[tuple[Piece, int]]] = {}
    for row in order:
        for piece in chosen[row]:
            _merge(merged.setdefault((piece.doc, piece.turn), []), piece, row)
    groups = _together([pair for pairs in merged.values() for pair in pairs])
    return tuple(_source(view, n, piece, row) for n, (piece, row) in enumerate(groups, start=1))


def _merge(pairs: list[tuple[Piece, int]], piece: Piece, row: int) -> None:
    """Add a piece to those of the same turn, as one with any that it overlaps."""
    for at, (other, first_row) in enumerate(pairs):
        if piece.start <= other.end and other.start <= piece.end:
            del pairs[at]
            joined = Piece(piece.doc, piece.turn, min(piece.start, other.start), max(piece.end, other.end))
            _merge(pairs, joined, first_row)
            return
    pairs.append((piece, row))


def _together(pairs: Sequence[tuple[Piece, int]]) -> list[tuple[Piece, int]]:
    """In the order of the passages, those of one passage as they were spoken."""
    place: dict[int, int] = {}
    for _, row in pairs:
        place.setdefault(row, len(place))
    return sorted(pairs, key=lambda pair: (place[pair[1]], pair[0].start))


def _source(view: View, n: int, piece: Piece, row: int) -> Source:
    turn = view.turn(piece.doc, piece.turn)
    return Source(
        n=n,
        passage=row,
        doc=piece.doc,
        turn=piece.turn,
        start=piece.start,
        end=piece.end,
        speaker=view.speaker(piece.doc, turn),
        kind=turn.kind,
        section=turn.section,
        text=_text(view, piece),
    )


def _date(view: View, pieces: Sequence[Piece]) -> str:
    return view.document(pieces[0].doc).date or "9999"
