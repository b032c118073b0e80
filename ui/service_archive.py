"""The index as the service has it: opened once, and again when it was written anew, without losing a request.

A request leases the index for as long as it works with it. A newer one is opened and warmed up beside the old one and
takes its place; the old one is closed when the last request has given it back.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from index.embedding import Embedder, load_embedder
from index.errors import IndexMissing, VerbatimError
from index.generations import CACHE
from index.places import version_of
from rag.cache import AnswerCache
from rag.retrieve import Retriever, open_retriever
from ui.archive import Archive
from ui.service_batch import GatheringEmbedder
from ui.service_metrics import Metrics

LOOK = 1.0  # seconds between two looks for a newer index; in Milvus, which is asked over the network, LOOK_FAR
LOOK_FAR = 5.0
NOT_YET = IndexMissing("No index has been opened yet.")

_log = logging.getLogger("verbatim.service")


@dataclass(slots=True)
class _Opened:
    """One state of the index, and how many requests work with it."""

    version: str
    retriever: Retriever
    leases: int = 0
    is_current: bool = True


class ServedArchive:
    """The current index, shared by all requests."""

    def __init__(self, archive: Archive, cache: AnswerCache | None, metrics: Metrics) -> None:
        self.archive = archive
        self.cache = cache
        self._metrics = metrics
        self._lock = threading.Lock()  # of the fields below
        self._opening = threading.Lock()  # one at a time opens an index
        self._current: _Opened | None = None
        self._problem: VerbatimError | None = NOT_YET
        self._embedder: GatheringEmbedder | None = None
        self._ended = threading.Event()
        self._has_closed = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="index", daemon=True)

    def start(self) -> None:
        """Open the index, and look for newer ones from then on. One that cannot be opened is looked for as well."""
        self.refresh()
        self._watcher.start()

    def close(self) -> None:
        """Look for no more, and close what no request works with."""
        self._ended.set()
        self._watcher.join()
        with self._lock:
            self._retire()
        if self._embedder:
            self._embedder.close()

    @property
    def problem(self) -> VerbatimError | None:
        """Why there is no index to answer from; None where there is one."""
        with self._lock:
            return None if self._current else self._problem

    @property
    def embedder(self) -> Embedder | None:
        """The embedding model of the current index."""
        return self._embedder

    @contextmanager
    def lease(self) -> Iterator[Retriever]:
        """The current index for one request. Raises what opening it raised where there is none."""
        with self._lock:
            opened = self._current
            if opened is None:
                assert self._problem
                raise type(self._problem)(str(self._problem))
            opened.leases += 1
        try:
            yield opened.retriever
        finally:
            with self._lock:
                opened.leases -= 1
                self._close_if_unused(opened)

    def refresh(self) -> None:
        """Serve the index as it is on disk now; whoever has written it sees it in the next request.

        One that cannot be opened changes nothing: the old one stays, and the log says why.
        """
        with self._opening:
            try:
                version = version_of(self.archive.place)
                if self._current and self._current.version == version:
                    self._problem = None
                    return
                opened = _Opened(version, self._open())
            except IndexMissing as error:
                self._withdraw(error)
            except VerbatimError as error:
                self._keep_the_old(error)
            else:
                self._serve(opened)

    def _open(self) -> Retriever:
        archive = self.archive
        retriever = open_retriever(archive.place, archive.embedding, archive.reranker, self.cache, self._gathering)
        try:
            retriever.search(retriever.index.docs[0] + " index")  # what a question needs is loaded by now
        except BaseException:
            retriever.index.close()
            raise
        return retriever

    def _gathering(self, name: str) -> Embedder:
        """One embedder for all requests, whichever index they have."""
        if self._embedder is None or self._embedder.name != name:
            # One for another model goes on until the last request of the old index has its vectors.
            self._embedder = GatheringEmbedder(load_embedder(name), self._metrics.count_batch)
        return self._embedder

    def _serve(self, opened: _Opened) -> None:
        with self._lock:
            self._retire()
            self._current, self._problem = opened, None
        manifest = opened.retriever.index.manifest
        _log.info("index opened", extra={"interviews": manifest.interviews, "passages": manifest.passages})
        self._metrics.index_loaded(manifest.interviews, manifest.passages)

    def _withdraw(self, error: IndexMissing) -> None:
        with self._lock:
            if self._current or self._problem is NOT_YET:
                _log.warning("no index", extra={"problem": str(error)})
            self._retire()
            self._problem = error

    def _keep_the_old(self, error: VerbatimError) -> None:
        with self._lock:
            if str(error) == str(self._problem):
                return  # told before
            self._problem = error
        _log.error("index not opened", extra={"problem": str(error)})
        self._metrics.index_failed()

    def _retire(self) -> None:
        if self._current:
            self._current.is_current = False
            self._close_if_unused(self._current)
            self._current = None

    def _close_if_unused(self, opened: _Opened) -> None:
        if not opened.is_current and not opened.leases:
            opened.retriever.index.close()
            self._has_closed.set()

    def _watch(self) -> None:
        seconds = LOOK_FAR if isinstance(self.archive.place, str) else LOOK
        while not self._ended.wait(seconds):
            if self._has_closed.is_set():
                self._has_closed.clear()
                gc.collect()  # what is mapped of a closed index is held in cycles, and with it its place on the disk
            try:
                self.refresh()
            except Exception:  # noqa: BLE001 - whatever it is, the next look may go better
                _log.exception("index not opened")


def answer_cache(archive: Archive) -> AnswerCache:
    """Where answers of chat models are kept."""
    return AnswerCache(archive.folder / CACHE)
