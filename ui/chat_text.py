"""What the page says, in English and Chinese: our own words only, never a transcript's.

Traditional Chinese is written by OpenCC from the Simplified, with Taiwan's phrases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from opencc import OpenCC

from ui.chat_texts_ask import ASK
from ui.chat_texts_compare import COMPARE
from ui.chat_texts_library import LIBRARY
from ui.chat_texts_pages import PAGES
from ui.chat_texts_quality import MEASURES, QUALITY
from ui.chat_texts_settings import SETTINGS

LANGUAGES = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}
TEXTS = {**ASK, **PAGES, **COMPARE, **QUALITY, **MEASURES, **SETTINGS, **LIBRARY}
CHOSEN = "interface language"  # in the session
_spoken: ContextVar[str] = ContextVar("spoken", default="")


def interface_language() -> str:
    """The language of the page: as chosen, else as the browser asks for, else English."""
    if spoken := _spoken.get():
        return spoken
    import streamlit as st  # not above: the service says the same words without a page

    chosen = st.session_state.get(CHOSEN)
    return chosen if chosen in LANGUAGES else browser_language(st.context.locale or "")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have what the block says in this language: for what is made outside of a session's run, such as a download."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def browser_language(locale: str) -> str:
    """The nearest of LANGUAGES to a BCP 47 tag: "zh-TW" → "zh-Hant"."""
    first, *rest = locale.replace("_", "-").lower().split("-")
    if first not in ("zh", "yue", "cmn"):
        return "en"
    if "hans" in rest or "hant" in rest:
        return "zh-Hant" if "hant" in rest else "zh-Hans"
    return "zh-Hant" if first == "yue" or not {"tw", "hk", "mo"}.isdisjoint(rest) else "zh-Hans"


def say(key: str, *values: object, **named: object) -> str:
    """The text of this name in the language of the page, with the values in the places of its {}.

    What Streamlit shows as Markdown may have numbers and words of ours in them, and not text from anywhere else; the
    parts of chat_parts.py and st.text show any text as it is.
    """
    return say_in(interface_language(), key, *values, **named)


def say_in(language: str, key: str, *values: object, **named: object) -> str:
    """The same in one of LANGUAGES."""
    english, simplified = TEXTS[key]
    text = {"en": english, "zh-Hans": simplified}.get(language) or _traditional(simplified)
    return text.format(*values, **named)


@lru_cache(maxsize=1000)
def _traditional(simplified: str) -> str:
    return str(_converter().convert(simplified))


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("s2twp")
