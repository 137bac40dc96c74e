"""The board as a component of the page: no frame, no build step.

Streamlit runs the script from a blob address, where a module can import nothing beside it. So the modules are joined
into one text here, each once, in the order of their imports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent
MODULES = ("geometry.js", "palette.js", "colours.js", "hatches.js", "words.js", "drag.js", "draw.js", "gantt.js")
HTML = """
<div class="board" data-testid="board">
  <div class="bar">
    <div class="legend"></div>
    <div class="colours" role="radiogroup" aria-label="Colour by"></div>
    <div class="acts">
      <button data-act="now" title="Back to now (Home)">Now</button>
      <button data-act="fit" title="Show the whole plan (0)">Fit</button>
      <button data-act="out" title="Show more time (-)">&minus;</button>
      <button data-act="in" title="Show less time (+)">+</button>
    </div>
  </div>
  <div class="stage">
    <canvas tabindex="0" role="application" aria-label="Plan by machine. Arrow keys move the selection,
      Enter shows the whole order, P pins the operation, plus and minus zoom."></canvas>
    <div class="tip" hidden></div>
  </div>
</div>
"""

_IMPORT = re.compile(r"^import\s[^;]*?from\s+\"\./[a-z]+\.js\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def script() -> str:
    """All modules as one: imports of each other dropped, only the default export left."""
    texts = [(HERE / name).read_text(encoding="utf-8") for name in MODULES]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)


_board = st.components.v2.component(
    "rejig_board", html=HTML, css=(HERE / "gantt.css").read_text(encoding="utf-8"), js=script()
)


def gantt(
    payload: Mapping[str, Any],
    *,
    key: str,
    on_select: Callable[[], None] | None = None,
    on_ask: Callable[[], None] | None = None,
) -> str | None:
    """Draws the board and answers what is selected: "MO-12/30", an order "MO-12" after a double click, or None.

    on_ask : called where an operation has been dragged, or P pressed; `asked` of the state of `key` then says which
    (`pin`), the `machine`, the `start` in minutes after the board's origin, and the `revision` of the payload.
    """
    result = _board(
        key=key, data=dict(payload), on_selected_change=on_select or _nothing, on_asked_change=on_ask or _nothing
    )
    selected = result.get("selected")
    return str(selected) if selected else None


def _nothing() -> None:
    return None
