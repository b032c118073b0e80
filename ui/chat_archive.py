"""The opened index, one for all sessions of a server; an index that was written anew is opened at the next look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from index.generations import CACHE
from index.places import Place, version_of
from rag.retrieve import Retriever, open_retriever

if TYPE_CHECKING:
    from rag.cache import AnswerCache
    from ui.chat_startup import Startup


def retriever_of(startup: Startup) -> Retriever:
    """The current index, ready for questions. Raises the index's errors."""
    version = _milvus_version(startup.store) if startup.store else version_of(startup.folder)
    return _opened(startup.place, version, startup.embedding, startup.reranker)


def answer_cache(startup: Startup) -> AnswerCache | None:
    """Where answers of chat models are kept."""
    from rag.cache import AnswerCache

    return None if startup.no_cache else AnswerCache(startup.folder / CACHE)


# Two, since answers begun before an index was written anew end on the old one.
@st.cache_resource(max_entries=2, show_spinner=False)
def _opened(place: Place, version: str, embedding: str, reranker: str) -> Retriever:
    """`version` is the key under which a generation is kept; the newest is what is opened."""
    return open_retriever(place, embedding or None, reranker)


@st.cache_data(ttl=2, show_spinner=False)
def _milvus_version(store: str) -> str:
    """Asked of the server every other second at most."""
    return version_of(store)
