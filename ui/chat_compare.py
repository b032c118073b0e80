"""Not yet."""


def compare_page(*args):
    import streamlit as st

    st.text("compare")
