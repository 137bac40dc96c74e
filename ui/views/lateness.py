"""Why an order is late, as a small Gantt: a row per operation of its chain, a bar per stretch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from ui import format as say
from ui.answers import Lateness, Wait

LOOKS: Mapping[str, tuple[str, str]] = {
    "in work": ("#0072B2", ""),
    "machine busy": ("#D55E00", "/"),
    "changeover": ("#E69F00", "x"),
    "closed": ("#D9DCE0", ""),
    "machine down": ("#999999", "\\"),
    "waits for parts": ("#CC79A7", "."),
    "waits for people or tools": ("#009E73", "-"),
    "held": ("#56B4E9", "|"),
    "unused": ("#F0E442", ""),
}
"""Okabe and Ito's colours, which colour-blind readers tell apart; a pattern is the second cue."""
KINDS: Mapping[str, str] = {
    "processing": "in work",
    "machine": "machine busy",
    "changeover": "changeover",
    "closed": "closed",
    "breakdown": "machine down",
    "maintenance": "machine down",
    "material": "waits for parts",
    "pool": "waits for people or tools",
    "unused": "unused",
}
"""What a cause is drawn as; all others hold the operation where it is."""
ROW_PIXELS = 24
MOST_ROWS = 14


def rows(chain: Lateness) -> list[str]:
    """The operations of the chain, in the order of time."""
    return list(dict.fromkeys(_row(wait) for wait in chain["waits"]))


def figure(chain: Lateness) -> go.Figure:
    """Times are plant-local; the due date is a line."""
    made, names = go.Figure(), rows(chain)
    for kind, (colour, pattern) in LOOKS.items():
        bars = [w for w in chain["waits"] if KINDS.get(w["cause"], "held") == kind]
        if bars:
            made.add_trace(_bars(kind, bars, colour, pattern))
    due = _local(chain["due"])
    made.add_shape(type="line", x0=due, x1=due, y0=0, y1=1, yref="paper", line={"color": "#A33C00", "dash": "dash"})
    made.add_annotation(x=due, y=1, yref="paper", yanchor="bottom", showarrow=False, text="due", font_color="#A33C00")
    made.update_layout(
        barmode="overlay",
        bargap=0.2,
        plot_bgcolor="white",
        height=90 + ROW_PIXELS * min(MOST_ROWS, len(names)),
        margin={"l": 10, "r": 10, "t": 30, "b": 20},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        yaxis={"categoryorder": "array", "categoryarray": names[::-1], "automargin": True, "fixedrange": True},
        xaxis={"type": "date", "gridcolor": "#EEEEEE"},
    )
    return made


def _bars(kind: str, bars: list[Wait], colour: str, pattern: str) -> Any:
    return go.Bar(
        orientation="h",
        name=kind,
        y=[_row(w) for w in bars],
        base=[_local(w["start"]) for w in bars],
        x=[w["minutes"] * 60_000 for w in bars],
        marker={
            "color": colour,
            "pattern": {"shape": pattern, "size": 6},
            "line": {"color": "#444B54", "width": 0.5},
        },
        customdata=[[_escaped(w["words"]), say.duration(w["minutes"]), say.span(w["start"], w["end"])] for w in bars],
        hovertemplate="%{customdata[0]}<br>%{customdata[2]} · %{customdata[1]}<extra></extra>",
    )


def _row(wait: Wait) -> str:
    return _escaped(f"{wait['order']}/{wait['operation']}")


def _local(iso: str) -> str:
    """The plant's clock reading; plotly draws it as it stands."""
    return say.parse(iso).replace(tzinfo=None).isoformat()


def _escaped(text: str) -> str:
    """plotly reads a little HTML in its texts."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
