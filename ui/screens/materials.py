"""Materials: how stock runs under the plan in force, what falls short, and whom that hits."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui import format as say
from ui.answers import Material, Plant
from ui.parts import data
from ui.parts.drafts import CURRENT, FORM
from ui.parts.page import end_page, open_page, reporting_problems
from ui.parts.rows import addressed_row
from ui.parts.style import mark
from ui.parts.text import plain
from ui.views.assumptions import Prefill
from ui.views.stock import stock_figure, stock_rows

MOST_HIT = 12
COLUMNS = {
    "Short from": st.column_config.DatetimeColumn(format="ddd D MMM HH:mm", help="The first moment without enough"),
    "Next delivery": st.column_config.DatetimeColumn(format="ddd D MMM HH:mm"),
    "Lowest": st.column_config.NumberColumn(
        help="The least that will be there under the plan; negative: it falls short"
    ),
}


def show(plant: Plant, material: Material) -> None:
    picture, side = st.columns([4.2, 1.8], gap="medium")
    unit = f" {material['unit']}".rstrip()
    picture.markdown(
        f"**{plain(material['material'])}** · {say.quantity(material['on_hand'])}{unit} on hand, at the lowest "
        f"{say.quantity(material['lowest'])}{unit}"
        + (f" · :red[short from {say.moment(material['short_from'])}]" if material["short_from"] else "")
    )
    if material["projection"] or material["receipts"]:
        picture.plotly_chart(
            stock_figure(material, plant["now"]), key=f"stock.{material['material']}", config={"displayModeBar": False}
        )
    else:
        picture.caption("The plan takes none of it, and none is expected.")
    with side:
        hit = material["orders_hit"]
        if hit:
            st.markdown(f"**Orders hit ({len(hit)})**")
            links = [f"[{plain(o)}](orders?plant={plant['plant']}&orders={escape(o)})" for o in hit[:MOST_HIT]]
            st.markdown(", ".join(links) + (f" and {len(hit) - MOST_HIT} more" if len(hit) > MOST_HIT else ""))
        coming = [r for r in material["receipts"] if r["quantity"] > 0]
        for receipt in coming[:MOST_HIT]:
            words = f"{say.quantity(receipt['quantity'])}{unit} on {say.moment(receipt['expected'])}"
            if st.button(
                f"{receipt['receipt']}: {words}",
                icon=":material/local_shipping:",
                key=f"late-{receipt['receipt']}",
                width="stretch",
                help="Try another date in a what-if",
            ):
                st.session_state[FORM] = Prefill("late material", {"receipt": receipt["receipt"]})
                st.session_state.pop(CURRENT, None)
                st.switch_page("screens/what_if.py")
        if not coming:
            st.caption("No delivery is expected.")


plant, _ = open_page("materials")
with reporting_problems("read the materials"):
    materials = data.materials(plant["plant"], plant["revision"], plant["plan_in_force"])
if not materials:
    st.info("This plant has no materials.")
    end_page("materials", f"{plant['revision']}")
short = sum(1 for m in materials if m["short_from"])
find, only, counted = st.columns([2.2, 1.6, 4], vertical_alignment="bottom")
text = find.text_input("Find", placeholder="material", key="materials.find", max_chars=200).casefold()
scarce = only.toggle("Only what falls short", key="materials.short")
counted.caption(f"{say.count(len(materials), 'material')}, {short} short")
found = [
    m for m in materials if (not scarce or m["short_from"]) and text in f"{m['material']} {m['description']}".casefold()
]
chosen = addressed_row(stock_rows(found), "materials", "Material", 320, COLUMNS)
selected = next((m for m in materials if m["material"] == chosen), None)
if selected is not None:
    show(plant, selected)
elif chosen is not None:
    st.caption(f"This plant has no material {plain(chosen)}.")
mark("materials", f"{plant['revision']}.{plant['plan_in_force'] or 0}.{chosen or ''}")
