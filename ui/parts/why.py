"""Why a plan changed: a line for the plan in force, and the events and the reaction behind any plan."""

from __future__ import annotations

import streamlit as st

from ui.answers import LoggedEvent, Plan
from ui.parts.tables import show_table
from ui.parts.text import plain
from ui.views.tables import event_rows
from ui.views.why import decision_words, led_to, why


def show_why(plan: Plan, events: list[LoggedEvent]) -> None:
    """One line: how and after what the plan was made, and what has kept it since."""
    told = why(plan, events)
    since = f"  :gray[{told.since()}.]" if told.since() else ""
    st.markdown(f":material/help: **Why plan {plan['id']}** · {plain(told.sentence())}.{since}")


def show_reasons(plan: Plan, events: list[LoggedEvent]) -> None:
    """The whole story of a plan: the sentence, what the rules ask for, and each event that led to it."""
    told = why(plan, events)
    st.markdown(f"**Plan {plan['id']}** · {plain(told.sentence())}.")
    parts = [f"The rules ask to {told.asked}" if told.asked else "", told.since()]
    if words := ". ".join(p for p in parts if p):
        st.caption(f"{words}.")
    for words in decision_words(plan):
        st.caption(plain(words))
    behind = event_rows(led_to(plan, events))
    if behind:
        show_table(behind, most=200)
