"""Changes that any screen puts into the what-if that a person is drafting."""

from __future__ import annotations

import streamlit as st

from ui.answers import Plant
from ui.parts.page import flash
from ui.views.assumptions import Assumption

LINES, FORM, CURRENT = "what_if.lines", "what_if.form", "what_if.id"


def add_to_what_if(plant: Plant, line: Assumption) -> None:
    """One more line of the draft, which opens; it does not return."""
    drafted: list[Assumption] = st.session_state.setdefault(LINES, [])
    drafted.append(line)
    st.session_state.pop(CURRENT, None)
    flash(f"{line.words}: added to the what-if of {plant['name']}")
    st.switch_page("screens/what_if.py")
