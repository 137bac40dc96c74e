"""What every screen begins with: which plant, how fresh, and failures in words instead of a stack trace."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import NoReturn

import streamlit as st

from ui import format as say
from ui.answers import Plan, Plant
from ui.client import ApiProblem, connect
from ui.parts.style import mark
from ui.parts.text import plain
from ui.views.problems import explain

WATCH_SECONDS = 3.0


@contextmanager
def reporting_problems(doing: str, *, stop: bool = True) -> Iterator[None]:
    """Runs calls of the API; a failure is told in words, and the page ends there unless `stop` is False."""
    try:
        yield
    except ApiProblem as problem:
        show_problem(problem, doing)
        if stop:
            end_page("problem", str(problem.status))


def show_problem(problem: ApiProblem, doing: str) -> None:
    said = explain(problem, doing)
    faults = "".join(f"\n- {plain(f)}" for f in said.faults)
    st.error(f"**{plain(said.failed)}**  \n{said.holds}  \n{said.remedy}{faults}", icon=":material/error:")


def end_page(page: str, revision: str) -> NoReturn:
    mark(page, revision)
    st.stop()
    raise AssertionError("st.stop ends the run")


def flash(message: str) -> None:
    """A message that outlives the next run of the page."""
    st.session_state["flash"] = message


def open_page(page: str, *, live: bool = True) -> tuple[Plant, list[Plan]]:
    """The chosen plant and its plan versions, newest first; ends the page in words where there is none.

    live : the page follows every event; False: only new plans, so that drafting is not disturbed.
    """
    try:
        plants = connect().plants()
    except ApiProblem as problem:
        show_problem(problem, "read the plants")
        _try_again()
        end_page(page, "unreachable")
    if not plants:
        _load_form()
        end_page(page, "empty")
    plant = _choose(plants)
    with reporting_problems("read the plan versions"):
        plans = connect().plans(plant["plant"])
    _head(plant, plans, [p["plant"] for p in plants], live)
    if message := st.session_state.pop("flash", None):
        st.toast(message, icon=":material/check_circle:")
    return plant, plans


def _choose(plants: list[Plant]) -> Plant:
    names = [p["plant"] for p in plants]
    asked = st.query_params.get("plant")
    if st.session_state.get("plant") not in names:
        st.session_state["plant"] = asked if asked in names else names[0]
    return plants[names.index(st.session_state["plant"])]


def _head(plant: Plant, plans: list[Plan], names: list[str], live: bool) -> None:
    left, chooser, right = st.columns([6, 1.5, 1.4], vertical_alignment="center")
    current = plant["plan_in_force"]
    behind = plant["revision"] - (plant["plan_in_force_revision"] or 0)
    if current is None:
        state = '<span class="bad">no plan in force</span>'
    elif plant["plan_is_current"]:
        state = f'<span class="good">✓ plan {current} in force is up to date</span>'
    else:
        state = f'<span class="bad">! plan {current} in force: {say.count(behind, "report")} not yet planned</span>'
    facts = [
        f"<b>{escape(plant['name'])}</b>",
        f"plant clock {escape(say.moment(plant['now']))}",
        f'<span class="pill">{escape(plant["mode"])}</span>',
        state,
        f"{say.count(plant['open_orders'], 'open order')}, {say.count(plant['machines'], 'machine')}",
    ]
    left.html(f'<div class="rejig-head">{"".join(f"<span>{f}</span>" for f in facts)}</div>')
    with chooser:
        if len(names) > 1:
            _chooser(plant["plant"], names)
    with right:
        _watch(plant["plant"], _stamp(plant, plans), live)


def _chooser(plant: str, names: list[str]) -> None:
    """A widget's own state ends with its page, so the choice is kept beside it."""

    def chosen() -> None:
        for name in [n for n in st.session_state if str(n).startswith(("board.", "what_if.", "dispatch."))]:
            del st.session_state[name]
        st.session_state["plant"] = st.session_state["plant-choice"]

    index = names.index(plant)
    st.selectbox("Plant", names, index, key="plant-choice", on_change=chosen, label_visibility="collapsed")


def _stamp(plant: Plant, plans: list[Plan]) -> tuple[int, int | None, int, str]:
    newest = plans[0] if plans else None
    return plant["revision"], plant["plan_in_force"], newest["id"] if newest else 0, newest["status"] if newest else ""


@st.fragment(run_every=WATCH_SECONDS)
def _watch(plant: str, seen: tuple[int, int | None, int, str], live: bool) -> None:
    """Runs the page again as soon as the plant's plans (or, with `live`, its log) have moved on."""
    try:
        stamp = _stamp(connect().plant(plant), connect().plans(plant))
    except ApiProblem as problem:
        st.caption(f":material/cloud_off: {plain(problem.title)}")
        return
    if stamp != seen and (live or stamp[1:] != seen[1:]):
        st.rerun()
    st.caption(f":material/sensors: live, event {stamp[0]}")


@st.fragment(run_every=WATCH_SECONDS)
def _try_again() -> None:
    """Opens the page as soon as the API answers."""
    try:
        connect().plants()
    except ApiProblem:
        at = dt.datetime.now()
        st.caption(f":material/hourglass_empty: tried again at {at:%H:%M:%S}")
        return
    st.rerun()


def _load_form() -> None:
    st.subheader("No plant is loaded yet")
    st.markdown(
        "Give Rejig a plant: a **zip of a scenario folder** (`plant.toml`, `machines.csv`, `orders.csv`, …) or "
        "**one .xlsx workbook** with a sheet per file. All of it is taken in or nothing, and every fault is named.\n\n"
        "From a terminal: `rejig demo` loads a sample plant, and "
        f"`curl -X PUT --data-binary @plant.zip -H 'content-type: application/zip' {connect().url}/v1/plants/my-plant`"
        " loads yours."
    )
    name = st.text_input("Plant ID (used in URLs)", "my-plant", max_chars=60)
    file = st.file_uploader("Scenario", type=["zip", "xlsx"])
    good = bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name))
    if not good:
        st.caption("Letters, digits, dots and dashes only.")
    if st.button("Load", type="primary", disabled=file is None or not good) and file is not None:
        with reporting_problems(f"load {file.name}", stop=False), st.spinner("Reading …"):
            connect().load_plant(name, file.getvalue(), workbook=file.name.endswith(".xlsx"))
            flash(f"Plant {name} is loaded")
            st.rerun()
