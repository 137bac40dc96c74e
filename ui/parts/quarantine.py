"""Reports that could not be taken in: by cause all at once, or each with its reason, tried again or dismissed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from ui import format as say
from ui.answers import Quarantine, Quarantined
from ui.client import connect
from ui.parts.page import WATCH_SECONDS, flash, reporting_problems
from ui.parts.person import ask_name, name_or_planner
from ui.parts.text import plain
from ui.views.doubts import cause_words

SHOWN = 20


@st.fragment(run_every=WATCH_SECONDS)
def show_quarantine(plant: str) -> None:
    with reporting_problems("read the quarantine", stop=False):
        kept = connect().quarantine_by_cause(plant)
        events = kept["events"]
        if not events:
            st.caption("Nothing waits. An event that cannot be taken in is kept here with its reason.")
            return
        st.caption(f"{say.count(kept['waiting'], 'event')} could not be taken in; nothing else waits for them.")
        if len(events) > 1:
            _by_cause(plant, kept)
            st.divider()
        for one in events[:SHOWN]:
            _one(plant, one)
        if kept["waiting"] > SHOWN:
            st.caption(f"and {kept['waiting'] - SHOWN} more")


def _by_cause(plant: str, kept: Quarantine) -> None:
    name_column, now_column = st.columns([1, 2.4], vertical_alignment="bottom")
    with name_column:
        name = ask_name("quarantine.name")
    from_now = now_column.checkbox(
        "Take in as of now",
        key="quarantine.from_now",
        help="What they say holds from now on, not since their own time.",
    )
    for number, cause in enumerate(kept["causes"]):
        words, retry, dismiss = st.columns([7, 1.5, 1.5], vertical_alignment="center")
        words.markdown(f"**{plain(cause['cause'])}**  \n:small[:gray[{plain(cause_words(cause))}]]")
        many = f"{cause['waiting']}"
        if retry.button(
            f"Try {many} again",
            key=f"retry-cause-{number}",
            icon=":material/replay:",
            disabled=not name,
            width="stretch",
        ):
            _decide_all(plant, "retry", cause["cause"], name, from_now=from_now)
        if dismiss.button(
            f"Dismiss {many}",
            key=f"dismiss-cause-{number}",
            icon=":material/close:",
            disabled=not name,
            width="stretch",
        ):
            _decide_all(plant, "dismiss", cause["cause"], name)


def _one(plant: str, one: Quarantined) -> None:
    words, retry, dismiss = st.columns([8, 1.2, 1.2], vertical_alignment="center")
    about = ", ".join(f"{k} {v}" for k, v in (one["event"].get("data") or {}).items())
    tries = f"{say.count(one['tries'], 'try', 'tries')}, last {say.moment(one['last_at'])}"
    words.markdown(
        f"**{plain(one['type'])}** {plain(about)}  \n{plain(one['reason'])}  \n"
        f":small[:gray[no. {one['number']} from {plain(one['source'])} · {tries}]]"
    )
    number = one["number"]
    if retry.button("Try again", icon=":material/replay:", key=f"retry-{number}", width="stretch"):
        decide(f"take in event {number}", connect().retry_event, plant, number)
    if dismiss.button("Dismiss", icon=":material/close:", key=f"dismiss-{number}", width="stretch"):
        decide(f"dismiss event {number}", connect().dismiss_event, plant, number)


def decide(doing: str, call: Callable[[str, int, str], None], plant: str, number: int) -> None:
    """A refusal is told beside the event, which stays."""
    with reporting_problems(doing, stop=False):
        call(plant, number, name_or_planner())
        st.rerun()


def _decide_all(
    plant: str, what: Literal["retry", "dismiss"], cause: str, name: str, *, from_now: bool = False
) -> None:
    with reporting_problems(f"{what} all of this cause", stop=False):
        done = connect().decide_cause(plant, what, cause, name, from_now=from_now)
        still = f", {say.count(len(done['refused']), 'report')} refused again" if done["refused"] else ""
        flash(f"{say.count(done['done'], 'report')} {'taken in' if what == 'retry' else 'dismissed'}{still}")
        st.rerun()
