"""A promised date as rows, words and a small chart: what an earlier delivery costs the others."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ui import format as say
from ui.answers import Basis, Order, Promise, PromisedDate, Reservation
from ui.views.tables import Row

CHOSEN, OTHER = "#0b5cad", "#9dbfe0"
HEIGHT = 190


def products(orders: Sequence[Order]) -> list[str]:
    """What the plant makes, by name."""
    return sorted({order["material"] for order in orders})


def curve_rows(promise: Promise) -> list[Row]:
    """A row for each date that could be promised."""
    return [
        {
            "Date": say.moment(point["date"]),
            "Planned end": say.moment(point["delivery"]),
            "Newly late": _named(point["newly_late"]),
            "Without material": _named(point["without_material"]),
            "Others later by": say.duration(point["minutes_later"]) if point["minutes_later"] else say.NOTHING,
        }
        for point in promise["curve"]
    ]


def cost_chart(promise: Promise) -> go.Figure:
    """By date, how much later the others end in all, and how many of them turn late."""
    points = promise["curve"]
    figure = go.Figure(
        go.Bar(
            x=[say.moment(point["date"]) for point in points],
            y=[point["minutes_later"] / 60 for point in points],
            text=[_newly(point) for point in points],
            marker_color=[CHOSEN if point["date"] == promise["date"] else OTHER for point in points],
            hovertemplate="%{x}: others %{y:.1f} h later, %{text}<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        yaxis={"title": "Others later (h)", "rangemode": "tozero", "automargin": True},
        xaxis={"type": "category", "automargin": True},
    )
    return figure


def basis_rows(rests_on: Sequence[Basis]) -> list[Row]:
    """What its components come from."""
    return [
        {
            "Component": basis["material"],
            "Quantity": say.quantity(basis["quantity"]),
            "From": "stock" if basis["kind"] == "stock" else basis["name"],
            "There": "now" if basis["kind"] == "stock" else say.moment(basis["at"]),
        }
        for basis in rests_on
    ]


def reservation_rows(kept: Sequence[Reservation]) -> list[Row]:
    """What is reserved now."""
    return [
        {
            "Reservation": r["reservation"],
            "Product": r["material"],
            "Quantity": say.quantity(r["quantity"]),
            "Promised": say.moment(r["due"]),
            "Planned": say.lateness(r["late_minutes"]),
            "Reserved until": say.moment(r["until"]) if r["until"] else f"{r['part_of']} is made",
            "By": r["by"] or say.NOTHING,
            "For": r["customer"] or r["reason"] or say.NOTHING,
        }
        for r in kept
    ]


def _newly(point: PromisedDate) -> str:
    late = len(point["newly_late"])
    return f"{late} newly late" if late else "none late"


def _named(orders: Sequence[str]) -> str:
    if not orders:
        return say.NOTHING
    more = f" and {len(orders) - 3} more" if len(orders) > 3 else ""
    return ", ".join(orders[:3]) + more
