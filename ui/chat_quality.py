"""Not yet."""


def quality_page(*args):
    import streamlit as st

    st.text("quality")
