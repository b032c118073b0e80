"""The calls to Milvus that an index is made of: the only file that imports pymilvus.

Milvus 2.6 or newer: BM25 functions, filter templates, HNSW at 8 bits. milvus-lite, which the tests run on, has neither
Milvus's analyzers nor filter templates, and its graphs return fewer than they are asked for: there FLAT stands in.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import StorageError
from index.lexical import K1, B
from index.milvus_place import Place, told

MOST = 16_384  # rows of one answer
BATCH_BYTES = 8_000_000  # sent at once; Milvus takes 64 MB
CONNECT_SECONDS = 10.0
CALL_SECONDS = 120.0
LONGEST_TEXT = 65_535  # bytes of a VARCHAR
RECORD_BYTES = 60_000  # of it that a record uses; more is cut into several rows
EF, MOST_EF = 2, 32_768  # candidates an HNSW search looks at for each row asked for
OURS = (  # the fields of our collections
    {"id", "kind", "number", "chunks", "value", "nothing"},
    {"key", "document", "vector"},
    {"key", "document", "words", "sparse"},
)
NO_ENV_FILE = "PYTHON_DOTENV_DISABLED"
INSTALL = "Milvus needs pymilvus: pip install 'verbatim[milvus]' (and milvus-lite for milvus-lite:///…)"
HELD: Counter[Path] = Counter()  # connections of this process to files of milvus-lite
HOLDING = Lock()
Keys = NDArray[np.int64]
Floats = NDArray[np.float32]


class Milvus:
    """A connection. Threads may share it; every call raises StorageError."""

    def __init__(self, place: Place) -> None:
        """Connect. Raises StorageError when Milvus is not there, refuses, or pymilvus is not installed."""
        try:
            with _without_env_file():
                from pymilvus import MilvusClient
        except ImportError as error:
            raise StorageError(INSTALL) from error
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)  # it logs each refusal with its traceback
        logging.getLogger("milvus_lite").setLevel(logging.CRITICAL + 1)
        self.place = place
        self._closed = False
        if place.file is not None:
            _need_lite(place.file)
        with milvus_errors(place):
            self._client: Any = MilvusClient(place.uri, token=place.token, timeout=CONNECT_SECONDS, dedicated=True)
            _hold(place)
            self.lite = "lite" in str(self._client.get_server_version())

    def close(self) -> None:
        """Let go of the connection, and of the file of milvus-lite."""
        if not self._closed:
            self._closed = True
            self._client.close()
            _let_go(self.place)

    def collections(self) -> list[str]:
        """The names of the collections whose names begin like this index's."""
        with milvus_errors(self.place):
            return sorted(c for c in self._client.list_collections() if c.startswith(f"{self.place.name}_"))

    def is_ours(self, collection: str) -> bool:
        """Whether Verbatim made a collection."""
        with milvus_errors(self.place):
            names = {field["name"] for field in self._client.describe_collection(collection)["fields"]}
            return any(names == ours for ours in OURS)

    def drop(self, collection: str) -> None:
        """Delete a collection."""
        with milvus_errors(self.place):
            self._client.drop_collection(collection)

    def make_records(self, collection: str) -> None:
        """A collection of records by id. Milvus wants a vector in every collection: this one's means nothing."""
        from pymilvus import DataType

        schema = self._schema()
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=100)
        schema.add_field("kind", DataType.VARCHAR, max_length=50)
        schema.add_field("number", DataType.INT64)
        schema.add_field("chunks", DataType.INT64)
        schema.add_field("value", DataType.VARCHAR, max_length=LONGEST_TEXT)
        schema.add_field("nothing", DataType.FLOAT_VECTOR, dim=2)
        index = self._client.prepare_index_params()
        index.add_index("nothing", index_type="FLAT", metric_type="IP")
        index.add_index("number", index_type="INVERTED")
        self._make(collection, schema, index, {"mmap.enabled": "true"})  # texts are seldom read: not all in memory

    def make_vectors(self, collection: str, dimensions: int) -> None:
        """A collection of vectors by key, kept at 8 bits in a graph."""
        from pymilvus import DataType

        schema = self._schema()
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field("document", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
        index = self._client.prepare_index_params()
        graph = {"M": 24, "efConstruction": 200, "sq_type": "SQ8"}
        if self.lite:
            index.add_index("vector", index_type="FLAT", metric_type="IP")
        else:
            index.add_index("vector", index_type="HNSW_SQ", metric_type="IP", params=graph)
        index.add_index("document", index_type="INVERTED")
        self._make(collection, schema, index)

    def make_words(self, collection: str) -> None:
        """A collection of terms by key, searched with BM25 by Milvus."""
        from pymilvus import DataType, Function, FunctionType

        schema = self._schema()
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field("document", DataType.INT64)
        # Our own terms, joined by spaces: Chinese is cut as everywhere in Verbatim. milvus-lite's only tokenizer takes
        # runs of letters and digits, which are the same terms.
        tokenizer = {"tokenizer": "standard" if self.lite else "whitespace"}
        schema.add_field(
            "words", DataType.VARCHAR, max_length=LONGEST_TEXT, enable_analyzer=True, analyzer_params=tokenizer
        )
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        bm25 = Function(
            name="bm25", function_type=FunctionType.BM25, input_field_names=["words"], output_field_names=["sparse"]
        )
        schema.add_function(bm25)
        index = self._client.prepare_index_params()
        weights = {"bm25_k1": K1, "bm25_b": B}  # pymilvus sends them singly, milvus-lite looks for them together
        params = {"params": weights} if self.lite else weights
        index.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=params)
        index.add_index("document", index_type="INVERTED")
        self._make(collection, schema, index)

    def insert(self, collection: str, rows: Iterable[Mapping[str, Any]], size: int, anew: bool = False) -> None:
        """Add rows of about `size` bytes each; `anew` replaces those of the same key."""
        for part in parts(list(rows), max(1, min(BATCH_BYTES // size, 5_000))):
            with milvus_errors(self.place):
                (self._client.upsert if anew else self._client.insert)(collection, part, timeout=CALL_SECONDS)

    def delete(self, collection: str, where: str) -> None:
        """Delete the rows a filter lets through."""
        with milvus_errors(self.place):
            self._client.delete(collection, filter=where, timeout=CALL_SECONDS)

    def seal(self, collection: str) -> None:
        """What was written goes into segments of its own, which are indexed."""
        with milvus_errors(self.place):
            self._client.flush(collection, timeout=CALL_SECONDS)

    def load(self, collection: str) -> None:
        """Make a collection ready for questions; nothing happens where it is."""
        with milvus_errors(self.place):
            self._client.load_collection(collection, timeout=CALL_SECONDS)

    def rows(
        self, collection: str, where: str, fields: Sequence[str], among: Sequence[Any] = (), now: bool = False
    ) -> list[Any]:
        """The rows a filter lets through, at most MOST; `{among}` in the filter is a list of values.

        They may lack what was written in the last seconds, unless `now` has Milvus wait for that.
        """
        with milvus_errors(self.place):
            return list(
                self._client.query(
                    collection,
                    **self._filter(where, among),
                    output_fields=list(fields),
                    limit=MOST,
                    consistency_level="Strong" if now else "Bounded",
                    timeout=CALL_SECONDS,
                )
            )

    def count(self, collection: str) -> int:
        """How many rows a collection has."""
        with milvus_errors(self.place):
            fields = {"output_fields": ["count(*)"], "consistency_level": "Strong"}
            return int(self._client.query(collection, filter="", **fields)[0]["count(*)"])

    def nearest(
        self, collection: str, field: str, asked: Floats | str, k: int, where: str = "", among: Sequence[Any] = ()
    ) -> tuple[Keys, Floats]:
        """Keys and scores of the `k` rows nearest to a vector or a text, best first, among those the filter allows."""
        graph = field == "vector" and not self.lite
        with milvus_errors(self.place):
            [hits] = self._client.search(
                collection,
                data=[asked],
                anns_field=field,
                limit=min(k, MOST),
                **self._filter(where, among),
                output_fields=["key"],
                search_params={"params": {"ef": min(EF * k + 100, MOST_EF)} if graph else {}},
                timeout=CALL_SECONDS,
            )
            scores = np.array(hits.distances, dtype=np.float32)
            # milvus-lite gives BM25 scores with a minus before them.
            return np.array(hits.ids, dtype=np.int64), np.abs(scores) if field == "sparse" else scores

    def _filter(self, where: str, among: Sequence[Any]) -> dict[str, Any]:
        if not among:
            return {"filter": where}
        if self.lite:
            return {"filter": where.replace("{among}", str(list(among)))}
        return {"filter": where, "filter_params": {"among": list(among)}}  # parsed apart: the list may be long

    def _schema(self) -> Any:
        return self._client.create_schema(auto_id=False, enable_dynamic_field=False)

    def _make(self, collection: str, schema: Any, index: Any, properties: Mapping[str, str] | None = None) -> None:
        with milvus_errors(self.place):
            # One shard: Milvus counts how rare a term is shard by shard.
            how = {"num_shards": 1, "consistency_level": "Bounded", "properties": dict(properties or {})}
            self._client.create_collection(collection, schema=schema, **how)
            self._client.create_index(collection, index, sync=False)  # there is nothing yet to wait for


@contextmanager
def _without_env_file() -> Iterator[None]:
    """pymilvus, when it is imported, reads whatever .env file lies above it into the environment: not in here."""
    before = os.environ.get(NO_ENV_FILE)
    os.environ[NO_ENV_FILE] = "1"
    try:
        yield
    finally:
        del os.environ[NO_ENV_FILE]
        if before is not None:
            os.environ[NO_ENV_FILE] = before


@contextmanager
def milvus_errors(place: Place) -> Iterator[None]:
    """Turn what Milvus and the way to it refuse inside this block into a StorageError that says what to do."""
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, grpc.RpcError) as error:
        raise StorageError(told(place, error)) from None  # what was sent stays out of tracebacks
    except OSError as error:
        raise StorageError(f"{place.shown} cannot be reached: {error.strerror or type(error).__name__}") from error


def parts(items: Sequence[Any], size: int) -> Iterator[Any]:
    """Items in runs of at most `size`."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def _hold(place: Place) -> None:
    if place.file is not None:
        with HOLDING:
            HELD[place.file] += 1


def _let_go(place: Place) -> None:
    """Stop milvus-lite's server in this process with the last connection to its file."""
    if place.file is not None:
        from milvus_lite.server_manager import server_manager_instance

        with HOLDING:
            HELD[place.file] -= 1
            if not HELD[place.file]:
                server_manager_instance.release_server(str(place.file))


def _need_lite(file: Path) -> None:
    try:
        import milvus_lite  # noqa: F401
    except ImportError as error:
        raise StorageError(f"{file} needs milvus-lite: pip install milvus-lite") from error
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{file} cannot be made: {error.strerror or error}") from error
