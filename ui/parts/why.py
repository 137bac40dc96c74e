"""Why a plan changed: a line for the plan in force, and the events and the reaction behind any plan."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui.answers import LoggedEvent, Plan
from ui.parts.style import table_height
from ui.parts.text import plain
from ui.views.tables import event_rows
from ui.views.why import decision_words, led_to, why


def show_why(plan: Plan, events: list[LoggedEvent]) -> None:
    """One line: how and after what the plan was made, and what has kept it since."""
    told = why(plan, events)
    since = f"  :gray[{told.since()}.]" if told.since() else ""
    st.markdown(f":material/help: **Why plan {plan['id']}** · {plain(told.sentence())}.{since}")


def show_reasons(plan: Plan, events: list[LoggedEvent]) -> None:
    """The whole story of a plan: the sentence, what the table of reactions asks for, and each event that led to it."""
    told = why(plan, events)
    st.markdown(f"**Plan {plan['id']}** · {plain(told.sentence())}.")
    parts = [f"The table of reactions asks to {told.asked}" if told.asked else "", told.since()]
    if words := ". ".join(p for p in parts if p):
        st.caption(f"{words}.")
    for words in decision_words(plan):
        st.caption(plain(words))
    behind = event_rows(led_to(plan, events))
    if behind:
        st.dataframe(pd.DataFrame(behind), hide_index=True, row_height=28, height=table_height(len(behind), 200))
