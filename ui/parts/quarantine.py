"""Events that could not be taken in: each with its reason, to be tried again or dismissed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui import format as say
from ui.client import connect
from ui.parts.page import PLANNER, WATCH_SECONDS, told
from ui.parts.text import plain

SHOWN = 20


@st.fragment(run_every=WATCH_SECONDS)
def show_quarantine(plant: str) -> None:
    with told("read the quarantine", stop=False):
        events = connect().quarantine(plant)
        if not events:
            st.caption("Nothing waits. An event that cannot be taken in is kept here with its reason.")
            return
        st.caption(f"{say.count(len(events), 'event')} could not be taken in; nothing else waits for them.")
        for one in events[:SHOWN]:
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
        if len(events) > SHOWN:
            st.caption(f"and {len(events) - SHOWN} more")


def decide(doing: str, call: Callable[[str, int, str], None], plant: str, number: int) -> None:
    """A refusal is told beside the event, which stays."""
    with told(doing, stop=False):
        call(plant, number, PLANNER)
        st.rerun()
