"""Board: a plan against another, its figures, the Gantt, and what to do about it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import format as say
from ui.answers import Board, Job, Plan, Plant, WhatIfSummary
from ui.client import ApiProblem, connect
from ui.parts import data
from ui.parts.board import show_board
from ui.parts.figures import show_figures
from ui.parts.lateness import show_lateness
from ui.parts.page import end_page, flash, open_page, reporting_problems, show_problem
from ui.parts.person import name_or_planner
from ui.parts.pin_form import show_pin_form
from ui.parts.rows import show_jumps
from ui.parts.search import follow
from ui.parts.seeds import follow_choice
from ui.parts.style import mark
from ui.parts.tables import hours, show_table
from ui.parts.text import plain
from ui.views.assumptions import with_assumed
from ui.views.decisions import released_words
from ui.views.figures import key_figures
from ui.views.load import loads
from ui.views.policy import MODES
from ui.views.scenarios import (
    DEFAULT,
    NOTHING,
    compare_choices,
    of_the_plant,
    pick,
    plan_facts,
    plan_label,
    scenario_choices,
)
from ui.views.seen import with_earlier
from ui.views.tables import event_rows, late_rows, load_rows, material_rows, moved_rows

JOB = "board.job"
KEY = "board.gantt"
EVENTS_SHOWN = 200
TABS = ["Moved operations", "Late orders", "Load", "What has happened", "Materials"]
TALLEST = 420  # pixels of a table below the board; a text of its own would stand on the page


def controls(
    plant: Plant, plans: list[Plan], ideas: list[WhatIfSummary]
) -> tuple[Plan | None, Plan | None, str | None]:
    """The row above the figures; answers the plan shown, the plan compared with and the work center."""
    scenario, versus, center, replan, release, more = st.columns(
        [2.8, 2.3, 1.6, 1.25, 1.0, 0.62], vertical_alignment="bottom"
    )
    wanted = st.session_state.pop("board.show", None)
    asked = wanted or st.session_state.get("board.scenario")
    if asked and asked > 0 and asked not in {p["id"] for p in plans}:
        with reporting_problems(f"read plan {asked}", stop=False):  # it is older than those that are listed
            plans = with_earlier(plans, [connect().plan(plant["plant"], asked)])
    choices = scenario_choices(plans, ideas)
    if wanted in choices:
        st.session_state["board.scenario"] = wanted
    number = scenario.selectbox(
        "Scenario", choices, format_func=lambda n: choices.get(n, str(n)), key="board.scenario", disabled=not choices
    )
    shown = pick(plant, plans, number)
    others = compare_choices(plans, shown)
    against = versus.selectbox("Compare with", others, format_func=lambda n: others.get(n, str(n)), key="board.compare")
    compared = pick(plant, plans, against, shown=shown)
    with reporting_problems("read the machines"):
        targets = connect().dispatch_targets(plant["plant"])
    centers = [t["target"] for t in targets if t["kind"] == "work center"]
    only = center.selectbox("Machines", ["all", *centers], key="board.center")
    busy = st.session_state.get(JOB) is not None
    if replan.button(
        "Re-plan", icon=":material/play_arrow:", type="primary", shortcut="Ctrl+Enter", width="stretch", disabled=busy
    ):
        start_job(plant["plant"])
    can = shown is not None and shown["status"] == "proposed" and shown["feasible"] and of_the_plant(shown)
    if release.button("Release", icon=":material/publish:", width="stretch", disabled=not can) and shown:
        release_plan(plant["plant"], shown["id"])
    with more.popover("", icon=":material/tune:", width="stretch", help="How this plant is planned"):
        settings(plant)
    return shown, compared, None if only == "all" else only


def settings(plant: Plant) -> None:
    st.slider("Time for Re-plan, seconds", 2, 60, 10, key="board.seconds")
    st.radio(
        "After an event",
        list(MODES),
        format_func=MODES.__getitem__,
        key=follow_choice("board.mode", plant["mode"]),
        on_change=choose_mode,
    )
    if (mode := st.session_state.pop("board.mode.chosen", None)) is not None:
        with reporting_problems("change the mode", stop=False):
            connect().change_mode(plant["plant"], mode)
            flash(f"Mode is now {mode}")
            st.rerun()
    st.page_link("screens/runs.py", label="Work centers and limits", icon=":material/tune:")


def choose_mode() -> None:
    """Only a person's choice is sent: where somebody else has changed the mode, it is shown and not changed back."""
    st.session_state["board.mode.chosen"] = st.session_state["board.mode"]


def start_job(plant: str) -> None:
    with reporting_problems("ask for a plan", stop=False):
        job = connect().ask_for_plan(plant, float(st.session_state.get("board.seconds", 10)))
        st.session_state[JOB] = (plant, job["id"])
        st.rerun()


def release_plan(plant: str, number: int) -> None:
    with reporting_problems(f"release plan {number}", stop=False):
        done = connect().release(plant, number, name_or_planner())
        st.session_state["board.show"] = DEFAULT
        flash(released_words(done))
        st.rerun()


def follow_job(plant: str, job_id: str) -> None:
    """Shows how far the search is, then its plan."""

    def ended(job: Job) -> None:
        forget_job()
        if job["state"] == "failed":
            st.session_state["board.failed"] = job["error"] or "no reason was given"
        elif job["plan"] is not None:
            st.session_state["board.show"] = job["plan"]
            flash(f"Plan {job['plan']} is ready")

    calls = connect()
    follow(
        "the plan",
        lambda: calls.job(plant, job_id),
        lambda: calls.stop_job(plant, job_id),
        "board.stop",
        ended,
        forget_job,
    )


def forget_job() -> None:
    st.session_state.pop(JOB, None)


def table(rows: list[dict[str, Any]], key: str, none: str = "None.", **columns: Any) -> None:
    """A table below the board."""
    if not rows:
        st.caption(none)
        return
    show_table(rows, columns=columns, key=key)


def details(plant: Plant, plan: Plan, board: Board, compared: Plan | None) -> None:
    name, revision = plant["plant"], plant["revision"]
    with reporting_problems("read what belongs to the plan"):
        moved = moved_rows(data.comparison(name, compared["id"], plan["id"])) if compared else []
        log = connect().events(name, after=max(0, revision - EVENTS_SHOWN))
        stock = data.materials(name, revision, plant["plan_in_force"])
        full = loads(board, data.machines(board, revision))
    late = late_rows(board)
    short = sum(1 for m in stock if m["short_from"])
    # the words of a tab never change: the browser remembers the open one by them
    first, second, third, fourth, fifth = st.tabs(TABS, key="board.tabs")
    with first:
        why = (
            "Nothing stands elsewhere."
            if compared
            else "There is no other plan to compare with yet, or none is chosen."
        )
        show_jumps(moved, "board.moved", "Operation", KEY, why, TALLEST, {"Shift": hours(signed=True)})
    with second:
        show_jumps(
            late, "board.late", "Order", KEY, "Every planned order ends by its due date.", TALLEST, {"Late": hours()}
        )
        for gone in plan["unplanned"]:
            st.warning(f"{plain(gone['order'])} is not in the plan: {plain(gone['reason'])}")
    with third:
        bar = st.column_config.ProgressColumn("Load, next 5 days", format="%.0f %%", min_value=0, max_value=100)
        table(load_rows(full), "board.load", Load=bar)
    with fourth:
        table(event_rows(log), "board.events", none="Nothing has happened since the plant was loaded.")
    with fifth:
        if short:
            st.caption(f":orange[:material/warning:] {say.count(short, 'material')} will run short")
        table(material_rows(stock), "board.materials", none="No materials are known.")


plant, plans = open_page("board", hold=True)
with reporting_problems("read the what-ifs"):
    ideas = connect().what_ifs(plant["plant"])
shown, compared, center = controls(plant, plans, ideas)
job = st.session_state.get(JOB)
with st.container():  # keeps its place, so that a search that comes and goes does not push the rest about
    if job and job[0] == plant["plant"]:
        follow_job(*job)
    if failed := st.session_state.pop("board.failed", None):
        show_problem(ApiProblem(500, "No plan", failed), "make a plan")
if shown is None:
    if not job:
        st.info("There is no plan yet. Press Re-plan to make one.", icon=":material/lightbulb:")
    end_page("board", f"{plant['revision']}")
with reporting_problems(f"read plan {shown['id']}"):
    board = data.board(plant["plant"], shown["id"], plant["revision"])
    before = data.board(plant["plant"], compared["id"], plant["revision"]) if compared else None
    assumed = next((idea["events"] for idea in ideas if idea["id"] == shown["what_if"] and not idea["promoted"]), [])
    times = with_assumed(data.machines(board, plant["revision"]), assumed, plant["now"])
    stock = data.materials(plant["plant"], plant["revision"], plant["plan_in_force"])
    moved = len(data.comparison(plant["plant"], compared["id"], shown["id"])["moved"]) if compared else None
figures = key_figures(
    shown["kpis"],
    compared["kpis"] if compared else None,
    moved=moved if moved is not None else shown["kpis"]["moved_operations"],
    board=board,
    machines=times,
    compared=before,
)
show_figures(figures, f"vs {plan_label(plant, compared)}" if compared else None)
if not shown["feasible"]:
    first = next((found["message"] for found in shown["violations"]), "it breaks a rule")
    more = sum(shown["violations_by_rule"].values()) - 1
    others = f" ({say.count(more, 'more fault')})" if more > 0 else ""
    st.error(f"Plan {shown['id']} is not feasible: {first}{others}. It cannot be released; press Re-plan.")
show_board(
    board,
    plant["revision"],
    key=KEY,
    compared=before,
    work_center=center,
    about=plan_facts(shown),
    materials=stock,
    times=times,
    height=490,
    pinning=True,
)
show_pin_form(plant, board, KEY)
show_lateness(board, plant["revision"], st.session_state.get(f"{KEY}.selected"))
details(plant, shown, board, compared)
mark("board", f"{plant['revision']}.{shown['id']}.{compared['id'] if compared else NOTHING}")
