"""Files become an index in Milvus: `build_in_milvus`, read from top to bottom, and `remove_from_milvus`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from index.build import WARM_UP_BYTES, BuildReport, Silent, finished, made_by, new_bytes, settle
from index.collect import collect, describe_others
from index.embedding_choice import EmbeddingChoice, PassageEncoder, Progress, choose_embedding
from index.errors import IndexMissing
from index.generations import Manifest
from index.lock import WAIT_SECONDS
from index.milvus import MilvusIndex, open_milvus
from index.milvus_client import Milvus
from index.milvus_interviews import ROW, Data, Row, delete_interviews
from index.milvus_lock import writer_claim
from index.milvus_place import parse_place
from index.milvus_records import Records, packed, unpacked
from index.milvus_state import find_records, read_state
from index.milvus_vectors import BITS
from index.milvus_write import Batches, Target, data_collections, make_collections, publish
from index.plan import Plan, make_plan
from index.reading import Reading
from index.transcript import PARSER_VERSION

EPOCH = "epoch"  # the record that says with which embedding an epoch is made
NO_FOLDER = Path("/nowhere/.verbatim")  # of an index on disk, which no path is inside of


@dataclass(frozen=True, slots=True)
class Found:
    """What a build starts from: the state as it stands, and interviews that a killed build left whole, by number."""

    old: MilvusIndex | None
    unnamed: dict[int, Row]
    last: int  # the highest number of an interview


def build_in_milvus(
    paths: Sequence[Path],
    store: str,
    embedding: str | PassageEncoder | None = None,
    progress: Progress | None = None,
    wait: float = WAIT_SECONDS,
) -> BuildReport:
    """Bring the index at `milvus://…` up to date with the transcripts at `paths`, as index.build.build_index does.

    Interviews are written as they are embedded; readers see them, all at once, when everything is there. A build that
    is killed goes on where it stopped.

    Raises InputError for a path that is missing, a folder without transcripts, a faulty people.toml, or a place that
    cannot be used, IndexLocked when another writer does not finish within `wait` seconds, StorageError,
    EmbeddingUnavailable, and IndexFromNewerVersion.
    """
    started = time.perf_counter()
    progress = progress or Silent()
    collection = collect(paths, parse_place(store).file or NO_FOLDER)
    with _writing(store, wait) as records, _found(records, store) as found:
        old = found.old
        rows = old.documents() if old else []
        choice = choose_embedding(embedding, old.embedding if old else None)
        trusted = old is not None and old.manifest.setting.parser == PARSER_VERSION
        plan = make_plan(collection, rows, read_all=not trusted)
        places = [*(Path(row.path) for row in plan.kept), *(file.path for file in plan.fresh)]
        setting, overrides = settle(choice, old.manifest if old else None, collection.roots, places)
        known = old if old and made_by(old, choice, plan) else None
        base = known if trusted else None
        report = BuildReport(warnings=tuple(describe_others(collection.others)), refused=plan.refused)
        if old and not plan.fresh and not plan.gone and setting == old.manifest.setting:
            return finished(replace(report, unchanged=old.docs), old.manifest, started)
        if new_bytes(plan, rows) > WARM_UP_BYTES:
            choice.load().warm_up()  # what many texts need is loaded while the files are read
        target = _target(records, found, known, choice)
        make_collections(target)
        resumed = _resumed(found, plan, bool(base), target)
        delete_interviews(records.milvus, records, target.data, sorted(set(found.unnamed) - set(resumed)))
        names = {row.doc for row in resumed.values()}
        rest = replace(plan, fresh=tuple(file for file in plan.fresh if file.doc not in names))
        rest = replace(rest, kept=tuple(row for row in plan.kept if row.doc not in names)) if not base else rest
        reading = Reading(rest, rows, old if old and not base else None)
        progress.stage("indexing", reading.bytes)
        batches = Batches(target, found.last + 1, choice, known, progress)
        written = _write(batches, reading)
        reading.indexed[:0] = [file.doc for file in plan.fresh if file.doc in names]
        numbers = _numbers(base, [row.doc for row in plan.gone], {**resumed, **written})
        report = reading.told(report, plan)
        unchanged = base and not reading.indexed and not plan.gone and setting == base.manifest.setting
        if unchanged or not numbers:  # nothing could be read, or nothing changed: what was indexed before stays
            report = replace(report, unchanged=old.docs if old else (), removed=())
            return finished(report, old.manifest if old else None, started)
        manifest = publish(target, old, numbers, setting, overrides, batches.next - 1, progress)
    return finished(report, manifest, started)


def remove_from_milvus(docs: Sequence[str], store: str, wait: float = WAIT_SECONDS) -> BuildReport:
    """Take interviews out of the index; with the last one the index itself goes. Their files stay where they are.

    Raises InputError for a name the index does not hold, and otherwise like `open_milvus` and `build_in_milvus`.
    """
    started = time.perf_counter()
    open_milvus(store).close()  # where there is no index, nothing shall be made
    manifest: Manifest | None = None
    with _writing(store, wait) as records:
        with open_milvus(store) as old:
            removed = tuple(dict.fromkeys(old.document(doc).doc for doc in docs))
            kept = [row for row in old.documents() if row.doc not in removed]
            report = BuildReport(unchanged=tuple(row.doc for row in kept), removed=removed)
            if kept:
                choice = choose_embedding(None, old.embedding)
                setting, overrides = settle(choice, old.manifest, (), [Path(row.path) for row in kept])
                # What is left was read by the parser of the index: only the next build reads it again.
                setting = replace(setting, parser=old.manifest.setting.parser)
                target = Target(records, old.data, old.state.epoch, old.manifest.dimensions)
                numbers = _numbers(old, removed, {})
                manifest = publish(target, old, numbers, setting, overrides, old.state.last, Silent())
        if not kept:
            for collection in (*data_collections(records), records.collection):
                records.milvus.drop(collection)
    return finished(report, manifest, started)


@contextmanager
def _writing(store: str, wait: float) -> Iterator[Records]:
    """The records of an index, made where there are none, and nobody else's to write."""
    milvus = Milvus(parse_place(store))
    with closing(milvus):
        records = Records(milvus)
        if not find_records(records):
            milvus.make_records(records.collection)
            milvus.load(records.collection)
        with writer_claim(records, wait):
            yield records


@contextmanager
def _found(records: Records, store: str) -> Iterator[Found]:
    try:
        old: MilvusIndex | None = open_milvus(store)
        last = read_state(records).last
    except IndexMissing:
        old, last = None, 0
    numbers = records.numbers(ROW, last)
    unnamed = sorted(set(numbers) - set(old.numbers if old else ()))
    read = records.read((ROW, number) for number in unnamed)
    with old or nullcontext():
        rows = {number: Row.read(unpacked(read[ROW, number])) for number in unnamed}
        yield Found(old, rows, max([last, *numbers]))


def _target(records: Records, found: Found, known: MilvusIndex | None, choice: EmbeddingChoice) -> Target:
    """Where to write: beside the rows of the index, or into collections of their own where the vectors are others."""
    name, old = records.milvus.place.name, found.old
    if known is not None:
        return Target(records, known.data, known.state.epoch, known.manifest.dimensions)
    epoch, dimensions = old.state.epoch + 1 if old else 1, choice.load().dimensions
    made_by = packed([choice.name, dimensions])
    while records.read([(EPOCH, epoch)], now=True).get((EPOCH, epoch), made_by) != made_by:
        epoch += 1  # a build with yet another embedding was killed there
    records.write({(EPOCH, epoch): made_by})
    return Target(records, Data.of(name, epoch), epoch, dimensions)


def _resumed(found: Found, plan: Plan, is_based: bool, target: Target) -> dict[int, Row]:
    """Of the interviews a killed build left, those that this one would make again."""
    wanted = {(file.doc, str(file.path), file.sha256) for file in plan.fresh}
    wanted |= set() if is_based else {(row.doc, row.path, row.sha256) for row in plan.kept}
    resumed: dict[int, Row] = {}
    for number, row in found.unnamed.items():
        made_alike = row.parser == PARSER_VERSION and row.epoch == target.epoch
        if made_alike and (row.doc, row.path, row.sha256) in wanted:
            resumed[number] = row
            wanted.remove((row.doc, row.path, row.sha256))
    # Behind the last whole interview there may be rows of one that was being written.
    records, first = target.records, found.last + 1
    for collection in target.data.all():
        records.milvus.delete(collection, f"key >= {first << int(BITS)}")
    return resumed


def _write(batches: Batches, reading: Reading) -> dict[int, str]:
    """Write what is read; returns the interviews by their numbers."""
    written: dict[int, str] = {}
    number = batches.next
    with closing(reading.entries()) as entries:
        for entry in entries:
            written[number] = entry.transcript.doc
            number += 1
            batches.put_in(entry)
    batches.finish()
    return written


def _numbers(base: MilvusIndex | None, leaving: Sequence[str], fresh: dict[int, Row | str]) -> list[int]:
    """The interviews of the next state: what stays of `base`, and what is new."""
    anew = {*leaving, *(one if isinstance(one, str) else one.doc for one in fresh.values())}
    stay = [n for n, row in zip(base.numbers, base.rows, strict=True) if row.doc not in anew] if base else []
    return sorted([*stay, *fresh])
