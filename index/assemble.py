"""The interviews of an archive become the files of its next generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Entry, SearchTexts, write_archive
from index.generations import ARCHIVE, LEXICAL, PASSAGE_VECTORS, SENTENCE_VECTORS, Manifest, Setting
from index.passages import passage_search_text, sentence_search_text
from index.people import People, PersonOverride, resolve
from index.publish import new_generation
from index.reuse import EmbeddingChoice, Progress, vectors_for
from index.store import Index


@dataclass(frozen=True, slots=True)
class Contents:
    """All that goes into a generation. Vectors are [passages, dimensions] and [sentences, dimensions]."""

    entries: tuple[Entry, ...]
    texts: SearchTexts
    people: People
    passage_vectors: NDArray[np.float32]
    sentence_vectors: NDArray[np.float32]
    manifest: Manifest


def assemble(
    interviews: Sequence[Entry],
    overrides: Sequence[PersonOverride],
    setting: Setting,
    embedding: EmbeddingChoice,
    old: Index | None,
    progress: Progress,
) -> Contents:
    """Resolve the people of the whole archive and embed what `old` has no vectors for. Raises EmbeddingUnavailable."""
    entries = tuple(sorted(interviews, key=lambda entry: entry.transcript.doc))
    people = resolve({entry.transcript.doc: entry.evidence for entry in entries}, overrides)
    texts = SearchTexts(
        passages=tuple(passage_search_text(e.transcript, passage) for e in entries for passage in e.cut.passages),
        sentences=tuple(sentence_search_text(e.transcript, sentence) for e in entries for sentence in e.cut.sentences),
    )
    passage_vectors, sentence_vectors = vectors_for(texts, old, embedding, progress)
    manifest = Manifest(
        setting=setting,
        dimensions=passage_vectors.shape[1],
        interviews=len(entries),
        speakers=len({speaker.person for speaker in people.speakers if speaker.person}),
        turns=sum(len(entry.transcript.turns) for entry in entries),
        passages=len(texts.passages),
        sentences=len(texts.sentences),
    )
    return Contents(entries, texts, people, passage_vectors, sentence_vectors, manifest)


def write_generation(folder: Path, contents: Contents, progress: Progress) -> None:
    """Write the next generation and make it the current one. Raises StorageError; then the old one stays."""
    from index.lexical import LexicalIndex
    from index.vectors import VectorIndex

    lexical = LexicalIndex.build(contents.texts.passages)
    progress.stage("writing", 4)
    with new_generation(folder, contents.manifest) as building:
        people = contents.people
        write_archive(building / ARCHIVE, contents.entries, contents.texts, people.speakers, people.aliases)
        progress.advance(1)
        VectorIndex.build(contents.passage_vectors).save(building / PASSAGE_VECTORS)
        progress.advance(1)
        VectorIndex.build(contents.sentence_vectors).save(building / SENTENCE_VECTORS)
        progress.advance(1)
        lexical.save(building / LEXICAL)
        progress.advance(1)
