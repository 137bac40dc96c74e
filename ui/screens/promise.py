"""Promise a date: by when an order could be delivered, what that costs the others, and a place kept for it."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from ui import format as say
from ui.answers import Plant, Promise, Reservation
from ui.client import connect
from ui.parts.page import flash, open_page, reporting_problems
from ui.parts.person import ask_name, name_or_planner
from ui.parts.style import mark
from ui.parts.text import plain
from ui.views.promise import basis_rows, cost_chart, curve_rows, products, reservation_rows

FOUND, ASKED = "promise.found", "promise.asked"


def local(plant: Plant, otherwise: dt.timedelta) -> dt.datetime:
    """So long from the plant's now, as its clock reads then."""
    return (say.parse(plant["now"]) + otherwise).replace(tzinfo=None, second=0, microsecond=0)


def ask(plant: Plant, makes: list[str]) -> None:
    """The form: what is wanted, and by when at the soonest."""
    with st.form("promise-form", border=True):
        a, b, c, d, go = st.columns([2, 1, 1, 1.6, 1.1], vertical_alignment="bottom")
        material = a.selectbox("Product", makes)
        quantity = b.number_input("Quantity", 0.001, value=1.0, step=1.0, format="%g")
        priority = c.number_input("Priority", 0.0, value=1.0, step=1.0, format="%g")
        wished = d.datetime_input("Wished date (empty: as early as can be)", None)
        pressed = go.form_submit_button("Find a date", icon=":material/search:", type="primary", width="stretch")
    if pressed and material:
        with reporting_problems("find a date", stop=False), st.spinner("Planning …"):
            when = wished.isoformat(timespec="minutes") if wished else None
            st.session_state[ASKED] = (material, quantity, priority, when)
            st.session_state[FOUND] = connect().ask_promise(plant["plant"], material, quantity, priority, when)


def show(plant: Plant, found: Promise) -> None:
    """The date, what it costs then and later, and what it stands on."""
    if found["date"] is None:
        st.warning(plain(found["sentence"]), icon=":material/event_busy:")
        return
    st.markdown(f"### {plain(say.moment(found['date']))}")
    st.markdown(plain(found["sentence"]))
    if (found["revision"] or found["as_of"]) != plant["revision"]:
        st.caption("The plant has moved on since: find the date again before you pass it on.")
    for notice in found["notices"]:
        st.caption(plain(notice))
    chart, table = st.columns([1, 1.4])
    chart.plotly_chart(cost_chart(found), key="promise.chart", config={"displayModeBar": False})
    table.dataframe(curve_rows(found), hide_index=True, width="stretch")
    if found["rests_on"]:
        with st.expander(f"Components ({len(found['rests_on'])})"):
            st.dataframe(basis_rows(found["rests_on"]), hide_index=True, width="stretch")
    reserve(plant, found)


def reserve(plant: Plant, found: Promise) -> None:
    """Keep the place of the date shown, until the order comes or the time is over."""
    if found["reservation"] is not None:
        st.success(
            f"Reserved as {plain(found['reservation'])} until {say.moment(found['until'])}. "
            "The order that comes names it as its reservation.",
            icon=":material/event_available:",
        )
        return
    until_place, by_place, go = st.columns([1.6, 1.4, 1.2], vertical_alignment="bottom")
    until = until_place.datetime_input("Reserve until", local(plant, dt.timedelta(days=2)), key="promise.until")
    with by_place:
        by = ask_name("promise.by") or name_or_planner()
    pressed = go.button(
        f"Reserve until {say.moment(until)}" if until else "Reserve", icon=":material/lock_clock:", width="stretch",
        disabled=not until, key="promise.reserve",
    )  # fmt: skip
    if pressed and until:
        material, quantity, priority, wished = st.session_state[ASKED]
        keep = {"until": until.isoformat(timespec="minutes"), "no_later_than": found["date"], "by": by}
        with reporting_problems("reserve the date", stop=False), st.spinner("Planning …"):
            made = connect().ask_promise(plant["plant"], material, quantity, priority, wished, keep)
            st.session_state[FOUND] = made
            if made["reservation"]:
                flash(f"{made['reservation']} is reserved")
            st.rerun()


def reserved(plant: Plant, kept: list[Reservation]) -> None:
    """What is reserved now, and how to let go of it."""
    if not kept:
        return
    st.subheader("Reserved")
    st.dataframe(reservation_rows(kept), hide_index=True, width="stretch")
    choose, go = st.columns([2, 1], vertical_alignment="bottom")
    name = choose.selectbox("Reservation", [r["reservation"] for r in kept], key="promise.release")
    if go.button("Release it", icon=":material/lock_open:", width="stretch", key="promise.release-it") and name:
        with reporting_problems("release the reservation", stop=False):
            connect().release_reservation(plant["plant"], name, name_or_planner())
            st.session_state.pop(FOUND, None)
            flash(f"{name} is released")
            st.rerun()


plant, _plans = open_page("promise", live=False)
with reporting_problems("read orders and reservations"):
    makes = products(connect().orders(plant["plant"]))
    kept = connect().reservations(plant["plant"])
st.subheader("Promise a date")
if makes:
    ask(plant, makes)
else:
    st.caption("No product is known: load a plant with orders first.")
found: Promise | None = st.session_state.get(FOUND)
if found is not None:
    show(plant, found)
reserved(plant, kept)
state = "empty" if found is None else found["reservation"] or found["date"] or "none"
mark("promise", f"{plant['revision']}.{state}.{len(kept)}")
