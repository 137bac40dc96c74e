"""How the plant is planned by itself: its mode, those of its work centers, and what a better plan may change."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.answers import PlantDetail
from ui.client import connect
from ui.parts.limits import limit_inputs
from ui.parts.page import flash, reporting_problems
from ui.parts.seeds import seed
from ui.views.policy import AS_PLANT, MODES, changed_limits, changed_modes, limits_of, work_centers

IN_A_ROW = 4
SHOWN = "policy.shown"
"""The policy as it stood when its inputs were drawn first: what the user has changed is what differs from it."""


def show_policy(plant: str) -> None:
    with reporting_problems("read the policy"):
        detail, targets = connect().plant(plant), connect().dispatch_targets(plant)
    if "policy.seconds" not in st.session_state:  # the inputs appear now
        st.session_state[SHOWN] = detail
    shown: PlantDetail = st.session_state[SHOWN]
    left, right = st.columns([1.7, 1], gap="large")
    with left, st.form("policy-modes", border=False):
        modes(shown, work_centers(targets))
    with right, st.form("policy-limits", border=False):
        limits(shown)


def modes(shown: PlantDetail, centers: list[str]) -> None:
    st.subheader("After an event")
    names = list(MODES)
    mode = st.radio("The plant", names, format_func=MODES.__getitem__, key=seed("policy.mode", shown["mode"], names))
    own, chosen = shown["work_center_modes"], dict[str, str]()
    options = [AS_PLANT, *names]
    for n in range(0, len(centers), IN_A_ROW):
        for column, center in zip(st.columns(IN_A_ROW), centers[n : n + IN_A_ROW], strict=False):
            key = seed(f"policy.mode.{center}", own.get(center, AS_PLANT), options)
            chosen[center] = str(column.selectbox(center, options, key=key))
    if st.form_submit_button("Save modes", icon=":material/save:"):
        changes: dict[str, Any] = {"work_center_modes": changed_modes(own, chosen)}
        if mode != shown["mode"]:
            changes["mode"] = mode
        kept = {center: m for center, m in chosen.items() if m != AS_PLANT}
        save(shown, "modes", changes, {"mode": mode, "work_center_modes": kept})


def limits(shown: PlantDetail) -> None:
    policy = shown["policy"]
    st.subheader("A better plan changes at most")
    asked = limit_inputs(limits_of(policy), "policy")
    seconds = st.number_input(
        "Search for a better plan, seconds",
        min_value=0.0,
        max_value=3600.0,
        step=1.0,
        format="%g",
        key=seed("policy.seconds", float(policy["improve_seconds"])),
        help="0: plans are only repaired",
    )
    delay = st.number_input(
        "Expected delay per shift (min)",
        min_value=0.0,
        max_value=1440.0,
        step=12.0,
        format="%g",
        key=seed("policy.delay", float(policy["expected_delay_minutes"])),
        help="In the mean. A better plan leaves slack for it where that is worth it; 0: planned ends are believed",
    )
    gain = st.number_input(
        "Keep a person's release unless gain exceeds (%)",
        min_value=0.0,
        max_value=100.0,
        step=1.0,
        format="%g",
        key=seed("policy.gain", round(100 * float(policy["gain_over_person"]), 3)),
        help="Of the cost. Below it, what a person has released is only repaired; 100: never replaced by itself",
    )
    st.caption("A repair goes beyond the limits only where something has become impossible.")
    if st.form_submit_button("Save limits", icon=":material/save:"):
        wanted = {**asked, "improve_seconds": seconds, "expected_delay_minutes": delay, "gain_over_person": gain / 100}
        save(shown, "limits", {"policy": changed_limits(policy, wanted)}, {"policy": {**policy, **wanted}})


def save(shown: PlantDetail, what: str, changes: dict[str, Any], now: dict[str, Any]) -> None:
    """Sends what the user has changed and nothing else: somebody else may have changed the rest meanwhile.

    now : what stands in the inputs that were saved; those of the other form are compared as before.
    """
    with reporting_problems(f"change the {what}", stop=False):
        connect().change_plant(shown["plant"], **changes)
        st.session_state[SHOWN] = {**shown, **now}
        flash(f"{what.capitalize()} are saved")
        st.rerun()
