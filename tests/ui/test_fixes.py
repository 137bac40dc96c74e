"""What would help a late order, on the Board: a ranked table whose rows open as what-ifs."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.ingest import scenario_zip
from tests.builders import at
from tests.replanning.late_shop import made, shop, step
from tests.ui.conftest import button, clean, until
from ui.answers import FINAL, Fix, Fixes
from ui.client import Client
from ui.views.fixes import HEADS, fix_rows, no_help_words, others, what_if_name

OVERTIME: Fix = {
    "kind": "overtime",
    "about": "mill-1",
    "words": "Overtime on mill-1: 2 h, Mon 2 Mar 22:00 to 23:59",
    "amount": 120.0,
    "unit": "minutes",
    "late_minutes": -60,
    "on_time": True,
    "delivery": "2026-03-03T08:00+01:00",
    "smaller": "next",
    "events": [{"type": "calendar.changed", "data": {"machine": "mill-1"}}],
    "newly_late": ["MO-7", "MO-8", "MO-9", "MO-10"],
    "rescued": ["MO-2"],
    "left_out": [],
    "later_minutes": 90,
    "earlier_minutes": 30,
    "overtime_minutes": 120,
    "moved_operations": 12,
    "moved_within_24_h": 4,
    "score": 210.0,
}
NOTHING: Fix = OVERTIME | {  # type: ignore[assignment]
    "kind": "nothing",
    "about": "",
    "words": "Do nothing: re-plan only",
    "late_minutes": 120,
    "on_time": False,
    "events": [],
    "newly_late": [],
    "rescued": [],
    "later_minutes": 0,
    "earlier_minutes": 0,
    "overtime_minutes": 0,
    "delivery": None,
}
FOUND: Fixes = {
    "plan": 7,
    "order": "MO-1",
    "sentence": "MO-1 is late.",
    "due": "2026-03-03T09:00+01:00",
    "delivery": "2026-03-03T11:00+01:00",
    "late_minutes": 120,
    "iterations": 1000,
    "trials": 12,
    "fixes": [OVERTIME, NOTHING],
    "no_help": [],
    "untried": [],
}


def test_each_change_is_a_row_with_its_price_and_its_proof() -> None:
    overtime, nothing = fix_rows(FOUND)
    assert dict(zip(HEADS, overtime.cells, strict=True)) == {
        "Change": "Overtime on mill-1: 2 h, Mon 2 Mar 22:00 to 23:59",
        "Order comes": "✓ Tue 3 Mar 08:00, 1 h early",
        "Other orders": "4 newly late (MO-7, MO-8, MO-9…), 1 rescued (MO-2); 1 h 30 min later, 30 min less late",
        "Overtime": "2 h",
        "Moved (in 24 h)": "12 (4)",
    }
    assert (overtime.note, overtime.can_open) == ("the next smaller amount does not work", True)
    assert nothing.cells[1:4] == ("✗ –, 2 h late", "as planned", "–")
    assert (nothing.note, nothing.can_open) == ("", False)


def test_what_is_not_enough_says_how_late_it_still_is() -> None:
    assert no_help_words(OVERTIME | {"late_minutes": 180}).endswith("23:59: still 3 h late")  # type: ignore[arg-type]
    assert no_help_words(OVERTIME | {"late_minutes": None}).endswith(": no plan came of it")  # type: ignore[arg-type]
    assert others(NOTHING) == "as planned"
    assert what_if_name(FOUND, OVERTIME | {"words": "x" * 300}).startswith("MO-1 in time: xx")  # type: ignore[arg-type]
    assert len(what_if_name(FOUND, OVERTIME | {"words": "x" * 300})) == 200  # type: ignore[arg-type]


@pytest.fixture
def late(client: Client) -> str:
    """A shop in which A is four hours late behind B, by the plan in force."""
    state = shop(made("A", at(0, 10), step(10, "saw", 240)), made("B", at(0, 10), step(10, "saw", 240), priority=2.5))
    client.load_plant("late-shop", scenario_zip(state))
    return "late-shop"


def test_a_late_order_gets_a_list_and_a_row_of_it_opens_as_a_what_if(app: Any, client: Client, late: str) -> None:
    page = clean(app("board", late, board__gantt__selected="B/10"))
    assert not any("What would help?" in b.label for b in page.button), "B is in time"
    page = clean(app("board", late, board__gantt__selected="A/10"))
    button(page, "What would help?").click().run(timeout=60)
    clean(page)
    assert any("What would help" in m.value for m in page.markdown)
    opens = [b for b in page.button if b.label == "Open as a what-if"]
    assert len(opens) == 2, "a higher priority of A, and a later due date of B; not to do nothing"
    opens[0].click().run(timeout=60)
    clean(page)
    (idea,) = client.what_ifs(late)
    assert idea["name"].startswith("A in time: ")
    ended = until(lambda: (w := client.what_if(late, idea["id"]))["state"] in FINAL and w, "the what-if")
    assert ended["comparison"] is not None
    assert "A" in {c["order"] for c in ended["comparison"]["rescued"]}
