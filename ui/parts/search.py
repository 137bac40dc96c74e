"""A search on its way: cost, bound and gap as they come, from the API's own progress."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import format as say
from ui.answers import JobState, Progress

POLL_SECONDS = 0.7


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
        st.progress(min(1.0, used / limit) if limit else 0.0, f"{said} · {used:.1f} of {limit:.0f} s")
        st.caption(f"best plan found by {last['engine']}" if last else "no plan yet")
        return st.button("Stop and keep the best", icon=":material/stop_circle:", key=key)
