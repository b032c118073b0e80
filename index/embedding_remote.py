"""Embedding models that are not bundled: any sentence-transformers model, and OpenAI-compatible endpoints."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from index.embedding import Background, Embedder, Progress, Vectors, clean, paused_gc
from index.errors import EmbeddingUnavailable

if TYPE_CHECKING:
    from langchain_openai import OpenAIEmbeddings
    from sentence_transformers import SentenceTransformer

LOCAL_BATCH = 64  # texts between two reports of progress
REQUEST_BATCH = 32  # texts in one request; some servers take no more
TIMEOUT_SECONDS = 60.0
HUB_SECONDS = 10.0

# multilingual-e5 and e5-v2 want prefixes that their published settings do not name; the instruct ones name theirs.
_WANTS_E5_PROMPTS = re.compile(r"(?<![a-z0-9])e5-(small|base|large)(?!.*instruct)", re.IGNORECASE)


class SentenceTransformersEmbedder(Embedder):
    """A model by its name on the Hugging Face hub or by its folder, with the prompts it was published with."""

    def __init__(self, name: str) -> None:
        folder = Path(name).expanduser()
        if folder.is_dir():
            name = str(folder.resolve())
        elif _looks_like_a_path(name):
            raise EmbeddingUnavailable(
                f"There is no folder {name} to load an embedding model from. Name a folder that holds a "
                "sentence-transformers model, a model on the Hugging Face hub (BAAI/bge-m3), or bundled."
            )
        elif "/" not in name:
            name = f"sentence-transformers/{name}"  # where the hub keeps the models without an owner
        self.name = name
        self._model = Background(partial(_load_sentence_transformer, name))
        self._lock = Lock()  # Hugging Face tokenizers refuse two threads at once

    @property
    def dimensions(self) -> int:
        return self._model.get().get_embedding_dimension() or len(self.encode_query(""))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        model = self._model.get()
        with self._lock:
            return _unit(model.encode_query([clean(text) for text in texts], show_progress_bar=False))

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        model = self._model.get()
        # encode_document alone would prefer an empty "document" prompt to a "passage" prompt.
        prompt = next(filter(None, map(model.prompts.get, ("document", "passage", "corpus"))), None)
        cleaned = [clean(text) for text in texts]
        order = sorted(range(len(cleaned)), key=lambda row: -len(cleaned[row]))  # like lengths: little padding
        parts = []
        for at in range(0, len(order), LOCAL_BATCH):
            batch = [cleaned[row] for row in order[at : at + LOCAL_BATCH]]
            with self._lock:
                parts.append(_unit(model.encode_document(batch, prompt=prompt, show_progress_bar=False)))
            if progress:
                progress(len(batch))
        vectors = np.empty((len(texts), parts[0].shape[1]), dtype=np.float32)
        vectors[order] = np.concatenate(parts)
        return vectors

    def warm_up(self) -> None:
        self._model.start()


class OpenAIEmbedder(Embedder):
    """`openai:MODEL`: an endpoint that speaks OpenAI's protocol, at OPENAI_BASE_URL with OPENAI_API_KEY."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._model = name.removeprefix("openai:").strip()
        if not self._model:
            raise EmbeddingUnavailable("openai: needs the name of a model, as in openai:text-embedding-3-small.")
        own_server = os.environ.get("OPENAI_BASE_URL", "").strip()
        self._url = own_server or "https://api.openai.com/v1"
        self._place = _server(self._url)
        self._key = os.environ.get("OPENAI_API_KEY", "").strip()
        if not self._key and not own_server:
            raise EmbeddingUnavailable(
                f"{name} needs an API key: set OPENAI_API_KEY. "
                "For a server of your own set OPENAI_BASE_URL as well; any key will do if it asks for none."
            )
        self._client = Background(self._connect)
        self._dimensions = 0

    @property
    def dimensions(self) -> int:
        if not self._dimensions:
            self._dimensions = len(self.encode_query("dimensions"))
        return self._dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.concatenate(
            [self._request(texts[at : at + REQUEST_BATCH]) for at in range(0, len(texts), REQUEST_BATCH)]
        )

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        parts = []
        for at in range(0, len(texts), REQUEST_BATCH):
            parts.append(self._request(texts[at : at + REQUEST_BATCH]))
            if progress:
                progress(len(parts[-1]))
        return np.concatenate(parts)

    def warm_up(self) -> None:
        self._client.start()

    def _request(self, texts: Sequence[str]) -> Vectors:
        client = self._client.get()
        import openai

        cleaned = [clean(text) or "-" for text in texts]  # the endpoint refuses an empty text
        try:
            answer = client.embed_documents(cleaned)
        except (openai.OpenAIError, AttributeError, LookupError, TypeError, ValueError) as error:
            # Not only openai's own: an answer that only looks like its protocol breaks anywhere in the client.
            # No chained cause: it holds the request and with it the key.
            raise EmbeddingUnavailable(self._explain(error)) from None
        lengths = {len(row) for row in answer}
        if len(answer) != len(texts) or len(lengths) != 1 or 0 in lengths:
            raise EmbeddingUnavailable(f"{self._place} did not answer with one vector for each text.")
        self._dimensions = lengths.pop()
        return _unit(np.array(answer, dtype=np.float32))

    def _connect(self) -> OpenAIEmbeddings:
        from langchain_openai import OpenAIEmbeddings
        from pydantic import SecretStr

        return OpenAIEmbeddings(
            model=self._model,
            api_key=SecretStr(self._key or "none"),
            base_url=self._url,
            timeout=TIMEOUT_SECONDS,
            # Plain text in the request: token numbers, the default, are understood by OpenAI alone.
            check_embedding_ctx_length=False,
        )

    def _explain(self, error: Exception) -> str:
        """What went wrong and what to do, in one line without the key."""
        import openai

        place = self._place
        match error:
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return f"{place} refused the API key for {self._model}: check OPENAI_API_KEY."
            case openai.NotFoundError():
                return f"{place} does not know the embedding model {self._model}: check the name and OPENAI_BASE_URL."
            case openai.RateLimitError():
                return f"{place} refuses more requests for now, or the account has no credit left. Try again later."
            case openai.APITimeoutError():
                return f"{place} did not answer within {TIMEOUT_SECONDS:.0f} seconds. Try again later."
            case openai.APIConnectionError():
                return f"{place} cannot be reached: check the network and OPENAI_BASE_URL."
            case openai.APIStatusError():
                said = one_line(error, self._key)
                return f"{place} answered with status {error.status_code} for {self._model}: {said}"
        return f"{place} gave an answer that is not OpenAI's protocol ({one_line(error, self._key)})."


def _load_sentence_transformer(name: str) -> SentenceTransformer:
    is_folder = Path(name).is_dir()
    try:
        with no_progress_bar():
            model = _open(name, is_folder)
    except Exception as error:  # a model's own code and files can fail in any way
        where, check = ("from this folder", "the folder") if is_folder else ("from the hub", "the name and the network")
        raise EmbeddingUnavailable(
            f"The embedding model {name} cannot be loaded {where} ({one_line(error)}). "
            f"Check {check}, or use --embedding bundled, which needs no download."
        ) from error
    if not any(model.prompts.values()) and _WANTS_E5_PROMPTS.search(name):
        model.prompts.update(query="query: ", document="passage: ")
    return model


def _open(name: str, is_folder: bool) -> SentenceTransformer:
    """The model of a folder, or of the hub: from the copy on this machine where there is one, else downloaded."""
    with paused_gc():
        from huggingface_hub import model_info, try_to_load_from_cache
        from sentence_transformers import SentenceTransformer
    if is_folder:
        return SentenceTransformer(name, local_files_only=True)
    # Without modules.json only plain weights are here, which sentence-transformers would pool in its own way.
    if isinstance(try_to_load_from_cache(name, "modules.json"), str):
        with suppress(OSError):  # a download that was not finished
            return SentenceTransformer(name, local_files_only=True)
    model_info(name, timeout=HUB_SECONDS)  # one clear refusal instead of a minute of retries
    return SentenceTransformer(name)


@contextmanager
def no_progress_bar() -> Iterator[None]:
    """Without transformers' bar for reading weights, which would draw over the build's own; downloads keep theirs."""
    from transformers.utils.logging import set_tqdm_hook

    previous = set_tqdm_hook(lambda make, args, kwargs: make(*args, **{**kwargs, "disable": True}))
    try:
        yield
    finally:
        set_tqdm_hook(previous)


def _looks_like_a_path(name: str) -> bool:
    """True for what cannot be a hub name, which is `model` or `owner/model`."""
    return name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name or name.endswith("/")


def _server(url: str) -> str:
    """Host and port of an endpoint, without user, password and path, which may hold secrets."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme not in ("http", "https"):
        raise EmbeddingUnavailable("OPENAI_BASE_URL is not a web address, such as http://localhost:8000/v1.")
    return f"{host}:{port}" if port else host


def _unit(rows: Vectors) -> Vectors:
    """Each row divided by its length."""
    vectors: Vectors = rows.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return vectors


def one_line(error: Exception, secret: str = "") -> str:
    """The beginning of an error's message, without `secret`."""
    text = " ".join(str(error).split()) or type(error).__name__
    if secret:
        text = text.replace(secret, "(key)")
    return text if len(text) <= 300 else text[:300] + "…"
