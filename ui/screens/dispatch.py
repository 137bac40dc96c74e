"""Dispatch: what a machine or work center does next, to be confirmed, taken along or printed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui import format as say
from ui.answers import DispatchList, DispatchTarget
from ui.client import connect
from ui.parts.page import end_page, flash, open_page, reporting_problems
from ui.parts.person import name_or_planner
from ui.parts.style import mark, table_height
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


def buttons(plant: str, plant_name: str, listed: DispatchList) -> None:
    state, confirm, as_csv, as_excel, page = st.columns([5, 1.3, 0.9, 0.9, 1.1], vertical_alignment="center")
    if listed["acknowledged"] == listed["version"]:
        who = listed["acknowledged_by"] or "the floor"
        state.markdown(f":green[:material/check_circle: {who} has confirmed this list]")
    elif listed["acknowledged"]:
        state.markdown(":orange[:material/sync_problem: The list has changed since it was last confirmed]")
    else:
        state.markdown(":gray[:material/help: Nobody has confirmed this list yet]")
    done = listed["acknowledged"] == listed["version"]
    if confirm.button("Acknowledge", icon=":material/done_all:", width="stretch", disabled=done):
        with reporting_problems("confirm the list", stop=False):
            connect().acknowledge(plant, listed["target"], listed["version"], name_or_planner())
            flash(f"The list of {listed['target']} is confirmed")
            st.rerun()
    stem = f"dispatch-{listed['target']}-plan-{listed['plan'] or 0}"
    as_csv.download_button(
        "CSV", dispatch.as_csv(listed), f"{stem}.csv", "text/csv", width="stretch", on_click="ignore"
    )
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    as_excel.download_button(
        "Excel", dispatch.as_workbook(listed), f"{stem}.xlsx", sheet, width="stretch", on_click="ignore"
    )
    page.download_button(
        "Print",
        dispatch.as_page(listed, plant_name),
        f"{stem}.html",
        "text/html",
        icon=":material/print:",
        width="stretch",
        on_click="ignore",
        help="A page of its own, A4 landscape, with a box to tick",
    )


plant, plans = open_page("dispatch")
with reporting_problems("read the dispatch lists"):
    targets = connect().dispatch_targets(plant["plant"])
if not targets:
    st.info("This plant has no machines.")
    end_page("dispatch", f"{plant['revision']}")
target = choose(targets)
with reporting_problems(f"read the list of {target['target']}"):
    listed = connect().dispatch_list(plant["plant"], target["target"])
buttons(plant["plant"], plant["name"], listed)
changed = change_rows(listed["changes"] or [])
if changed:
    with st.expander(f"{say.count(len(changed), 'row')} changed since this list was confirmed", expanded=True):
        st.dataframe(
            pd.DataFrame(changed),
            hide_index=True,
            row_height=28,
            height=table_height(len(changed), 230),
            column_config={
                "Operation": st.column_config.TextColumn(width=110),
                "What": st.column_config.TextColumn(width=90),
                "Confirmed": st.column_config.TextColumn(width=220),
                "Now": st.column_config.TextColumn(width=220),
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
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        row_height=30,
        height=table_height(len(table), 640, 30),
        column_config={
            "#": st.column_config.NumberColumn(width=40),
            "Op": st.column_config.NumberColumn(width=50),
            "Material": st.column_config.TextColumn(width="medium"),
        },
    )
    left = say.count(target["operations"], "operation")
    st.caption(f"{left} left · plan {listed['plan']} · as of {say.moment(listed['now'])} · version {listed['version']}")
mark("dispatch", f"{plant['revision']}.{listed['plan']}.{listed['version']}")
