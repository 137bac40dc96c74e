"""How the plant is planned by itself: its mode, those of its work centers, and what a better plan may change."""

from __future__ import annotations

import streamlit as st

from ui.answers import PlantDetail
from ui.client import connect
from ui.parts.limits import limit_inputs
from ui.parts.page import flash, reporting_problems
from ui.views.policy import AS_PLANT, MODES, changed_modes, limits_of, work_centers

IN_A_ROW = 4


def show_policy(plant: str) -> None:
    with reporting_problems("read the policy"):
        detail, targets = connect().plant(plant), connect().dispatch_targets(plant)
    left, right = st.columns([1.7, 1], gap="large")
    with left, st.form("policy-modes", border=False):
        modes(detail, work_centers(targets))
    with right, st.form("policy-limits", border=False):
        limits(detail)


def modes(detail: PlantDetail, centers: list[str]) -> None:
    st.subheader("After an event")
    names = list(MODES)
    mode = st.radio("The plant", names, names.index(detail["mode"]), format_func=MODES.__getitem__)
    own, chosen = detail["work_center_modes"], dict[str, str]()
    options = [AS_PLANT, *names]
    for n in range(0, len(centers), IN_A_ROW):
        for column, center in zip(st.columns(IN_A_ROW), centers[n : n + IN_A_ROW], strict=False):
            at = options.index(own.get(center, AS_PLANT))
            chosen[center] = str(column.selectbox(center, options, at, key=f"mode-{center}"))
    if st.form_submit_button("Save modes", icon=":material/save:"):
        with reporting_problems("change the modes", stop=False):
            connect().change_plant(detail["plant"], mode=mode, work_center_modes=changed_modes(own, chosen))
            flash("Modes are saved")
            st.rerun()


def limits(detail: PlantDetail) -> None:
    policy = detail["policy"]
    st.subheader("A better plan changes at most")
    asked = limit_inputs(limits_of(policy), "policy")
    seconds = st.number_input(
        "Search for a better plan, seconds",
        min_value=0.0,
        max_value=3600.0,
        value=float(policy["improve_seconds"]),
        step=1.0,
        format="%g",
        help="0: plans are only repaired",
    )
    delay = st.number_input(
        "Expected delay per shift (min)",
        min_value=0.0,
        max_value=1440.0,
        value=float(policy["expected_delay_minutes"]),
        step=12.0,
        format="%g",
        help="In the mean. A better plan leaves slack for it where that is worth it; 0: planned ends are believed",
    )
    gain = st.number_input(
        "Keep a person's release unless gain exceeds (%)",
        min_value=0.0,
        max_value=100.0,
        value=round(100 * float(policy["gain_over_person"]), 3),
        step=1.0,
        format="%g",
        help="Of the cost. Below it, what a person has released is only repaired; 100: never replaced by itself",
    )
    st.caption("A repair goes beyond the limits only where something has become impossible.")
    if st.form_submit_button("Save limits", icon=":material/save:"):
        with reporting_problems("change the limits", stop=False):
            changes = {
                **asked,
                "improve_seconds": seconds,
                "expected_delay_minutes": delay,
                "gain_over_person": gain / 100,
            }
            connect().change_plant(detail["plant"], policy=changes)
            flash("Limits are saved")
            st.rerun()
