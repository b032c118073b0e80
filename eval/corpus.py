"""The interviews that an evaluation asks: an index as it is, or transcripts indexed into the evaluation's folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.build import build_index
from index.embedding_choice import Progress
from index.errors import InputError, StorageError
from rag.retrieve import Retriever, open_retriever

SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True, slots=True)
class Archive:
    """Interviews to ask: a folder of transcripts (or one of them), or an index to be taken as it is."""

    path: Path
    is_index: bool = False


@contextmanager
def opened(
    archive: Archive,
    work: Path,
    embedding: str | None,
    progress: Progress,
    tell: Callable[[str], None],
    reranker: str = "",
) -> Iterator[Retriever]:
    """An archive ready for questions, transcripts being indexed first; closed at the end of the block.

    Raises the errors of build_index and open_retriever.
    """
    folder = archive.path if archive.is_index else index_corpus(archive.path, work, embedding, progress, tell)
    retriever = open_retriever(folder, embedding, reranker)
    with closing(retriever.index):
        yield retriever


def index_corpus(
    corpus: Path, work: Path, embedding: str | None, progress: Progress, tell: Callable[[str], None]
) -> Path:
    """Index a corpus into its own folder inside `work`, where unchanged files cost nothing; returns that folder."""
    make_work_folder(work)
    folder = work / folder_name(corpus, embedding)
    report = build_index([corpus], folder, embedding, progress)
    for refused in report.refused:
        tell(f"not indexed: {refused.path}: {refused.reason}")
    for warning in report.warnings:
        tell(f"warning: {warning}")
    if not report.interviews:
        raise InputError(f"{corpus}: no interview in it could be indexed")
    return folder


def folder_name(corpus: Path, embedding: str | None) -> str:
    """The corpus's own name, and what tells it from others of that name and from itself in another embedding."""
    place = corpus.resolve()
    digest = hashlib.sha256(f"{place}\n{embedding or ''}".encode(errors="surrogateescape")).hexdigest()
    readable = re.sub(r"[^\w-]+", "-", place.name)[:40]
    return f"{readable}-{digest[:8]}"


def make_work_folder(work: Path) -> None:
    """Make the folder, out of version control's sight. Raises StorageError."""
    try:
        work.mkdir(parents=True, exist_ok=True)
        if not (work / ".gitignore").exists():
            (work / ".gitignore").write_text("*\n", encoding="ascii")
    except OSError as error:
        raise StorageError(
            f"{work}: the evaluation cannot keep here what it needs ({error.strerror}). "
            "Make room or get leave to write there, or run the command in another folder"
        ) from error
