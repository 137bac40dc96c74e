"""What every screen begins with: which plant, how fresh, and failures in words instead of a stack trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from ui import format as say
from ui.answers import Plan, Plant
from ui.client import ApiProblem, connect, last_answers
from ui.parts.load_form import load_form
from ui.parts.style import mark
from ui.parts.text import plain
from ui.parts.trouble import show_problem as show_problem
from ui.views.policy import MODE_WORDS
from ui.views.seen import Seen, before_reader, seen_of, with_earlier

WATCH_SECONDS = 3.0
PROBE_SECONDS = 4.5
HELD, PAGE, NEWER = "page.held", "page.name", "page.newer"
OWN = (
    "board.",
    "what_if.",
    "scenarios.",
    "comments.",
    "promise.",
    "orders.",
    "capacity.",
    "materials.",
    "dispatch.",
    "runs.",
    "policy.",
    "assume.",
    "doubts.",
    "quarantine.",
    "page.",
)
"""How the keys begin of what belongs to the chosen plant."""


@contextmanager
def reporting_problems(doing: str, *, stop: bool = True) -> Iterator[None]:
    """Runs calls of the API; a failure is told in words, and the page ends there unless `stop` is False."""
    try:
        yield
    except ApiProblem as problem:
        show_problem(problem, doing)
        if stop:
            end_page("problem", str(problem.status))


def end_page(page: str, revision: str) -> NoReturn:
    mark(page, revision)
    st.stop()
    raise AssertionError("st.stop ends the run")


def flash(message: str) -> None:
    """A message that outlives the next run of the page. It tells of something done, so the page shows its outcome."""
    st.session_state["flash"] = message
    st.session_state.pop(HELD, None)


def open_page(page: str, *, live: bool = True, hold: bool = False) -> tuple[Plant, list[Plan]]:
    """The chosen plant and its plan versions, newest first; ends the page in words where there is none.

    live : the page runs again by itself when something happens; False, where people type or read: it says that there
        is something newer, and waits.   hold : it goes on showing the plans that its reader has before him, and leaves
        newer ones out of the answer until they are asked for.
    """
    try:
        plants = connect().plants()
    except ApiProblem as problem:
        show_problem(problem, "read the plants")
        _try_again()
        end_page(page, "unreachable")
    if not plants:
        st.subheader("No plant is loaded yet")
        load_form()
        end_page(page, "empty")
    plant = _choose(plants)
    with reporting_problems("read the plan versions"):
        plans = connect().plans(plant["plant"])
    if st.session_state.get(PAGE) != page:
        st.session_state[PAGE] = page
        st.session_state.pop(HELD, None)
    seen = seen_of(plant, plans)
    if hold:
        held: Seen | None = st.session_state.get(HELD)
        seen = seen if held is None or held.plant != plant["plant"] else held.at(plant["revision"])
        st.session_state[HELD] = seen
    _head(plant, seen, [p["plant"] for p in plants], live, hold)
    if message := st.session_state.pop("flash", None):
        st.toast(message, icon=":material/check_circle:")
    if not hold:
        return plant, plans
    if seen.newest and seen.newest < seen_of(plant, plans).newest:
        with reporting_problems("read the plan versions"):  # many may have been made while somebody reads
            plans = with_earlier(plans, connect().plans(plant["plant"], before=seen.newest + 1))
    return before_reader(plant, plans, seen)


def _choose(plants: list[Plant]) -> Plant:
    names = [p["plant"] for p in plants]
    asked = st.query_params.get("plant")
    if st.session_state.get("plant") not in names:
        st.session_state["plant"] = asked if asked in names else names[0]
    return plants[names.index(st.session_state["plant"])]


def _head(plant: Plant, seen: Seen, names: list[str], live: bool, hold: bool) -> None:
    left, chooser, right = st.columns([4.6, 1.4, 3.8], vertical_alignment="center")
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
        f'<span class="pill">{escape(MODE_WORDS[plant["mode"]])}</span>',
        state,
        f"{say.count(plant['open_orders'], 'open order')}, {say.count(plant['machines'], 'machine')}",
    ]
    left.html(f'<div class="rejig-head">{"".join(f"<span>{f}</span>" for f in facts)}</div>')
    with chooser:
        if len(names) > 1:
            _chooser(plant["plant"], names)
    with right:
        _watch(plant["plant"], plant["now"], seen, live, hold)


def _chooser(plant: str, names: list[str]) -> None:
    """A widget's own state ends with its page, so the choice is kept beside it."""

    def chosen() -> None:
        for name in [n for n in st.session_state if str(n).startswith(OWN)]:
            del st.session_state[name]
        st.session_state["plant"] = st.session_state["plant-choice"]

    index = names.index(plant)
    st.selectbox("Plant", names, index, key="plant-choice", on_change=chosen, label_visibility="collapsed")


@st.fragment(run_every=WATCH_SECONDS)
def _watch(plant: str, now: str, seen: Seen, live: bool, hold: bool) -> None:
    """The two clocks; and what is newer than what the page shows: taken in at once by a live page, else offered."""
    calls, silent = connect(PROBE_SECONDS), last_answers().silent_seconds
    try:
        known = calls.plant(plant)
        latest = seen_of(known, calls.plans(plant))
    except ApiProblem as problem:
        if silent() is None:
            st.caption(f":material/cloud_off: {plain(problem.title)}")
            return
        known, latest = None, seen
    if (seconds := silent()) is not None:
        st.html(silence(seconds))
    newer = latest.newer_than(seen)
    if live and (latest.revision != seen.revision or (newer is not None and not hold)):
        st.rerun()
    words, offer = st.columns([1.2, 1], vertical_alignment="center")
    words.caption(clocks(known["now"] if known else now))
    if newer is not None and offer.button(f"plan {newer} is newer: show", key=NEWER, type="primary", width="stretch"):
        st.session_state.pop(HELD, None)
        st.rerun()


def silence(seconds: float) -> str:
    """The bar that lies over a page whose server is silent; the style sheet greys what stands under it."""
    return (
        f'<div class="rejig-silent" role="alert" data-silent="{seconds:.0f}">The server has not answered for '
        f"{seconds:.0f} s. What you see is what it said before; nothing can be changed until it answers.</div>"
    )


def clocks(now: str) -> str:
    """The plant's clock and that of the computer before which the reader sits, each by its name."""
    here = own_now()
    return f"plant time **{plain(say.moment(now))}**  \nthis computer's {plain(say.moment(here))}"


def own_now() -> dt.datetime:
    """On the clock of the reader's computer; where its time zone is not known, of the one that serves the page."""
    try:
        return dt.datetime.now(ZoneInfo(str(st.context.timezone)))
    except (ZoneInfoNotFoundError, ValueError):
        return dt.datetime.now().astimezone()


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
