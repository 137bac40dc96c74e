"""Tables: moments sort as moments, on the plant's clock, and look as everywhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from ui import format as say
from ui.parts.style import table_height

MOMENT = "ddd D MMM HH:mm"
"""Tue 17 Nov 13:25, as `say.moment` writes it."""
MOMENT_PIXELS = 120


def show_table(
    rows: Sequence[Mapping[str, Any]],
    *,
    most: int = 420,
    row: int = 28,
    columns: Mapping[str, Any] | None = None,
    style: Callable[[Any], Any] | None = None,
    key: str | None = None,
    **selecting: Any,
) -> Any:
    """Draws them.

    most : pixels of height, above which it scrolls.   columns : how each is shown, as Streamlit takes it.
    style : of a row of the frame, a CSS text for each cell.   selecting : as Streamlit takes it; it answers an event.
    """
    frame = pd.DataFrame(rows)
    drawn: Any = frame if style is None else frame.style.apply(style, axis=1)
    return st.dataframe(
        drawn,
        hide_index=True,
        row_height=row,
        height=table_height(len(rows), most, row),
        column_config={**moments(rows), **(columns or {})},
        placeholder=say.NOTHING,
        key=key,
        **selecting,
    )


def moments(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How the columns are shown that hold moments, by name."""
    names = dict.fromkeys(name for row in rows for name, value in row.items() if isinstance(value, dt.datetime))
    return {name: st.column_config.DatetimeColumn(format=MOMENT, width=MOMENT_PIXELS) for name in names}


def hours(label: str | None = None, *, signed: bool = False, **options: Any) -> Any:
    """A column of hours, which sorts as numbers do."""
    return st.column_config.NumberColumn(label, format="%+.1f h" if signed else "%.1f h", **options)
