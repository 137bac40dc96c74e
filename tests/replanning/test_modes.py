"""Whose rows a plan changes, by the mode of their work center."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.fold import fold_events
from scheduler.planning.builder import Builder
from scheduler.planning.tables.translate import translate
from scheduler.replanning.frozen import find_frozen
from scheduler.replanning.modes import machine_modes, observed_machines, touched_machines, with_rows_kept
from tests.builders import at, event, tiny_plan, tiny_plant

GOOD = tiny_plan().operations


def moved(order: str, operation: int, by: int = 60) -> tuple[object, ...]:
    return tuple(replace(o, start=o.start + by, end=o.end + by) if o.key == (order, operation) else o for o in GOOD)


def test_a_work_center_has_its_own_mode_or_the_plants() -> None:
    assert machine_modes(tiny_plant(), "auto", {"sawing": "advise"}) == {"saw": "advise", "lathe": "auto"}
    assert observed_machines(tiny_plant(), "observe", {"sawing": "auto"}) == ("lathe",)
    assert observed_machines(tiny_plant(), "observe", {}) == ()  # asked for a plan, the whole plant is planned


def test_machines_are_touched_by_rows_that_come_go_or_move() -> None:
    plant = tiny_plant()
    assert touched_machines(plant, GOOD, GOOD) == frozenset()
    assert touched_machines(plant, GOOD, moved("PIN-1", 10)) == {"lathe"}  # type: ignore[arg-type]
    assert touched_machines(plant, GOOD, GOOD[1:]) == {"saw"}
    assert touched_machines(plant, (), GOOD) == {"saw", "lathe"}


def test_what_the_floor_or_the_order_has_decided_touches_nothing() -> None:
    started = event("s", "operation.started", order="SHAFT-1", operation=10, machine="saw")
    state = fold_events(tiny_plant(), [started, event("h", "quality.held", order="PIN-1")])
    left = tuple(o for o in moved("SHAFT-1", 10) if o.order != "PIN-1")  # type: ignore[attr-defined]
    assert touched_machines(state, GOOD, left) == frozenset()  # type: ignore[arg-type]


def test_rows_of_bound_machines_are_kept_and_those_of_free_ones_follow() -> None:
    after = tuple(replace(o, start=o.start + 30, end=o.end + 30) for o in GOOD)
    kept = {o.key: o.start for o in with_rows_kept(tiny_plant(), GOOD, after, ["saw"])}
    assert kept["SHAFT-1", 10] == at(0, 6, 30)
    assert kept["SHAFT-1", 20] == at(0, 6, 20)


def test_all_rows_of_an_observed_machine_are_frozen() -> None:
    problem = translate(tiny_plant(plan=GOOD, frozen_machines=("saw",)))
    frozen = find_frozen(problem)
    marked = {problem.keys[op] for op in range(problem.operations) if frozen.choice[op] >= 0}
    assert marked == {("SHAFT-1", 10), ("SHAFT-2", 10)}
    assert Builder(problem).problem.frozen_machines == (0,)
