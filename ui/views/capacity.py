"""Load against capacity, machine by day or work center by day, as pictures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import plotly.graph_objects as go

from ui import format as say
from ui.views.load import Load

Day = tuple[dt.date, list[Load]]

FULL = [[0.0, "#f8f9fa"], [0.6, "#cfe5f4"], [0.85, "#8cc3ea"], [0.95, "#f4c36a"], [1.0, "#ee8a5b"]]
INK = "#1b1f24"
"""Dark on every one of them: 4.5 to 1 and more."""
ROW_PIXELS = 24
WORK, CHANGEOVER, FREE = "#0072B2", "#E69F00", "#dfe4e9"


def by_center(days: Sequence[Day]) -> list[Day]:
    """The machines of a work center together."""
    return [
        (date, [_sum(center, loads) for center in dict.fromkeys(x.work_center for x in loads)]) for date, loads in days
    ]


def _sum(center: str, loads: Sequence[Load]) -> Load:
    of = [x for x in loads if x.work_center == center]
    return Load(
        center, center, sum(x.work for x in of), sum(x.changeover for x in of), sum(x.open for x in of), of[0].days
    )


def fullest_first(days: Sequence[Day]) -> list[str]:
    """Names by their load over all days."""
    work: dict[str, int] = {}
    free: dict[str, int] = {}
    for _, loads in days:
        for x in loads:
            work[x.machine] = work.get(x.machine, 0) + x.work + x.changeover
            free[x.machine] = free.get(x.machine, 0) + x.open
    return sorted(work, key=lambda name: (-work[name] / max(1, free[name]), name))


def heat_figure(days: Sequence[Day]) -> go.Figure:
    """A row for each machine or work center, the fullest on top; a cell per day; closed days stay empty."""
    names = fullest_first(days)[::-1]
    found = [{x.machine: x for x in loads} for _, loads in days]
    share = [[_share(of.get(name)) for of in found] for name in names]
    hover = [[_words(of.get(name)) for of in found] for name in names]
    text = [["" if value is None else f"{100 * value:.0f}" for value in row] for row in share]
    made = go.Figure(
        go.Heatmap(
            z=share, x=[f"{date:%a} {date.day} {date:%b}" for date, _ in days], y=names, text=text,
            texttemplate="%{text}", textfont={"color": INK}, customdata=hover,
            hovertemplate="%{y}, %{x}<br>%{customdata}<extra></extra>",
            colorscale=FULL, zmin=0, zmax=1, xgap=2, ygap=2, colorbar={"tickformat": ".0%", "thickness": 12},
            hoverongaps=False,
        )
    )  # fmt: skip
    made.update_layout(
        height=90 + ROW_PIXELS * len(names),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        plot_bgcolor="white",
        xaxis={"side": "top"},
    )
    return made


def day_figure(days: Sequence[Day], name: str) -> go.Figure:
    """Hours of one machine or work center: work, changeover and what is free, day by day."""
    dates = [f"{date:%a} {date.day} {date:%b}" for date, _ in days]
    of = [next((x for x in loads if x.machine == name), None) for _, loads in days]
    made = go.Figure()
    for title, colour, minutes in (
        ("work", WORK, [x.work if x else 0 for x in of]),
        ("changeover", CHANGEOVER, [x.changeover if x else 0 for x in of]),
        ("free", FREE, [max(0, x.open - x.work - x.changeover) if x else 0 for x in of]),
    ):
        made.add_trace(go.Bar(x=dates, y=[m / 60 for m in minutes], name=title, marker_color=colour))
    made.update_layout(
        barmode="stack",
        height=260,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        plot_bgcolor="white",
        legend={"orientation": "h", "y": 1.15},
        yaxis={"title": "hours", "gridcolor": "#eceff2"},
    )
    return made


def changeover_share(days: Sequence[Day], name: str) -> float | None:
    """Of the minutes that the machine is at work or changed over; None: it does nothing."""
    of = [x for _, loads in days for x in loads if x.machine == name]
    busy = sum(x.work + x.changeover for x in of)
    return sum(x.changeover for x in of) / busy if busy else None


def _share(load: Load | None) -> float | None:
    return load.share if load is not None and load.open else None


def _words(load: Load | None) -> str:
    if load is None or not load.open:
        return "closed"
    return f"{say.hours(load.work)} of work, {say.hours(load.changeover)} of changeovers, {say.hours(load.open)} open"
