"""The vectors of what is new: made in large batches while the next files are read, and kept in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Entry
from index.embedding_choice import EmbeddingChoice, Progress
from index.journal import Journal, digest
from index.passages import clean, passage_search_text
from index.store import Index
from index.tables import PASSAGE, SENTENCE, Table, tables

AT_ONCE = 4_096  # texts sorted by length together: enough of one length for full batches
LOST = 512  # texts embedded together, and lost when a build is killed
READ_BACK = 10_000  # vectors held at a time when they are read from the journal


@dataclass
class Fresh:
    """The rows of the interviews read so far, one item an interview; `keys` are digests of what is searched."""

    docs: list[str] = field(default_factory=list)
    passages: list[Table] = field(default_factory=lambda: [np.empty(0, dtype=PASSAGE)])
    sentences: list[Table] = field(default_factory=lambda: [np.empty(0, dtype=SENTENCE)])
    passage_keys: list[bytes] = field(default_factory=list)
    sentence_keys: list[bytes] = field(default_factory=list)


def file_size(path: Path) -> int:
    """In bytes; 0 for a file that is not there any more."""
    return path.stat().st_size if path.exists() else 0


class Encoding:
    """Takes interviews one by one, and sees to it that the journal has every vector they need."""

    def __init__(self, journal: Journal, embedding: EmbeddingChoice, known: Index | None, progress: Progress) -> None:
        self.fresh = Fresh()
        self.dimensions = known.manifest.dimensions if known is not None else 0
        self._journal = journal
        self._embedding = embedding
        self._known = known
        self._progress = progress
        self._waiting: dict[bytes, str] = {}
        self._bytes = 0.0  # of the transcripts whose texts wait

    def put_in(self, entry: Entry) -> None:
        """Take the rows of an interview, and embed what has been waiting when it is enough."""
        transcript, cut = entry.transcript, entry.cut
        if not self.fresh.docs:
            self.dimensions = self._embedding.load().dimensions
            if self._journal.dimensions() not in (0, self.dimensions):
                self._journal.empty()  # another model under the same name
        passages, sentences = tables(transcript, cut)
        texts = [passage_search_text(transcript.text, p.start, p.end, p.context) for p in cut.passages]
        texts += [clean(transcript.text[sentence.start : sentence.end]) for sentence in cut.sentences]
        keys = [digest(text) for text in texts]
        self.fresh.docs.append(transcript.doc)
        self.fresh.passages.append(passages)
        self.fresh.sentences.append(sentences)
        self.fresh.passage_keys += keys[: len(passages)]
        self.fresh.sentence_keys += keys[len(passages) :]
        lacking = self._journal.lacks(keys)
        if lacking and self._known is not None:
            lacking -= self._take_over(self._known, entry, lacking)
        self._waiting |= {key: text for key, text in zip(keys, texts, strict=True) if key in lacking}
        self._bytes += file_size(Path(transcript.path))
        if len(self._waiting) >= AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Embed whatever still waits."""
        share = self._bytes / max(len(self._waiting), 1)
        told = 0.0

        def tell(done: int) -> None:
            nonlocal told
            self._progress.advance(int(told + done * share) - int(told))
            told += done * share

        by_length = sorted(self._waiting, key=lambda key: -len(self._waiting[key]))
        for at in range(0, len(by_length), LOST):
            keys = by_length[at : at + LOST]
            self._journal.add(keys, self._embedding.load().encode_passages([self._waiting[key] for key in keys], tell))
        if not by_length:
            tell(1)
        self._waiting, self._bytes = {}, 0.0

    def vectors(self, keys: list[bytes]) -> Iterator[NDArray[np.float32]]:
        """The vectors of these digests, a part at a time."""
        for at in range(0, len(keys), READ_BACK):
            yield self._journal.vectors(keys[at : at + READ_BACK], self.dimensions)

    def _take_over(self, known: Index, entry: Entry, lacking: set[bytes]) -> set[bytes]:
        """Copy into the journal what an index has for this interview, under this name or another."""
        taken: dict[bytes, NDArray[np.float32]] = {}
        for doc in known.same_file(entry.transcript.doc, entry.sha256):
            for keys, vectors in known.vectors_of(doc):
                for row, key in enumerate(keys):
                    if key in lacking:
                        taken[key] = vectors[row]
        if taken:
            self._journal.add(list(taken), np.stack(list(taken.values())))
        return set(taken)
