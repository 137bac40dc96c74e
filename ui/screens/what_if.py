"""What-if: change something on a copy of the plant, plan it, compare, then adopt or discard."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui import format as say
from ui.answers import FINAL, Comparison, Plant, WhatIf, WhatIfColumns
from ui.client import ApiProblem, connect
from ui.parts import data
from ui.parts.adoption import ADOPT, BACK, adopt_step, back_step, show_adoption
from ui.parts.assumption_form import assumption_form
from ui.parts.board import show_board
from ui.parts.decision import close, open_step, opened
from ui.parts.drafts import CURRENT, FORM, LINES, NAME
from ui.parts.figures import show_figures
from ui.parts.limits import limit_inputs
from ui.parts.page import flash, open_page, reporting_problems, show_problem
from ui.parts.rows import clicked_row, show_jumps
from ui.parts.search import follow
from ui.parts.style import mark, table_height
from ui.parts.text import plain
from ui.views.assumptions import (
    KINDS,
    Assumption,
    Kind,
    Prefill,
    name_of,
    with_assumed,
)
from ui.views.decisions import column_rows, columns_words
from ui.views.figures import key_figures
from ui.views.policy import limits_of, limits_words
from ui.views.rules import split
from ui.views.scenarios import plan_facts
from ui.views.side_by_side import idea_state
from ui.views.tables import change_rows, moved_rows

KEY = "what_if.gantt"
STARTS: dict[Kind, tuple[str, str, str]] = {
    "breakdown": (":material/build_circle:", "A machine is down", "from now until you say"),
    "rush order": (":material/bolt:", "A rush order comes in", "of a product you already make"),
    "late material": (":material/local_shipping:", "A delivery is late", "or comes earlier"),
    "other hours": (":material/more_time:", "Other hours", "overtime, an extra shift, a closed day"),
    "changed order": (":material/edit_calendar:", "An order changes", "due date, priority, quantity"),
    "crew": (":material/groups:", "Another crew", "more or fewer people or tools"),
    "new machine": (":material/add_box:", "One more machine", "that does what another one does"),
    "rules": (":material/tune:", "Other rules", "frozen zone, weights"),
}
IN_A_ROW = 4
TALLEST = 320  # pixels of a table of what changes; a text of its own would stand on the page
MODES = {"repair": "Repair: few moves", "full": "Full re-plan"}
NOTHING, BASE = "nothing", "base"
AGAINST = {NOTHING: "doing nothing", BASE: "the plan in force then"}


def lines() -> list[Assumption]:
    found: list[Assumption] = st.session_state.setdefault(LINES, [])
    return found


def starts() -> None:
    columns = [c for _ in range(0, len(KINDS), IN_A_ROW) for c in st.columns(IN_A_ROW)]
    for column, kind in zip(columns, KINDS, strict=False):
        icon, words, more = STARTS[kind]
        chosen = isinstance(form := st.session_state.get(FORM), Prefill) and form.kind == kind
        if column.button(
            f"**{words}**  \n:small[{more}]",
            icon=icon,
            key=f"start-{kind.replace(' ', '-')}",
            width="stretch",
            type="primary" if chosen else "secondary",
        ):
            st.session_state[FORM] = Prefill(kind)
            st.rerun()


def draft(plant: Plant) -> None:
    """The changes so far, each removable, and the start of the search."""
    for i, line in enumerate(lines()):
        words, button = st.columns([9, 1], vertical_alignment="center")
        words.text(f"{i + 1}.  {line.words}")
        if button.button("Remove", icon=":material/close:", key=f"remove-{i}", width="stretch"):
            lines().pop(i)
            st.rerun()
    if not lines():
        st.caption("Choose what changes. Nothing touches the plant until you adopt it.")
        return
    called, how, seconds, bounds, go = st.columns([1.6, 1.7, 1.7, 1, 1.2], vertical_alignment="bottom")
    suggested = name_of(lines())
    name = called.text_input("Name", key=NAME, placeholder=suggested, max_chars=200).strip() or suggested
    mode = how.segmented_control(
        "How", list(MODES), format_func=MODES.__getitem__, default="repair", required=True, key="what_if.mode"
    )
    limit = seconds.slider("Seconds to search", 2, 60, 10, key="what_if.seconds")
    with reporting_problems("read the policy"):
        policy = limits_of(connect().plant(plant["plant"])["policy"])
    with bounds.popover("Limits", icon=":material/fence:", width="stretch"):
        limits = limit_inputs(policy, "what_if.limits")
    st.caption(f"Against the plan in force: {limits_words(limits)}.")
    if go.button("Calculate", icon=":material/play_arrow:", type="primary", shortcut="Ctrl+Enter", width="stretch"):
        with reporting_problems("start the what-if", stop=False):
            events, rules = split(lines())
            asked = connect().ask_what_if(
                plant["plant"], name[:200], events, str(mode or "repair"), float(limit), limits, rules=rules
            )
            st.session_state[CURRENT] = asked["id"]
            close(ADOPT)
            st.session_state[FORM] = None
            st.rerun()


def outcome(plant: Plant, idea: WhatIf) -> None:
    """What the assumptions cost: three plans side by side, ghost bars, what moves, orders newly late and rescued."""
    plan = idea["plan"]
    if plan is None:
        why = idea["error"] or "it was stopped before a first plan was found"
        show_problem(ApiProblem(500, "No plan", why), "calculate the what-if")
        return
    if idea["behind"] and not idea["promoted"]:
        behind(plant, idea)
    against = compared_with(idea)
    comparison = idea["against_do_nothing"] if against == NOTHING else idea["comparison"]
    base = idea["comparison"]["plan_before"] if idea["comparison"] else None
    with reporting_problems(f"read plan {plan['id']}"):
        board = data.board(plant["plant"], plan["id"], plant["revision"])
        before = data.board(plant["plant"], base, plant["revision"]) if base else None
        versus = comparison["plan_before"] if comparison else None
        other = data.board(plant["plant"], versus, plant["revision"]) if versus else None
        times = with_assumed(data.machines(board, plant["revision"]), idea["events"], plant["now"])
    moved = moved_rows(comparison) if comparison else []
    figures = key_figures(
        plan["kpis"],
        comparison["before"] if comparison else None,
        moved=len(moved),
        board=board,
        machines=times,
        compared=other,
    )
    show_figures(figures, f"vs {AGAINST[against]}" if comparison else None)
    show_columns(idea["columns"])
    for gone in plan["unplanned"]:
        st.warning(f"{plain(gone['order'])} cannot be planned then: {plain(gone['reason'])}")
    show_board(
        board,
        plant["revision"],
        key=KEY,
        compared=before,
        times=times,
        about=plan_facts(plan),
        height=430,
    )
    if comparison is not None:
        changes(comparison)


def compared_with(idea: WhatIf) -> str:
    """What figures and changes are against: doing nothing, where that is known."""
    known = [key for key, found in ((NOTHING, "against_do_nothing"), (BASE, "comparison")) if idea[found]]  # type: ignore[literal-required]
    if len(known) < 2:
        return known[0] if known else BASE
    chosen = st.segmented_control(
        "Against",
        known,
        format_func=lambda key: AGAINST[key].capitalize(),
        default=NOTHING,
        required=True,
        key="what_if.against",
    )
    return str(chosen or NOTHING)


def behind(plant: Plant, idea: WhatIf) -> None:
    words, button = st.columns([7, 1.3], vertical_alignment="center")
    events = say.count(idea["behind"], "event")
    words.caption(f":material/history: Calculated {events} ago; what it is compared with is of that moment.")
    if button.button("Refresh", icon=":material/refresh:", key="what_if.refresh", width="stretch"):
        with reporting_problems("refresh the what-if", stop=False):
            connect().refresh_what_if(plant["plant"], idea["id"])
            close(ADOPT)
            st.rerun()


def show_columns(columns: WhatIfColumns) -> None:
    rows = column_rows(columns)
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=28, height=table_height(len(rows)), key="what_if.columns"
    )
    st.caption(columns_words(columns))


def changes(comparison: Comparison) -> None:
    moved, late, saved = (
        moved_rows(comparison),
        change_rows(comparison["newly_late"]),
        change_rows(comparison["rescued"]),
    )
    first, second, third = st.tabs(
        [f"Newly late ({len(late)})", f"Rescued ({len(saved)})", f"Moved operations ({len(moved)})"]
    )
    with first:
        show_jumps(late, "what_if.late", "Order", KEY, "No order turns late.", TALLEST)
    with second:
        show_jumps(saved, "what_if.saved", "Order", KEY, "No late order is rescued.", TALLEST)
    with third:
        show_jumps(moved, "what_if.moved", "Operation", KEY, "Nothing moves.", TALLEST)


def decide(plant: Plant, idea: WhatIf) -> None:
    """Adopt or discard; and once adopted, take it back."""
    title, adopt, drop = st.columns([6, 1.3, 1], vertical_alignment="center")
    title.markdown(f"### {plain(idea['name'])}")
    ready = idea["plan"] is not None and not idea["promoted"] and idea["state"] in FINAL
    adoption = idea["adoption"]
    if adoption is not None and adoption["taken_back"] is None:
        if adopt.button("Take back", icon=":material/undo:", key="what_if.take-back", width="stretch"):
            open_step(BACK)
    elif adopt.button(
        "Adopt",
        icon=":material/upgrade:",
        type="primary",
        width="stretch",
        disabled=not ready,
        help="Its changes become facts of the plant, and its plan goes in force, in one step",
    ):
        open_step(ADOPT)
    if drop.button("Discard", icon=":material/delete:", width="stretch", help="Put it aside; the plant is as it was"):
        if idea["state"] not in FINAL:
            with reporting_problems("stop the what-if", stop=False):
                connect().stop_what_if(plant["plant"], idea["id"])
        for name in (CURRENT, LINES, FORM, NAME):
            st.session_state.pop(name, None)
        close(ADOPT)
        close(BACK)
        flash("Discarded; the plant is as it was")
        st.rerun()
    if adoption is not None:
        show_adoption(adoption)
    if opened(ADOPT) and ready:
        adopt_step(plant, idea, lambda: st.session_state.update({LINES: []}))
    if opened(BACK) and adoption is not None and adoption["taken_back"] is None:
        back_step(plant, idea)


def earlier(plant: Plant) -> None:
    with reporting_problems("read the earlier what-ifs"):
        ideas = connect().what_ifs(plant["plant"])
    if not ideas:
        return
    st.subheader("Earlier what-ifs")
    table = [
        {
            "What-if": i["name"],
            "State": idea_state(i),
            "How": MODES[i["mode"]],
            "Requested": say.clock(i["created_at"]),
            "Plan": str(i["plan_id"] or say.NOTHING),
        }
        for i in ideas
    ]
    at = clicked_row(table, "what_if.earlier", 260)
    if at is not None and (id := ideas[at]["id"]) != st.session_state.get("what_if.opened"):
        st.session_state["what_if.opened"] = id
        st.session_state[CURRENT] = id
        close(ADOPT)
        close(BACK)
        st.rerun()


plant, _ = open_page("what-if", live=False)
if isinstance(given := st.session_state.pop("what_if.prefill", None), Prefill):
    st.session_state[FORM] = given
    st.session_state.pop(CURRENT, None)
with reporting_problems("read machines and orders"):
    targets = connect().dispatch_targets(plant["plant"])
    orders = connect().orders(plant["plant"])
machines = [t["target"] for t in targets if t["kind"] == "machine"]
starts()
# each part keeps its place on the page, so that what comes and goes does not push the rest about
form_place, head, body, below = (st.container() for _ in range(4))
open_form = st.session_state.get(FORM)
with form_place:
    made = assumption_form(plant, open_form, machines, orders, lines()) if isinstance(open_form, Prefill) else None
if made:
    lines().append(made)
    st.session_state[FORM] = None
    st.session_state.pop(CURRENT, None)
    st.rerun()
current = st.session_state.get(CURRENT)
state = "draft"
if current is None:
    with body:
        draft(plant)
else:
    with reporting_problems("read the what-if"):
        idea = connect().what_if(plant["plant"], current)
    state = idea["state"]
    with head:
        decide(plant, idea)
    with body:
        if state in FINAL:
            outcome(plant, idea)
        else:
            calls, name, id = connect(), plant["plant"], str(current)
            follow("the what-if", lambda: calls.what_if(name, id), lambda: calls.stop_what_if(name, id), "what_if.stop")
with below:
    earlier(plant)
mark("what-if", f"{plant['revision']}.{current or 'draft'}.{state}.{len(lines())}")
