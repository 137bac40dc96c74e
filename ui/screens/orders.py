"""Orders: find one, see how it stands and why, and try another due date or priority."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui import format as say
from ui.answers import Order, Plant
from ui.client import connect
from ui.parts import data
from ui.parts.board import focus_on, panel_of
from ui.parts.comments import show_comments
from ui.parts.drafts import add_to_what_if
from ui.parts.lateness import show_lateness
from ui.parts.page import end_page, open_page, reporting_problems
from ui.parts.rows import addressed_row
from ui.parts.style import mark
from ui.parts.tables import hours
from ui.views.assumptions import changed_order
from ui.views.orders import SHOWN, found_orders, order_rows
from ui.views.selection import describe

BOARD = "board.gantt"
COLUMNS = {
    "Due": st.column_config.DatetimeColumn(format="ddd D MMM HH:mm", width=130),
    "Planned end": st.column_config.DatetimeColumn(format="ddd D MMM HH:mm", width=130),
    "Late": hours(signed=True, help="Planned end less due date; negative: early"),
    "Done": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100, help="Of its operations"),
}


def change(plant: Plant, order: Order) -> None:
    """Another due date or priority, as a line of the what-if."""
    with st.form(f"orders.change.{order['order']}", border=False):
        due = st.datetime_input("Due", say.clock(order["due"]))
        priority = st.number_input("Priority", 0.0, value=float(order["priority"]), step=1.0, format="%g")
        if not st.form_submit_button("Try it in a what-if", icon=":material/alt_route:", width="stretch"):
            return
    new_due = due if due != say.clock(order["due"]) else None
    new_priority = priority if priority != order["priority"] else None
    if new_due is None and new_priority is None:
        st.caption("Nothing is changed yet.")
        return
    add_to_what_if(plant, changed_order(order["order"], new_due, new_priority))


def show(plant: Plant, order: Order) -> None:
    """How one order stands: its way through the plant, why it is late, and what can be changed."""
    facts, buttons = st.columns([4.6, 1.4], gap="medium")
    with buttons:
        if st.button("Show on the Board", icon=":material/view_timeline:", width="stretch"):
            focus_on(order["order"], BOARD)
            st.switch_page("screens/board.py")
        with st.popover("Due date, priority", icon=":material/edit_calendar:", width="stretch"):
            change(plant, order)
    if order["unplanned_reason"]:
        facts.warning(f"{order['order']} is not in the plan: {order['unplanned_reason']}")
    if plant["plan_in_force"] is None:
        facts.caption("No plan is in force yet.")
        return
    with reporting_problems("read the plan in force"):
        board = data.board(plant["plant"], plant["plan_in_force"], plant["revision"])
        stock = data.materials(plant["plant"], plant["revision"], plant["plan_in_force"])
    known = describe(board, order["order"], stock)
    with facts:
        if known is None:
            st.html(
                f'<div class="rejig-panel"><h4>{escape(order["order"])}</h4>Nothing of it is left in the plan.</div>'
            )
            return
        st.html(panel_of(known))
        show_lateness(board, plant["revision"], order["order"])


plant, _ = open_page("orders")
with reporting_problems("read the orders"):
    orders = connect().orders(plant["plant"])
if not orders:
    st.info("This plant has no orders.")
    end_page("orders", f"{plant['revision']}")
search, only, counted = st.columns([2.2, 2.6, 3], vertical_alignment="bottom")
text = search.text_input("Find", placeholder="order, customer or product", key="orders.find", max_chars=200)
which = only.segmented_control("Show", SHOWN, default=SHOWN[0], required=True, key="orders.show")
found = found_orders(orders, text, str(which))
late = sum((o["late_minutes"] or 0) > 0 for o in found)
counted.caption(f"{say.count(len(found), 'order')}, {late} late")
chosen = addressed_row(order_rows(found), "orders", "Order", 360, COLUMNS)
selected = next((o for o in orders if o["order"] == chosen), None)
if selected is not None:
    show(plant, selected)
    show_comments(plant["plant"], "orders", selected["order"])
elif chosen is not None:
    st.caption(f"This plant has no order {escape(chosen)} any more.")
mark("orders", f"{plant['revision']}.{plant['plan_in_force'] or 0}.{chosen or ''}")
