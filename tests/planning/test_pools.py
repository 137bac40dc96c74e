"""What a pool has left, minute by minute: as a step function for the builder, as minutes for the search."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.orders import Order
from scheduler.domain.resources import Machine, Pool
from scheduler.domain.routings import EligibleMachine, Operation, PoolNeed, Routing
from scheduler.planning.builder import OK, Builder, DispatchParameters
from scheduler.planning.kernels.clock import fill_room, near_windows, room_clash, use_room
from scheduler.planning.kernels.pools import clash, pool_room, take
from scheduler.planning.layout import FAR, NONE, PLACED_END
from scheduler.planning.problem import Floats, Ints
from scheduler.planning.tables.translate import translate
from tests.builders import MONDAY_SIX, named, tiny_plant

ALWAYS = np.array([[0, 1000, 0]], dtype=np.int64)
WITH_BREAK = np.array([[0, 60, 0], [90, 300, 60]], dtype=np.int64)  # a machine that rests from 60 to 90
ONE_MACHINE = np.array([[0, 1, NONE, 0]], dtype=np.int64)
THREE_ALL_DAY = (np.array([[0, -FAR]], dtype=np.int64), np.array([3.0]))


def _steps(*pairs: tuple[int, float]) -> tuple[Ints, Floats]:
    """One pool's capacity: from each minute on."""
    return np.array([(0, t) for t, _ in pairs], dtype=np.int64), np.array([f for _, f in pairs])


def test_a_pool_of_three_takes_two_and_one_but_not_two_more() -> None:
    at, free, count = pool_room(*THREE_ALL_DAY, 1, 4)
    assert take(at, free, count, 0, 2.0, ALWAYS, 0, 1, 100, 200)
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 150, 160) == NONE
    assert clash(at, free, count, 0, 2.0, ALWAYS, 0, 1, 150, 160) == 200  # the next start worth trying


def test_work_that_ends_when_the_pool_is_taken_and_work_that_starts_when_it_is_free_do_not_clash() -> None:
    at, free, count = pool_room(*THREE_ALL_DAY, 1, 4)
    assert take(at, free, count, 0, 3.0, ALWAYS, 0, 1, 100, 200)
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 50, 100) == NONE
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 50, 101) == 200
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 199, 210) == 200
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 200, 210) == NONE


def test_work_that_pauses_leaves_the_pool_to_others_meanwhile() -> None:
    at, free, count = pool_room(*THREE_ALL_DAY, 1, 4)
    assert take(at, free, count, 0, 3.0, WITH_BREAK, 0, 2, 40, 110)  # at work from 40 to 60 and from 90 to 110
    assert clash(at, free, count, 0, 3.0, ALWAYS, 0, 1, 60, 90) == NONE
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 59, 90) == 60
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 60, 91) == 110


def test_what_is_given_back_is_there_again() -> None:
    at, free, count = pool_room(*THREE_ALL_DAY, 1, 4)
    assert take(at, free, count, 0, 3.0, WITH_BREAK, 0, 2, 40, 110)
    assert take(at, free, count, 0, -3.0, WITH_BREAK, 0, 2, 40, 110)
    assert clash(at, free, count, 0, 3.0, ALWAYS, 0, 1, 0, 1000) == NONE


def test_a_pool_that_is_never_on_duty_again_leaves_no_start_worth_trying() -> None:
    at, free, count = pool_room(*_steps((-FAR, 0.0), (100, 2.0), (200, 0.0)), 1, 4)
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 90, 120) == 100
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 150, 200) == NONE
    assert clash(at, free, count, 0, 1.0, ALWAYS, 0, 1, 150, 201) == FAR


def test_the_search_looks_at_no_minute_behind_those_it_keeps_of_a_pool() -> None:
    near = near_windows(ONE_MACHINE, ALWAYS, 500)
    room = fill_room(*THREE_ALL_DAY, 1, 500)
    assert room_clash(room, 0, 1.0, ALWAYS, near, 0, 0, 1, 490, 500) == NONE
    assert room_clash(room, 0, 1.0, ALWAYS, near, 0, 0, 1, 490, 501) == FAR


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_steps_and_minutes_agree_on_every_clash(rng: random.Random) -> None:
    """The builder's step function and the search's array of minutes, through the same takings and givings back."""
    edges = [-FAR, *sorted(rng.sample(range(1, 280), rng.randint(0, 4)))]
    steps = _steps(*((t, float(rng.randint(0, 3))) for t in edges))
    at, free, count = pool_room(*steps, 1, 0)  # no room to spare: it must be made wider
    near, room = near_windows(np.array([[0, 2, NONE, 0]]), WITH_BREAK, 300), fill_room(*steps, 1, 300)
    taken: list[tuple[int, int]] = []
    for _ in range(rng.randint(1, 30)):
        s = rng.randint(0, 290)
        e = rng.randint(s + 1, 300)
        theirs = clash(at, free, count, 0, 1.0, WITH_BREAK, 0, 2, s, e)
        ours = room_clash(room, 0, 1.0, WITH_BREAK, near, 0, 0, 2, s, e)
        assert (theirs == NONE) == (ours == NONE)
        if theirs != NONE:
            assert ours >= min(300, theirs)  # the minutes know at once where the next step is taken too
            assert (room[0, theirs:ours] < 1.0).all()
            if taken and rng.random() < 0.5:
                s, e = taken.pop()
                assert take(at, free, count, 0, -1.0, WITH_BREAK, 0, 2, s, e)
                use_room(room, 0, -1.0, WITH_BREAK, near, 0, 0, 2, s, e)
            continue
        taken.append((s, e))
        while not take(at, free, count, 0, 1.0, WITH_BREAK, 0, 2, s, e):
            at, free = np.hstack((at, np.empty_like(at))), np.hstack((free, np.empty_like(free)))
        use_room(room, 0, 1.0, WITH_BREAK, near, 0, 0, 2, s, e)
    for t in range(300):
        step = int(np.searchsorted(at[0, : count[0]], t, side="right")) - 1
        assert free[0, step] == room[0, t]


def test_a_plan_whose_pool_has_more_steps_than_there_was_room_for_is_made_anew() -> None:
    """One operation of 40 half hours with a break after each: 80 steps, where there is room for 49."""
    hours = Calendar("hours", tuple(WeeklyWindow(day, 60 * h, 60 * h + 30) for day in range(7) for h in range(24)))
    long = Operation(10, machines=(EligibleMachine("saw", 60.0),), pools=(PoolNeed("crew"),))
    state = tiny_plant(
        calendars=named(hours, Calendar("always", tuple(WeeklyWindow(day, 0, 1440) for day in range(7)))),
        machines=named(Machine("saw", "saw", "hours")),
        materials={},
        receipts={},
        orders=named(*(Order(f"MO-{i}", "", 20.0, MONDAY_SIX + 60, "long") for i in range(2))),
        routings=named(Routing("long", (long,))),
        pools=named(Pool("crew", 1.0, "always")),
    )
    builder = Builder(translate(state))
    assert builder.capacity.consumers == 8
    order, free = np.array([0, 1]), np.full(2, NONE)
    plans = [builder.build(order, free), builder.build(order, free, gaps=True), builder.dispatch(DispatchParameters())]
    for plan in plans:
        assert plan.status == OK
        ends = sorted(plan.times[:, PLACED_END].tolist())
        assert ends == [39 * 60 + 30, 79 * 60 + 30]
