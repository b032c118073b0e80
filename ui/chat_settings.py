"""How this session asks: which model, how many passages, how strictly; and the language of the page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui.chat_startup import Startup

MODEL, STRICT, PASSAGES = "setting model", "setting strict", "setting passages"


@dataclass(frozen=True, slots=True)
class Asking:
    """Without an `llm`, quotations answer; without `top_k`, as many passages are read as is usual."""

    llm: str
    strict: bool
    top_k: int | None


def asking_now(startup: Startup) -> Asking:
    """What is set in this session, else what the server was started with."""
    chosen = st.session_state
    return Asking(
        str(chosen.get(MODEL, startup.llm)).strip(),
        bool(chosen.get(STRICT, startup.strict)),
        int(chosen.get(PASSAGES) or 0) or None,
    )


def settings_page(startup: Startup) -> None:
    """The page."""
    raise AssertionError
