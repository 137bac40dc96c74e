"""The step in which a person decides: what it changes, a name, a reason, and one button."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from ui.answers import Preview
from ui.client import ApiProblem
from ui.parts.page import reporting_problems, show_problem
from ui.parts.person import ask_name
from ui.parts.style import table_height
from ui.parts.text import plain
from ui.views.decisions import preview_words, start_rows
from ui.views.tables import change_rows

TALLEST = 240


def decision(
    key: str,
    doing: str,
    label: str,
    look: Callable[[], Preview],
    act: Callable[[str, str, str], None],
    more: list[str] | None = None,
) -> None:
    """Draws the step. What is shown is what is decided on: it is read once, and again where it has become stale.

    key : of what is decided.   doing : "adopt the what-if".   label : of the button.   more : words above the rest.
    act : (name, reason, preview) carries it out and leaves the step.
    """
    place = f"{key}.seen"
    if place not in st.session_state:
        with reporting_problems(f"show what it changes to {doing}", stop=False):
            st.session_state[place] = look()
    seen: Preview | None = st.session_state.get(place)
    with st.container(border=True):
        for words in more or []:
            st.warning(plain(words), icon=":material/info:")
        if seen is not None:
            _show(seen)
        name_column, reason_column, go, leave = st.columns([1, 2.4, 1.3, 0.8], vertical_alignment="bottom")
        with name_column:
            name = ask_name(f"{key}.name")
        reason = str(reason_column.text_input("Reason", key=f"{key}.reason", max_chars=500)).strip()
        ready = bool(name and reason and seen)
        if (
            go.button(
                label, key=f"{key}.go", icon=":material/publish:", type="primary", width="stretch", disabled=not ready
            )
            and seen
        ):
            try:
                act(name, reason, seen["preview"])
            except ApiProblem as problem:
                show_problem(problem, doing)
                if problem.status == 409:
                    st.session_state.pop(place, None)
                    st.button("Show what it changes now", key=f"{key}.again", icon=":material/refresh:")
        if leave.button("Cancel", key=f"{key}.cancel", width="stretch"):
            close(key)
            st.rerun()


def opened(key: str) -> bool:
    return bool(st.session_state.get(f"{key}.open"))


def open_step(key: str) -> None:
    close(key)
    st.session_state[f"{key}.open"] = True


def close(key: str) -> None:
    """The next time it begins with what the plant is then."""
    for part in ("open", "seen", "reason"):
        st.session_state.pop(f"{key}.{part}", None)


def _show(seen: Preview) -> None:
    st.markdown("**If it goes in now:** " + " · ".join(plain(words) for words in preview_words(seen)))
    starts, late, saved = start_rows(seen["starts"]), change_rows(seen["newly_late"]), change_rows(seen["rescued"])
    first, second, third = st.tabs(
        [f"Starts of the next 24 hours ({len(starts)})", f"Turn late ({len(late)})", f"On time again ({len(saved)})"]
    )
    for tab, rows, none in (
        (first, starts, "No start of the next 24 hours changes."),
        (second, late, "No order turns late."),
        (third, saved, "No late order is rescued."),
    ):
        with tab:
            if rows:
                height = table_height(len(rows), TALLEST)
                st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=28, height=height)
            else:
                st.caption(none)
