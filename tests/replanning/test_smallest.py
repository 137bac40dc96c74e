"""The lowest step that works is found, also where more does not always help more."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from scheduler.replanning.fixes.change import NOTHING, Ladder
from scheduler.replanning.fixes.smallest import Climb

WALKS: tuple[Callable[[Climb], Iterator[int]], ...] = (Climb.whether_at_all, Climb.halving, Climb.all_below)


def climbed(steps: int, working: set[int], walks: int = 3) -> tuple[Climb, list[int]]:
    """After so many of the walks, with the steps in the order in which they were tried."""
    climb, order = Climb(Ladder("due", "B", steps, lambda _: NOTHING)), list[int]()
    for walk in WALKS[:walks]:
        for step in walk(climb):
            order.append(step)
            climb.told(step, step in working)
    return climb, order


def test_halving_ends_beside_a_step_that_does_not_work() -> None:
    climb, order = climbed(16, set(range(6, 17)), walks=2)
    assert (order, climb.best, climb.smaller) == ([16, 8, 4, 6, 5], 6, "next")
    climb, order = climbed(16, set(range(6, 17)))
    assert (order[5:], climb.best, climb.smaller) == ([1, 2, 3], 6, "all")


def test_the_first_step_needs_no_other() -> None:
    assert climbed(8, set(range(1, 9)))[1] == [8, 4, 2, 1]
    climb, order = climbed(1, {1})
    assert (order, climb.best, climb.smaller) == ([1], 1, "all")


def test_half_of_it_is_tried_where_all_of_it_does_not_work() -> None:
    climb, order = climbed(10, {5})
    assert (climb.best, order[:2]) == (5, [10, 5])
    climb, order = climbed(10, set())
    assert (climb.best, order) == (None, [10, 5])
    assert climbed(2, set())[1] == [2]


@given(st.integers(1, 40), st.data())
def test_no_lower_step_works_than_the_one_found(steps: int, data: st.DataObject) -> None:
    working = data.draw(st.sets(st.integers(1, steps)))
    climb, order = climbed(steps, working)
    assert len(order) == len(set(order))
    found = working & {steps, steps // 2 if steps > 2 else steps}
    assert climb.best == (min(working) if found else None)
    if climb.best is not None:
        assert climb.smaller == "all"
