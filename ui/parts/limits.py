"""The inputs of hard limits on moves, the same for the policy and for a what-if."""

from __future__ import annotations

import streamlit as st

from ui.answers import Limits

HOUR = 60


def limit_inputs(given: Limits, key: str) -> Limits:
    """Most moves, hours in which nothing changes, machines kept; as they stand now."""
    most = st.number_input(
        "Maximum moves",
        min_value=0,
        value=given["max_moves"],
        step=5,
        placeholder="no limit",
        key=f"{key}.moves",
        help="Operations that may change machine or start; empty: no limit",
    )
    hours = st.number_input(
        "Freeze the next … hours",
        min_value=0.0,
        value=given["time_fence_minutes"] / HOUR,
        step=1.0,
        format="%g",
        key=f"{key}.hours",
        help="What starts before now + this stays, and nothing comes in",
    )
    keep = st.checkbox("Keep machines", given["keep_machines"], key=f"{key}.machines")
    return Limits(max_moves=most, time_fence_minutes=round(hours * HOUR), keep_machines=keep)
