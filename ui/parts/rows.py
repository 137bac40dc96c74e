"""Tables of which a row can be clicked."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ui.parts.board import focus_on
from ui.parts.tables import show_table


def clicked_row(
    rows: Sequence[Mapping[str, Any]], key: str, most: int, columns: Mapping[str, Any] | None = None
) -> int | None:
    """Draws them; the place of the row that is chosen, None: none.

    most : pixels of height, above which it scrolls.   columns : how each is shown, as Streamlit takes it.

    The browser remembers a choice by its place, so a table of other rows (told by the first column) is another table:
    what was chosen in one never becomes a choice in the next.
    """
    names = "\n".join(str(next(iter(row.values()))) for row in rows)
    event = show_table(
        rows,
        most=most,
        columns=columns,
        key=f"{key}.{zlib.crc32(names.encode()):08x}",
        on_select="rerun",
        selection_mode="single-row",
    )
    chosen = event["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(rows) else None


def show_jumps(
    rows: list[dict[str, Any]],
    key: str,
    jump: str,
    board: str,
    none: str,
    most: int,
    columns: Mapping[str, Any] | None = None,
) -> None:
    """A click on a row shows on the board what its column `jump` names; where there are none, `none` is said."""
    if not rows:
        st.caption(none)
        return
    at = clicked_row(rows, key, most, columns)
    if at is None:
        st.session_state.pop(f"{key}.seen", None)  # so that the same row can be chosen again
    elif (label := rows[at][jump]) != st.session_state.get(f"{key}.seen"):
        st.session_state[f"{key}.seen"] = label
        focus_on(label, board)
        st.rerun()
