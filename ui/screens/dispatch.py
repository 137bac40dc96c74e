"""Dispatch: what a machine or work center does next, to be confirmed, taken along or printed."""

from __future__ import annotations

import streamlit as st

from ui import format as say
from ui.answers import DispatchList, DispatchTarget
from ui.client import connect
from ui.parts.page import end_page, open_page, reporting_problems
from ui.parts.person import name_or_planner
from ui.parts.style import mark
from ui.parts.tables import show_table
from ui.views import dispatch
from ui.views.why import change_rows


def choose(targets: list[DispatchTarget]) -> DispatchTarget:
    kind, which, _ = st.columns([1.6, 2.6, 4], vertical_alignment="bottom")
    kinds = [k for k in ("machine", "work center") if any(t["kind"] == k for t in targets)]
    level = kind.segmented_control("List of", kinds, default=kinds[0], required=True, key="dispatch.kind") or kinds[0]
    found = {t["target"]: t for t in targets if t["kind"] == level}
    name = which.selectbox(
        str(level).capitalize(),
        list(found),
        key=f"dispatch.{level}",
    )
    return found[name]


def print_form(plant: str, target: str) -> None:
    """A PDF from the server: this list or all, with a box to tick and room to sign."""
    both = {"this list": [target], "every machine with work": []}
    which = st.radio("What", list(both), key="dispatch.print")
    paper = st.segmented_control("Paper", ["A4", "A3"], default="A4", required=True, key="dispatch.paper")
    days = st.number_input("Days ahead", 1, 60, 2, key="dispatch.days", help="What starts later stays off the paper")
    st.download_button(
        "Make the PDF",
        lambda: connect().dispatch_pdf(plant, both[str(which)], str(paper), 24 * int(days)),
        f"dispatch-{target if both[str(which)] else 'all'}.pdf",
        "application/pdf",
        icon=":material/picture_as_pdf:",
        width="stretch",
        on_click="ignore",
    )


def acknowledge(target: str, version: str) -> None:
    """Keeps which list was confirmed: the one that stood there, and not one that has come since."""
    st.session_state["dispatch.confirmed"] = (target, version)


def confirm_shown(plant: str) -> None:
    confirmed = st.session_state.pop("dispatch.confirmed", None)
    if confirmed is not None:
        target, version = confirmed
        with reporting_problems("confirm the list", stop=False):
            connect().acknowledge(plant, target, version, name_or_planner())
            st.toast(f"The list of {target} is confirmed", icon=":material/check_circle:")


def buttons(plant: str, listed: DispatchList) -> None:
    state, confirm, as_csv, as_excel, page = st.columns([5, 1.3, 0.9, 0.9, 1.1], vertical_alignment="center")
    if listed["acknowledged"] == listed["version"]:
        who = listed["acknowledged_by"] or "the floor"
        state.markdown(f":green[:material/check_circle: {who} has confirmed this list]")
    elif listed["acknowledged"]:
        state.markdown(":orange[:material/sync_problem: The list has changed since it was last confirmed]")
    else:
        state.markdown(":gray[:material/help: Nobody has confirmed this list yet]")
    done = listed["acknowledged"] == listed["version"]
    confirm.button(
        "Acknowledge",
        icon=":material/done_all:",
        width="stretch",
        disabled=done,
        key="dispatch.acknowledge",
        on_click=acknowledge,
        args=(listed["target"], listed["version"]),
    )
    stem = f"dispatch-{listed['target']}-plan-{listed['plan'] or 0}"
    as_csv.download_button(
        "CSV", dispatch.as_csv(listed), f"{stem}.csv", "text/csv", width="stretch", on_click="ignore"
    )
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    as_excel.download_button(
        "Excel", dispatch.as_workbook(listed), f"{stem}.xlsx", sheet, width="stretch", on_click="ignore"
    )
    with page.popover("Print", icon=":material/print:", width="stretch"):
        print_form(plant, listed["target"])


plant, _ = open_page("dispatch")
confirm_shown(plant["plant"])
with reporting_problems("read the dispatch lists"):
    targets = connect().dispatch_targets(plant["plant"])
if not targets:
    st.info("This plant has no machines.")
    end_page("dispatch", f"{plant['revision']}")
target = choose(targets)
with reporting_problems(f"read the list of {target['target']}"):
    listed = connect().dispatch_list(plant["plant"], target["target"])
buttons(plant["plant"], listed)
changed = change_rows(listed["changes"] or [])
if changed:
    with st.expander(f"{say.count(len(changed), 'row')} changed since this list was confirmed", expanded=True):
        show_table(
            changed,
            most=230,
            columns={
                "Operation": st.column_config.TextColumn(width=110),
                "What": st.column_config.TextColumn(width=100),
                "Why": st.column_config.TextColumn(width=700),
            },
        )
table = dispatch.rows(listed)
if listed["plan"] is None:
    st.info("No plan is in force, so there is nothing to do yet. Re-plan and release on the Board.")
elif not table:
    st.info(f"Nothing is left to do on {target['target']} in plan {listed['plan']}.")
else:
    missing = sum(1 for line in listed["lines"] if not line["material_ready"] and not line["running"])
    if missing:
        st.caption(f":orange[:material/warning:] {say.count(missing, 'operation')} without all material in stock yet")
    show_table(
        table,
        most=640,
        row=30,
        columns={
            "#": st.column_config.NumberColumn(width=36),
            "Op": st.column_config.NumberColumn(width=46),
            "Order": st.column_config.TextColumn(width=104),
            "Quantity": st.column_config.NumberColumn(format="%g", width=76),
            "Material": st.column_config.TextColumn(width="medium"),
        },
    )
    left = say.count(target["operations"], "operation")
    st.caption(f"{left} left · plan {listed['plan']} · as of {say.moment(listed['now'])}, plant time")
mark("dispatch", f"{plant['revision']}.{listed['plan']}.{listed['version']}")
