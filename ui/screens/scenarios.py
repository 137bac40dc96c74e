"""Scenarios: two to four what-ifs side by side, with doing nothing and the plan in force."""

from __future__ import annotations

import streamlit as st

from ui import format as say
from ui.answers import FINAL, Plant, WhatIf, WhatIfSummary
from ui.client import connect
from ui.parts.adoption import adopt_step, show_adoption
from ui.parts.decision import open_step, opened
from ui.parts.drafts import draft_again, show_what_if
from ui.parts.page import end_page, flash, open_page, reporting_problems
from ui.parts.style import mark
from ui.parts.tables import show_table
from ui.parts.text import plain
from ui.views.side_by_side import (
    MOST,
    can_be_adopted,
    chosen_ids,
    figure_rows,
    idea_state,
    of_one_moment,
    order_rows,
    titles,
)

ADDRESS = "what-ifs"
CHOSEN = "scenarios.chosen"
POLL_SECONDS = 1.0


def choose(known: dict[str, WhatIfSummary]) -> list[str]:
    """Which stand side by side; the address keeps them."""
    asked = str(st.query_params.get(ADDRESS, ""))
    first, strangers = chosen_ids(asked, known)
    if CHOSEN not in st.session_state:
        st.session_state[CHOSEN] = first
        if strangers:
            st.caption(
                f":orange[:material/warning:] This plant has no what-if {plain(', '.join(strangers))} (any more)."
            )
    labels = {id: f"{idea['name']} · {say.moment(idea['created_at'])}" for id, idea in known.items()}
    picked = [str(id) for id in st.multiselect(
        "Side by side", list(known), format_func=labels.__getitem__, max_selections=MOST, key=CHOSEN
    )]  # fmt: skip
    address = ",".join(picked)
    if picked and st.query_params.get(ADDRESS) != address:
        st.query_params[ADDRESS] = address
    return picked


@st.fragment(run_every=POLL_SECONDS)
def wait_for(plant: str, ids: list[str]) -> None:
    """Runs the page again once one of them has ended."""
    with reporting_problems("ask how far the what-ifs are", stop=False):
        states = [connect().what_if(plant, id)["state"] for id in ids]
        if any(state in FINAL for state in states):
            st.rerun()
        st.caption(f":material/hourglass_top: {say.count(len(ids), 'what-if')} not calculated yet")


def show_names(plant: Plant, ideas: list[WhatIf]) -> None:
    """Of each its state, and what can be done with it."""
    for column, title, idea in zip(st.columns(len(ideas), border=True), titles(ideas), ideas, strict=True):
        with column:
            st.markdown(f"**{plain(title)}**  \n:small[{plain(idea_state(idea))}]")
            if idea["error"]:
                st.caption(f":orange[:material/warning:] {plain(idea['error'])}")
            row = st.container(horizontal=True)
            with row:
                actions(plant, idea)


def actions(plant: Plant, idea: WhatIf) -> None:
    id = idea["id"]
    adopting = adopt_key(id)
    if st.button("Adopt", key=f"{adopting}.begin", type="primary", disabled=not can_be_adopted(idea)):
        open_step(adopting)
    if st.button("Open", key=f"scenarios.open-{id}", help="Its plan on the board of the What-if screen"):
        show_what_if(id)
    if st.button("Duplicate", key=f"scenarios.copy-{id}", help="The same changes as a new draft, to be edited"):
        draft_again(plant, idea)
    with st.popover("Rename"), st.form(f"scenarios.name-{id}", border=False):
        name = st.text_input("Name", idea["name"], max_chars=200, key=f"scenarios.called-{id}").strip()
        if st.form_submit_button("Rename") and name and name != idea["name"]:
            with reporting_problems("rename the what-if", stop=False):
                connect().rename_what_if(plant["plant"], id, name)
                flash("Renamed")
                st.rerun()


def adopt_key(id: str) -> str:
    return f"scenarios.adopt-{id}"


def refresh(plant: Plant, ideas: list[WhatIf]) -> None:
    """Those of different moments cannot be held against each other; one click calculates them anew."""
    words, button = st.columns([6, 1.4], vertical_alignment="center")
    words.warning(
        "They were calculated at different moments. Refresh them, so that they can be held against each other.",
        icon=":material/history:",
    )
    if button.button("Refresh all", icon=":material/refresh:", key="scenarios.refresh", width="stretch"):
        with reporting_problems("refresh the what-ifs", stop=False):
            for idea in ideas:
                if idea["state"] in FINAL and not idea["promoted"]:
                    connect().refresh_what_if(plant["plant"], idea["id"])
            st.rerun()


def compare(ideas: list[WhatIf]) -> None:
    show_table(figure_rows(ideas), key="scenarios.figures")
    st.caption(
        "In brackets: against doing nothing, which each what-if has beside itself, searched with the same effort. "
        "Overtime: hours that its changes open, of all machines and crews."
    )
    rows = order_rows(ideas)
    st.markdown("**Orders that turn late or are rescued**")
    if rows:
        show_table(rows, most=320, key="scenarios.orders")
    else:
        st.caption("No order turns late or is rescued by any of them.")


plant, _ = open_page("scenarios", live=False)
st.query_params["plant"] = plant["plant"]  # a colleague who opens the address sees the same plant
with reporting_problems("read the what-ifs"):
    known = {idea["id"]: idea for idea in connect().what_ifs(plant["plant"])}
if not known:
    st.info("There is no what-if yet: calculate two or more on the What-if screen, and they stand here side by side.")
    end_page("scenarios", f"{plant['revision']}")
ids = choose(known)
if len(ids) < 2:
    st.caption("Choose two to four what-ifs.")
with reporting_problems("read the what-ifs"):
    ideas = [connect().what_if(plant["plant"], id) for id in ids]
done = [idea for idea in ideas if idea["plan"] is not None]
unfinished = [idea["id"] for idea in ideas if idea["state"] not in FINAL]
if ideas:
    show_names(plant, ideas)
for idea in ideas:
    if idea["adoption"] is not None:
        show_adoption(idea["adoption"])
    if opened(adopt_key(idea["id"])) and can_be_adopted(idea):
        adopt_step(plant, idea, lambda: None, adopt_key(idea["id"]))
if unfinished:
    wait_for(plant["plant"], unfinished)
if done:
    if not of_one_moment(done):
        refresh(plant, done)
    compare(done)
st.caption(
    ":material/info: What-ifs stay with the plant, until it is deleted. The newest 200 can be chosen here. "
    "At most 20 of a plant wait or run at a time, unless the server is set otherwise. "
    "Send the address of this page to show a colleague the same."
)
mark("scenarios", f"{plant['revision']}.{len(done)}.{'-'.join(idea['state'] for idea in ideas)}")
