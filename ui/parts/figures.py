"""Key figures in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from ui.views.figures import Figure

COLOURS: dict[str, Literal["green", "red", "gray"]] = {"better": "green", "worse": "red", "same": "gray"}


def show_figures(figures: Sequence[Figure], versus: str | None) -> None:
    """versus: what the changes are against, as "vs plan in force"; None: nothing."""
    for column, figure in zip(st.columns(len(figures)), figures, strict=True):
        compared = figure.change is not None
        column.metric(
            figure.name,
            figure.value,
            figure.change,
            delta_color=COLOURS[figure.verdict] if compared else "off",
            delta_arrow="off" if figure.verdict == "same" else _arrow(figure.change),
            delta_description=versus if compared else None,
            help=figure.note or None,
            border=True,
            height="stretch",
        )


def _arrow(change: str | None) -> Literal["up", "down", "off"]:
    if not change:
        return "off"
    return "down" if change.startswith("-") else "up"
