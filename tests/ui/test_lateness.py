"""Why an order is late, on the Board: one sentence, and the chain as a small Gantt."""

from __future__ import annotations

from typing import Any

from tests.ui.conftest import clean
from tests.ui.small_plant import board
from ui.answers import Lateness, Wait
from ui.client import Client
from ui.views.lateness import KINDS, LOOKS, figure, rows
from ui.views.selection import order_of


def wait(cause: str, start: str, end: str, minutes: int, operation: int = 10) -> Wait:
    at = "2026-03-02T"
    return {
        "start": f"{at}{start}+01:00",
        "end": f"{at}{end}+01:00",
        "minutes": minutes,
        "cause": cause,
        "words": "mill-1 busy with <MO-2>/20",
        "order": "MO-1",
        "operation": operation,
        "machine": "mill-1",
    }


CHAIN: Lateness = {
    "plan": 7,
    "order": "MO-1",
    "sentence": "MO-1 ends Mon 2 Mar 10:00, 1 h late: mill-1 busy with MO-2, 1 h. The rest: 3 h work.",
    "due": "2026-03-02T09:00+01:00",
    "since": "2026-03-02T06:00+01:00",
    "delivery": "2026-03-02T10:00+01:00",
    "late_minutes": 60,
    "minutes": 240,
    "through": ["MO-1"],
    "waits": [
        wait("processing", "06:00", "07:00", 60),
        wait("machine", "07:00", "08:00", 60, 20),
        wait("processing", "08:00", "10:00", 120, 20),
    ],
}


def test_each_stretch_is_a_bar_in_the_row_of_its_operation() -> None:
    assert rows(CHAIN) == ["MO-1/10", "MO-1/20"]
    bars = {trace.name: trace for trace in figure(CHAIN).data}
    assert set(bars) == {"in work", "machine busy"}
    assert list(bars["machine busy"].base) == ["2026-03-02T07:00:00"]
    assert list(bars["machine busy"].x) == [60 * 60_000]
    assert list(bars["in work"].y) == ["MO-1/10", "MO-1/20"]
    assert bars["machine busy"].customdata[0][0] == "mill-1 busy with &lt;MO-2>/20"


def test_every_cause_has_a_look() -> None:
    assert set(KINDS.values()) | {"held"} == set(LOOKS)
    frozen = figure(CHAIN | {"waits": [wait("frozen", "06:00", "07:00", 60)]})  # type: ignore[arg-type]
    assert [trace.name for trace in frozen.data] == ["held"]


def test_an_operation_and_an_order_name_the_order() -> None:
    assert [order_of(board(), label) for label in ("MO-1", "MO-2/20", "MO-9")] == ["MO-1", "MO-2", None]


def test_the_board_says_why_the_selected_order_is_late(app: Any, client: Client, planned: str) -> None:
    told = client.lateness(planned, 1, "A-101")
    assert told["minutes"] == sum(w["minutes"] for w in told["waits"])
    page = clean(app("board", planned, board__gantt__selected="A-101/10"))
    head = "Why late" if (told["late_minutes"] or 0) > 0 else "What fills its time"
    assert any(m.value.startswith(f":material/timeline: **{head}**") for m in page.markdown)
