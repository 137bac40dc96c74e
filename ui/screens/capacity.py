"""Capacity: how full each machine is, day by day, and overtime where it is too full."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from ui import format as say
from ui.answers import Plant
from ui.parts import data
from ui.parts.drafts import add_to_what_if
from ui.parts.page import end_page, open_page, reporting_problems
from ui.parts.style import mark
from ui.parts.text import plain
from ui.views.assumptions import other_hours
from ui.views.capacity import by_center, changeover_share, day_figure, fullest_first, heat_figure
from ui.views.load import bottleneck, daily_loads, loads

KEY = "machine"  # of the choice in the address
LEVELS = {"machine": "Machines", "work center": "Work centers"}


def chosen_of(names: list[str]) -> str:
    """The machine or work center looked at closely, kept in the address; the fullest, unless one is chosen."""
    if st.session_state.get("capacity.one") not in names:
        asked = st.query_params.get(KEY)
        st.session_state["capacity.one"] = asked if asked in names else names[0]
    name = st.selectbox("Look closely at", names, key="capacity.one")
    if name != names[0] or KEY in st.query_params:
        st.query_params[KEY] = name
    return name


def extra_time(plant: Plant, machine: str) -> None:
    """Hours in which the machine is closed otherwise, as a line of the what-if."""
    now = say.clock(plant["now"])
    assert now is not None
    with st.form(f"capacity.overtime.{machine}", border=False):
        a, b = st.columns(2)
        day = a.date_input("Day", now.date() + dt.timedelta(days=1))
        begins = b.time_input("From", dt.time(18))
        hours = st.number_input("Hours", 0.5, 24.0, 2.0, 0.5)
        if not st.form_submit_button("Try it in a what-if", icon=":material/alt_route:", width="stretch"):
            return
    start = dt.datetime.combine(day, begins)
    add_to_what_if(plant, other_hours(machine, start, start + dt.timedelta(hours=hours)))


plant, _ = open_page("capacity")
if plant["plan_in_force"] is None:
    st.info("No plan is in force, so there is no load yet. Re-plan and release on the Board.")
    end_page("capacity", f"{plant['revision']}")
with reporting_problems("read the plan in force"):
    board = data.board(plant["plant"], plant["plan_in_force"], plant["revision"])
    times = data.machines(board, plant["revision"])
which, ahead, said = st.columns([1.8, 2, 4], vertical_alignment="bottom")
level = which.segmented_control(
    "By", list(LEVELS), format_func=LEVELS.__getitem__, default="machine", required=True, key="capacity.level"
)
known = data.days_known(board)
days = ahead.slider("Days ahead", 3, min(28, known), min(10, known), key="capacity.days")
daily = daily_loads(board, times, int(days))
shown = by_center(daily) if level == "work center" else daily
tight = bottleneck(loads(board, times, int(days)))
if tight is not None:
    said.markdown(
        f":material/speed: The fullest machine is **{plain(tight.machine)}**: {say.percent(tight.share, 0)} of its "
        f"open time in {days} days, {say.hours(tight.changeover)} of it changeovers."
    )
st.plotly_chart(heat_figure(shown), key="capacity.heat", config={"displayModeBar": False})
st.caption("Per cent of the open time that is planned, work and changeovers. An empty cell: closed all day.")
picture, side = st.columns([4.4, 1.6], gap="medium")
with side:
    one = chosen_of(fullest_first(shown))
    part = changeover_share(shown, one)
    if part is not None:
        st.caption(f"{say.percent(part, 0)} of its planned time are changeovers.")
    if level == "machine":
        with st.popover("Overtime", icon=":material/more_time:", width="stretch"):
            extra_time(plant, one)
picture.plotly_chart(day_figure(shown, one), key=f"capacity.day.{one}", config={"displayModeBar": False})
mark("capacity", f"{plant['revision']}.{plant['plan_in_force']}.{one}")
