"""Questions that arrive together are embedded together: of many at once each costs half of what one alone does."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Lock, Thread

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder, Progress

TOGETHER = 16  # questions: the model takes no more at once
KEPT = 512  # vectors of the last questions; one is looked at twice when it names its filters, and asked again and again

Vectors = NDArray[np.float32]


class GatheringEmbedder(Embedder):
    """The same embedder for many threads: while it embeds one batch, the questions that come in make the next.

    Nobody waits for company: a question that comes alone is embedded at once. `on_batch` is told the size of each
    batch. Close it when no more questions come.
    """

    def __init__(self, embedder: Embedder, on_batch: Callable[[int], None]) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._on_batch = on_batch
        self._waiting: OrderedDict[str, Future[Vectors]] = OrderedDict()
        self._arrived = Condition()
        self._closed = False
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._kept_lock = Lock()
        self._thread = Thread(target=self._embed_what_comes, name="questions", daemon=True)
        self._thread.start()

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Raises what the embedder raises, and RuntimeError once it is closed."""
        coming = [self._kept_vector(text) or self._asked_for(text) for text in texts]
        return np.stack([future.result() for future in coming])

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._embedder.encode_passages(texts, progress)

    def warm_up(self) -> None:
        self._embedder.warm_up()

    def close(self) -> None:
        """Embed what still waits, and end the thread."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
        self._thread.join()

    def _asked_for(self, text: str) -> Future[Vectors]:
        """The vector as it will be; the same question of two threads is embedded once."""
        with self._arrived:
            if self._closed:
                raise RuntimeError("the service is stopping")
            future = self._waiting.get(text)
            if future is None:
                future = self._waiting[text] = Future()
                self._arrived.notify()
            return future

    def _kept_vector(self, text: str) -> Future[Vectors] | None:
        with self._kept_lock:
            if (vector := self._kept.get(text)) is None:
                return None
            self._kept.move_to_end(text)
        known: Future[Vectors] = Future()
        known.set_result(vector)
        return known

    def _keep(self, text: str, vector: Vectors) -> None:
        with self._kept_lock:
            self._kept[text] = vector
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _embed_what_comes(self) -> None:
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                batch = [self._waiting.popitem(last=False) for _ in range(min(TOGETHER, len(self._waiting)))]
            self._embed(batch)

    def _embed(self, batch: Sequence[tuple[str, Future[Vectors]]]) -> None:
        try:
            vectors = self._embedder.encode_queries([text for text, _ in batch])
            self._on_batch(len(batch))
            for (text, _), vector in zip(batch, vectors, strict=True):
                self._keep(text, vector)
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), vector in zip(batch, vectors, strict=True):
            future.set_result(vector)
