"""Today: how fresh everything is, what has happened and what it costs, what is late, what comes next."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from ui import format as say
from ui.answers import LoggedEvent, Plan, Plant
from ui.client import connect
from ui.parts import data
from ui.parts.doubts import show_doubts, show_report_warnings
from ui.parts.figures import show_figures
from ui.parts.page import end_page, open_page, reporting_problems
from ui.parts.style import mark
from ui.parts.tables import hours, show_table
from ui.parts.text import plain
from ui.parts.why import show_why
from ui.views.assumptions import prefill
from ui.views.blame import Disturbance, disturbances
from ui.views.connections import feed_lines
from ui.views.figures import key_figures, promises
from ui.views.lists import list_lines
from ui.views.scenarios import former_plan
from ui.views.sources import source_lines
from ui.views.stops import stop_lines
from ui.views.tables import late_rows, short_words
from ui.views.today import ages, is_down, next_hours

LOG_LENGTH = 500
# A machine that is down, over its whole row
DOWN_ROW = "background-color: #fde4dc; color: #7a2600; font-weight: 600"


def freshness(plant: Plant, events: list[LoggedEvent], current: Plan | None) -> None:
    found = ages(plant, events, current, dt.datetime.now(dt.UTC))
    names = {"ERP": "ERP data", "MES": "Shop-floor data", "Plan": "Plan"}
    icons = {
        "ERP": ":material/inventory_2:",
        "MES": ":material/precision_manufacturing:",
        "Plan": ":material/view_timeline:",
    }
    for column, (kind, said) in zip(st.columns([1, 1, 2]), found.items(), strict=True):
        column.markdown(f"{icons[kind]} **{names[kind]}** · {said}")


def waiting(plant: str) -> None:
    """What needs a person besides planning; nothing where nothing does."""
    with reporting_problems("read what waits for a decision"):
        events, hooks = connect().quarantine(plant), connect().webhooks(plant)
    lost = sum(hook["dead_letters"] for hook in hooks)
    parts = [
        f"{say.count(len(events), 'report')} rejected" if events else "",
        f"{say.count(lost, 'message')} not delivered" if lost else "",
    ]
    if words := ", ".join(p for p in parts if p):
        st.page_link("screens/runs.py", label=f":orange[{words}]: decide under Plan history", icon=":material/report:")


def feeds(plant: str) -> None:
    """One line for each feed that is silent, fails or asks, and for machines not heard; nothing where all is well."""
    with reporting_problems("read the connections"):
        lines = feed_lines(connect().connections(plant)) + source_lines(connect().sources(plant))
        lines += list_lines(connect().carriers(plant))
    for line in lines:
        st.page_link("screens/connections.py", label=f":orange[{plain(line)}]", icon=":material/cable:")


def stopped(plant: str) -> None:
    """Machines that stand, and what that costs; nothing where none does."""
    with reporting_problems("read what stands", stop=False):
        for what, cost in stop_lines(connect().stops(plant)):
            st.markdown(f":red[:material/build:] **{plain(what)}**  \n:small[:gray[{plain(cost)}]]")


def inbox(found: list[Disturbance]) -> None:
    st.subheader("What has happened")
    if not found:
        st.caption("Nothing since the plant was loaded: no breakdown, no new or changed order, no late delivery.")
    with st.container(height=270 if len(found) > 5 else "content", border=False):
        for one in found:
            words, button = st.columns([6, 1.1], vertical_alignment="center")
            icon = ":orange[:material/warning:]" if one.worse else ":gray[:material/info:]"
            words.markdown(f"{icon} **{one.when}** · {plain(one.what)}  \n:small[:gray[{plain(one.effect)}]]")
            form = prefill(one.prefill["event"])
            if form and button.button("What if…", key=f"what-if-{one.revision}", width="stretch"):
                st.session_state["what_if.prefill"] = form
                st.switch_page("screens/what_if.py")


plant, plans = open_page("today")
name = plant["plant"]
with reporting_problems("read the events"):
    log = connect().events(name, after=max(0, plant["revision"] - LOG_LENGTH))
current = next((p for p in plans if p["id"] == plant["plan_in_force"]), None)
former = former_plan(plans, plant["plan_in_force"])
happened = disturbances(log, plans, opens=lambda event: prefill(event["event"]) is not None)
freshness(plant, log, current)
waiting(name)
feeds(name)
stopped(name)
show_report_warnings(name)
show_doubts(name)
if current is None:
    inbox(happened)
    st.info("No plan is in force. Open the Board, press Re-plan, and release the plan.", icon=":material/lightbulb:")
    st.page_link("screens/board.py", label="Open the Board", icon=":material/view_timeline:")
    end_page("today", f"{plant['revision']}")

show_why(current, log)
with reporting_problems(f"read plan {current['id']}"):
    shown = data.board(name, current["id"], plant["revision"])
    times = data.machines(shown, plant["revision"])
    before = data.board(name, former["id"], plant["revision"]) if former else None
    changed = data.comparison(name, former["id"], current["id"]) if former else None
figures = key_figures(
    current["kpis"],
    former["kpis"] if former else None,
    moved=len(changed["moved"]) if changed else current["kpis"]["moved_operations"],
    board=shown,
    machines=times,
    compared=before,
)
show_figures(figures, f"vs plan {former['id']}" if former else None)

left, right = st.columns([1, 1], gap="medium")
with left:
    inbox(happened)
with right:
    late = late_rows(shown)
    counted = promises(shown)
    apart = f" and {say.count(counted['sub_assemblies_late'], 'sub-assembly', 'sub-assemblies')}"
    st.subheader(f"Late orders ({counted['late']}{apart if counted['sub_assemblies_late'] else ''})")
    if late:
        show_table(late, most=270, row=30, columns={"Late": hours()})
    else:
        st.caption("None: every planned order ends by its due date.")
    if short := short_words(shown):
        more = f" and {len(short) - 5} more" if len(short) > 5 else ""
        st.caption(f":orange[:material/production_quantity_limits:] {plain(', '.join(short[:5]))}{more}")
    if current["unplanned"]:
        st.warning(
            "Not in the plan: "
            + "; ".join(f"{plain(u['order'])} ({plain(u['reason'])})" for u in current["unplanned"][:5])
        )
    for lost in current["broken_pins"][:5]:
        st.warning(f"A pin cannot be kept: {plain(lost['order'])}/{lost['operation']}, {plain(lost['reason'])}")
st.subheader("Next 8 hours per machine")
coming = next_hours(shown, times)
show_table(
    coming,
    most=420,
    style=lambda row: [DOWN_ROW if is_down(row) else ""] * len(row),
    columns={
        "Machine": st.column_config.TextColumn(width=92),
        "Now": st.column_config.TextColumn(width=150),
        "Starts": st.column_config.DatetimeColumn(format="ddd HH:mm", width=84),
        "Next": st.column_config.TextColumn(width=110),
        "Then": st.column_config.TextColumn(width=120),
        "More": st.column_config.NumberColumn(width=50, help="Operations behind those, within the 8 hours"),
        "Load": st.column_config.ProgressColumn("Load", format="%.0f %%", min_value=0, max_value=100, width=120),
    },
)
mark("today", f"{plant['revision']}.{current['id']}")
