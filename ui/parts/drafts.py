"""Changes that any screen puts into the what-if that a person is drafting."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from ui.answers import Plant, WhatIf
from ui.client import connect
from ui.parts.page import flash, reporting_problems
from ui.views.assumed_lines import lines_of
from ui.views.assumptions import Assumption
from ui.views.rules import lines_of_rules

LINES, FORM, CURRENT, NAME = "what_if.lines", "what_if.form", "what_if.id", "what_if.name"
SCREEN = "screens/what_if.py"


def add_to_what_if(plant: Plant, line: Assumption) -> None:
    """One more line of the draft, which opens; it does not return."""
    drafted: list[Assumption] = st.session_state.setdefault(LINES, [])
    drafted.append(line)
    st.session_state.pop(CURRENT, None)
    flash(f"{line.words}: added to the what-if of {plant['name']}")
    st.switch_page(SCREEN)


def draft_again(plant: Plant, idea: WhatIf) -> NoReturn:
    """The draft becomes what this one assumes, to be edited and calculated on the plant as it is now."""
    with reporting_problems("read the policy"):
        rules = lines_of_rules(idea, connect().plant(plant["plant"]))
    st.session_state[LINES] = lines_of(idea["events"]) + rules
    st.session_state[NAME] = f"{idea['name']} (copy)"[:200]
    for name in (CURRENT, FORM):
        st.session_state.pop(name, None)
    flash("Edit what changes, then calculate it")
    st.switch_page(SCREEN)
    raise AssertionError("st.switch_page ends the run")


def show_what_if(id: str) -> NoReturn:
    """It opens with its plan."""
    st.session_state[CURRENT] = id
    st.session_state.pop(FORM, None)
    st.switch_page(SCREEN)
    raise AssertionError("st.switch_page ends the run")
