"""The few rules of style that make the pages dense: what Streamlit spaces for reading, a planner wants to oversee."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

SHEET = Path(__file__).parents[1] / "style.css"


def style() -> None:
    """Puts the rules on the page; call it once per run, before anything is drawn."""
    st.html(SHEET)


def table_height(rows: int, most: int = 420, row: int = 28) -> int:
    """Pixels of a table with its head, so that no empty line is left; above `most` it scrolls."""
    return min(most, 34 + row * rows)


def mark(page: str, revision: str) -> None:
    """Says in the page that everything above is drawn, and for which revision: what a test waits for."""
    safe = "".join(c if c.isalnum() or c in "._-" else "-" for c in revision)
    st.html(f'<span class="rejig-mark" data-page="{page}" data-revision="{safe}">.</span>')
