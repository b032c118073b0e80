"""Vectors for search texts: out of the old index where it holds the same text, else from the embedding model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.archive import SearchTexts, digest
from index.store import Index

if TYPE_CHECKING:
    from index.embedding import Embedder


def vectors_for(
    texts: SearchTexts,
    old: Index | None,
    embedder: Callable[[], Embedder],
    stage: Callable[[int], None],
    advance: Callable[[int], None],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vectors of the passages and of the sentences, [passages, dimensions] and [sentences, dimensions].

    `old` must have been made by the same embedding. The embedder is loaded only when a text is new; then `stage` is
    told how many there are, and `advance` how many more are done.
    """
    wanted = [*texts.passages, *texts.sentences]
    keys = [digest(text) for text in wanted]
    pool, place = _stored(old)
    missing = {key: text for key, text in zip(keys, wanted, strict=True) if key not in place}
    if missing and old is not None and embedder().dimensions != old.manifest.dimensions:
        # Another model under the same name: none of the old vectors can stand beside the new ones.
        pool, place = _stored(None)
        missing = dict(zip(keys, wanted, strict=True))
    if missing:
        stage(len(missing))
        made = embedder().encode_passages(list(missing.values()), advance)
        place |= {key: len(pool) + row for row, key in enumerate(missing)}
        pool = np.concatenate([pool, made]) if len(pool) else made
    vectors = pool[np.array([place[key] for key in keys], dtype=np.int64)]
    return vectors[: len(texts.passages)], vectors[len(texts.passages) :]


def _stored(old: Index | None) -> tuple[NDArray[np.float32], dict[bytes, int]]:
    """The vectors of an index, passages first, and in which row the vector of a text stands, by its digest."""
    if old is None:
        return np.empty((0, 0), dtype=np.float32), {}
    parts = [old.passage_vectors, old.sentence_vectors]
    pool = np.concatenate([part.vectors(np.arange(len(part))) for part in parts])
    passages, sentences = old.digests()
    return pool, {key: row for row, key in enumerate([*passages, *sentences])}
