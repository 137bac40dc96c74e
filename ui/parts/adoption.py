"""Adopting a what-if, and taking that back: each a step with a preview, a name and a reason."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui import format as say
from ui.answers import Adoption, Plant, WhatIf
from ui.client import connect
from ui.parts.decision import close, decision
from ui.parts.page import flash, reporting_problems
from ui.parts.text import plain

ADOPT, BACK = "what_if.adopt", "what_if.back"
"""Keys of the two steps."""


def show_adoption(adoption: Adoption) -> None:
    back = adoption["taken_back"]
    if back is None:
        words = f"Adopted by {adoption['by']}, {say.moment(adoption['at'])}: {adoption['reason']}"
        st.success(plain(f"{words}. Plan {adoption['plan']} is released."), icon=":material/check_circle:")
        return
    left = f" Not taken back: {'; '.join(back['left'])}." if back["left"] else ""
    words = f"Taken back by {back['by']}, {say.moment(back['at'])}: {back['reason']}. Plan {back['plan']} went in."
    st.info(plain(words + left), icon=":material/undo:")


def adopt_step(plant: Plant, idea: WhatIf, done_with: Callable[[], None], key: str = ADOPT) -> None:
    """done_with : run once it is adopted.   key : of the step."""
    name, id = plant["plant"], idea["id"]

    def act(by: str, reason: str, preview: str) -> None:
        done = connect().adopt(name, id, by, reason, preview)
        close(key)
        done_with()
        flash(f"Adopted: plan {done['plan']['id']} is in force")
        st.rerun()

    decision(key, "adopt the what-if", "Adopt and release", lambda: connect().preview_what_if(name, id), act)


def back_step(plant: Plant, idea: WhatIf) -> None:
    """Shows what can be taken back, and what can no longer be."""
    name, id = plant["plant"], idea["id"]
    with reporting_problems("show how it is taken back", stop=False):
        way = connect().way_back(name, id)
        change = way["change"]
        left = [f"Cannot be taken back any more: {words}" for words in way["left"]]
        if change is None:
            for words in left:
                st.warning(plain(words), icon=":material/block:")
            return
        seen = change

        def act(by: str, reason: str, preview: str) -> None:
            done = connect().take_back(name, id, by, reason, preview)
            close(BACK)
            flash(f"Taken back: plan {done['plan']['id']} is in force")
            st.rerun()

        decision(BACK, "take the adoption back", "Take back", lambda: seen, act, left)
