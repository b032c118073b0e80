"""A cross-encoder that reads question and passage together and orders the first passages anew: off unless asked for.

Any sentence-transformers CrossEncoder by its name on the Hugging Face hub (BAAI/bge-reranker-v2-m3) or
by its folder. A large one takes many seconds for a question without a GPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from index.embedding import Background, clean, paused_gc
from index.embedding_remote import no_progress_bar, one_line
from index.errors import RerankerUnavailable
from rag.view import Floats

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class Reranker:
    """A cross-encoder, loaded when first used. Threads may share it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._model = Background(partial(_load, name))
        self._lock = Lock()  # Hugging Face tokenizers refuse two threads at once

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """How well each text answers the question, [texts], on the model's own scale.

        A text longer than the model reads is read by its beginning. Raises RerankerUnavailable.
        """
        model = self._model.get()
        pairs = [(clean(question), clean(text)) for text in texts]
        with self._lock:
            found = np.asarray(model.predict(pairs, show_progress_bar=False), dtype=np.float32)
        if found.shape != (len(texts),):
            raise RerankerUnavailable(
                f"{self.name} gives {found.size // max(1, len(texts))} numbers for a passage: not a reranker, "
                "which gives one. Name a sentence-transformers CrossEncoder made for ranking."
            )
        return found


def _load(name: str) -> CrossEncoder:
    is_folder = Path(name).expanduser().is_dir()
    try:
        with paused_gc():
            from sentence_transformers import CrossEncoder
        with no_progress_bar():
            place = str(Path(name).expanduser()) if is_folder else name
            model: CrossEncoder = CrossEncoder(place, local_files_only=is_folder)
        return model
    except Exception as error:  # a model's own code and files can fail in any way
        where, check = ("from this folder", "the folder") if is_folder else ("from the hub", "the name and the network")
        raise RerankerUnavailable(
            f"The reranker {name} cannot be loaded {where} ({one_line(error)}). Check {check}, or leave --reranker out."
        ) from error
