"""A call that failed, in words: what, what holds all the same, and what to do."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiProblem
from ui.parts.sign_in import sign_out
from ui.parts.text import plain
from ui.views.problems import explain


def show_problem(problem: ApiProblem, doing: str) -> None:
    if problem.status == 401:
        sign_out()
    said = explain(problem, doing)
    faults = "".join(f"\n- {plain(f)}" for f in said.faults)
    st.error(f"**{plain(said.failed)}**  \n{said.holds}  \n{said.remedy}{faults}", icon=":material/error:")
