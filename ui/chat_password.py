"""The optional password of the page, from VERBATIM_PASSWORD."""

from __future__ import annotations

import hmac
import os
import time

import streamlit as st

from ui.chat_text import say

VARIABLE = "VERBATIM_PASSWORD"
PAUSE = 1.0  # seconds after a wrong one, so that trying many takes long


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
        given = st.text_input(say("password"), type="password", max_chars=1000)
        if st.form_submit_button(say("password.enter"), type="primary"):
            if is_password(given):
                st.session_state["entered"] = True
                st.rerun()
            time.sleep(PAUSE)
            st.error(say("password.wrong"))
    return False


def is_password(given: str) -> bool:
    """Compared in constant time."""
    wanted = os.environ.get(VARIABLE, "")
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogateescape"))
