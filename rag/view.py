"""What an opened index says about its rows: who speaks in them, what is asked, what replies to it.

Rows are looked up as they are needed, many at once, in the tables of the index (index/tables.py); turns and texts are
read for one interview at a time, and the last CACHED of them kept.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from index import names
from index.model import Kind, Passage, Role, Speaker, TimeMark, Turn
from index.opened import OpenedIndex
from index.script import fold_characters
from index.store import DocumentRow
from index.tables import ASKING, GUEST, NOBODY, SPOKEN, Table, spread

CACHED = 500  # interviews
ANSWER = 6  # passages of one answer that are found by its question
LABEL_BITS = 16  # a speaker label is its number in its interview, and above that the number of the interview
_PASSAGE_ID = re.compile(r"(?P<doc>.+):(?P<start>[0-9]{1,12})-(?P<end>[0-9]{1,12})", re.DOTALL)
Rows = NDArray[np.int64]
Floats = NDArray[np.float32]
# Given names that are also words a question is made of.
ORDINARY = frozenset(
    "will may mark bill rose grace art faith hope sue pat frank rich drew chase grant guy young long".split()
)


class View:
    """Look-ups over one opened index; each table is built when first needed."""

    def __init__(self, index: OpenedIndex) -> None:
        self.index = index
        self.text_of = lru_cache(CACHED)(index.text)  # the source text of an interview
        self._turns = lru_cache(CACHED)(lambda doc: {turn.number: turn for turn in index.turns(doc)})
        self._times = lru_cache(CACHED)(index.times)
        self._columns: dict[str, Rows] = {}

    def speakers_of(self, passage: Passage) -> tuple[str, ...]:
        """The names of who speaks in a passage, in order."""
        turns = range(passage.first_turn, passage.last_turn + 1)
        spoken = [turn for number in turns if (turn := self.turn(passage.doc, number)).kind is passage.kind]
        return tuple(dict.fromkeys(self.speaker(passage.doc, turn).name for turn in spoken))

    def speaker(self, doc: str, turn: Turn) -> Speaker:
        """Who said a turn; what the editors wrote is theirs."""
        if turn.role is Role.EDITOR:
            return Speaker(doc, "", "Editor", Role.EDITOR, "")
        return self._speakers[doc, turn.label]

    def turn(self, doc: str, number: int) -> Turn:
        """A turn by its number."""
        return self._turns(doc)[number]

    def turns_of(self, doc: str) -> list[Turn]:
        """The turns of an interview, in order."""
        return list(self._turns(doc).values())

    def seconds_at(self, doc: str, offset: int) -> float | None:
        """Where the recording of an interview stands at an offset of its text; None where it gives no times."""
        times: Sequence[TimeMark] = self._times(doc)
        at = bisect_right(times, offset, key=lambda mark: mark.start)
        return times[at - 1].seconds if at else None

    def link(self, doc: str, offset: int) -> str:
        """The link to an interview, to the moment of an offset where the recording can be opened there; "" for none."""
        from index.links import at_time

        url, seconds = self.document(doc).url, self.seconds_at(doc, offset)
        return url if seconds is None else at_time(url, seconds)

    def document(self, doc: str) -> DocumentRow:
        """An interview's title, date and the rest."""
        return self._documents[doc]

    def documents(self) -> list[DocumentRow]:
        """Every interview, by name."""
        return list(self._documents.values())

    def has(self, doc: str) -> bool:
        """Whether there is an interview of this name."""
        return doc in self._documents

    def stands(self, doc: str, start: int, words: str) -> bool:
        """Whether these words stand at this place of an interview: it may have been indexed anew, or removed."""
        return self.has(doc) and self.text_of(doc)[start : start + len(words)] == words

    def said(self, doc: str, number: int, start: int, end: int) -> str:
        """What a turn says between two offsets, without the notes and images that stand in between."""
        text = self.text_of(doc)
        clipped = [(max(span.start, start), min(span.end, end)) for span in self.turn(doc, number).spans]
        return "\n".join(text[low:high] for low, high in clipped if low < high)

    def before(self, doc: str, number: int) -> int:
        """The interview turn before this one, notes and captions not counted; -1 when there is none."""
        turns = self._turns(doc)
        earlier = (at for at in range(number - 1, -1, -1) if turns[at].kind is Kind.INTERVIEW)
        return next(earlier, -1)

    def rows_between(self, doc: str, start: int, end: int) -> Rows:
        """The sentence rows that begin between two offsets of an interview."""
        first, last = self.index.sentences_of[doc]
        low, high = np.searchsorted(self._sentences["start"][first:last], (start, end))
        rows: Rows = np.arange(first + int(low), first + int(high))
        return rows

    def passage_at(self, doc: str, start: int) -> int | None:
        """The row of the first passage that holds a place of an interview."""
        first, last = self.index.passages_of[doc]
        mine = self._passages[first:last]
        holding = np.flatnonzero((mine["start"] <= start) & (start < mine["end"]))
        return first + int(holding[0]) if len(holding) else None

    def passage_row(self, passage_id: str) -> int | None:
        """The row of the passage with this id; None where there is none."""
        match = _PASSAGE_ID.fullmatch(passage_id)
        if not match or not self.has(match["doc"]):
            return None
        first, last = self.index.passages_of[match["doc"]]
        mine = self._passages[first:last]
        found = np.flatnonzero((mine["start"] == int(match["start"])) & (mine["end"] == int(match["end"])))
        return first + int(found[0]) if len(found) else None

    def rows_of(self, row: int) -> Rows:
        """The sentence rows that stand in a passage."""
        return self.own(np.array([row]))[1]

    def text(self, passage: Passage) -> str:
        """A passage as it stands in its source."""
        return self.text_of(passage.doc)[passage.start : passage.end]

    def text_with_question(self, passage: Passage) -> str:
        """A passage with the interviewer's question before it, where that stands elsewhere."""
        context = passage.context
        asked = self.text_of(passage.doc)[context.start : context.end] if context else ""
        return "\n".join(filter(None, (asked, self.text(passage))))

    def own(self, passages: Rows) -> tuple[Rows, Rows]:
        """(place in `passages`, sentence row) for every sentence inside these passages."""
        return self._ranges(passages, "own_first", "own_last")

    def asked(self, passages: Rows) -> tuple[Rows, Rows]:
        """(place in `passages`, sentence row) for every sentence of the question that a passage holds or answers."""
        own, context = self.own(passages), self._ranges(passages, "context_first", "context_last")
        places, rows = (np.concatenate(pair) for pair in zip(own, context, strict=True))
        asks = self.asking(rows)
        return places[asks], rows[asks]

    def neighbours(self, passages: Rows) -> tuple[Rows, Rows, Rows]:
        """(place in `passages`, sentence row, the next one's) for every two sentences in a row of a passage that are
        not the interviewer's; a sentence that stands alone is its own neighbour.
        """
        places, rows = self.own(passages)
        answers = ~self.asking(rows)
        only_asking = ~np.isin(places, places[answers])
        places, rows = places[answers | only_asking], rows[answers | only_asking]
        pairs = (places[1:] == places[:-1]) & (rows[1:] == rows[:-1] + 1)
        alone = np.r_[True, ~pairs] & np.r_[~pairs, True] if len(rows) else np.zeros(0, dtype=bool)
        return (
            np.r_[places[:-1][pairs], places[alone]],
            np.r_[rows[:-1][pairs], rows[alone]],
            np.r_[rows[1:][pairs], rows[alone]],
        )

    def holding(self, sentences: Rows) -> Rows:
        """The passages that hold one of these sentences, or answer the question it is part of."""
        first, last = self._absolute("own_first"), self._absolute("own_last")
        asked_first, asked_last = self._absolute("context_first"), self._absolute("context_last")
        at = np.searchsorted(first, sentences, side="right") - 1
        found = [np.empty(0, dtype=np.int64)]
        for step in range(-1, ANSWER):  # passages overlap by a sentence; those of a long answer follow each other
            rows = np.clip(at + step, 0, len(first) - 1)
            holds = (first[rows] <= sentences) & (sentences < last[rows])
            holds |= (asked_first[rows] <= sentences) & (sentences < asked_last[rows])
            found.append(rows[holds])
        return np.unique(np.concatenate(found))

    def holding_own(self, sentences: Rows) -> Rows:
        """The passages in which one of these sentences stands."""
        first, last = self._absolute("own_first"), self._absolute("own_last")
        before = np.searchsorted(sentences, first), np.searchsorted(sentences, last)
        found: Rows = np.flatnonzero(before[0] < before[1])
        return found

    def _absolute(self, column: str) -> Rows:
        """[all passages] a column of sentence numbers as rows."""
        if column not in self._columns:
            owners, begins = self.index.passage_owners, self.index.sentence_owners.begins
            self._columns[column] = np.repeat(begins, owners.ends - owners.begins) + self._passages[column]
        return self._columns[column]

    def replies(self, sentences: Rows) -> tuple[Rows, Rows]:
        """(place in `sentences`, sentence row of the question that its turn replies to)."""
        first = self.index.sentence_owners.begins[self.index.sentence_owners.numbers(sentences)]
        mine = self._sentences[sentences]
        places, rows = spread(mine["reply_first"] + first, mine["reply_last"] + first)
        asks = self.asking(rows)  # a caption may stand between two sentences of a question
        return places[asks], rows[asks]

    def asking(self, sentences: Rows) -> NDArray[np.bool_]:
        """[sentences] said by a host or the audience."""
        found: NDArray[np.bool_] = np.isin(self._sentences["role"][sentences], ASKING)
        return found

    def host_questions(self, sentences: Rows) -> NDArray[np.bool_]:
        """[sentences] by which an interviewer asks: no answer to anything."""
        found: NDArray[np.bool_] = self._sentences["question"][sentences]
        return found

    def by_editors(self, passages: Rows) -> Floats:
        """[passages] 1 where the editors wrote it."""
        found: Floats = (self._passages["kind"][passages] != SPOKEN).astype(np.float32)
        return found

    def answered_by(self, passages: Rows, persons: Iterable[str]) -> Floats:
        """[passages] 1 where one of these persons answers."""
        found = np.zeros(len(passages), dtype=np.float32)
        keys = self.keys_of(persons)
        if len(keys):
            places, rows = self.own(passages)
            answers = self._sentences["role"][rows] == GUEST
            places, rows = places[answers], rows[answers]
            found[places[np.isin(self._label_keys(rows), keys)]] = 1.0
        return found

    def guests(self, passage: int) -> set[str]:
        """The persons who answer in a passage."""
        doc, rows = self.index.passages[passage].doc, self.rows_of(passage)
        turns = {int(turn) for turn in self._sentences["turn"][rows[self._sentences["role"][rows] == GUEST]]}
        return {self.speaker(doc, self.turn(doc, turn)).person for turn in turns} - {""}

    def keys_of(self, persons: Iterable[str]) -> Rows:
        """The speaker labels that stand for these persons, as numbers; see `said_by`."""
        return np.array([key for person in persons for key in self._keys.get(person, ())], dtype=np.int64)

    def said_by(self, keys: Rows) -> NDArray[np.bool_]:
        """[all sentences] said under one of these labels."""
        owners = self.index.sentence_owners
        numbers = np.repeat(np.arange(len(owners.docs)), owners.ends - owners.begins)
        found: NDArray[np.bool_] = np.isin((numbers << LABEL_BITS) + self._sentences["label"], keys)
        return found

    @cached_property
    def _keys(self) -> dict[str, list[int]]:
        """By person (or name, for those who are nobody known), the key of every label that stands for them."""
        found: dict[str, list[int]] = {}
        numbers = {doc: number << LABEL_BITS for number, doc in enumerate(self.index.docs)}
        counted: dict[str, int] = {}
        for (doc, _), speaker in self._speakers.items():  # in the order in which an interview's labels are numbered
            counted[doc] = min(counted.get(doc, -1) + 1, NOBODY - 1)  # as index/tables.py writes it down
            found.setdefault(speaker.person or speaker.name, []).append(numbers[doc] + counted[doc])
        return found

    def _label_keys(self, sentences: Rows) -> Rows:
        numbers = self.index.sentence_owners.numbers(sentences)
        keys: Rows = (numbers << LABEL_BITS) + self._sentences["label"][sentences]
        return keys

    def _ranges(self, passages: Rows, first: str, last: str) -> tuple[Rows, Rows]:
        owners = self.index.passage_owners.numbers(passages)
        begin = self.index.sentence_owners.begins[owners]
        mine = self._passages[passages]
        return spread(mine[first] + begin, mine[last] + begin)

    @cached_property
    def _passages(self) -> Table:
        return self.index.table("passages")

    @cached_property
    def _sentences(self) -> Table:
        return self.index.table("sentences")

    @cached_property
    def _documents(self) -> dict[str, DocumentRow]:
        return {document.doc: document for document in self.index.documents()}

    @cached_property
    def _speakers(self) -> dict[tuple[str, str], Speaker]:
        return {(speaker.doc, speaker.label): speaker for speaker in self.index.all_speakers()}

    def passage_languages(self, passages: Rows) -> Rows:
        """[passages] a number for the language of the interview, one for both scripts of Chinese."""
        found: Rows = self.languages[self.index.passage_owners.numbers(passages)]
        return found

    def sentence_languages(self, sentences: Rows) -> Rows:
        """[sentences] the same numbers."""
        found: Rows = self.languages[self.index.sentence_owners.numbers(sentences)]
        return found

    @cached_property
    def languages(self) -> Rows:
        """[interviews] the number of the language of each, in the order of the rows."""
        tags = [self._documents[doc].language.split("-")[0] for doc in self.index.docs]
        numbers = {tag: number for number, tag in enumerate(dict.fromkeys(tags))}
        return np.array([numbers[tag] for tag in tags], dtype=np.int64)

    def counts_by_language(self, what: str) -> Rows:
        """[languages] how many "passages", or "sentences", there are in each."""
        owners = self.index.passage_owners if what == "passages" else self.index.sentence_owners
        counts: Rows = np.zeros(len(self.index.table(f"{what}_means")), dtype=np.int64)
        np.add.at(counts, self.languages, owners.ends - owners.begins)
        return counts

    @cached_property
    def speaker_names(self) -> re.Pattern[str]:
        """Any name of a speaker, in folded text; the longest at each place."""
        aliases = {fold_characters(alias) for _, alias in self.index.aliases()} - ORDINARY
        longest_first = sorted((alias for alias in aliases if len(alias) > 1), key=len, reverse=True)
        words = [
            rf"(?<![a-z]){re.escape(a)}(?:['’]s)?(?![a-z])" if a.isascii() else re.escape(a) for a in longest_first
        ]
        return re.compile("|".join(words) or r"(?!)")

    @cached_property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        """By person, every name they go by."""
        found: dict[str, tuple[str, ...]] = {}
        for person, alias in self.index.aliases():
            found[person] = (*found.get(person, ()), alias)
        return found

    def named_in(self, folded: str) -> list[tuple[re.Match[str], str]]:
        """Where a folded text has a name the archive knows, and the person: a Latin name as whole words, a Chinese one
        anywhere.
        """
        return [
            (match, person)
            for alias, person in self._folded_aliases
            if alias in folded
            for match in _pattern(alias).finditer(folded)
        ]

    @cached_property
    def _folded_aliases(self) -> list[tuple[str, str]]:
        folded = [(names.key(alias), person) for person, alias in self.index.aliases()]
        return [(alias, person) for alias, person in folded if len(alias) >= 2 and alias not in ORDINARY]


@lru_cache(maxsize=4096)
def _pattern(alias: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){re.escape(alias)}(?![a-z])" if alias.isascii() else re.escape(alias))
