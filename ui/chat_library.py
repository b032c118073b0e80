"""Not yet."""


def library_page(*args):
    import streamlit as st

    st.text("library")
