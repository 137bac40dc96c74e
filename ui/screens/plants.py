"""Plants: which are loaded, a further one, and one that goes."""

from __future__ import annotations

import streamlit as st

from ui import format as say
from ui.answers import Plant
from ui.client import connect
from ui.parts.load_form import load_form, show_notices
from ui.parts.page import flash, open_page, reporting_problems
from ui.parts.rows import clicked_row
from ui.parts.style import mark
from ui.parts.text import plain
from ui.views.policy import MODE_WORDS


def rows(plants: list[Plant]) -> list[dict[str, object]]:
    return [
        {
            "Plant": p["plant"],
            "Name": p["name"],
            "It": MODE_WORDS[p["mode"]],
            "Plant time": say.clock(p["now"]),
            "Open orders": p["open_orders"],
            "Machines": p["machines"],
            "Plan in force": str(p["plan_in_force"] or say.NOTHING),
        }
        for p in plants
    ]


def remove(plant: Plant) -> None:
    """For good: its name is typed, so that no slip of the hand does it."""
    st.markdown(f"{plain(plant['name'])} goes with its log, plans, what-ifs and webhooks. Nothing brings it back.")
    typed = st.text_input("Type the plant's ID", key="plants.typed", max_chars=100)
    sure = typed.strip() == plant["plant"]
    if st.button(
        f"Remove {plant['plant']}",
        icon=":material/delete_forever:",
        disabled=not sure,
        width="stretch",
        key="plants.go",
    ):
        with reporting_problems("remove the plant", stop=False):
            connect().delete_plant(plant["plant"])
            st.session_state.pop("plant", None)
            flash(f"{plant['plant']} is removed")
            st.rerun()


plant, _ = open_page("plants", live=False)
show_notices()
with reporting_problems("read the plants"):
    plants = connect().plants()
st.caption("Click a plant to look at it on every screen.")
at = clicked_row(rows(plants), "plants.table", 320)
if at is not None and plants[at]["plant"] != plant["plant"]:
    st.session_state["plant"] = plants[at]["plant"]
    st.rerun()
further, less = st.columns([3, 1.2], gap="medium")
with further, st.expander("Load a plant", icon=":material/upload:"):
    load_form(tuple(p["plant"] for p in plants))
with less, st.popover(f"Remove {plant['plant']} …", icon=":material/delete:", width="stretch"):
    remove(plant)
mark("plants", f"{plant['revision']}.{len(plants)}.{plant['plant']}")
