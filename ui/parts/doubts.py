"""Doubts on Today: what was inferred about the floor, confirmed or corrected by a named person, many at a time."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import streamlit as st

from ui import format as say
from ui.answers import Doubt
from ui.client import connect
from ui.parts.page import flash, reporting_problems
from ui.parts.person import ask_name
from ui.parts.style import table_height
from ui.parts.text import plain
from ui.views.doubts import BY, Group, doubt_rows, grouped

GROUPS_SHOWN = 12
HELP = {
    "confirm": "It is as assumed. A report that was held back for its date is taken in.",
    "correct": "It is not so. Work taken as done is open again; a report held back for its date is dropped.",
}


def show_report_warnings(plant: str) -> None:
    """In words, where too much of what the floor reports is odd, or a sender fell silent; nothing where all is well."""
    with reporting_problems("read how the floor reports", stop=False):
        for words in connect().reports(plant)["warnings"]:
            st.warning(plain(words[:1].upper() + words[1:]), icon=":material/sensors_off:")


def show_doubts(plant: str) -> None:
    """A count, and behind it the list; nothing where nothing is in doubt."""
    with reporting_problems("read what is in doubt", stop=False):
        doubts = connect().doubts(plant)
        if not doubts:
            return
        with st.expander(f"{say.count(len(doubts), 'report')} in doubt", icon=":material/help:"):
            st.caption("The plan follows what was reported. Where that did not fit, this was assumed.")
            _answers(plant, doubts)
            rows = doubt_rows(doubts)
            st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=28, height=table_height(len(rows), 260))


def _answers(plant: str, doubts: list[Doubt]) -> None:
    by_column, name_column, reason_column = st.columns([1.4, 1, 1.6], vertical_alignment="bottom")
    by = by_column.segmented_control(
        "Group by", list(BY), format_func=BY.__getitem__, default="rule", required=True, key="doubts.by"
    )
    with name_column:
        name = ask_name("doubts.name")
    reason = str(reason_column.text_input("Reason", key="doubts.reason", max_chars=200)).strip()
    groups = grouped(doubts, str(by or "rule"))
    for number, group in enumerate(groups[:GROUPS_SHOWN]):
        words, confirm, correct = st.columns([7, 1.1, 1.1], vertical_alignment="center")
        words.markdown(f"**{plain(group.title)}** · {group.count}  \n:small[:gray[{plain(group.examples)}]]")
        if confirm.button(
            "Confirm", key=f"doubts.confirm-{number}", help=HELP["confirm"], disabled=not name, width="stretch"
        ):
            _answer(plant, "confirm", group, name, reason)
        if correct.button(
            "Correct", key=f"doubts.correct-{number}", help=HELP["correct"], disabled=not name, width="stretch"
        ):
            _answer(plant, "correct", group, name, reason)
    if len(groups) > GROUPS_SHOWN:
        st.caption(f"and {len(groups) - GROUPS_SHOWN} more; group by cause to see fewer")


def _answer(plant: str, said: Literal["confirm", "correct"], group: Group, name: str, reason: str) -> None:
    with reporting_problems(f"{said} {say.count(group.count, 'report')} in doubt", stop=False):
        connect().answer_doubts(plant, said, group.ids, name, reason)
        flash(f"{say.count(group.count, 'report')} {said}ed")
        st.rerun()
