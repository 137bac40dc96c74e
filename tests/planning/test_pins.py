"""Rule 9: the judge, and how pins come into the tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.orders import Progress
from scheduler.domain.pins import Pin
from scheduler.domain.plans import BrokenPin, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.domain.routings import EligibleMachine
from scheduler.planning import layout as c
from scheduler.planning.builder import Builder
from scheduler.planning.judge.check import check_plan
from scheduler.planning.kernels.pin_price import BROKEN, MINUTE, pin_price
from scheduler.planning.tables.broken_pins import broken_pins
from scheduler.planning.tables.translate import translate
from tests.builders import at, tiny_plan, tiny_plant

PLAN = tiny_plan().operations
KEY = ("SHAFT-1", 20)  # on the lathe from 06:20 to 07:10


def with_pins(*pins: Pin) -> PlantState:
    return tiny_plant(pins={pin.key: pin for pin in pins})


@pytest.mark.parametrize(
    ("pin", "kept"),
    [
        (Pin(*KEY, "lathe"), True),
        (Pin(*KEY, "saw"), False),
        (Pin(*KEY, start=at(0, 6, 20)), True),
        (Pin(*KEY, start=at(0, 6, 21)), False),
        (Pin(*KEY, not_before=at(0, 6, 20)), True),
        (Pin(*KEY, not_before=at(0, 6, 21)), False),
        (Pin(*KEY, not_after=at(0, 6, 20)), True),
        (Pin(*KEY, not_after=at(0, 6, 19)), False),
    ],
)
def test_the_judge_finds_a_lost_pin_unless_it_is_named(pin: Pin, kept: bool) -> None:
    verdict = check_plan(with_pins(pin), PLAN)
    assert dict(verdict.by_rule()) == ({} if kept else {"9 pin": 1})
    assert check_plan(with_pins(pin), PLAN, broken_pins=[BrokenPin(*KEY, "no room")]).feasible
    other = BrokenPin("SHAFT-2", 20, "no room")
    assert check_plan(with_pins(pin), PLAN, broken_pins=[other]).feasible is kept


def test_a_lost_pin_is_told_in_words() -> None:
    (breach,) = check_plan(with_pins(Pin(*KEY, "saw", at(0, 9), by="anna")), PLAN).violations
    assert breach.message == (
        "operation 20 of order 'SHAFT-1' is pinned to 'saw', at Mon 2 Mar 09:00, by anna and stands on 'lathe' at "
        "Mon 2 Mar 06:20; the plan does not name the pin as broken"
    )
    assert (breach.order, breach.operation) == KEY


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        (Pin(*KEY, "saw"), "'saw' cannot do it"),
        (Pin(*KEY, start=at(0, 5)), "the time is past"),
        (Pin("PIN-1", 10, start=at(0, 7)), "the order is released later"),
        (Pin("PIN-1", 10, not_after=at(1, 7)), "the other rules leave it no room there"),
        (Pin("PIN-1", 10, start=at(0, 15)), "'lathe' does not work then"),
        (Pin(*KEY, start=at(0, 6, 20), not_before=at(0, 9)), "its times contradict each other"),
    ],
)
def test_what_stands_against_a_pin_is_said(pin: Pin, why: str) -> None:
    (broken,) = broken_pins(with_pins(pin), PLAN)
    assert broken.reason.endswith(f": {why}")


def test_a_pinned_machine_leaves_one_mode_and_times_become_bounds() -> None:
    shaft = tiny_plant().routings["shaft"]
    saw, turn = shaft.operations
    two = replace(saw, machines=(*saw.machines, EligibleMachine("lathe", 1.0)))
    state = tiny_plant(routings={**tiny_plant().routings, "shaft": replace(shaft, operations=(two, turn))})
    pins = (
        Pin("SHAFT-1", 10, "lathe"),
        Pin("SHAFT-1", 20, start=at(0, 9)),
        Pin("SHAFT-2", 10, not_before=at(0, 7)),
        Pin("SHAFT-2", 20, not_after=at(0, 10)),
    )
    problem = translate(replace(state, pins={pin.key: pin for pin in pins}))
    rows = {key: problem.ops[row] for key, row in problem.index.items()}
    first = rows["SHAFT-1", 10]
    assert problem.modes[first[c.MODE0] : first[c.MODE1], c.MACHINE].tolist() == [1]
    assert [rows["SHAFT-1", 20][column] for column in (c.EARLIEST, c.LATEST)] == [180, 180]
    assert [rows["SHAFT-2", 10][column] for column in (c.EARLIEST, c.LATEST)] == [60, c.FAR]
    assert [rows["SHAFT-2", 20][column] for column in (c.EARLIEST, c.LATEST)] == [0, 240]
    assert [rows["PIN-1", 10][column] for column in (c.EARLIEST, c.LATEST)] == [120, c.FAR]
    assert [problem.keys[row] for row in problem.pins] == [pin.key for pin in pins]
    assert [problem.keys[row] for row in problem.timed_pins] == [pins[1].key, pins[3].key]


@pytest.mark.parametrize(
    ("pin", "changes", "latest"),
    [
        (Pin(*KEY, start=at(0, 5)), {}, 20),  # the saw needs 20 minutes first
        (Pin("PIN-1", 10, start=at(0, 6)), {}, 120),  # released at 08:00
        (Pin("SHAFT-1", 10, start=at(0, 7)), {"downtimes": (Downtime("saw", at(0, 6), at(0, 9)),)}, 180),
        (Pin("SHAFT-1", 10, start=at(0, 14)), {}, 24 * 60),  # the shift is over
        (
            Pin("SHAFT-1", 10, start=at(0, 6)),
            {"progress": {("SHAFT-2", 10): Progress("SHAFT-2", 10, "running", "saw", at(0, 5), None, 45)}},
            45,
        ),
    ],
)
def test_what_no_plan_can_do_is_asked_of_none(pin: Pin, changes: dict[str, object], latest: int) -> None:
    problem = translate(replace(with_pins(pin), **changes))
    row = problem.ops[problem.index[pin.key]]
    assert (row[c.LATEST], row[c.PIN_LOST]) == (latest, 1)


def test_running_work_has_no_pin_any_more() -> None:
    running = {KEY: Progress(*KEY, "running", "lathe", at(0, 5), None, 45)}
    problem = translate(replace(with_pins(Pin(*KEY, "saw", at(0, 9))), progress=running))
    assert problem.pins.tolist() == []


def test_a_plan_pays_for_each_pin_that_it_loses_and_for_each_minute() -> None:
    assert [pin_price(10, 0, start) for start in (9, 10, 11, 25)] == [0.0, 0.0, BROKEN + MINUTE, BROKEN + 15 * MINUTE]
    assert [pin_price(10, 1, start) for start in (9, 10, 11, 25)] == [0.0, 0.0, MINUTE, 15 * MINUTE]
    problem = translate(with_pins(Pin(*KEY, not_after=at(0, 6, 30)), Pin("SHAFT-2", 20, not_after=at(0, 6, 40))))
    builder = Builder(problem)
    # Both shafts are sawn by 06:40; turning takes 50 minutes, and 15 of changeover.
    order = [problem.index[key] for key in (("SHAFT-1", 10), ("SHAFT-1", 20), ("SHAFT-2", 10), ("SHAFT-2", 20))]
    order.append(problem.index["PIN-1", 10])
    timing = builder.build(problem.ops[order, c.BLOCK].copy(), builder.problem.ops[:, c.MODE0].copy())
    start = timing.times[problem.index["SHAFT-2", 20], 0]
    assert start == 85
    assert timing.pin_price == BROKEN + 45 * MINUTE
    assert timing.plain_cost == pytest.approx(timing.cost - timing.pin_price)


def test_pinned_work_takes_the_machine_on_which_it_comes_to_its_time() -> None:
    shaft = tiny_plant().routings["shaft"]
    saw, turn = shaft.operations
    two = replace(turn, machines=(EligibleMachine("lathe", 1.0, setup_minutes=120), EligibleMachine("saw", 5.0)))
    state = with_pins(Pin(*KEY, not_after=at(0, 6, 30)))
    state = replace(state, routings={**state.routings, "shaft": replace(shaft, operations=(saw, two))})
    problem = translate(state)
    builder = Builder(problem)
    items = problem.ops[[problem.index[k] for k in (("SHAFT-1", 10), KEY)], c.BLOCK].copy()
    timing = builder.build(items, builder.problem.ops[:, c.MODE0] * 0 + c.NONE, True)
    placed = timing.times[problem.index[KEY]]
    # The lathe would be done by 08:10, the saw only works until 07:10 at five minutes a piece.
    assert (placed[0], problem.machine_names[placed[2]]) == (20, "saw")


def test_a_plan_of_operations_without_pins_is_judged_at_a_glance() -> None:
    state = with_pins(Pin(*KEY, "lathe", at(0, 6, 20)))
    assert check_plan(state, PLAN).feasible
    moved = [replace(o, start=o.start + 1, end=o.end + 1) if o.key == KEY else o for o in PLAN]
    assert isinstance(moved[0], PlannedOperation)
    assert "9 pin" in check_plan(state, moved).by_rule()
