"""The opened index, one for all sessions of a server; an index that was written anew is opened at the next look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from index.generations import CACHE, read_pointer
from rag.retrieve import Retriever, open_retriever

if TYPE_CHECKING:
    from rag.cache import AnswerCache
    from ui.chat_startup import Startup


def retriever_of(startup: Startup) -> Retriever:
    """The current index, ready for questions. Raises the index's errors."""
    pointer = read_pointer(startup.folder.absolute())
    return _opened(startup.index, pointer.manifest_sha256, startup.embedding, startup.reranker)


def answer_cache(startup: Startup) -> AnswerCache | None:
    """Where answers of chat models are kept."""
    from rag.cache import AnswerCache

    return None if startup.no_cache else AnswerCache(startup.folder / CACHE)


# Two, since answers begun before an index was written anew end on the old one.
@st.cache_resource(max_entries=2, show_spinner=False)
def _opened(folder: str, manifest: str, embedding: str, reranker: str) -> Retriever:
    """`manifest` is the key under which a generation is kept; the newest is what is opened."""
    return open_retriever(Path(folder), embedding or None, reranker)
