"""A search on its way: whether there is a plan yet and how much better it becomes, from the API's own progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from ui import format as say
from ui.answers import FINAL, Job, JobState, Progress, WhatIf
from ui.client import ApiProblem
from ui.parts.page import reporting_problems, show_problem

POLL_SECONDS = 0.7

Search = TypeVar("Search", Job, WhatIf)


@st.fragment(run_every=POLL_SECONDS)
def follow(
    called: str,
    look: Callable[[], Search],
    stop: Callable[[], object],
    key: str,
    ended: Callable[[Search], None] | None = None,
    gone: Callable[[], None] | None = None,
) -> None:
    """Polls a search on its way and shows how far it is; runs the page again once it has ended.

    called : "the plan".   look, stop : the calls.   key : of the button that stops it.
    ended : what the page does with it before it runs again.   gone : what it does where nobody knows it any more.
    """
    try:
        search = look()
    except ApiProblem as problem:
        show_problem(problem, f"ask how far {called} is")
        if problem.status == 404 and gone is not None:
            gone()
        return
    if search["state"] in FINAL:
        if ended is not None:
            ended(search)
        st.rerun()
    if show_progress(search["state"], search["progress"], search["time_limit_seconds"], key):
        with reporting_problems("stop the search", stop=False):
            stop()


def show_progress(state: JobState, progress: Sequence[Progress], limit: float, key: str) -> bool:
    """One row: whether there is a plan yet, how much better it has become, time used; True where it is to be stopped.

    What it costs, and what no plan can cost less than, stands with the plan itself.
    """
    found, better, time = st.columns([1.2, 1.4, 2.2])
    last = progress[-1] if progress else None
    found.metric("Plan", "found" if last else "searching …", border=True, height="stretch")
    better.metric(
        "Better than the first plan found",
        say.percent(gained(progress)) if last else say.NOTHING,
        help="By all that the plant weighs: late orders with their priority, changeovers and moves",
        chart_data=[-p["cost"] for p in progress] if len(progress) > 1 else None,
        border=True,
        height="stretch",
    )
    with time:
        used = last["seconds"] if last else 0.0
        said = {"queued": "waits for its turn", "running": "searching"}.get(state, state)
        if state == "running" and limit and used >= 0.97 * limit:
            said = "finishing"  # of a what-if: the same search without the assumptions
        st.progress(min(1.0, used / limit) if limit else 0.0, f"{said} · {used:.0f} of {limit:.0f} s")
        return st.button("Stop and keep the best", icon=":material/stop_circle:", key=key)


def gained(progress: Sequence[Progress]) -> float:
    """By how much the best plan is better than the first one, as a share of that."""
    first, last = progress[0]["cost"], progress[-1]["cost"]
    return max(0.0, (first - last) / first) if first > 0 else 0.0
