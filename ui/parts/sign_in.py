"""Where the server asks for a key: one field, once a session. Nothing is shown to who has none."""

from __future__ import annotations

import streamlit as st

from ui.api_problem import ApiProblem
from ui.client import KEY, connect
from ui.parts.style import mark

TYPED = "typed_key"
IN = "signed_in"


def sign_in() -> None:
    """Goes on where the server lets this session in, or cannot be asked; else asks for a key, and ends the page."""
    if st.session_state.get(IN):
        return
    try:
        connect(recall=False).plants()
    except ApiProblem as problem:
        if problem.status != 401:
            return  # it is silent, or fails otherwise, which the pages tell; then it is asked again
        refusal = problem.detail
    else:
        st.session_state[IN] = True
        return
    st.subheader("Sign in")
    st.write(
        "This server asks for a key. Whoever looks after Rejig makes one: `rejig keys create NAME --role planner`."
    )
    with st.form("sign_in", border=False):
        st.text_input("Key", key=TYPED, type="password", placeholder="rejig_…", max_chars=200)
        st.form_submit_button("Sign in", type="primary", on_click=_take)
    if st.session_state.get(KEY):
        st.error(refusal)
    mark("sign-in", "")
    st.stop()


def sign_out() -> None:
    """The key opens nothing any more: the next run asks for another."""
    st.session_state.pop(IN, None)


def _take() -> None:
    typed = str(st.session_state[TYPED]).strip()
    st.session_state[KEY] = typed if typed.isascii() else "not a key"  # no header can say more than ASCII
