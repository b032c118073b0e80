"""Files become an index: `build_index`, read from top to bottom, and `remove_documents`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.archive import Entry, SearchTexts, write_archive
from index.collect import Refused, collect, describe_others, printable
from index.errors import IndexDamaged, IndexMissing, InputError
from index.generations import ARCHIVE, LEXICAL, PASSAGE_VECTORS, SENTENCE_VECTORS, Manifest, last_manifest
from index.lock import WAIT_SECONDS, writer_lock
from index.people import PersonOverride, evidence, read_overrides, resolve
from index.plan import FreshFile, Plan, make_plan, people_folders, remaining_sources
from index.publish import new_generation, refuse_foreign, withdraw
from index.readers import SourceText, read_file
from index.store import Index, open_index
from index.transcript import PARSER_VERSION, parse_transcript

if TYPE_CHECKING:
    from index.embedding import Embedder

__all__ = ["BuildReport", "Progress", "Refused", "build_index", "remove_documents"]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `indexed` (new or changed), `unchanged` and `removed` name interviews; the numbers are totals
    of the index as it stands now, `speakers` counting each person once."""

    indexed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    refused: tuple[Refused, ...]
    warnings: tuple[str, ...]
    interviews: int
    speakers: int
    turns: int
    passages: int
    seconds: float


class Progress(Protocol):
    """Told what a build is doing: "reading" counts files, "embedding" passages and sentences, "writing" files."""

    def stage(self, name: str, total: int) -> None: ...

    def advance(self, n: int) -> None: ...


def build_index(
    paths: Sequence[Path],
    folder: Path,
    embedding: str | None = None,
    progress: Progress | None = None,
    wait: float = WAIT_SECONDS,
) -> BuildReport:
    """Bring the index in `folder` up to date with the transcripts at `paths`, files or folders; make it if need be.

    Unchanged files cost nothing, interviews whose files left the given folders leave, those from elsewhere stay.
    Without `embedding` the index keeps the one it has; with another one everything is embedded again. Until the new
    index is whole the old one answers. A damaged index is built again from all the paths it was built from.

    Raises InputError for a path that is missing, a folder without transcripts or a faulty people.toml, IndexLocked
    when another writer does not finish within `wait` seconds, StorageError, EmbeddingUnavailable, and
    IndexFromNewerVersion. A file that cannot be read is `refused` in the report and the others go on.
    """
    started = time.perf_counter()
    progress = progress or _Silent()
    folder = folder.absolute()
    refuse_foreign(folder)
    collection = collect(paths, folder)
    with writer_lock(folder, wait):
        old, last, warnings = _current(folder)
        if old is None and last is not None:
            collection = collect([*paths, *_still_there(last.sources, folder, warnings)], folder)
        warnings += describe_others(collection.others)
        with old or nullcontext():
            model = _model(embedding, last)
            rows = old.documents() if old else []
            plan = make_plan(collection, rows, read_all=old is None or old.manifest.parser != PARSER_VERSION)
            if plan.fresh:
                model.load().warm_up()
            places = [*(Path(row.path) for row in plan.kept), *(file.path for file in plan.fresh)]
            sources = remaining_sources([*(last.sources if last else ()), *map(str, collection.roots)], places)
            overrides = read_overrides(people_folders(sources, places))
            fresh, refused, kept = _read_fresh(plan, rows, progress)
            outcome = _Outcome(
                indexed=tuple(entry.transcript.doc for entry in fresh),
                unchanged=tuple(row.doc for row in kept),
                removed=tuple(row.doc for row in plan.gone),
                refused=refused,
                warnings=(*warnings, *_reading_warnings(fresh)),
            )
            facts = _Facts(model, sources, overrides)
            if not fresh and not kept:  # nothing could be read: an index that stood stays
                return _report(replace(outcome, removed=()), last if old else None, started)
            if old and not fresh and not plan.gone and facts.hold_for(old.manifest):
                return _report(outcome, old.manifest, started)
            contents = _gather(old, fresh, kept, facts, progress)
        manifest = _write(folder, contents, progress)
    return _report(outcome, manifest, started)
