"""The forms by which a person says what changes in a what-if."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from ui import format as say
from ui.answers import Order, Plant
from ui.parts import data
from ui.parts.page import reporting_problems
from ui.views.assumptions import Assumption, Prefill, breakdown, fresh_order_name, late_material, rush_order


def assumption_form(
    plant: Plant, given: Prefill, machines: list[str], orders: list[Order], others: list[Assumption]
) -> Assumption | None:
    """The form of one change; answers it once it is added. others : the changes so far, whose names are taken."""
    values = given.values
    with st.form(f"form-{given.kind}", border=True):
        match given.kind:
            case "breakdown":
                made = _breakdown(plant, values, machines)
            case "rush order":
                made = _rush_order(plant, values, orders, others)
            case "late material":
                made = _late_material(plant, values)
        added = st.form_submit_button(
            "Add to the what-if", icon=":material/add:", type="primary", disabled=made is None
        )
    return made if added else None


def _breakdown(plant: Plant, values: Any, machines: list[str]) -> Assumption | None:
    a, b, c = st.columns([1.2, 1.4, 1.4])
    given = machines.index(values["machine"]) if values.get("machine") in machines else 0
    machine = a.selectbox("Machine", machines, index=given)
    until = b.datetime_input("Down from now until", _local(plant, values.get("until"), dt.timedelta(hours=8)))
    reason = c.text_input("Reason", max_chars=80)
    return breakdown(machine, until, reason) if machine and until else None


def _rush_order(plant: Plant, values: Any, orders: list[Order], others: list[Assumption]) -> Assumption | None:
    products = sorted({o["material"] for o in orders})
    if not products:
        st.caption("No product is known: load a plant with orders first.")
        return None
    taken = {o["order"] for o in orders} | {str(x.data.get("order")) for x in others}
    a, b, c, d, e = st.columns([1.2, 1.4, 0.9, 1.6, 0.9])
    name = a.text_input("Order", fresh_order_name(taken), max_chars=60)
    given = products.index(values["material"]) if values.get("material") in products else 0
    product = b.selectbox("Product", products, index=given)
    usual = sorted(o["quantity"] for o in orders if o["material"] == product) or [1.0]
    quantity = c.number_input(
        "Quantity", 1.0, value=float(values.get("quantity") or usual[len(usual) // 2]), step=1.0, format="%g"
    )
    due = d.datetime_input("Due", _local(plant, values.get("due"), dt.timedelta(days=2)))
    priority = e.number_input(
        "Priority", 0.0, value=max(5.0, float(values.get("priority") or 0)), step=1.0, format="%g"
    )
    return rush_order(name.strip(), product, quantity, due, priority) if product and due and name.strip() else None


def _late_material(plant: Plant, values: Any) -> Assumption | None:
    with reporting_problems("read the materials"):
        stock = data.materials(plant["plant"], plant["revision"], plant["plan_in_force"])
    coming = {r["receipt"]: r for m in stock for r in m["receipts"] if r["quantity"] > 0}
    if not coming:
        st.caption("No delivery is expected, so none can be late.")
        return None
    names = list(coming)
    a, b = st.columns([2.4, 1.6])
    given = names.index(values["receipt"]) if values.get("receipt") in coming else 0

    def words(name: str) -> str:
        r = coming[name]
        return f"{name}: {say.quantity(r['quantity'])} {r['material']}, expected {say.moment(r['expected'])}"

    receipt = a.selectbox("Delivery", names, index=given, format_func=words)
    first = say.parse(coming[names[given]]["expected"]) + dt.timedelta(days=2)
    expected = b.datetime_input(
        "Comes", _local(plant, values.get("expected") or first.isoformat(), dt.timedelta(days=2))
    )
    return late_material(receipt, coming[receipt]["material"], expected) if receipt and expected else None


def _local(plant: Plant, iso: Any, otherwise: dt.timedelta) -> dt.datetime:
    """A moment on the plant's clock without its offset, as the inputs want it; none given: now + otherwise."""
    now = say.parse(plant["now"])
    try:
        at = say.parse(str(iso)) if iso else now + otherwise
    except ValueError:
        at = now + otherwise
    return at.astimezone(now.tzinfo).replace(tzinfo=None, second=0, microsecond=0) if at.tzinfo else at
