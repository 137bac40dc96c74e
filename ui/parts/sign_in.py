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
    refusal = _refusal()
    if refusal is None:
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


def _take() -> None:
    st.session_state[KEY] = str(st.session_state[TYPED]).strip()


def _refusal() -> str | None:
    """Why the server does not let this session in; None: it does, or does not answer, which the pages tell."""
    try:
        connect(recall=False).plants()
    except ApiProblem as problem:
        return problem.detail if problem.status == 401 else None
    return None
