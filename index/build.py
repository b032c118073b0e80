"""Files become an index: `build_index`, read from top to bottom, and `remove_documents`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from index.assemble import Task, assemble
from index.collect import Refused, collect, describe_others
from index.embedding_choice import EmbeddingChoice, PassageEncoder, Progress, choose_embedding
from index.errors import IndexDamaged, IndexMissing, InputError
from index.generations import REPAIR, Manifest, Setting, last_manifest
from index.journal import Journal
from index.lock import WAIT_SECONDS, writer_lock
from index.opened import OpenedIndex
from index.people import PersonOverride, read_overrides
from index.plan import Plan, make_plan, people_folders, remaining_sources
from index.publish import building_folder, publish, refuse_foreign, storage_errors, withdraw
from index.reading import Reading
from index.store import DocumentRow, Index, open_index
from index.transcript import PARSER_VERSION

__all__ = ["BuildReport", "Progress", "Refused", "build_index", "remove_documents"]


# Of files the index has never seen: about what the bundled model embeds in the time its batch engine takes to load.
WARM_UP_BYTES = 20_000
NOTHING_NEW = Plan((), (), (), ())


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `indexed` (new or changed), `unchanged` and `removed` name interviews.

    The numbers are totals of the index as it stands now; `speakers` counts each person once.
    """

    indexed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    interviews: int = 0
    speakers: int = 0
    turns: int = 0
    passages: int = 0
    seconds: float = 0.0


def build_index(
    paths: Sequence[Path],
    folder: Path,
    embedding: str | PassageEncoder | None = None,
    progress: Progress | None = None,
    wait: float = WAIT_SECONDS,
) -> BuildReport:
    """Bring the index in `folder` up to date with the transcripts at `paths`, files or folders; make it if need be.

    Unchanged files cost nothing, interviews whose files left the given folders leave, those from elsewhere stay.
    Without `embedding`, a name or a loaded model, the index keeps the one it has; with another everything is embedded
    again. Until the new index is whole the old one answers. A damaged index is built again from all the paths it was
    built from.

    Raises InputError for a path that is missing, a folder without transcripts or a faulty people.toml, IndexLocked
    when another writer does not finish within `wait` seconds, StorageError, EmbeddingUnavailable, and
    IndexFromNewerVersion. A file that cannot be read is `refused` in the report and the others go on.
    """
    started = time.perf_counter()
    progress = progress or Silent()
    folder = folder.absolute()
    refuse_foreign(folder)
    collection = collect(paths, folder)
    with writer_lock(folder, wait):
        old, last, warnings = _current(folder)
        if last and not old:
            collection = collect([*paths, *_sources_again(last, folder, warnings)], folder)
        with old or nullcontext():
            rows = old.documents() if old else []
            choice = choose_embedding(embedding, last.setting.embedding if last else None)
            trusted = old is not None and old.manifest.setting.parser == PARSER_VERSION
            plan = make_plan(collection, rows, read_all=not trusted)
            places = [*(Path(row.path) for row in plan.kept), *(file.path for file in plan.fresh)]
            setting, overrides = settle(choice, last, collection.roots, places)
            known = old if old and made_by(old, choice, plan) else None
            if (old and not known) or new_bytes(plan, rows) > WARM_UP_BYTES:
                choice.load().warm_up()  # what many texts need is loaded while the files are read
            base = known if trusted else None
            reading = Reading(plan, rows, old if old and not base else None)
            report = BuildReport(warnings=(*warnings, *describe_others(collection.others)), refused=plan.refused)
            if old and not plan.fresh and not plan.gone and setting == old.manifest.setting:
                return finished(replace(report, unchanged=old.docs), old.manifest, started)
            task = Task(setting, overrides, choice, base, known, [row.doc for row in plan.gone])
            manifest = _write(folder, old, reading, task, progress)
            report = reading.told(report, plan)
        if manifest is None:  # nothing could be read, or nothing changed: what was indexed before stays
            unchanged = old.docs if old else ()
            return finished(replace(report, unchanged=unchanged, removed=()), old.manifest if old else None, started)
    return finished(report, manifest, started)


def remove_documents(docs: Sequence[str], folder: Path, wait: float = WAIT_SECONDS) -> BuildReport:
    """Take interviews out of the index; with the last one the index itself goes. Their files stay where they are.

    Raises InputError for a name the index does not hold, and otherwise like `open_index` and `build_index`.
    """
    started = time.perf_counter()
    folder = folder.absolute()
    open_index(folder).close()  # where there is no index, no lock shall be left behind
    with writer_lock(folder, wait):
        with open_index(folder) as old:
            old.check()
            removed = tuple(dict.fromkeys(old.document(doc).doc for doc in docs))
            kept = [row for row in old.documents() if row.doc not in removed]
            report = BuildReport(unchanged=tuple(row.doc for row in kept), removed=removed)
            if kept:
                choice = choose_embedding(None, old.embedding)
                setting, overrides = settle(choice, old.manifest, (), [Path(row.path) for row in kept])
                # What is left was read by the parser of the index: only the next build reads it again.
                setting = replace(setting, parser=old.manifest.setting.parser)
                task = Task(setting, overrides, choice, old, old, removed)
                manifest = _write(folder, old, Reading(NOTHING_NEW, (), None), task, Silent())
        if not kept:
            withdraw(folder)
            return finished(report, None, started)
    return finished(report, manifest, started)


def _write(folder: Path, old: Index | None, reading: Reading, task: Task, progress: Progress) -> Manifest | None:
    """Write the next generation and make it the current one; None where nothing came to be written."""
    with (
        storage_errors(folder),
        Journal(folder, task.embedding.name) as journal,
        building_folder(folder) as building,
        closing(reading.entries()) as entries,
    ):
        progress.stage("indexing", reading.bytes)
        manifest = assemble(building, entries, task, journal, progress)
        unchanged = not reading.indexed and not task.leaving and task.old and task.old.manifest.setting == task.setting
        if unchanged or not manifest.interviews:
            return None
        if old:
            old.close()  # so that it can be cleared away
        publish(building, manifest)
        journal.published()
    return manifest


class Silent:
    """Progress that nobody wants to hear of."""

    def stage(self, name: str, total: int) -> None: ...

    def advance(self, n: int) -> None: ...


def _current(folder: Path) -> tuple[Index | None, Manifest | None, list[str]]:
    """The index as it stands, every byte of it checked; its manifest, which may outlive it; what to say about that."""
    try:
        old = open_index(folder)
    except IndexMissing:
        return None, None, []
    except IndexDamaged as error:
        return None, last_manifest(folder), [f"{str(error).partition(REPAIR)[0]}. It was built again from the files"]
    try:
        old.check()
    except IndexDamaged as error:
        old.close()
        return None, old.manifest, [f"{str(error).partition(REPAIR)[0]}. It was built again from the files"]
    return old, old.manifest, []


def _sources_again(last: Manifest, folder: Path, damage: Sequence[str]) -> list[Path]:
    """The paths a damaged index was built from. Raises IndexDamaged when one is gone: its interviews would be lost."""
    sources = [Path(source) for source in last.setting.sources]
    for source in sources:
        try:
            collect([source], folder)
        except InputError as error:
            what = damage[0].partition(". It was built again")[0] if damage else "The index is damaged"
            raise IndexDamaged(
                f"{what}. Nothing was changed: interviews of this index came from {source}, which cannot be read again "
                f"({error}). Bring it back, or remove the folder {folder} to begin a new index without them."
            ) from error
    return sources


def settle(
    choice: EmbeddingChoice, last: Manifest | None, roots: Iterable[Path], places: Sequence[Path]
) -> tuple[Setting, tuple[PersonOverride, ...]]:
    """What the next generation depends on, for interviews at `places`, and what their people.toml files say."""
    sources = remaining_sources((*(last.setting.sources if last else ()), *map(str, roots)), places)
    overrides = read_overrides(people_folders(sources, places))
    try:
        verbatim = version("verbatim")
    except PackageNotFoundError:  # run from a source tree that was never installed
        verbatim = "0"
    digest = sha256(repr(overrides).encode()).hexdigest()
    return Setting(verbatim, PARSER_VERSION, choice.name, digest, sources), overrides


def new_bytes(plan: Plan, rows: Iterable[DocumentRow]) -> int:
    """The size of the files that the index holds in no version, under no other name."""
    known = {known for row in rows for known in (row.path, row.sha256)}
    new = [file.path for file in plan.fresh if known.isdisjoint((str(file.path), file.sha256))]
    return sum(path.stat().st_size for path in new if path.exists())


def made_by(index: OpenedIndex, embedding: EmbeddingChoice, plan: Plan) -> bool:
    """Whether the vectors of an index can stand beside new ones; another model may come under the same name."""
    if index.embedding != embedding.name:
        return False
    return not plan.fresh or embedding.load().dimensions == index.manifest.dimensions


def finished(report: BuildReport, manifest: Manifest | None, started: float) -> BuildReport:
    """The report with the totals of the index as it stands now."""
    seconds = time.perf_counter() - started
    if manifest is None:
        return replace(report, seconds=seconds)
    return replace(
        report,
        interviews=manifest.interviews,
        speakers=manifest.speakers,
        turns=manifest.turns,
        passages=manifest.passages,
        seconds=seconds,
    )
