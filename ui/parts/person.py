"""Who decides: asked once, and kept for as long as the session lives."""

from __future__ import annotations

import streamlit as st

PERSON = "person"
PLANNER = "planner"
"""Who decides where nobody has said a name."""


def ask_name(key: str) -> str:
    """Who decides; asked once, and kept when the page is left."""
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(PERSON, "")
    name = str(st.text_input("Your name", key=key, placeholder="to decide", max_chars=80)).strip()
    if name:  # where two places ask, the one that is empty does not unsay it
        st.session_state[PERSON] = name
    return name


def name_or_planner() -> str:
    return str(st.session_state.get(PERSON) or PLANNER)
