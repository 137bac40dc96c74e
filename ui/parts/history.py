"""The plan versions with their reasons, and the table of reactions that they come from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.answers import Plan, Plant
from ui.client import connect
from ui.parts.comments import show_comments
from ui.parts.decision import close, decision, open_step, opened
from ui.parts.page import flash, reporting_problems
from ui.parts.rows import clicked_row
from ui.parts.tables import MOMENT, MOMENT_PIXELS, show_table
from ui.parts.why import show_reasons
from ui.views.why import history_rows, reaction_rows

WIDTHS: dict[str, Any] = {
    "Plan": st.column_config.NumberColumn(width=50),
    "Status": st.column_config.TextColumn(width=80),
    "How": st.column_config.TextColumn(width="small"),
    "After": st.column_config.TextColumn(width="medium"),
    "Why": st.column_config.TextColumn(width="large"),
    "Reason": st.column_config.TextColumn(width="medium"),
    "Moved": st.column_config.NumberColumn(width=60, help="Operations that changed machine or start"),
    "Late": st.column_config.NumberColumn(width=50, help="Late orders, sub-assemblies apart, when the plan was made"),
    "Made": st.column_config.DatetimeColumn(
        "Made (real time)", format=MOMENT, width=MOMENT_PIXELS, help="By a real clock, in the plant's time zone"
    ),
}


def show_history(plant: Plant, plans: list[Plan]) -> None:
    """Every version of the plant itself; a click tells the whole story of one, at first of the plan in force."""
    own = [p for p in plans if p["what_if"] is None]
    if not own:
        st.caption("No plan has been made yet.")
        return
    first = min((p["trigger"]["after"] for p in own if p["trigger"]), default=plant["revision"])
    with reporting_problems("read the events"):
        log = connect().events(plant["plant"], after=first)
    st.caption("Click a plan for the events that led to it.")
    chosen = clicked_row(history_rows(own, log), "runs.plans", 380, WIDTHS)
    in_force = next((i for i, p in enumerate(own) if p["id"] == plant["plan_in_force"]), 0)
    at = in_force if chosen is None else chosen
    show_reasons(own[at], log)
    if not roll_back(plant, own[at]):  # one place at a time that asks for a name
        show_comments(plant["plant"], "plans", own[at]["id"])


def roll_back(plant: Plant, chosen: Plan) -> bool:
    """The step back to the version that is shown, where that was in force once; whether it stands open."""
    name, number = plant["plant"], chosen["id"]
    if chosen["status"] != "superseded" or not chosen["feasible"]:
        return False
    key = f"runs.back-{number}"
    if not opened(key):
        if st.button(f"Roll back to plan {number}", icon=":material/undo:", key=f"{key}.begin"):
            open_step(key)
            st.rerun()
        return False

    def act(by: str, reason: str, preview: str) -> None:
        done = connect().roll_back(name, number, by, reason, preview)
        close(key)
        flash(f"Rolled back to plan {number}: plan {done['id']} is in force")
        st.rerun()

    decision(key, f"roll back to plan {number}", "Roll back", lambda: connect().preview_plan(name, number), act)
    return True


def show_reactions() -> None:
    with reporting_problems("read the rules"):
        rows = reaction_rows(connect().reactions())
    st.caption("What an event asks of the plan in force. Of several events the strongest counts.")
    show_table(rows, most=720)
