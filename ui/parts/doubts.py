"""Doubts on Today: what was inferred about the floor, confirmed or corrected by a named person, many at a time."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from ui import format as say
from ui.answers import Doubt
from ui.client import connect
from ui.parts.page import reporting_problems
from ui.parts.person import ask_name
from ui.parts.seeds import seed
from ui.parts.tables import show_table
from ui.parts.text import plain
from ui.views.doubts import BY, Group, doubt_rows, grouped

GROUPS_SHOWN = 12
CHOSEN = "doubts.chosen"
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
    with reporting_problems("answer what is in doubt", stop=False):
        answer_chosen(plant)
    with reporting_problems("read what is in doubt", stop=False):
        doubts = connect().doubts(plant)
        if not doubts:
            return
        many = say.count(len(doubts), "report")
        if not st.toggle(f"{many} in doubt", key="doubts.open"):  # its words may change while it stays open
            return
        with st.container(border=True):
            st.caption("The plan follows what was reported. Where that did not fit, this was assumed.")
            _answers(doubts)
            show_table(doubt_rows(doubts), most=260)


def _answers(doubts: list[Doubt]) -> None:
    by_column, name_column, reason_column = st.columns([1.4, 1, 1.6], vertical_alignment="bottom")
    by = by_column.segmented_control(
        "Group by", list(BY), format_func=BY.__getitem__, required=True, key=seed("doubts.by", "rule")
    )
    with name_column:
        name = ask_name("doubts.name")
    reason = str(reason_column.text_input("Reason", key=seed("doubts.reason", ""), max_chars=200)).strip()
    groups = grouped(doubts, str(by or "rule"))
    for group in groups[:GROUPS_SHOWN]:
        words, confirm, correct = st.columns([7, 1.1, 1.1], vertical_alignment="center")
        words.markdown(f"**{plain(group.title)}** · {group.count}  \n:small[:gray[{plain(group.examples)}]]")
        for column, said in ((confirm, "confirm"), (correct, "correct")):
            column.button(
                said.capitalize(),
                key=f"doubts.{said}.{by}.{group.title}",
                help=HELP[said],
                disabled=not name,
                width="stretch",
                on_click=choose,
                args=(said, group, name, reason),
            )
    if len(groups) > GROUPS_SHOWN:
        st.caption(f"and {len(groups) - GROUPS_SHOWN} more; group by cause to see fewer")


def choose(said: Literal["confirm", "correct"], group: Group, name: str, reason: str) -> None:
    """Keeps what was clicked with the doubts that stood there then: others may have come by the time it is answered."""
    st.session_state[CHOSEN] = (said, group, name, reason)


def answer_chosen(plant: str) -> None:
    chosen = st.session_state.pop(CHOSEN, None)
    if chosen is not None:
        said, group, name, reason = chosen
        connect().answer_doubts(plant, said, group.ids, name, reason)
        st.toast(f"{say.count(group.count, 'report')} {said}ed", icon=":material/check_circle:")
