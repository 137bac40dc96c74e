"""Inputs that nobody changes but their user: a default is set once, when the input first stands on the page.

An input without a key is another one as soon as its default moves (with the plant's clock, say), and what was typed is
gone. So every input has a key, its default goes into the session's state once, and Streamlit forgets it with the page.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st


def seed(key: str, value: Any, among: Collection[Any] | None = None) -> str:
    """The key again, for the input that is drawn next; `value` counts only where the input does not stand yet.

    among : what can be chosen; a choice that is no longer among them gives way to `value`.
    """
    if key not in st.session_state or (among is not None and st.session_state[key] not in among):
        st.session_state[key] = value
    return key


def follow_choice(key: str, suggestion: Any) -> str:
    """As `seed`, for an input whose default depends on a choice beside it.

    A new suggestion takes the place of the former one as long as that stands there untouched; what the user has
    entered stays. The input stands outside of any form: only so is what was entered known here.
    """
    beside = f"{key}.suggested"
    untouched = key not in st.session_state or st.session_state[key] == st.session_state.get(beside)
    if untouched and (key not in st.session_state or st.session_state[key] != suggestion):
        st.session_state[key] = suggestion  # only where it differs: Streamlit would write it into what is being typed
    st.session_state[beside] = suggestion
    return key
