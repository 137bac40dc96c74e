"""The forms by which a person says what changes in a what-if.

What depends on a choice stands beside it and outside of any form, so that it follows the choice at once and in sight.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from ui import format as say
from ui.answers import Order, Plant
from ui.parts import data
from ui.parts.page import reporting_problems
from ui.parts.planning_form import crew_form, machine_form, rules_form
from ui.parts.seeds import follow_choice, seed
from ui.parts.text import plain
from ui.views.assumptions import (
    Assumption,
    Prefill,
    breakdown,
    changed_order,
    fresh_order_name,
    late_material,
    later_words,
    other_hours,
    rush_order,
    usual_quantity,
)

ADD = "Add to the what-if"


def assumption_form(
    plant: Plant, given: Prefill, machines: list[str], orders: list[Order], others: list[Assumption]
) -> Assumption | None:
    """The form of one change; answers it once it is added. others : the changes so far, whose names are taken."""
    values = given.values
    with st.container(border=True):
        match given.kind:
            case "breakdown":
                return _breakdown(plant, values, machines)
            case "rush order":
                return _rush_order(plant, values, orders, others)
            case "late material":
                return _late_material(plant, values)
            case "other hours":
                return _other_hours(plant, values, machines)
            case "changed order":
                return _changed_order(orders, values)
            case "crew":
                return crew_form(plant, _local(plant, None, dt.timedelta()), ADD)
            case "new machine":
                return machine_form(machines, others, ADD)
            case "rules":
                return rules_form(plant, ADD)


def _breakdown(plant: Plant, values: Any, machines: list[str]) -> Assumption | None:
    if not machines:
        st.caption("This plant has no machines.")
        return None
    with st.form("assume.breakdown", border=False):
        a, b, c = st.columns([1.2, 1.4, 1.4])
        given = values["machine"] if values.get("machine") in machines else machines[0]
        machine = a.selectbox("Machine", machines, key=seed("assume.machine", given, machines))
        expected = _local(plant, values.get("until"), dt.timedelta(hours=8))
        until = b.datetime_input("Down from now until", key=seed("assume.until", expected))
        reason = c.text_input("Reason", max_chars=80, key=seed("assume.reason", ""))
        added = st.form_submit_button(ADD, icon=":material/add:", type="primary")
    return breakdown(machine, until, reason) if added and machine and until else None


def _rush_order(plant: Plant, values: Any, orders: list[Order], others: list[Assumption]) -> Assumption | None:
    products = sorted({o["material"] for o in orders})
    if not products:
        st.caption("No product is known: load a plant with orders first.")
        return None
    taken = {o["order"] for o in orders} | {str(x.data.get("order")) for x in others}
    a, b, c, d, e = st.columns([1.2, 1.4, 0.9, 1.6, 0.9])
    name = a.text_input("Order", max_chars=60, key=seed("assume.order", fresh_order_name(taken))).strip()
    given = values["material"] if values.get("material") in products else products[0]
    product = b.selectbox("Product", products, key=seed("assume.product", given, products))
    usual = usual_quantity(orders, product)
    first = float(values.get("quantity") or 0) if product == values.get("material") else 0.0
    quantity = c.number_input(
        "Quantity", 1.0, step=1.0, format="%g", key=follow_choice("assume.quantity", max(1.0, first or usual))
    )
    due = d.datetime_input("Due", key=seed("assume.due", _local(plant, values.get("due"), dt.timedelta(days=2))))
    important = max(5.0, float(values.get("priority") or 0))
    priority = e.number_input("Priority", 0.0, step=1.0, format="%g", key=seed("assume.priority", important))
    again = name in taken
    if again:
        st.caption(f":orange[:material/warning:] Order {plain(name)} exists already: choose another name.")
    else:
        st.caption(f"{plain(product)} is usually ordered {say.quantity(usual)} at a time.")
    ready = bool(product and due and name) and not again
    if not st.button(ADD, icon=":material/add:", type="primary", disabled=not ready, key="assume.add"):
        return None
    return rush_order(name, product, quantity, due, priority) if due else None


def _late_material(plant: Plant, values: Any) -> Assumption | None:
    with reporting_problems("read the materials"):
        stock = data.materials(plant["plant"], plant["revision"], plant["plan_in_force"])
    coming = {r["receipt"]: r for m in stock for r in m["receipts"] if r["quantity"] > 0}
    if not coming:
        st.caption("No delivery is expected, so none can be late.")
        return None
    a, b = st.columns([2.4, 1.6])
    given = values["receipt"] if values.get("receipt") in coming else next(iter(coming))

    def words(name: str) -> str:
        r = coming[name]
        return f"{name}: {say.quantity(r['quantity'])} {r['material']}, expected {say.moment(r['expected'])}"

    receipt = a.selectbox("Delivery", list(coming), format_func=words, key=seed("assume.delivery", given, coming))
    planned = _local(plant, coming[receipt]["expected"], dt.timedelta())
    said = values.get("expected") if receipt == values.get("receipt") else None
    suggested = _local(plant, said, dt.timedelta()) if said else planned + dt.timedelta(days=2)
    expected = b.datetime_input("Comes", key=follow_choice("assume.expected", suggested))
    same = expected is None or expected == planned
    st.caption(later_words(planned, expected))
    if not st.button(ADD, icon=":material/add:", type="primary", disabled=same, key="assume.add"):
        return None
    return late_material(receipt, coming[receipt]["material"], expected) if expected else None


def _other_hours(plant: Plant, values: Any, machines: list[str]) -> Assumption | None:
    if not machines:
        st.caption("This plant has no machines.")
        return None
    a, b, c, d = st.columns([1.2, 1.2, 1.4, 1.4])
    given = values["machine"] if values.get("machine") in machines else machines[0]
    machine = a.selectbox("Machine", machines, key=seed("assume.machine", given, machines))
    does = b.selectbox("Then it", ["works", "is closed"], key=seed("assume.opened", "works"))
    evening = _local(plant, None, dt.timedelta(days=1)).replace(hour=18, minute=0)
    start = c.datetime_input("From", key=seed("assume.from", evening))
    end = d.datetime_input("Until", key=seed("assume.to", evening + dt.timedelta(hours=2)))
    wrong = start is None or end is None or end <= start
    if wrong:
        st.caption(":orange[:material/warning:] It must end after it begins.")
    if not st.button(ADD, icon=":material/add:", type="primary", disabled=wrong, key="assume.add"):
        return None
    return other_hours(machine, start, end, opened=does == "works") if start and end else None


def _changed_order(orders: list[Order], values: Any) -> Assumption | None:
    open_orders = {o["order"]: o for o in orders if o["progress"] != "done"}
    if not open_orders:
        st.caption("No order is open.")
        return None
    a, b, c, d = st.columns([1.4, 1.6, 0.9, 0.9])
    given = values["order"] if values.get("order") in open_orders else next(iter(open_orders))
    order = open_orders[a.selectbox("Order", list(open_orders), key=seed("assume.changed", given, open_orders))]
    planned = say.clock(order["due"])
    due = b.datetime_input("Due", key=follow_choice("assume.new_due", planned))
    priority = c.number_input(
        "Priority", 0.0, step=1.0, format="%g", key=follow_choice("assume.new_priority", float(order["priority"]))
    )
    quantity = d.number_input(
        "Quantity", 0.0, step=1.0, format="%g", key=follow_choice("assume.new_quantity", float(order["quantity"]))
    )
    changes = (
        due if due != planned else None,
        priority if priority != order["priority"] else None,
        quantity if quantity != order["quantity"] and quantity > 0 else None,
    )
    same = changes == (None, None, None)
    st.caption("As it is now; change what you want to try." if same else f"{order['customer'] or 'Stock'}")
    if not st.button(ADD, icon=":material/add:", type="primary", disabled=same, key="assume.add"):
        return None
    return changed_order(order["order"], *changes)


def _local(plant: Plant, iso: Any, otherwise: dt.timedelta) -> dt.datetime:
    """A moment on the plant's clock without its offset, as the inputs want it; none given: now + otherwise."""
    now = say.parse(plant["now"])
    try:
        at = say.parse(str(iso)) if iso else now + otherwise
    except ValueError:
        at = now + otherwise
    return at.astimezone(now.tzinfo).replace(tzinfo=None, second=0, microsecond=0) if at.tzinfo else at
