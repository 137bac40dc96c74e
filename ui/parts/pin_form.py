"""Pinning an operation: the form behind a drag on the board, and beside it for those who would rather type."""

from __future__ import annotations

import streamlit as st

from ui.answers import Board, Plant
from ui.client import connect
from ui.parts.drafts import add_to_what_if
from ui.parts.page import flash, reporting_problems
from ui.parts.text import plain
from ui.views.assumptions import Assumption
from ui.views.pins import WHENS, Place, pinned, planned_place, unpinned

ANY = "any machine"


def show_pin_form(plant: Plant, board: Board, key: str) -> None:
    """For what was dragged on the board `key`, or for the chosen operation once its button is pressed."""
    asked: Place | None = st.session_state.get(f"{key}.pin")
    if asked is None:
        chosen = st.session_state.get(f"{key}.selected")
        place = planned_place(board, chosen) if chosen else None
        if place is not None and st.button(f"Pin {place.label} …", icon=":material/keep:", key=f"{key}.pin.open"):
            st.session_state[f"{key}.pin"] = place
            st.rerun()
        return
    with st.form(f"{key}.pin.form", border=True):
        _fields(plant, board, asked, key)


def _fields(plant: Plant, board: Board, place: Place, key: str) -> None:
    st.markdown(f":material/keep: **Pin {plain(place.label)}**: every plan keeps it, whatever that costs.")
    if place.plan != board["plan"]:
        st.caption(f":orange[Plan {place.plan} was looked at; plan {board['plan']} is newer.]")
    a, b, c = st.columns([1.3, 1.3, 1.5])
    names = [*place.machines, ANY]
    machine = a.selectbox("Machine", names, index=names.index(place.machine) if place.machine in names else 0)
    when = b.selectbox("When", list(WHENS), format_func=WHENS.__getitem__)
    start = c.datetime_input("Moment", place.start)
    d, e = st.columns([1.3, 2.8])
    by = d.text_input("Who says so", max_chars=200, placeholder="your name")
    reason = e.text_input("Why", max_chars=500, placeholder="first article, customer is here, …")
    first, second, third, fourth = st.columns(4)
    now = first.form_submit_button("Pin it", icon=":material/keep:", type="primary", width="stretch")
    draft = second.form_submit_button("Try it in a what-if", icon=":material/alt_route:", width="stretch")
    free = third.form_submit_button("Unpin", icon=":material/keep_off:", width="stretch", disabled=not place.pinned)
    if fourth.form_submit_button("Close", icon=":material/close:", width="stretch"):
        _close(key)
    if free:
        _post(plant, unpinned(place, by.strip(), reason.strip()), by, key)
    if not (now or draft):
        return
    if machine == ANY and not when:
        st.error("Say a machine or a moment: as it is, nothing would be fixed.")
        return
    line = pinned(place, None if machine == ANY else machine, when, start, by.strip(), reason.strip())
    if draft:
        st.session_state.pop(f"{key}.pin", None)
        add_to_what_if(plant, line)
    _post(plant, line, by, key)


def _post(plant: Plant, line: Assumption, by: str, key: str) -> None:
    if not by.strip():
        st.error("Say who says so: everybody who meets the pin will want to know.")
        return
    with reporting_problems("pin the operation", stop=False):
        connect().say_now(plant, line.event())
        flash(line.words)
        _close(key)


def _close(key: str) -> None:
    st.session_state.pop(f"{key}.pin", None)
    st.rerun()
