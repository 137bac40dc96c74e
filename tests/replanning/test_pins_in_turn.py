"""Around pinned work the sequences stay; what stands in its way goes behind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scheduler.domain.pins import Pin
from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder
from scheduler.planning.problem import Ints
from scheduler.planning.tables.translate import translate
from scheduler.replanning.frozen import find_frozen
from scheduler.replanning.pins_first import pins_first
from scheduler.replanning.pins_in_turn import built_in_turn
from scheduler.replanning.repair import starts_in_force
from tests.builders import at, tiny_plan, tiny_plant

NOBODY: Ints = np.empty(0, np.int64)


def in_turn(*pins: Pin, stay: bool) -> dict[tuple[str, int], int]:
    """Starts in minutes from 06:00, the plan in force rebuilt around pins that can all be kept."""
    problem = translate(tiny_plant(plan=tiny_plan().operations, pins={pin.key: pin for pin in pins}))
    start, _ = starts_in_force(problem)
    timing = built_in_turn(Builder(problem), start, problem.ops[:, c.MODE0].copy(), NOBODY, start if stay else None)
    assert (timing.status, timing.pin_price) == (OK, 0.0)
    return dict(zip(problem.keys, timing.times[:, 0].tolist(), strict=True))


@pytest.mark.parametrize("stay", [True, False])
def test_what_stands_on_its_machine_goes_behind_it(stay: bool) -> None:
    # From 07:00 to 07:50 the lathe is SHAFT-2's: SHAFT-1/20 would need it from 06:20 until 07:10.
    starts = in_turn(Pin("SHAFT-2", 20, start=at(0, 7)), stay=stay)
    assert starts["SHAFT-2", 20] == 60
    assert starts["SHAFT-1", 20] == 60 + 50 + 15
    assert starts["PIN-1", 10] == 26 * 60, "what does not stand in its way stays"


def test_what_stands_before_a_predecessor_goes_behind_that() -> None:
    # SHAFT-2 is sawn first, so that the lathe has it at 06:20.
    starts = in_turn(Pin("SHAFT-2", 20, not_after=at(0, 6, 20)), stay=True)
    assert (starts["SHAFT-2", 10], starts["SHAFT-2", 20], starts["SHAFT-1", 10]) == (0, 20, 20)


def test_a_pin_where_the_plan_has_it_changes_nothing() -> None:
    starts = in_turn(Pin("SHAFT-2", 20, start=at(0, 7, 25)), stay=True)
    assert starts == {o.key: o.start - at(0, 6) for o in tiny_plan().operations}


def test_pinned_work_is_placed_behind_what_it_waits_for_and_ahead_of_all_others() -> None:
    pins = (Pin("SHAFT-2", 20, not_after=at(0, 8)), Pin("PIN-1", 10, start=at(0, 9)))
    problem = translate(tiny_plant(pins={pin.key: pin for pin in pins}))
    held = find_frozen(problem)
    placed = [problem.keys[problem.block_ops[problem.block_ptr[block]]] for block in held.first.tolist()]
    assert placed == [("SHAFT-2", 10), ("SHAFT-2", 20), ("PIN-1", 10)]
    assert held.blocks.tolist() == [], "but a search may move it"


def test_a_pin_that_comes_too_late_is_placed_ahead_of_others() -> None:
    # SHAFT-1 may start until 06:30, and would take the lathe until 07:10; SHAFT-2 must start at 06:40.
    pins = (Pin("SHAFT-1", 20, not_after=at(0, 6, 30)), Pin("SHAFT-2", 20, start=at(0, 6, 40)))
    problem = translate(tiny_plant(pins={pin.key: pin for pin in pins}))
    free = np.full(problem.operations, c.NONE)
    none = np.zeros(problem.operations, np.int64)
    first = pins_first(problem, Builder(problem).pegs, NOBODY, free, none)
    timing = Builder(problem).build(first, free, True, len(first))
    assert timing.pin_price > 0, "one of the two is lost, the later it is the dearer"
    lost = [problem.keys[op] for op in problem.timed_pins if timing.times[op, 0] > problem.ops[op, c.LATEST]]
    assert len(lost) == 1


def test_without_pinned_times_what_is_held_comes_first() -> None:
    state = tiny_plant(pins={("SHAFT-1", 10): Pin("SHAFT-1", 10, "saw")})
    state = replace(state, plan=tiny_plan().operations, frozen_minutes=30)
    held = find_frozen(translate(state))
    assert held.first.tolist() == held.blocks.tolist()
    assert len(held.blocks) == 3
