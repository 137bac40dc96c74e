"""A material's stock under the plan in force, as a picture."""

from __future__ import annotations

from collections.abc import Iterable

import plotly.graph_objects as go

from ui import format as say
from ui.answers import Material
from ui.views.tables import Row

LINE, SHORT, COMES = "#0072B2", "#A33C00", "#009E73"
HEIGHT = 300


def stock_rows(materials: Iterable[Material]) -> list[Row]:
    """What falls short first stands first; dates and numbers sort as such."""
    rows = sorted(materials, key=lambda m: (m["short_from"] is None, m["short_from"] or "", m["material"]))
    return [
        {
            "Material": m["material"],
            "Description": m["description"] if m["description"] != m["material"] else "",
            "Unit": m["unit"],
            "On hand": m["on_hand"],
            "Lowest": m["lowest"],
            "Short from": say.clock(m["short_from"]),
            "Next delivery": next((say.clock(r["expected"]) for r in m["receipts"] if r["quantity"] > 0), None),
            "Orders hit": len(m["orders_hit"]),
        }
        for m in rows
    ]


def stock_figure(material: Material, now: str) -> go.Figure:
    """Stock over the plant's time in steps; what lies below nothing is filled, deliveries are marked."""
    points = [(say.clock(now), material["on_hand"], "now")]
    points += [(say.clock(p["at"]), p["stock"], p["cause"]) for p in material["projection"]]
    at, stock, causes = zip(*points, strict=True)
    made = go.Figure()
    steps = {"shape": "hv"}
    below = [min(0.0, level) for level in stock]
    if min(below) < 0:
        made.add_trace(
            go.Scatter(
                x=at, y=below, mode="lines", line=steps | {"width": 0}, fill="tozeroy", name="missing",
                fillcolor="rgba(163,60,0,0.25)", hoverinfo="skip",
            )
        )  # fmt: skip
    made.add_trace(
        go.Scatter(
            x=at, y=stock, mode="lines", line=steps | {"color": LINE, "width": 2}, name="stock", customdata=causes,
            hovertemplate="%{x|%a %e %b %H:%M}: %{y:,.6~g} after %{customdata}<extra></extra>",
        )
    )  # fmt: skip
    coming = [r for r in material["receipts"] if r["quantity"] > 0]
    if coming:
        words = [f"{r['receipt']}: {say.quantity(r['quantity'])}" for r in coming]
        made.add_trace(
            go.Scatter(
                x=[say.clock(r["expected"]) for r in coming], y=[0] * len(coming), mode="markers", name="delivery",
                marker={"symbol": "triangle-up", "size": 11, "color": COMES}, customdata=words,
                hovertemplate="%{customdata}, %{x|%a %e %b %H:%M}<extra></extra>",
            )
        )  # fmt: skip
    made.add_hline(y=0, line={"color": SHORT, "width": 1})
    made.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        plot_bgcolor="white",
        legend={"orientation": "h", "y": 1.1},
        yaxis={"title": material["unit"] or None, "gridcolor": "#eceff2", "zeroline": False},
        xaxis={"gridcolor": "#eceff2"},
    )
    return made
