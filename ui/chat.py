"""The chat page: the script that Streamlit runs, again for each click of each session. `verbatim chat` starts it.

Which page is shown, whether there is an index to show, and who may see it; each page is a file of its own, chat_*.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from index.errors import IndexMissing, VerbatimError
from ui.chat_alert import alert
from ui.chat_archive import retriever_of
from ui.chat_jobs import jobs_of
from ui.chat_parts import FOLDER, page_style
from ui.chat_password import has_entered, may_enter
from ui.chat_startup import Startup, startup
from ui.chat_state import go_to
from ui.chat_text import interface_language, say
from ui.options import index_flags

LOOK = 2.0  # seconds between two looks for an index that is not there yet
ICONS = {
    "ask": ":material/forum:",
    "read": ":material/menu_book:",
    "compare": ":material/view_column:",
    "library": ":material/library_books:",
    "quality": ":material/monitoring:",
    "settings": ":material/tune:",
}


def main() -> None:
    """Draw the page that was asked for."""
    st.set_page_config("Verbatim", FOLDER / "icon.svg", layout="wide", menu_items={"About": say("app.about")})
    page_style(interface_language())
    told = startup()
    pages = {
        name: st.Page(partial(_show, name, told), title=say(name), icon=icon, url_path=name, default=name == "ask")
        for name, icon in ICONS.items()
    }
    # Before the password is asked for: Streamlit forgets an address of which it has heard nothing by the end of a run.
    shown = st.navigation(list(pages.values()), position="top" if has_entered() else "hidden")
    if not may_enter():
        return
    if going := st.session_state.pop("go to", None):
        name, query = going
        st.switch_page(pages[name], query_params=query)
    shown.run()


def _show(name: str, told: Startup) -> None:
    """One page; what is wrong with the index is said in its place."""
    try:
        _page(name, told)()
    except IndexMissing as error:
        _no_index(told, error)
    except VerbatimError as error:
        alert(say("app.broken"), str(error))


def _page(name: str, told: Startup) -> Callable[[], None]:
    """What draws a page; its code is loaded when it is first shown."""
    match name:
        case "ask":
            from ui.chat_ask import ask_page

            return partial(ask_page, told, retriever_of(told))
        case "read":
            from ui.chat_read import read_page

            return partial(read_page, retriever_of(told))
        case "compare":
            from ui.chat_compare import compare_page

            return partial(compare_page, told, retriever_of(told))
        case "library":
            from ui.chat_library import library_page

            return partial(library_page, told)
        case "quality":
            from ui.chat_quality import quality_page

            return partial(quality_page, told)
        case _:
            from ui.chat_settings import settings_page

            return partial(settings_page, told)


def _no_index(told: Startup, error: IndexMissing) -> None:
    st.title(say("app.no_index"), anchor=False)
    st.markdown(say("app.no_index.explain"))
    st.code(f"verbatim index FOLDER{index_flags(told.folder)}", language=None)
    st.text(str(error).partition(". Make one:")[0])
    _until_there_is_one(told)
    st.button(say("app.go_library"), type="primary", icon=":material/library_books:", on_click=go_to, args=("library",))


@st.fragment(run_every=LOOK)
def _until_there_is_one(told: Startup) -> None:
    """Go on as soon as the first interviews are there, wherever they are added."""
    try:
        retriever_of(told)
    except VerbatimError:
        if jobs_of(str(told.place)).is_busy:
            st.caption(f":material/hourglass_top: {say('app.indexing')}")
    else:
        st.rerun()


main()
