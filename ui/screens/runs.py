"""Runs: which plans there were and why, what waits for a person, and how the plant is planned."""

from __future__ import annotations

import streamlit as st

from ui.answers import Plan, Plant
from ui.parts.history import show_history, show_reactions
from ui.parts.page import open_page
from ui.parts.policy import show_policy
from ui.parts.quarantine import show_quarantine
from ui.parts.style import mark
from ui.parts.webhooks import show_webhooks

PARTS = ("Plans", "Rejected reports", "Webhooks", "Modes and limits", "Rules")


def show(part: str, plant: Plant, plans: list[Plan]) -> None:
    match part:
        case "Rejected reports":
            show_quarantine(plant["plant"])
        case "Webhooks":
            show_webhooks(plant["plant"])
        case "Modes and limits":
            show_policy(plant["plant"])
        case "Rules":
            show_reactions()
        case _:
            show_history(plant, plans)


plant, plans = open_page("runs", live=False)
part = st.segmented_control(
    "Show", PARTS, default=PARTS[0], required=True, key="runs.part", label_visibility="collapsed"
)
show(str(part), plant, plans)
mark("runs", f"{plant['revision']}.{plant['plan_in_force'] or 0}.{part}")
