"""What an opened index says about its rows, worked out once: who speaks in them, what is asked, what replies to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index import names
from index.model import Kind, Passage, Role, Speaker, Turn
from index.script import fold_characters
from index.sentences import width
from index.store import DocumentRow, Index

LEFT_TO_ASK = 4.0  # Chinese characters, a Latin letter counting as a third of one
Rows = NDArray[np.int64]
# Given names that are also words a question is made of.
ORDINARY = frozenset(
    "will may mark bill rose grace art faith hope sue pat frank rich drew chase grant guy young long".split()
)


class View:
    """Look-ups over one opened index; each table is built when first needed."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._texts: dict[str, str] = {}

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
        return self._turns[doc][number]

    def turns_of(self, doc: str) -> list[Turn]:
        """The turns of an interview, in order."""
        return list(self._turns[doc].values())

    def text_of(self, doc: str) -> str:
        """The source text of an interview."""
        if doc not in self._texts:
            self._texts[doc] = self.index.text(doc)
        return self._texts[doc]

    def document(self, doc: str) -> DocumentRow:
        """An interview's title, date and the rest."""
        return self._documents[doc]

    def documents(self) -> list[DocumentRow]:
        """Every interview, in the order of the index."""
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

    def rows_between(self, doc: str, start: int, end: int) -> Rows:
        """The sentence rows that begin between two offsets of an interview."""
        first, starts = self._sentence_starts[doc]
        low, high = np.searchsorted(starts, (start, end))
        rows: Rows = np.arange(first + int(low), first + int(high))
        return rows

    def passage_at(self, doc: str, start: int) -> int | None:
        """The row of the first passage that holds a place of an interview."""
        passages = ((row, self.index.passages[row]) for row in self._passages_of.get(doc, ()))
        return next((row for row, passage in passages if passage.start <= start < passage.end), None)

    def rows_of(self, row: int) -> Rows:
        """The sentence rows that stand in a passage."""
        passages, sentences = self.own
        inside: Rows = sentences[passages == row]
        return inside

    def text(self, passage: Passage) -> str:
        """A passage as it stands in its source."""
        return self.text_of(passage.doc)[passage.start : passage.end]

    def text_with_question(self, passage: Passage) -> str:
        """A passage with the interviewer's question before it, where that stands elsewhere."""
        context = passage.context
        asked = self.text_of(passage.doc)[context.start : context.end] if context else ""
        return "\n".join(filter(None, (asked, self.text(passage))))

    @cached_property
    def _documents(self) -> dict[str, DocumentRow]:
        return {document.doc: document for document in self.index.documents()}

    @cached_property
    def _turns(self) -> dict[str, dict[int, Turn]]:
        return {doc: {turn.number: turn for turn in self.index.turns(doc)} for doc in self._documents}

    @cached_property
    def _speakers(self) -> dict[tuple[str, str], Speaker]:
        return {(speaker.doc, speaker.label): speaker for speaker in self.index.all_speakers()}

    @cached_property
    def _passages_of(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self.index.passages):
            rows.setdefault(passage.doc, []).append(row)
        return rows

    @cached_property
    def own(self) -> tuple[Rows, Rows]:
        """(passage row, sentence row) for every sentence inside a passage."""
        return self._pairs(lambda passage: [(passage.start, passage.end)], questions_only=False)

    @cached_property
    def neighbours(self) -> tuple[Rows, Rows, Rows]:
        """(passage row, sentence row, the next one's) for every two sentences in a row of a passage that are not the
        interviewer's; a sentence that stands alone is its own neighbour.
        """
        passages, sentences = self.own
        answers = ~self.asking[sentences]
        only_asking = ~np.isin(passages, passages[answers])
        passages, sentences = passages[answers | only_asking], sentences[answers | only_asking]
        pairs = (passages[1:] == passages[:-1]) & (sentences[1:] == sentences[:-1] + 1)
        alone = np.r_[True, ~pairs] & np.r_[~pairs, True] if len(passages) else np.zeros(0, dtype=bool)
        return (
            np.r_[passages[:-1][pairs], passages[alone]],
            np.r_[sentences[:-1][pairs], sentences[alone]],
            np.r_[sentences[1:][pairs], sentences[alone]],
        )

    @cached_property
    def questions(self) -> tuple[Rows, Rows]:
        """(passage row, sentence row) for every sentence of the question a passage holds or answers."""

        def spans(passage: Passage) -> list[tuple[int, int]]:
            context = [(passage.context.start, passage.context.end)] if passage.context else []
            return [(passage.start, passage.end), *context]

        return self._pairs(spans, questions_only=True)

    def _pairs(self, spans: Callable[[Passage], list[tuple[int, int]]], questions_only: bool) -> tuple[Rows, Rows]:
        found: list[tuple[int, int]] = []
        for row, passage in enumerate(self.index.passages):
            for start, end in spans(passage):
                rows = self.rows_between(passage.doc, start, end).tolist()
                found.extend((row, at) for at in rows if not questions_only or self.asking[at])
        pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    @cached_property
    def _sentence_starts(self) -> dict[str, tuple[int, Rows]]:
        """By interview, its first sentence row and where its sentences start."""
        starts: dict[str, list[int]] = {}
        first: dict[str, int] = {}
        for row, (doc, sentence) in enumerate(self.index.sentences):
            starts.setdefault(doc, []).append(sentence.start)
            first.setdefault(doc, row)
        return {doc: (first[doc], np.array(every, dtype=np.int64)) for doc, every in starts.items()}

    @cached_property
    def replies(self) -> tuple[Rows, Rows]:
        """(sentence row, sentence row of the question its turn replies to) for every sentence of a reply."""
        asked: dict[tuple[str, int], list[int]] = {}
        for row in np.flatnonzero(self.asking):
            doc, sentence = self.index.sentences[row]
            asked.setdefault((doc, sentence.turn), []).append(int(row))
        found = [
            (row, question)
            for row, (doc, sentence) in enumerate(self.index.sentences)
            if not self.asking[row]
            for question in asked.get((doc, self.before(doc, sentence.turn)), ())
        ]
        pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def before(self, doc: str, number: int) -> int:
        """The interview turn before this one, notes and captions not counted; -1 when there is none."""
        turns = self._turns[doc]
        earlier = (at for at in range(number - 1, -1, -1) if turns[at].kind is Kind.INTERVIEW)
        return next(earlier, -1)

    @cached_property
    def asking(self) -> NDArray[np.bool_]:
        """[sentences] said by a host or the audience."""
        roles = (Role.HOST, Role.AUDIENCE)
        return np.array([self.turn(doc, s.turn).role in roles for doc, s in self.index.sentences], dtype=bool)

    @cached_property
    def host_questions(self) -> NDArray[np.bool_]:
        """[sentences] that ask: no answer to anything."""
        asks = [
            asking and self.text_of(doc)[s.start : s.end].rstrip("”’」』*_ ").endswith(("?", "？"))
            for asking, (doc, s) in zip(self.asking, self.index.sentences, strict=True)
        ]
        return np.array(asks, dtype=bool)

    @cached_property
    def passage_languages(self) -> Rows:
        """[passages] a number for the language of the interview, one for both scripts of Chinese."""
        return np.array([self._language[passage.doc] for passage in self.index.passages], dtype=np.int64)

    @cached_property
    def sentence_languages(self) -> Rows:
        """[sentences] the same numbers."""
        return np.array([self._language[doc] for doc, _ in self.index.sentences], dtype=np.int64)

    @cached_property
    def _language(self) -> dict[str, int]:
        tags = {doc: document.language.split("-")[0] for doc, document in self._documents.items()}
        return {doc: list(dict.fromkeys(tags.values())).index(tag) for doc, tag in tags.items()}

    @cached_property
    def by_editors(self) -> NDArray[np.float32]:
        """[passages] 1 where the editors wrote it."""
        return np.array([passage.kind is not Kind.INTERVIEW for passage in self.index.passages], dtype=np.float32)

    @cached_property
    def guests(self) -> list[set[str]]:
        """[passages] the persons who answer in each."""
        found: list[set[str]] = []
        for passage in self.index.passages:
            turns = (self.turn(passage.doc, n) for n in range(passage.first_turn, passage.last_turn + 1))
            found.append({self.speaker(passage.doc, turn).person for turn in turns if turn.role is Role.GUEST} - {""})
        return found

    def without_names(self, question: str) -> str:
        """The question without the names of the archive's speakers, as long as enough of it is left to ask.

        Who speaks hardly says the own name: in the vector of a question it finds introductions and greetings.
        BM25 and the bonus for a person named keep the names.
        """
        folded = fold_characters(question)
        if len(folded) != len(question):
            return question
        kept = list(question)
        for span in self._speaker_names.finditer(folded):
            kept[span.start() : span.end()] = " " * (span.end() - span.start())
        rest = " ".join("".join(kept).split())
        return rest if width(rest) >= LEFT_TO_ASK else question

    @cached_property
    def _speaker_names(self) -> re.Pattern[str]:
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

    @cached_property
    def name_patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """A pattern for each alias, folded, and the person: a Latin name as whole words, a Chinese one anywhere."""
        patterns: list[tuple[re.Pattern[str], str]] = []
        for person, alias in self.index.aliases():
            folded = names.key(alias)
            if len(folded) >= 2 and folded not in ORDINARY:
                edge = "(?<![a-z])" if folded.isascii() else ""
                end = "(?![a-z])" if folded.isascii() else ""
                patterns.append((re.compile(edge + re.escape(folded) + end), person))
        return patterns
