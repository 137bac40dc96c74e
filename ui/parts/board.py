"""The board with its panel: canvas on the left, what is selected on the right."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui.answers import Board, MachineTimes, Material
from ui.format import lateness
from ui.gantt.component import gantt
from ui.parts import data
from ui.views.pins import place_of
from ui.views.selection import Selection, describe


def focus_on(label: str, key: str) -> None:
    """Shows an operation or order on the board at its next run; each call counts, also for the same label."""
    turn = st.session_state.get(f"{key}.turn", 0) + 1
    st.session_state[f"{key}.turn"] = turn
    st.session_state[f"{key}.focus"] = (label, turn)
    st.session_state[f"{key}.selected"] = label


def show_board(
    shown: Board,
    revision: int,
    *,
    key: str,
    compared: Board | None = None,
    work_center: str | None = None,
    materials: list[Material] | None = None,
    times: list[MachineTimes],
    about: dict[str, str] | None = None,
    height: int = 480,
    pinning: bool = False,
) -> None:
    """pinning : a bar that is dragged asks for a pin, which then stands in the page's state as `key`.pin."""
    picture, panel = st.columns([4.15, 1], gap="small")

    def chosen() -> None:
        st.session_state[f"{key}.selected"] = st.session_state[key].get("selected")

    def asked() -> None:
        what = st.session_state[key].get("asked")
        if what:
            st.session_state[f"{key}.pin"] = place_of(shown, what)

    focus = st.session_state.get(f"{key}.focus")
    with picture:
        made = data.payload(
            shown,
            revision,
            times,
            compared=compared,
            work_center=work_center,
            focus=focus,
            height=height,
        )
        gantt(made | {"pinning": pinning}, key=key, on_select=chosen, on_ask=asked)
    label = st.session_state.get(f"{key}.selected")
    found = describe(shown, label, materials or [], compared) if label else None
    panel.html(panel_of(found) if found else _plan_panel(shown, about or {}, pinning))


def _plan_panel(shown: Board, about: dict[str, str], pinning: bool) -> str:
    """With nothing selected: what plan this is, and how to select."""
    facts = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in about.items())
    drag = " Drag a chosen bar, or press P, to pin it." if pinning else ""
    return (
        f'<div class="rejig-panel"><h4>Plan {shown["plan"]}</h4><dl>{facts}</dl><div class="sub">Click a bar for '
        "its times, slack and chain, twice for its whole order. Ctrl+wheel zooms, drag pans, arrows walk."
        f"{drag}</div></div>"
    )


def panel_of(found: Selection) -> str:
    """HTML of an operation or order: its times, slack and chain."""
    tone = "late" if found.late_minutes > 0 else "early"
    facts = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in found.facts.items())
    rows = "".join(
        f'<tr class="{"chosen" if s.chosen else ""}"><td>{escape(s.label)}</td><td>{escape(s.machine)}</td>'
        f"<td>{escape(s.start)}</td><td>{escape(s.wait)}</td></tr>"
        for s in found.chain
    )
    short = "".join(f'<div class="warn">{escape(m)}</div>' for m in found.materials)
    return (
        f'<div class="rejig-panel" data-selected="{escape(found.title, quote=True)}"><h4>{escape(found.title)}</h4>'
        f'<div class="sub">{escape(found.headline)}</div>'
        f'<div class="{tone}">{escape(lateness(found.late_minutes))}</div><dl>{facts}</dl>{short}'
        '<div class="scroll"><table><tr><th>Op</th><th>Machine</th><th>Start</th><th>Wait</th></tr>'
        f"{rows}</table></div></div>"
    )
