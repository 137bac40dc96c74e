"""What was said of an order or a plan, and one more thing to say."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from ui import format as say
from ui.answers import Comment
from ui.client import connect
from ui.parts.page import flash, reporting_problems
from ui.parts.person import ask_name
from ui.parts.text import plain

LONGEST = 2000


def show_comments(plant: str, of: Literal["orders", "plans"], name: str | int) -> None:
    """of, name : whose."""
    key = f"comments.{of}-{name}"
    with reporting_problems("read the comments", stop=False):
        page = connect().comments(plant, of, name, None)
        found = list(page["comments"])
        pages = int(st.session_state.get(f"{key}.pages", 1))
        while page["more"] and pages > 1:
            page, pages = connect().comments(plant, of, name, found[-1]["number"]), pages - 1
            found += page["comments"]
        with st.expander(f"Comments ({len(found)}{'+' if page['more'] else ''})", expanded=bool(found)):
            _write(plant, of, name, key)
            for comment in found:
                _show(comment)
            if page["more"] and st.button("Older ones", key=f"{key}.older"):
                st.session_state[f"{key}.pages"] = int(st.session_state.get(f"{key}.pages", 1)) + 1
                st.rerun()


def _write(plant: str, of: Literal["orders", "plans"], name: str | int, key: str) -> None:
    who, what, go = st.columns([1, 3.4, 0.8], vertical_alignment="bottom")
    with who:
        by = ask_name(f"{key}.name")
    written = f"{key}.text-{st.session_state.get(f'{key}.said', 0)}"  # another input once it is said: an empty one
    text = str(what.text_input("Comment", key=written, max_chars=LONGEST)).strip()
    if go.button("Say it", key=f"{key}.go", icon=":material/comment:", width="stretch", disabled=not (by and text)):
        with reporting_problems("keep the comment", stop=False):
            connect().comment(plant, of, name, by, text)
            st.session_state[f"{key}.said"] = int(st.session_state.get(f"{key}.said", 0)) + 1
            flash("The comment is kept")
            st.rerun()


def _show(comment: Comment) -> None:
    st.markdown(f"**{plain(comment['by'])}** :gray[{plain(say.moment(comment['at']))}]  \n{plain(comment['text'])}")
