"""What an index in Milvus says of itself in one record, replaced in one step when a new state is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from index.errors import IndexDamaged, IndexFromNewerVersion, IndexMissing, InputError
from index.generations import ARCHIVE, FileRecord, Manifest, Setting
from index.milvus_client import Milvus
from index.milvus_records import Records, packed, unpacked

FORMAT = 1  # raise it when an older Verbatim could not read what this one writes
STATE, PEOPLE, MEANS = "state", "people", "means"


@dataclass(frozen=True, slots=True)
class State:
    """One state of an index. `live` are runs of the numbers of its interviews, ends inclusive, and `last` the highest
    ever given; PEOPLE and MEANS stand under the number of the generation.
    """

    generation: int
    epoch: int
    last: int
    live: tuple[tuple[int, int], ...]
    manifest: Manifest

    def numbers(self) -> list[int]:
        """The interviews, in the order of their rows."""
        return [number for first, last in self.live for number in range(first, last + 1)]


def runs(numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Numbers as runs, ends inclusive."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def write_state(records: Records, state: State) -> None:
    """Make this the state that readers find."""
    content = packed(asdict(state))
    version = sha256(content).hexdigest()
    manifest = replace(state.manifest, files={ARCHIVE: FileRecord(len(content), version)})
    said = {"format": FORMAT, "verbatim": state.manifest.setting.verbatim, **asdict(replace(state, manifest=manifest))}
    records.write({(STATE, 0): packed(said)})


def read_state(records: Records) -> State:
    """The state as it is now. Raises IndexMissing, IndexFromNewerVersion, IndexDamaged, InputError, StorageError."""
    place = records.milvus.place
    missing = IndexMissing(f"There is no index at {place.shown}. Make one: verbatim index PATH… --store {place.shown}")
    if not find_records(records):
        raise missing
    content = records.read([(STATE, 0)], now=True).get((STATE, 0))
    if content is None:  # a first build has not finished
        raise missing
    said = unpacked(content)
    writer, written_in = said.pop("verbatim"), said.pop("format")
    if written_in > FORMAT:
        raise IndexFromNewerVersion(
            f"The index at {place.shown} was written by Verbatim {writer}, which is newer than this one. "
            "Upgrade Verbatim, or build another index under another name."
        )
    if written_in < FORMAT:
        raise damaged(records, f"Verbatim {writer} wrote it in a form that this version no longer reads")
    values = said.pop("manifest")
    setting, files = values.pop("setting"), values.pop("files")
    manifest = Manifest(
        Setting(**setting | {"sources": tuple(setting["sources"])}),
        **values,
        files={name: FileRecord(**record) for name, record in files.items()},
    )
    live = tuple((int(first), int(last)) for first, last in said.pop("live"))
    return State(**said, live=live, manifest=manifest)


def find_records(records: Records) -> bool:
    """Whether there is a collection of records, ready to be read. Raises InputError where it is somebody else's."""
    milvus: Milvus = records.milvus
    if records.collection not in milvus.collections():
        return False
    if not milvus.is_ours(records.collection):
        raise InputError(
            f"The collection {records.collection} at {milvus.place.shown} is not Verbatim's; nothing was changed. "
            "Give the index another name, behind the last / of --store"
        )
    milvus.load(records.collection)
    return True


def damaged(records: Records, what: str) -> IndexDamaged:
    """The error for an index that cannot be read, with what repairs it."""
    place = records.milvus.place
    return IndexDamaged(
        f"The index {place.shown} is damaged: {what}. Build it under another name, or drop its collections "
        f"({place.name}_…) and build it again from the transcripts: verbatim index PATH… --store {place.shown}"
    )
