"""What would help the selected order: asked for by a button, then a ranked table whose rows open as what-ifs."""

from __future__ import annotations

import streamlit as st

from ui.answers import Board, Fix, Fixes
from ui.client import connect
from ui.parts.drafts import CURRENT, FORM, LINES
from ui.parts.page import reporting_problems
from ui.parts.text import plain
from ui.views.fixes import HEADS, fix_rows, no_help_words, what_if_name

SECONDS = 10.0
FOUND = "board.fixes"
WIDTHS = (3.2, 2.2, 2.2, 0.9, 1.1, 1.5)
WHAT_IF_SECONDS = 10.0


def show_fixes(board: Board, revision: int, order: str, late_minutes: int | None) -> None:
    """late_minutes : of the order under the plan; nothing is shown where it is in time."""
    if late_minutes is None or late_minutes <= 0:
        return
    key = (board["plant"], board["plan"], revision, order)
    if st.button("What would help?", icon=":material/lightbulb:", key="board.what_would_help"):
        with (
            reporting_problems("look for what would help", stop=False),
            st.spinner(f"Trying changes, at most {SECONDS:.0f} s …"),
        ):
            found = connect().fixes(board["plant"], order, board["plan"], SECONDS)
            st.session_state[FOUND] = (key, found)
    known = st.session_state.get(FOUND)
    if known is not None and known[0] == key:
        _table(board["plant"], known[1])


def _table(plant: str, found: Fixes) -> None:
    st.markdown(f":material/lightbulb: **What would help** · {plain(found['sentence'])}")
    for column, head in zip(st.columns(WIDTHS), (*HEADS, ""), strict=True):
        column.caption(head)
    for place, row in enumerate(fix_rows(found)):
        *cells, button = st.columns(WIDTHS, vertical_alignment="center")
        for column, text in zip(cells, row.cells, strict=True):
            column.markdown(plain(text))
        if row.note:
            cells[0].caption(row.note)
        if row.can_open and button.button(
            "Open as a what-if", icon=":material/open_in_new:", key=f"board.fix-{place}", width="stretch"
        ):
            _open(plant, found, row.fix)
    if found["no_help"] or found["untried"]:
        with st.expander(f"Not enough, or not tried ({len(found['no_help']) + len(found['untried'])})"):
            for tried in found["no_help"]:
                st.markdown(f"- {plain(no_help_words(tried))}")
            for words in found["untried"]:
                st.markdown(f"- {plain(words)}: not tried for want of time")


def _open(plant: str, found: Fixes, fix: Fix) -> None:
    """Starts the what-if, which makes the plan that was proven, and shows it."""
    with reporting_problems("open the what-if", stop=False):
        asked = connect().ask_what_if(
            plant,
            what_if_name(found, fix),
            [{"type": e["type"], "data": e["data"]} for e in fix["events"]],
            "full",
            WHAT_IF_SECONDS,
            iterations=found["iterations"],
        )
        st.session_state[CURRENT] = asked["id"]
        st.session_state[LINES] = []
        st.session_state.pop(FORM, None)
        st.switch_page("screens/what_if.py")
