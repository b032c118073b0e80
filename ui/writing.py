"""How a chat model is to write answers, as the command line and the page are told, and the model loaded for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index.errors import ChatModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.language_models import BaseChatModel

    from rag.answer import Note
    from rag.cache import AnswerCache
    from rag.write import Writer


@dataclass(frozen=True, slots=True)
class Writing:
    """How a chat model is to write the answers, as the options say it; without an `llm`, none does."""

    llm: str
    seconds: float
    tokens: int
    strict: bool
    no_cache: bool


def load_writer(
    writing: Writing, cache: AnswerCache | None, load: Callable[[str, float], BaseChatModel] | None = None
) -> tuple[Writer | None, tuple[Note, ...]]:
    """What writes the answers; none where that is not wanted, or not to be had, which the notes then say.

    `load` gives the model of a name and a time-out; else rag/llm.py does.
    """
    if not writing.llm:
        return None, ()
    from rag.answer import Note
    from rag.llm import load_chat_model
    from rag.write import Writer

    try:
        model = (load or load_chat_model)(writing.llm, writing.seconds)
    except ChatModelUnavailable as error:
        return None, (Note("no model", str(error)),)
    return Writer(model, writing.seconds, writing.tokens, writing.strict, cache), ()


@lru_cache(maxsize=8)
def kept_model(name: str, seconds: float) -> BaseChatModel:
    """The model of rag/llm.py, loaded once: for a server. Raises ChatModelUnavailable, which is not kept."""
    from rag.llm import load_chat_model

    return load_chat_model(name, seconds)
