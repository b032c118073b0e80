"""How this session asks: which model, how many passages, how strictly; and the language of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from index.errors import IndexMissing, VerbatimError
from index.places import shown
from ui.chat_alert import alert
from ui.chat_archive import retriever_of
from ui.chat_filters import filter_widgets
from ui.chat_startup import Startup
from ui.chat_text import CHOSEN, LANGUAGES, say
from ui.messages import one_line
from ui.versions import version_of

if TYPE_CHECKING:
    from rag.retrieve import Retriever

MODEL, STRICT, PASSAGES = "setting model", "setting strict", "setting passages"
WITH_MODEL = "setting with model"
CHECKED = "model checked"
MOST_PASSAGES = 50
LONGEST_NAME = 200


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
        _model_now(startup) if _with_model(startup) else "",
        bool(chosen.get(STRICT, startup.strict)),
        min(max(int(chosen.get(PASSAGES) or 0), 0), MOST_PASSAGES) or None,  # a widget's limits bind the browser only
    )


def _with_model(startup: Startup) -> bool:
    return bool(st.session_state.get(WITH_MODEL, startup.llm))


def _model_now(startup: Startup) -> str:
    """The model that is named, "" for what names none. Elsewhere than at home, the server's own is the only one:
    no visitor chooses what its key pays for."""
    if not startup.is_local:
        return startup.llm
    name = str(st.session_state.get(MODEL) or startup.llm).strip()
    return name if is_model_name(name) else ""


def is_model_name(name: str) -> bool:
    """Whether it has the form provider:model."""
    provider, _, model = name.partition(":")
    return bool(provider.strip() and model.strip())


def settings_page(startup: Startup) -> None:
    """The page."""
    st.title(say("settings"), anchor=False)
    st.markdown(say("settings.lead"))
    left, right = st.columns(2, gap="large")
    with left:
        _interface()
        _writing(startup)
    with right:
        retriever = _retriever(startup)
        if retriever:
            st.subheader(say("settings.filters"), anchor=False)
            st.caption(say("settings.filters.lead"))
            filter_widgets(retriever.view)
        _about(startup, retriever)


def _retriever(startup: Startup) -> Retriever | None:
    """The index, if there is one; what is wrong with it is said here, and the rest of the page stays of use."""
    try:
        return retriever_of(startup)
    except IndexMissing:
        st.info(say("app.no_index"))
    except VerbatimError as error:
        alert(say("app.broken"), str(error))
    return None


def _interface() -> None:
    st.subheader(say("settings.page"), anchor=False)
    st.selectbox(
        say("settings.language"),
        ["", *LANGUAGES],
        format_func=lambda name: LANGUAGES.get(name) or say("settings.language.browser"),
        key=CHOSEN,
        persist_state="session",
    )


def _writing(startup: Startup) -> None:
    st.subheader(say("settings.writing"), anchor=False)
    mode = st.container()
    if startup.llm or startup.is_local:
        st.toggle(say("settings.model.on"), bool(startup.llm), key=WITH_MODEL, persist_state="session")
        if startup.is_local and _with_model(startup):
            _choose_model(startup)
    else:
        st.caption(say("settings.model.none"))
        st.code("verbatim chat --llm PROVIDER:MODEL", language=None)
    asking = asking_now(startup)
    with mode:
        st.markdown(say("settings.mode.model" if asking.llm else "settings.mode.quotes"))
        if asking.llm:
            st.text(one_line(asking.llm))
    if startup.is_local and asking.llm:
        _check(asking.llm)
    st.caption(f":material/key: {say('settings.keys')}")
    st.toggle(
        say("settings.strict"),
        startup.strict,
        key=STRICT,
        persist_state="session",
    )
    st.caption(say("settings.strict.explain"))
    st.number_input(
        say("settings.passages"),
        min_value=1,
        max_value=MOST_PASSAGES,
        value=None,
        step=1,
        placeholder=say("settings.passages.default"),
        help=say("settings.passages.help"),
        key=PASSAGES,
        persist_state="session",
    )


def _choose_model(startup: Startup) -> None:
    """Another model than the server's: whoever sits at its own machine owns the key."""
    name = st.text_input(
        say("settings.model"),
        startup.llm,
        max_chars=LONGEST_NAME,
        placeholder="openai:gpt-5-mini",
        help=say("settings.model.help"),
        key=MODEL,
        persist_state="session",
    ).strip()
    if not name and not startup.llm:
        st.warning(say("settings.model.missing"))
    elif name and not is_model_name(name):
        st.warning(say("settings.model.form"))


def _check(name: str) -> None:
    """A button that asks the model for a short reply, and what came of it."""
    if st.button(say("settings.model.check"), icon=":material/bolt:", help=say("settings.model.check.help")):
        from rag.llm_check import check_model

        with st.spinner(say("settings.model.checking")):
            st.session_state[CHECKED] = (name, check_model(name))
    before, result = st.session_state.get(CHECKED, ("", None))
    if result is None or before != name:
        return
    if result.problem:
        alert(say("settings.model.fails"), result.problem)
        return
    took = {"first": f"{result.first:.1f}", "whole": f"{result.whole:.1f}"}
    st.success(say("settings.model.works", **took), icon=":material/check_circle:")
    st.text(one_line(result.reply))


def _about(startup: Startup, retriever: Retriever | None) -> None:
    st.subheader(say("settings.about"), anchor=False)
    facts = {"index": shown(startup.place)}
    if retriever:
        manifest = retriever.index.manifest
        facts |= {
            "interviews": f"{manifest.interviews:,}",
            "passages": f"{manifest.passages:,}",
            "embedding": manifest.setting.embedding,
        }
    facts["version"] = version_of("verbatim")
    for name, value in facts.items():
        label, text = st.columns([1, 2])
        label.caption(say(f"settings.about.{name}"))
        text.text(one_line(value))
