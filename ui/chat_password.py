"""The optional password of the page, from VERBATIM_PASSWORD."""

from __future__ import annotations

import hmac
import os
import threading
import time

import streamlit as st

from ui.chat_text import say

VARIABLE = "VERBATIM_PASSWORD"
PAUSE = 1.0  # seconds after a wrong one, so that trying many takes long
LONGEST = 10_000
_guessing = threading.Lock()


def has_entered() -> bool:
    """Whether this session may see anything: it has given the password, or none is set."""
    return not os.environ.get(VARIABLE) or bool(st.session_state.get("entered"))


def may_enter() -> bool:
    """The same; asks for the password where it has not been given."""
    if has_entered():
        return True
    st.title("Verbatim", anchor=False)
    st.markdown(say("password.explain"))
    with st.form("password", width=420):
        given = st.text_input(say("password"), type="password", max_chars=LONGEST)
        if st.form_submit_button(say("password.enter"), type="primary"):
            if _guess(given):
                st.session_state["entered"] = True
                st.rerun()
            st.error(say("password.wrong"))
    return False


def _guess(given: str) -> bool:
    """Whether it is the password; one guess at a time on the whole server, and a pause after each wrong one."""
    with _guessing:
        if is_password(given):
            return True
        time.sleep(PAUSE)
        return False


def is_password(given: str) -> bool:
    """Compared in constant time."""
    wanted = os.environ.get(VARIABLE, "")
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogateescape"))
