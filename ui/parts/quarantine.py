"""Reports that could not be taken in: by cause all at once, or each with its reason, tried again or dismissed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from ui import format as say
from ui.answers import Quarantine, Quarantined
from ui.client import ApiProblem, connect
from ui.parts.page import PROBE_SECONDS, WATCH_SECONDS, reporting_problems
from ui.parts.person import ask_name, name_or_planner
from ui.parts.text import plain
from ui.views.doubts import cause_words
from ui.views.words import event_words, in_words, source_words

SHOWN = 20
CHOSEN = "quarantine.chosen"


def show_quarantine(plant: str) -> None:
    """It stands still while somebody reads it or enters his name; what comes in meanwhile is counted beside it."""
    with reporting_problems("decide what was rejected", stop=False):
        decide_chosen(plant)
    with reporting_problems("read the rejected reports", stop=False):
        kept = connect().quarantine_by_cause(plant)
        events = kept["events"]
        _more(plant, kept["waiting"])
        if not events:
            st.caption("Nothing waits. A report that cannot be taken in is kept here with its reason.")
            return
        st.caption(f"{say.count(kept['waiting'], 'report')} could not be taken in; nothing else waits for them.")
        if len(events) > 1:
            _by_cause(kept)
            st.divider()
        for one in events[:SHOWN]:
            _one(plant, one)
        if kept["waiting"] > SHOWN:
            st.caption(f"and {kept['waiting'] - SHOWN} more")


@st.fragment(run_every=WATCH_SECONDS)
def _more(plant: str, shown: int) -> None:
    try:
        waiting = connect(PROBE_SECONDS).quarantine_by_cause(plant)["waiting"]
    except ApiProblem:
        return  # the head of the page says it
    if waiting != shown and st.button(
        f"{say.count(waiting, 'report')} waiting now: show", key="quarantine.more", icon=":material/fiber_new:"
    ):
        st.rerun()


def _by_cause(kept: Quarantine) -> None:
    name_column, now_column = st.columns([1, 2.4], vertical_alignment="bottom")
    with name_column:
        name = ask_name("quarantine.name")
    from_now = now_column.checkbox(
        "Take in as of now",
        key="quarantine.from_now",
        help="What they say holds from now on, not since their own time.",
    )
    for cause in kept["causes"]:
        words, retry, dismiss = st.columns([7, 1.5, 1.5], vertical_alignment="center")
        words.markdown(f"**{plain(in_words(cause['cause']))}**  \n:small[:gray[{plain(cause_words(cause))}]]")
        for column, what, verb, icon in (
            (retry, "retry", f"Try {cause['waiting']} again", ":material/replay:"),
            (dismiss, "dismiss", f"Dismiss {cause['waiting']}", ":material/close:"),
        ):
            column.button(
                verb,
                key=f"quarantine.{what}.{cause['cause']}",
                icon=icon,
                disabled=not name,
                width="stretch",
                on_click=choose,
                args=(what, cause["cause"], name, from_now and what == "retry"),
            )


def choose(what: Literal["retry", "dismiss"], cause: str, name: str, from_now: bool) -> None:
    """Keeps what was clicked, by its cause and not by its place, which may be another's when the page runs again."""
    st.session_state[CHOSEN] = (what, cause, name, from_now)


def decide_chosen(plant: str) -> None:
    chosen = st.session_state.pop(CHOSEN, None)
    if chosen is None:
        return
    what, cause, name, from_now = chosen
    done = connect().decide_cause(plant, what, cause, name, from_now=from_now)
    still = f", {say.count(len(done['refused']), 'report')} refused again" if done["refused"] else ""
    said = f"{say.count(done['done'], 'report')} {'taken in' if what == 'retry' else 'dismissed'}{still}"
    st.toast(said, icon=":material/check_circle:")


def _one(plant: str, one: Quarantined) -> None:
    words, retry, dismiss = st.columns([8, 1.2, 1.2], vertical_alignment="center")
    about = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in (one["event"].get("data") or {}).items())
    tries = f"{say.count(one['tries'], 'try', 'tries')}, last {say.moment(one['last_at'])}"
    words.markdown(
        f"**{plain(event_words(one['type']))}** {plain(about)}  \n{plain(in_words(one['reason']))}  \n"
        f":small[:gray[from {plain(source_words(one['source']))} · {tries}]]"
    )
    number = one["number"]
    if retry.button("Try again", icon=":material/replay:", key=f"quarantine.retry.{number}", width="stretch"):
        decide(f"take in report {number}", connect().retry_event, plant, number)
    if dismiss.button("Dismiss", icon=":material/close:", key=f"quarantine.dismiss.{number}", width="stretch"):
        decide(f"dismiss report {number}", connect().dismiss_event, plant, number)


def decide(doing: str, call: Callable[[str, int, str], None], plant: str, number: int) -> None:
    """A refusal is told beside the report, which stays."""
    with reporting_problems(doing, stop=False):
        call(plant, number, name_or_planner())
        st.rerun()
