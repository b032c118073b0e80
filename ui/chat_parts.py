"""The parts of the page that Streamlit does not have: an answer, a transcript, a list to choose from.

They get data and draw it as text nodes (chat_parts/*.js), so that nothing in it is read as HTML or Markdown.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent / "chat_parts"


@cache
def _read(*names: str) -> str:
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def _part(name: str):  # type: ignore[no-untyped-def] # the type of a mounted component is not public
    return st.components.v2.component(
        f"verbatim_{name}",
        css=_read("common.css", f"{name}.css"),
        js=_read("common.js", f"{name}.js"),
    )


answer_part = _part("answer")
transcript_part = _part("transcript")
choices_part = _part("choices")
failure_part = _part("failure")
heading_part = _part("heading")
language_part = _part("language")


def page_style(language: str) -> None:
    """The few rules of the page itself, and the language it is in, for those who have it read to them."""
    st.html(f"<style>{_read('page.css')}</style>")
    with st.container(key="page-language"):
        language_part(key="page part", data=language)
