"""A plant comes in: a zip of a scenario folder or a workbook, with every guess and every fault told."""

from __future__ import annotations

import re

import streamlit as st

from ui.client import ApiProblem, connect
from ui.parts.seeds import seed
from ui.parts.text import plain
from ui.parts.trouble import show_problem

NOTICES = "load.notices"


def load_form(taken: tuple[str, ...] = ()) -> None:
    """taken : the plants that are loaded, which a file of that name replaces."""
    st.markdown(
        "Give Rejig a plant: a **zip of a scenario folder** (`plant.toml`, `machines.csv`, `orders.csv`, …) or "
        "**one .xlsx workbook** with a sheet per file. All of it is taken in or nothing, and every fault is named.\n\n"
        "From a terminal: `rejig demo` loads a sample plant, and "
        f"`curl -X PUT --data-binary @plant.zip -H 'content-type: application/zip' {connect().url}/v1/plants/my-plant`"
        " loads yours."
    )
    name = st.text_input("Plant ID (used in URLs)", max_chars=60, key=seed("load.name", "my-plant"))
    file = st.file_uploader("Scenario", type=["zip", "xlsx"], key="load.file")
    good = bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name))
    if not good:
        st.caption("Letters, digits, dots and dashes only.")
    elif name in taken:
        st.caption(f":orange[:material/warning:] {plain(name)} is loaded already: this replaces it, log and plans too.")
    if st.button("Load", type="primary", disabled=file is None or not good) and file is not None:
        try:
            with st.spinner("Reading …"):
                notices = connect().load_plant(name, file.getvalue(), workbook=file.name.endswith(".xlsx"))
        except ApiProblem as problem:
            show_problem(problem, f"load {file.name}")
            return
        st.session_state[NOTICES] = (name, notices)
        st.session_state["flash"] = f"Plant {name} is loaded"
        st.session_state["plant"] = name
        st.rerun()


def show_notices() -> None:
    """What was guessed or passed over in the file that was loaded last, until it has been read."""
    name, notices = st.session_state.get(NOTICES, ("", []))
    if not notices:
        return
    with st.container(border=True):
        st.markdown(f":material/info: **What was read into {plain(name)}**")
        st.markdown("\n".join(f"- {plain(notice)}" for notice in notices))
        if st.button("I have read it", key="load.read"):
            st.session_state.pop(NOTICES)
            st.rerun()
