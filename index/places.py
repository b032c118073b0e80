"""An index in a folder or in Milvus, opened, built and taken from by whichever name it has.

A folder is a Path; Milvus is the text behind --store (index/milvus_place.py). Milvus's modules are imported only where
one is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.build import BuildReport
    from index.embedding_choice import PassageEncoder, Progress
    from index.opened import OpenedIndex

Place = Path | str
WAIT_SECONDS = 10.0


def open_place(place: Place) -> OpenedIndex:
    """Open an index for reading; raises like index.store.open_index and index.milvus.open_milvus."""
    if isinstance(place, Path):
        from index.store import open_index

        return open_index(place)
    from index.milvus import open_milvus

    return open_milvus(place)


def build_place(
    paths: Sequence[Path],
    place: Place,
    embedding: str | PassageEncoder | None = None,
    progress: Progress | None = None,
    wait: float = WAIT_SECONDS,
) -> BuildReport:
    """Bring an index up to date; raises like index.build.build_index and index.milvus_build.build_in_milvus."""
    if isinstance(place, Path):
        from index.build import build_index

        return build_index(paths, place, embedding, progress, wait)
    from index.milvus_build import build_in_milvus

    return build_in_milvus(paths, place, embedding, progress, wait)


def remove_from_place(docs: Sequence[str], place: Place, wait: float = WAIT_SECONDS) -> BuildReport:
    """Take interviews out of an index; raises like `build_place`."""
    if isinstance(place, Path):
        from index.build import remove_documents

        return remove_documents(docs, place, wait)
    from index.milvus_build import remove_from_milvus

    return remove_from_milvus(docs, place, wait)


def version_of(place: Place) -> str:
    """What changes whenever an index is written anew; raises like `open_place`."""
    if isinstance(place, Path):
        from index.generations import read_pointer

        return read_pointer(place.absolute()).manifest_sha256
    from index.milvus import version_in_milvus

    return version_in_milvus(place)


def shown(place: Place) -> str:
    """How messages name an index: never with a password. Raises InputError for a --store that cannot be read."""
    if isinstance(place, Path):
        return str(place)
    from index.milvus_place import parse_place

    return parse_place(place).shown
