"""A search on its way: cost, bound and gap as they come, from the API's own progress."""

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
    """One row: cost so far with its course, bound, gap, who found it, time used; True where it is to be stopped."""
    cost, bound, gap, time = st.columns([1.6, 1, 1, 1.6])
    last = progress[-1] if progress else None
    first = progress[0] if progress else None
    if last is None or first is None:
        cost.metric("Cost", "…", border=True, height="stretch")
    else:
        saved = last["cost"] - first["cost"]
        cost.metric(
            "Cost of the best plan so far",
            say.cost(last["cost"]),
            f"{say.cost(saved)} since the first plan" if saved else None,
            delta_color="inverse",
            chart_data=[p["cost"] for p in progress] if len(progress) > 1 else None,
            border=True,
            height="stretch",
        )
    known = last is not None and last["lower_bound"] is not None
    bound.metric(
        "Proven bound",
        say.cost(last["lower_bound"]) if known and last and last["lower_bound"] is not None else "none yet",
        help="No plan can cost less",
        border=True,
        height="stretch",
    )
    gap.metric(
        "Gap",
        say.percent(last["gap"]) if known and last and last["gap"] is not None else say.NOTHING,
        help="(cost - bound) / cost; 0 % is proven best",
        border=True,
        height="stretch",
    )
    with time:
        used = last["seconds"] if last else 0.0
        said = {"queued": "waits for its turn", "running": "searching"}.get(state, state)
        if state == "running" and limit and used >= 0.97 * limit:
            said = "finishing"  # of a what-if: the same search without the assumptions
        st.progress(min(1.0, used / limit) if limit else 0.0, f"{said} · {used:.1f} of {limit:.0f} s")
        st.caption(f"best plan found by {last['engine']}" if last else "no plan yet")
        return st.button("Stop and keep the best", icon=":material/stop_circle:", key=key)
