"""Messages on the page whose details may come from anywhere: shown as text, never as Markdown."""

from __future__ import annotations

import streamlit as st

from ui.messages import visible


def alert(title: str, detail: str = "") -> None:
    """Something went wrong: our words, and below them the error's own."""
    st.error(title, icon=":material/error:")
    if detail:
        st.text(visible(detail))
