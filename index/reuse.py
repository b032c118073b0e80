"""Which embedding an index is built with, and vectors: old ones where the same text was embedded, else new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.archive import SearchTexts, digest
from index.store import Index


class Progress(Protocol):
    """Told how a build goes: "reading" counts files, "embedding" passages and sentences, "writing" files."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that will take `total` steps."""

    def advance(self, n: int) -> None:
        """So many more steps are done."""


class PassageEncoder(Protocol):
    """What a build needs of an embedding model; index/embedding.py has the real ones."""

    @property
    def name(self) -> str:
        """What the index records, so that questions are asked of the same model."""

    @property
    def dimensions(self) -> int: ...

    def warm_up(self) -> None:
        """Begin to load what many passages need, and return at once."""

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors, [texts, dimensions]; `progress` is told how many texts were just finished."""


@dataclass(frozen=True, slots=True)
class EmbeddingChoice:
    """An embedding by the name the index records, and how to get hold of it."""

    name: str
    load: Callable[[], PassageEncoder]


def choose_embedding(asked: str | PassageEncoder | None, current: str | None) -> EmbeddingChoice:
    """The embedding that was asked for, else the index's `current` one, else the default.

    Raises EmbeddingUnavailable.
    """
    if asked is not None and not isinstance(asked, str):
        return EmbeddingChoice(asked.name, lambda: asked)
    name = asked or current
    load = cache(partial(_load, name))
    # One model may be asked for under several names; the name it gives itself is what the index records.
    return EmbeddingChoice(name if name and name == current else load().name, load)


def _load(name: str | None) -> PassageEncoder:
    from index.embedding import default_embedding, load_embedder

    return load_embedder(name or default_embedding())


def vectors_for(
    texts: SearchTexts, old: Index | None, embedding: EmbeddingChoice, progress: Progress
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vectors of the passages and of the sentences, [passages, dimensions] and [sentences, dimensions]."""
    wanted = [*texts.passages, *texts.sentences]
    keys = [digest(text) for text in wanted]
    pool, place = _stored(old) if old and old.embedding == embedding.name else _nothing()
    missing = {key: text for key, text in zip(keys, wanted, strict=True) if key not in place}
    if missing and place and embedding.load().dimensions != pool.shape[1]:
        # Another model under the same name: none of the old vectors can stand beside the new ones.
        pool, place = _nothing()
        missing = dict(zip(keys, wanted, strict=True))
    if missing:
        progress.stage("embedding", len(missing))
        made = embedding.load().encode_passages(list(missing.values()), progress.advance)
        place |= {key: len(pool) + row for row, key in enumerate(missing)}
        pool = np.concatenate([pool, made]) if len(pool) else made
    vectors = pool[np.array([place[key] for key in keys], dtype=np.int64)]
    return vectors[: len(texts.passages)], vectors[len(texts.passages) :]


def _stored(old: Index) -> tuple[NDArray[np.float32], dict[bytes, int]]:
    """The vectors of an index, passages first, and the row of each search text by its digest."""
    parts = [old.passage_vectors, old.sentence_vectors]
    pool = np.concatenate([part.vectors(np.arange(len(part))) for part in parts])
    passages, sentences = old.digests()
    return pool, {key: row for row, key in enumerate([*passages, *sentences])}


def _nothing() -> tuple[NDArray[np.float32], dict[bytes, int]]:
    return np.empty((0, 0), dtype=np.float32), {}
