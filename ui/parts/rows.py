"""Tables of which a row can be clicked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
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
    event = show_table(
        rows,
        most=most,
        columns=columns,
        key=table_key(key, (next(iter(row.values())) for row in rows)),
        on_select="rerun",
        selection_mode="single-row",
    )
    chosen = event["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(rows) else None


def table_key(key: str, names: Iterable[Any]) -> str:
    """The key of a table with these rows, named by their first column."""
    joined = "\n".join(map(str, names))
    return f"{key}.{zlib.crc32(joined.encode()):08x}"


def addressed_row(rows: Sequence[Any], key: str, name: str, most: int, columns: dict[str, Any]) -> str | None:
    """Draws them; what stands in the column `name` of the row chosen last, which the page's address keeps: opened
    elsewhere it shows the same.

    key : of the table, and of the choice in the address.
    """
    if not rows:
        st.caption("None.")
        return st.query_params.get(key)
    at = clicked_row(rows, f"{key}.table", most, columns)
    clicked = None if at is None else str(rows[at][name])
    if clicked is not None and clicked != st.session_state.get(f"{key}.seen"):
        st.query_params[key] = clicked
    st.session_state[f"{key}.seen"] = clicked
    return st.query_params.get(key)


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
