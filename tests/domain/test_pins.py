"""A person fixes machine or start of an operation, and lets go of it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.event_reading import parse_event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.orders import Progress
from scheduler.domain.pins import Pin, lost_pins
from scheduler.domain.plans import PlannedOperation
from scheduler.errors import InvalidEvent
from scheduler.planning.lists.describe_event import describe_event
from tests.builders import UTC, at, event, tiny_plant

PINNED = {"order": "SHAFT-1", "operation": 20}
AT_NINE = "2026-03-02T09:00+00:00"


def pinned(**data: Any) -> Any:
    return event("p", "operation.pinned", **PINNED, **data)


def test_a_pin_is_kept_until_it_is_taken_off_and_a_new_one_takes_its_place() -> None:
    state = fold_event(tiny_plant(), pinned(machine="lathe", start=AT_NINE, by="anna", reason="first article"))
    assert state.pins == {("SHAFT-1", 20): Pin("SHAFT-1", 20, "lathe", at(0, 9), by="anna", reason="first article")}
    state = fold_event(state, pinned(not_after=AT_NINE))
    assert state.pins == {("SHAFT-1", 20): Pin("SHAFT-1", 20, not_after=at(0, 9))}
    gone = event("u", "operation.unpinned", **PINNED)
    assert fold_events(state, [gone, replace(gone, id="again")]).pins == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"machine": "late"}, "did you mean 'lathe'?"),
        ({"machine": "lathe", "order": "SHAFT-9"}, "did you mean 'SHAFT-2'?"),
        ({"machine": "lathe", "operation": 30}, "has no operation 30; it has 10, 20"),
        ({"not_before": AT_NINE, "not_after": "2026-03-02T08:59+00:00"}, "not_after lies before not_before"),
        ({"start": "2099-01-01T00:00+00:00"}, "within 3650 days"),
    ],
)
def test_what_cannot_be_understood_is_refused(data: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidEvent, match=said.replace("?", r"\?")):
        fold_event(tiny_plant(), event("p", "operation.pinned", **{**PINNED, **data}))


def test_a_pin_fixes_something() -> None:
    raw = {"specversion": "1.0", "id": "p", "source": "/board", "type": "operation.pinned", "time": AT_NINE}
    with pytest.raises(InvalidEvent, match="found none of machine, start, not_before, not_after"):
        parse_event({**raw, "data": {**PINNED, "start": None, "by": "anna"}}, UTC)
    assert parse_event({**raw, "data": {**PINNED, "start": "2026-03-02T09:00"}}, UTC).data["start"] == AT_NINE


def test_whether_it_can_be_kept_is_not_asked() -> None:
    # The saw cannot turn, the time is past, and the operation is done: the plan says so, the log takes it.
    done = tiny_plant(progress={("SHAFT-1", 20): Progress("SHAFT-1", 20, "done", "lathe", at(0, 5), at(0, 6))})
    for state in (tiny_plant(), done):
        pins = fold_event(state, pinned(machine="saw", start="2026-03-01T09:00+00:00")).pins
        assert pins["SHAFT-1", 20].machine == "saw"


def test_with_its_order_or_its_operation_the_pin_is_gone() -> None:
    state = fold_event(tiny_plant(), pinned(machine="lathe"))
    assert fold_event(state, event("c", "order.cancelled", order="SHAFT-1")).pins == {}
    only_sawing = event(
        "r",
        "routing.changed",
        routing="shaft",
        routing_rows=[{"operation": 10}],
        machine_rows=[{"operation": 10, "machine": "saw", "run_minutes_per_unit": 1}],
    )
    assert fold_event(state, only_sawing).pins == {}


@pytest.mark.parametrize(
    ("pin", "machine", "start", "holds"),
    [
        (Pin("A", 10, "lathe"), "lathe", 5, True),
        (Pin("A", 10, "lathe"), "saw", 5, False),
        (Pin("A", 10, start=5), "saw", 5, True),
        (Pin("A", 10, start=5), "saw", 4, False),
        (Pin("A", 10, start=5), "saw", 6, False),
        (Pin("A", 10, not_before=5), "saw", 5, True),
        (Pin("A", 10, not_before=5), "saw", 4, False),
        (Pin("A", 10, not_after=5), "saw", 5, True),
        (Pin("A", 10, not_after=5), "saw", 6, False),
    ],
)
def test_a_pin_holds_at_its_machine_and_its_times(pin: Pin, machine: str, start: int, holds: bool) -> None:
    assert pin.holds(machine, start) is holds


@pytest.mark.parametrize(("status", "lost"), [("done", 0), ("running", 0), ("paused", 0), ("aside", 1), (None, 1)])
def test_work_that_runs_or_is_done_loses_no_pin(status: Any, lost: int) -> None:
    begun = {} if status is None else {("SHAFT-1", 20): Progress("SHAFT-1", 20, status, "lathe", at(0, 5))}
    state = replace(fold_event(tiny_plant(), pinned(start=AT_NINE)), progress=begun)
    plan = [PlannedOperation("SHAFT-1", 20, "lathe", at(0, 8), at(0, 9))]
    assert len(list(lost_pins(state, plan))) == lost


def test_the_log_says_it_in_words() -> None:
    said = describe_event(pinned(machine="lathe", not_before=AT_NINE, by="anna", reason="first article"), UTC)
    assert said == "SHAFT-1/20 is pinned: on lathe, not before Mon 2 Mar 09:00, by anna (first article)"
    assert describe_event(event("u", "operation.unpinned", **PINNED), UTC) == "SHAFT-1/20 is not pinned any more"
