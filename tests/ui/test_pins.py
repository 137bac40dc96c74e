"""Pinning on the screens: what a drag asks for, the form behind it, and the event that comes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.ui.conftest import button, clean, finished
from tests.ui.small_plant import board
from ui.client import Client
from ui.views.pins import Place, pinned, place_of, planned_place, unpinned

AT = dt.datetime(2026, 3, 2, 11)
PLACE = Place("MO-2/20", "mill-2", AT, ("mill-1", "mill-2"), False, 7)


def test_a_drag_is_a_place_by_the_plants_clock() -> None:
    # minute 660 after Monday midnight in Zurich
    assert place_of(board(), {"pin": "MO-2/20", "machine": "mill-2", "start": 660}) == PLACE
    assert place_of(board(), {"pin": "MO-9/20", "machine": "mill-2", "start": 660}) is None
    dragged = place_of(board(pinned=[3]), {"pin": "MO-2/20", "machine": "mill-1", "start": 660})
    assert dragged is not None
    assert (dragged.machine, dragged.pinned) == ("mill-1", True)


def test_only_what_nobody_has_begun_can_be_pinned() -> None:
    planned = planned_place(board(), "MO-2/20")
    assert planned is not None
    assert (planned.machine, planned.start) == ("mill-2", dt.datetime(2026, 3, 2, 10))
    assert planned_place(board(), "MO-1/20") is not None, "frozen is not begun"
    assert planned_place(board(), "MO-2/10") is None, "it runs"
    assert planned_place(board(), "MO-1/10") is None, "it is done"
    assert planned_place(board(), "MO-2") is None, "an order is no operation"


@pytest.mark.parametrize(
    ("machine", "when", "data", "words"),
    [
        ("mill-1", "start", {"machine": "mill-1", "start": "2026-03-02T11:00"}, "on mill-1, exactly Mon 2 Mar 11:00"),
        (None, "not_before", {"not_before": "2026-03-02T11:00"}, "not before Mon 2 Mar 11:00"),
        ("mill-1", "", {"machine": "mill-1"}, "on mill-1"),
    ],
)
def test_a_pin_says_only_what_is_fixed(machine: str | None, when: str, data: dict[str, Any], words: str) -> None:
    line = pinned(PLACE, machine, when, AT, "anna", "")
    assert line.event() == {"type": "operation.pinned", "data": {"order": "MO-2", "operation": 20, "by": "anna"} | data}
    assert line.words == f"MO-2/20 is pinned {words}"
    assert unpinned(PLACE, "anna", "done").data == {"order": "MO-2", "operation": 20, "by": "anna", "reason": "done"}


def later(client: Client, plant: str) -> tuple[Place, str]:
    """The last operation of the plan in force, wanted a day later than planned."""
    number = client.plant(plant)["plan_in_force"]
    assert number is not None
    shown = client.board(plant, number)
    o = shown["operations"]
    row = max(range(len(o["start"])), key=lambda i: o["start"][i])
    label = f"{shown['orders']['name'][o['order'][row]]}/{o['operation'][row]}"
    asked = {"pin": label, "machine": shown["machines"][o["machine"][row]], "start": o["start"][row] + 1440}
    place = place_of(shown, asked)
    assert place is not None
    return place, label


def test_the_form_behind_a_drag_pins_under_a_name_and_every_plan_keeps_it(
    app: Any, client: Client, planned: str
) -> None:
    place, label = later(client, planned)
    screen = clean(app("board", planned, **{"board.gantt.pin": place}))
    button(screen, "Pin it").click().run()
    assert any("Say who says so" in e.value for e in clean(screen).error)
    assert client.plant(planned)["revision"] == 1
    next(t for t in screen.text_input if t.label == "Who says so").input("anna")
    button(screen, "Pin it").click().run()
    assert "board.gantt.pin" not in clean(screen).session_state
    (event,) = client.events(planned, after=1)
    said = event["event"]["data"]
    said["start"] = dt.datetime.fromisoformat(str(said["start"])).replace(tzinfo=None).isoformat(timespec="minutes")
    assert said == {
        "order": place.order,
        "operation": place.operation,
        "machine": place.machine,
        "start": place.start.isoformat(timespec="minutes"),
        "by": "anna",
    }
    again = planned_place(client.board(planned, finished(client, planned, client.ask_for_plan(planned, 1.0))), label)
    assert again is not None
    assert (again.machine, again.start, again.pinned) == (place.machine, place.start, True)


def test_a_pin_can_be_tried_in_a_what_if_and_one_that_fixes_nothing_is_told(
    app: Any, client: Client, planned: str
) -> None:
    place, _ = later(client, planned)
    screen = clean(app("board", planned, **{"board.gantt.pin": place}))
    boxes = {s.label: s for s in screen.selectbox}
    boxes["Machine"].select("any machine")
    boxes["When"].select("")
    button(screen, "Try it in a what-if").click().run()
    assert any("nothing would be fixed" in e.value for e in clean(screen).error)
    {s.label: s for s in screen.selectbox}["When"].select("not_before")
    button(screen, "Try it in a what-if").click().run()
    (line,) = clean(screen).session_state["what_if.lines"]
    assert line.event()["data"] == {
        "order": place.order,
        "operation": place.operation,
        "not_before": place.start.isoformat(timespec="minutes"),
    }
    asked = client.ask_what_if(planned, "pinned", [line.event()], "repair", 1.0)
    assert asked["id"]
