"""A plan as a Gantt chart: a row per machine, drawn by plotly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from scheduler.domain.minutes import DAY, Minute, spoken, spoken_duration, to_datetime
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState

# Okabe and Ito's colours, which colour-blind readers tell apart; a pattern is the second cue.
# In the order they are drawn: closed time lies behind the work.
LOOKS = {
    "closed": ("#E4E4E4", ""),
    "out of order": ("#999999", "\\"),
    "changeover": ("#E69F00", "x"),
    "on time": ("#0072B2", ""),
    "late": ("#D55E00", "/"),
}
LABELLED = 400
CLOSED_ROWS = 60
ROW_PIXELS = 26


def gantt_figure(state: PlantState, operations: Sequence[PlannedOperation]) -> go.Figure:
    """The plan's bars by lateness, changeovers, closed time, outages and the now-line; times are plant-local."""
    chart = _Chart(state, operations)
    figure = go.Figure()
    for kind in LOOKS:
        bars = chart.bars(kind)
        if bars:
            figure.add_trace(chart.trace(kind, bars))
    moment = chart.local(state.now)
    figure.add_shape(type="line", x0=moment, x1=moment, y0=0, y1=1, yref="paper", line={"color": "#CC0000", "width": 2})
    figure.add_annotation(
        x=moment, y=1, yref="paper", yanchor="bottom", showarrow=False, text="now", font_color="#CC0000"
    )
    figure.update_layout(
        title={"text": f"{state.name}: {len(operations)} operations, as of {spoken(state.now, state.zone)}"},
        barmode="overlay",
        bargap=0.25,
        plot_bgcolor="white",
        height=chart.height(),
        margin={"l": 110, "r": 30, "t": 90, "b": 40},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        yaxis={
            "categoryorder": "array",
            "categoryarray": chart.machines[::-1],
            "showgrid": True,
            "gridcolor": "#EEEEEE",
        },
        xaxis={
            "type": "date",
            "range": [chart.local(chart.first), chart.local(chart.last)],
            "showgrid": True,
            "gridcolor": "#EEEEEE",
            "tickformat": "%a %d %b\n%H:%M",
        },
    )
    return figure


def gantt_height(state: PlantState, operations: Sequence[PlannedOperation]) -> int:
    """Pixels that the chart is high."""
    return _Chart(state, operations).height()


class _Chart:
    def __init__(self, state: PlantState, operations: Sequence[PlannedOperation]) -> None:
        self.state = state
        self.operations = operations
        used = {o.machine for o in operations}
        known = sorted(state.machines.values(), key=lambda m: (m.work_center, m.name))
        self.machines = [m.name for m in known] + sorted(used - set(state.machines))
        ends: dict[str, Minute] = {}
        for o in operations:
            ends[o.order] = max(ends.get(o.order, o.end), o.end)
        self.lateness = {name: end - state.orders[name].due for name, end in ends.items() if name in state.orders}
        self.first = min((o.start for o in operations), default=state.now)
        self.first = min(self.first, state.now)
        self.last = max(*(o.end for o in operations), state.now + DAY, state.now + DAY)

    def height(self) -> int:
        return 160 + ROW_PIXELS * len(self.machines)

    def local(self, minute: Minute) -> dt.datetime:
        """The plant's clock reading; plotly draws it as it stands."""
        return to_datetime(minute, self.state.zone).replace(tzinfo=None)

    def bars(self, kind: str) -> list[tuple[str, Minute, Minute, str, str]]:
        """(machine, start, end, label, words) of every bar of a kind."""
        if kind in ("on time", "late"):
            return [
                (o.machine, o.start, o.end, f"{o.order}/{o.operation}", self._words(o))
                for o in self.operations
                if (self.lateness.get(o.order, 0) > 0) == (kind == "late")
            ]
        if kind == "changeover":
            return [
                (o.machine, o.setup_start, o.start, "", f"changeover for {o.order}/{o.operation}")
                for o in self.operations
                if o.setup_start is not None and o.setup_start < o.start
            ]
        if kind == "out of order":
            return [
                (name, max(start, self.first), min(end, self.last), "", "out of order")
                for name in self.state.machines
                for start, end in self.state.outages(name)
                if start < self.last and end > self.first
            ]
        return self._closed()

    def _closed(self) -> list[tuple[str, Minute, Minute, str, str]]:
        if len(self.state.machines) > CLOSED_ROWS:
            return []
        found = []
        for name in self.state.machines:
            open_time = self.state.machine_time(name, self.first, self.last)
            outages = self.state.outages(name)
            at = self.first
            for start, end in [*open_time.plus(outages).stretches, (self.last, self.last)]:
                if start > at:
                    found.append((name, at, min(start, self.last), "", "closed"))
                at = max(at, end)
                if at >= self.last:
                    break
        return found

    def _words(self, o: PlannedOperation) -> str:
        zone = self.state.zone
        step = self.state.operation(o.order, o.operation)
        late = self.lateness.get(o.order, 0)
        lines = [
            f"<b>{_escaped(o.order)}/{o.operation}</b> {_escaped(step.description if step else '')}",
            f"{spoken(o.start, zone)} to {spoken(o.end, zone)}",
            f"{spoken_duration(late)} late" if late > 0 else f"on time, {spoken_duration(-late)} to spare",
        ]
        return "<br>".join(lines)

    def trace(self, kind: str, bars: list[tuple[str, Minute, Minute, str, str]]) -> Any:
        color, pattern = LOOKS[kind]
        background = kind in ("closed", "out of order")
        labelled = len(self.operations) <= LABELLED and kind in ("on time", "late")
        return go.Bar(
            name=kind,
            orientation="h",
            y=[b[0] for b in bars],
            base=[self.local(b[1]) for b in bars],
            x=[(self.local(b[2]) - self.local(b[1])).total_seconds() * 1000 for b in bars],
            text=[_escaped(b[3]) for b in bars] if labelled else None,
            textposition="inside",
            insidetextanchor="middle",
            customdata=[b[4] for b in bars],
            hovertemplate="%{customdata}<extra>%{y}</extra>",
            width=0.95 if background else 0.6,
            marker={"color": color, "pattern": {"shape": pattern, "fgcolor": "white", "size": 5}, "line": {"width": 0}},
        )


def _escaped(text: str) -> str:
    """Order texts are never read as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
