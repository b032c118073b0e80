"""Which archive a command or a server works on, and where what belongs to it lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.places import Place


@dataclass(frozen=True, slots=True)
class Archive:
    """Which index to ask, and how it is searched. The `folder` keeps the answers of chat models, wherever the index
    is.
    """

    place: Place
    folder: Path
    embedding: str | None
    reranker: str


def beside(folder: Path, what: str) -> Path:
    """Where something that belongs to an index is kept: beside its folder, which holds nothing else.

    The uploads of .verbatim are in verbatim-uploads.
    """
    folder = folder.absolute()
    return folder.with_name(f"{folder.name.lstrip('.') or 'verbatim'}-{what}")
