"""The inputs of hard limits on moves, the same for the policy and for a what-if."""

from __future__ import annotations

import streamlit as st

from ui.answers import Limits
from ui.parts.seeds import seed

HOUR = 60


def limit_inputs(given: Limits, key: str) -> Limits:
    """Maximum moves, hours that are frozen, machines kept; as they stand now. `given` counts when they first appear."""
    most = st.number_input(
        "Maximum moves",
        min_value=0,
        step=5,
        placeholder="no limit",
        key=seed(f"{key}.moves", given["max_moves"]),
        help="Operations that may change machine or start; empty: no limit",
    )
    hours = st.number_input(
        "Freeze the next … hours",
        min_value=0.0,
        step=1.0,
        format="%g",
        key=seed(f"{key}.hours", given["time_fence_minutes"] / HOUR),
        help="What starts before now + this stays, and nothing comes in",
    )
    keep = st.checkbox("Keep machines", key=seed(f"{key}.machines", given["keep_machines"]))
    return Limits(max_moves=most, time_fence_minutes=round((hours or 0.0) * HOUR), keep_machines=keep)
