"""Why the selected order is late: one sentence, its chain as a small Gantt, and what would help."""

from __future__ import annotations

import streamlit as st

from ui.answers import Board
from ui.parts import data
from ui.parts.fixes import show_fixes
from ui.parts.page import reporting_problems
from ui.parts.text import plain
from ui.views.lateness import figure
from ui.views.selection import order_of


def show_lateness(board: Board, revision: int, label: str | None) -> None:
    """label : the selected operation or order; nothing is shown where the plan has no such thing."""
    order = order_of(board, label) if label else None
    if order is None:
        return
    with reporting_problems("ask why the order is late"):
        chain = data.lateness(board, revision, order)
    if chain is None:
        return
    head = "Why late" if (chain["late_minutes"] or 0) > 0 else "What fills its time"
    st.markdown(f":material/timeline: **{head}** · {plain(chain['sentence'])}")
    if chain["waits"]:
        st.plotly_chart(figure(chain), key=f"why.late.{board['plan']}.{order}", config={"displayModeBar": False})
    show_fixes(board, revision, order, chain["late_minutes"])
