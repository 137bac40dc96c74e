"""What holds of the fold whatever happens, in whatever order."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.event_reading import event_json, parse_event
from scheduler.domain.events import Event
from scheduler.domain.fold import CHANGES, fold_event, fold_events
from scheduler.domain.folding.floor_table import RULES
from scheduler.domain.minutes import iso
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Pool
from scheduler.errors import InvalidEvent
from scheduler.ingest import read_scenario
from scheduler.ingest.scenario_files import scenario_zip
from tests.builders import UTC, at, named, tiny_plant

PLANT = tiny_plant(pools=named(Pool("setters", 2.0)))
ORDERS = st.sampled_from(["SHAFT-1", "SHAFT-2", "PIN-1", "PR-1"])
RESERVATIONS = st.sampled_from(["PR-1", "PR-2"])
MACHINES = st.sampled_from(["saw", "lathe"])
OPERATIONS = st.sampled_from([10, 20])
KINDS = st.sampled_from(["open", "closed"])
PIECES = st.integers(0, 12)
MOMENTS = st.integers(at(0, 6), at(3, 14))
WHEN = MOMENTS.map(lambda minute: iso(minute, UTC))


def _data(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "clock.ticked": st.just({}),
    "machine.down": _data(machine=MACHINES, expected_up=st.none() | WHEN),
    "machine.up": _data(machine=MACHINES),
    "machine.added": _data(machine=st.sampled_from(["saw-2", "lathe"]), like=MACHINES),
    "machine.speed": _data(machine=MACHINES, efficiency=st.sampled_from([0.5, 0.8, 1.0, 1.25])),
    "calendar.changed": _data(calendar=st.just("early"), start=WHEN, end=WHEN, kind=KINDS)
    | _data(machine=MACHINES, start=WHEN, end=WHEN, kind=KINDS),
    "pool.changed": _data(pool=st.just("setters"), capacity=PIECES)
    | _data(pool=st.just("setters"), capacity=PIECES, start=WHEN, end=WHEN),
    "routing.changed": st.fixed_dictionaries(
        {"routing": st.sampled_from(["shaft", "pin"])},
        optional={
            "machine_rows": st.just([{"operation": 10, "machine": "saw", "run_minutes_per_unit": 1}]),
            "bom_rows": st.just([{"operation": 10, "component": "bar", "quantity_per_unit": 2}]),
            "from": WHEN,
        },
    ),
    "order.created": _data(
        order=st.sampled_from(["NEW-1", "NEW-2"]), material=st.sampled_from(["shaft", "pin"]), quantity=PIECES, due=WHEN
    )
    | _data(
        order=st.sampled_from(["NEW-1", "PR-1"]),
        material=st.just("pin"),
        quantity=PIECES,
        due=WHEN,
        reservation=RESERVATIONS,
    ),
    "order.changed": _data(order=ORDERS, quantity=st.integers(1, 30), status=st.sampled_from(["hold", "released"])),
    "order.cancelled": _data(order=ORDERS),
    "receipt.changed": _data(receipt=st.just("PO-7"), quantity=PIECES, expected=WHEN),
    "receipt.arrived": _data(receipt=st.just("PO-7"), quantity=PIECES, complete=st.booleans()),
    "material.issued": _data(material=st.just("bar"), quantity=st.integers(-9, 9))
    | _data(material=st.just("bar"), quantity=st.integers(-9, 9), order=ORDERS, operation=OPERATIONS),
    "material.counted": _data(material=st.sampled_from(["bar", "pin", "shaft"]), on_hand=PIECES),
    "operation.started": _data(order=ORDERS, operation=OPERATIONS, machine=MACHINES),
    "operation.progressed": _data(order=ORDERS, operation=OPERATIONS, quantity_good=PIECES, remaining_minutes=PIECES),
    "operation.finished": _data(order=ORDERS, operation=OPERATIONS, quantity_scrap=PIECES),
    "operation.paused": _data(order=ORDERS, operation=OPERATIONS),
    "operation.resumed": _data(order=ORDERS, operation=OPERATIONS),
    "operation.put_aside": _data(order=ORDERS, operation=OPERATIONS),
    "operation.added": _data(
        order=ORDERS,
        operation=st.sampled_from([15, 30]),
        machine_rows=MACHINES.map(lambda machine: [{"machine": machine, "run_minutes_per_unit": 1}]),
    ),
    "operation.pinned": _data(order=ORDERS, operation=OPERATIONS, machine=MACHINES, by=st.just("anna"))
    | _data(order=ORDERS, operation=OPERATIONS, start=WHEN, by=st.just("anna"))
    | _data(order=ORDERS, operation=OPERATIONS, not_before=WHEN, not_after=WHEN, by=st.just("anna")),
    "operation.unpinned": _data(order=ORDERS, operation=OPERATIONS),
    "doubt.confirmed": _data(by=st.just("anna"), rule=st.sampled_from(sorted(RULES))),
    "doubt.corrected": _data(by=st.just("anna"), rule=st.sampled_from(sorted(RULES))),
    "clock.corrected": _data(now=WHEN, reason=st.just("wrong year")),
    "quality.held": _data(order=ORDERS),
    "quality.released": _data(order=ORDERS),
    "promise.reserved": st.fixed_dictionaries(
        {
            "reservation": RESERVATIONS,
            "material": st.sampled_from(["shaft", "pin"]),
            "quantity": PIECES,
            "due": WHEN,
            "until": WHEN,
        },
        optional={"part_of": st.just("PR-1")},
    ),
    "promise.released": _data(reservation=RESERVATIONS),
}


@st.composite
def events(draw: st.DrawFn, without: str = "") -> Event:
    """Any event, early or late, that can be read; without those of a type."""
    type_ = draw(st.sampled_from(sorted(DATA.keys() - {without})))
    raw = {"specversion": "1.0", "id": str(draw(st.integers(0, 10**6))), "source": "/mes", "type": type_}
    raw |= {"time": draw(WHEN), "data": draw(DATA[type_])}
    try:
        return parse_event(raw, UTC)
    except InvalidEvent:
        return Event("tick", "/mes", "clock.ticked", draw(MOMENTS))


def fold_what_fits(state: PlantState, story: list[Event]) -> PlantState:
    for event in story:
        try:
            state = fold_event(state, event)
        except InvalidEvent:
            continue
    return state


def test_every_type_of_event_is_tried() -> None:
    assert DATA.keys() == CHANGES.keys()


@given(st.lists(events(without="clock.corrected"), max_size=25))
@settings(deadline=None, max_examples=150)
def test_now_never_goes_back_and_a_machine_runs_one_thing(story: list[Event]) -> None:
    state = PLANT
    for event in story:
        following = fold_what_fits(state, [event])
        assert following.now >= state.now
        if following is not state:
            held = len(following.doubts) > len(state.doubts) and following.now == state.now
            assert held or following.now == max(state.now, event.time)
        running = [p for p in following.progress.values() if p.keeps_machine]
        assert all(p.remaining_minutes is not None and p.remaining_minutes >= 0 for p in running)
        assert all((p.remaining_minutes == 0) == (p.drifting_since is not None) for p in running)
        assert len({p.machine for p in running}) == len(running)
        assert all(order.status == "hold" for order in following.orders.values() if order.cancelled)
        assert {order for order, _ in following.progress} <= set(following.orders)
        assert following.reservations.keys() <= following.orders.keys()
        assert all(r.part_of in ("", *following.orders) for r in following.reservations.values())
        assert all(d.end is None or d.start < d.end for d in following.downtimes)
        state = following


@given(st.lists(events(), max_size=15), events())
@settings(deadline=None, max_examples=100)
def test_a_fold_leaves_the_state_it_came_from_alone(story: list[Event], last: Event) -> None:
    state = fold_what_fits(PLANT, story)
    before, said = copy.deepcopy(state), copy.deepcopy(last)
    first = fold_what_fits(state, [last])
    assert state == before
    assert last == said
    assert fold_what_fits(state, [last]) == first


@given(st.lists(events(), max_size=15), st.integers(0, 15))
@settings(deadline=None, max_examples=50)
def test_a_log_folds_to_the_same_state_wherever_it_is_cut(story: list[Event], cut: int) -> None:
    whole = fold_what_fits(PLANT, story)
    assert fold_what_fits(fold_what_fits(PLANT, story[:cut]), story[cut:]) == whole


@given(st.lists(events(without="clock.corrected"), max_size=10), st.lists(MOMENTS, max_size=5), MOMENTS)
@settings(deadline=None, max_examples=100)
def test_ticks_on_the_way_change_nothing(story: list[Event], moments: list[int], last: int) -> None:
    state = fold_what_fits(PLANT, story)
    ticks = [Event(str(m), "/clock", "clock.ticked", m) for m in sorted(moments) if m <= last]
    end = Event("end", "/clock", "clock.ticked", last)
    assert fold_events(state, [*ticks, end]) == fold_event(state, end)


@given(st.lists(events(), max_size=25))
@settings(deadline=None, max_examples=100)
def test_a_state_that_is_written_out_and_read_again_says_the_same(story: list[Event]) -> None:
    state = replace(fold_what_fits(PLANT, story), plan=())
    assert read_scenario(scenario_zip(state)).state == state


@given(events())
def test_events_read_back_as_they_were_written(event: Event) -> None:
    assert parse_event(event_json(event, UTC), UTC) == event


PIECE = {"progressed": {"quantity_good": 1}}


@pytest.mark.parametrize("said", ["paused", "progressed", "put_aside", "finished"])
def test_work_without_any_machine_in_its_routing_is_at_work_on_one_all_the_same(said: str) -> None:
    """A change of the routing has left operation 20 without a machine; what is reported of it is written and read."""
    rows = [{"operation": 10, "machine": "saw", "run_minutes_per_unit": 1}]
    changed = {"routing": "shaft", "machine_rows": rows}
    state = PLANT
    for number, (type_, data) in enumerate(
        [
            ("routing.changed", changed),
            (f"operation.{said}", {"order": "SHAFT-1", "operation": 20} | PIECE.get(said, {})),
        ]
    ):
        raw = {"specversion": "1.0", "id": str(number), "source": "/mes", "type": type_, "data": data}
        state = fold_event(state, parse_event(raw | {"time": "2026-03-02T06:00Z"}, UTC))
    state = replace(state, plan=())
    assert ("SHAFT-1", 20) in state.progress
    assert read_scenario(scenario_zip(state)).state == state
