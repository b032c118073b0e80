"""Which embedding an index is built with, and how a build tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Progress(Protocol):
    """Told how a build goes: "indexing" counts the bytes of the transcripts, "writing" what is left to do then."""

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
