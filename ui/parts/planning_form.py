"""Forms of a what-if about how the plant is planned: crews, frozen zone, weights."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from ui import format as say
from ui.answers import Plant
from ui.client import connect
from ui.parts.page import reporting_problems
from ui.parts.seeds import follow_choice, seed
from ui.parts.text import plain
from ui.views.assumptions import Assumption, crew_changed, new_machine
from ui.views.rules import WEIGHTS, rules_line


def crew_form(plant: Plant, now: dt.datetime, add: str) -> Assumption | None:
    """now : on the plant's clock, without its offset.   add : what the button says."""
    with reporting_problems("read the crews"):
        pools = {pool["pool"]: pool for pool in connect().pools(plant["plant"])}
    if not pools:
        st.caption("This plant has no crews or tools that machines share.")
        return None
    a, b, c, d = st.columns([1.4, 0.9, 1.4, 1.4])
    pool = pools[a.selectbox("Crew or tools", list(pools), key=seed("assume.pool", next(iter(pools)), pools))]
    capacity = b.number_input(
        "How many", 0.0, step=1.0, format="%g", key=follow_choice("assume.capacity", float(pool["capacity"]))
    )
    start = c.datetime_input("From", key=seed("assume.pool_from", now))
    end = d.datetime_input("Until", key=seed("assume.pool_to", now + dt.timedelta(hours=8)))
    wrong = start is None or end is None or end <= start
    same = capacity == pool["capacity"]
    if wrong:
        st.caption(":orange[:material/warning:] It must end after it begins.")
    else:
        st.caption(f"{say.quantity(pool['capacity'])} now. Where stretches overlap the smallest number counts.")
    if not st.button(add, icon=":material/add:", type="primary", disabled=wrong or same, key="assume.add"):
        return None
    return crew_changed(pool["pool"], capacity, start, end) if start and end else None


def machine_form(machines: list[str], others: list[Assumption], add: str) -> Assumption | None:
    """others : the changes so far, whose names are taken."""
    if not machines:
        st.caption("This plant has no machines.")
        return None
    a, b = st.columns(2)
    like = a.selectbox("Like", machines, key=seed("assume.like", machines[0], machines))
    taken = {*machines, *(str(line.data.get("machine")) for line in others)}
    suggested = next(name for n in range(2, len(taken) + 3) if (name := f"{like}-{n}") not in taken)
    name = b.text_input("Its name", max_chars=60, key=follow_choice("assume.new_machine", suggested)).strip()
    again = name in taken
    st.caption(
        f":orange[:material/warning:] Machine {plain(name)} exists already: choose another name."
        if again
        else "It has the same hours and speed, and may do the same work. Adopted, it stays in the plant."
    )
    if not st.button(add, icon=":material/add:", type="primary", disabled=again or not name, key="assume.add"):
        return None
    return new_machine(name, like)


def rules_form(plant: Plant, add: str) -> Assumption | None:
    """The plant's own stand in the inputs at first; what differs from them is assumed."""
    with reporting_problems("read the policy"):
        policy = connect().plant(plant["plant"])["policy"]
    hours, *inputs = st.columns(1 + len(WEIGHTS))
    frozen = hours.number_input(
        "Freeze the next … hours",
        0.0,
        1000.0,
        step=1.0,
        format="%g",
        key=seed("assume.frozen", policy["frozen_minutes"] / 60),
    )
    own, weights = dict(policy["objective"]), dict[str, float]()
    for column, (name, words) in zip(inputs, WEIGHTS.items(), strict=True):
        value = column.number_input(words, 0.0, step=0.1, format="%g", key=seed(f"assume.weight.{name}", own[name]))
        if value != own[name]:
            weights[name] = value
    minutes = round(frozen * 60)
    changed = minutes != policy["frozen_minutes"]
    st.caption(
        "What each weighs in the cost of a plan. Doing nothing keeps the plant's own; adopting changes them for good."
    )
    nothing = not changed and not weights
    if not st.button(add, icon=":material/add:", type="primary", disabled=nothing, key="assume.add"):
        return None
    return rules_line(minutes if changed else None, weights)
