"""Records in Milvus: anything that is not searched, by kind and number, compressed.

A VARCHAR holds 65,535 bytes of valid UTF-8; a record is compressed, written in base64 and cut into as many rows as it
needs. That also keeps what no UTF-8 holds (a lone surrogate of a broken file).
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.errors import IndexDamaged
from index.milvus_client import RECORD_BYTES, Milvus, parts

Wanted = tuple[str, int]  # kind, number
AT_ONCE = 300  # records looked up in one call: at most 18 MB
WINDOW = 2_000  # numbers looked at in one call, each of several rows


class Records:
    """The records of one index."""

    def __init__(self, milvus: Milvus) -> None:
        self.milvus = milvus
        self.collection = f"{milvus.place.name}_records"

    def write(self, records: Mapping[Wanted, bytes]) -> None:
        """Write records, in this order; one of the same kind and number is replaced."""
        rows = [
            {"id": f"{kind}/{number}/{chunk}", "kind": kind, "number": number, "chunks": len(cut), "value": value}
            | {"nothing": [1.0, 0.0]}
            for (kind, number), content in records.items()
            for cut in [list(parts(b64encode(zlib.compress(content)).decode("ascii"), RECORD_BYTES))]
            for chunk, value in enumerate(cut)
        ]
        size = sum(len(str(row["value"])) for row in rows) // max(len(rows), 1) + 100
        self.milvus.insert(self.collection, rows, size, anew=True)

    def read(self, wanted: Iterable[Wanted], now: bool = False) -> dict[Wanted, bytes]:
        """Those of the records that there are; `now` is for those that are replaced, and must be the last ones."""
        found: dict[Wanted, bytes] = {}
        for part in parts(list(wanted), AT_ONCE):
            first = self._rows([f"{kind}/{number}/0" for kind, number in part], now)
            more = [f"{id.rpartition('/')[0]}/{n}" for id, row in first.items() for n in range(1, int(row["chunks"]))]
            rest: dict[str, Any] = {}
            for some in parts(more, AT_ONCE):
                rest |= self._rows(some, now)
            for kind, number in part:
                if row := first.get(f"{kind}/{number}/0"):
                    found[kind, number] = self._joined(row, rest)
        return found

    def numbers(self, kind: str, last: int) -> list[int]:
        """The numbers of all records of a kind, ascending; beyond `last` there are no gaps."""
        found: list[int] = []
        begin = 0
        while True:
            where = f'kind == "{kind}" and number >= {begin} and number < {begin + WINDOW}'
            rows = {int(row["number"]) for row in self.milvus.rows(self.collection, where, ["number"], now=True)}
            if not rows and begin > last:
                return found
            found += sorted(rows)
            begin += WINDOW

    def delete(self, kinds: Sequence[str], numbers: Sequence[int]) -> None:
        """Delete the records of these kinds with these numbers."""
        names = ", ".join(f'"{kind}"' for kind in kinds)
        for part in parts(list(numbers), 1_000):
            self.milvus.delete(self.collection, f"kind in [{names}] and number in {list(part)}")

    def _rows(self, ids: Sequence[str], now: bool) -> dict[str, Any]:
        """By id. What is missing may just have been written: then Milvus is asked once more, and waited for."""
        fields = ["id", "chunks", "value"]
        found = {row["id"]: row for row in self.milvus.rows(self.collection, "id in {among}", fields, ids, now)}
        missing = [id for id in ids if id not in found]
        if missing and not now:
            again = self.milvus.rows(self.collection, "id in {among}", fields, missing, now=True)
            found |= {row["id"]: row for row in again}
        return found

    def _joined(self, first: Any, rest: Mapping[str, Any]) -> bytes:
        name = first["id"].rpartition("/")[0]
        try:
            text = first["value"] + "".join(rest[f"{name}/{n}"]["value"] for n in range(1, int(first["chunks"])))
            return zlib.decompress(b64decode(text, validate=True))
        except (KeyError, ValueError, zlib.error) as error:
            raise IndexDamaged(
                f"The index {self.milvus.place.shown} is damaged: its record {name} is not what was written there. "
                f"Drop its collections ({self.milvus.place.name}_…) and build it again from the transcripts: "
                f"verbatim index PATH… --store {self.milvus.place.shown}"
            ) from error


def packed(value: object) -> bytes:
    """A record of what JSON can say; a lone surrogate survives."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def unpacked(content: bytes) -> Any:
    """What `packed` made a record of."""
    return json.loads(content.decode("utf-8", "surrogatepass"))
