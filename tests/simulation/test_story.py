"""The demo's story: the same whoever decides, one trouble after the other."""

from __future__ import annotations

from itertools import pairwise

import pytest

from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Receipt
from scheduler.simulation.atc import Atc
from scheduler.simulation.future import AS_PLANNED, Future
from scheduler.simulation.outcome import outcome
from scheduler.simulation.right_shift_policy import RightShiftPolicy
from scheduler.simulation.runs import last_minute, play
from scheduler.simulation.story import BETWEEN_MINUTES, main_shift, story
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, named, tiny_plan, tiny_plant
from tests.simulation.test_shop import Listening


def test_the_first_trouble_comes_after_ninety_minutes_and_the_last_before_the_last_due_date() -> None:
    """The last order is due on Wednesday at 14:00."""
    found = list(story(tiny_plant(), 1).troubles())
    assert found[0].at == at(0, 7, 30)
    assert found[-1].at < at(2, 14)


@pytest.mark.parametrize("seed", range(5))
def test_troubles_keep_their_distance_in_working_minutes(seed: int) -> None:
    state = tiny_plant()
    shift = main_shift(state, last_minute(state))
    for one, next_ in pairwise(story(state, seed).troubles()):
        assert BETWEEN_MINUTES[0] <= shift.between(one.at, next_.at) <= BETWEEN_MINUTES[1]


def test_troubles_take_turns_and_a_delivery_that_is_there_slips_no_more() -> None:
    """Until the fourth, on Tuesday at noon (90 + 3 x 210 to 300 minutes), the bars of 08:00 have come."""
    assert [t.kind for t in story(tiny_plant(), 1).troubles()][:4] == [
        "breakdown", "rush order", "breakdown", "breakdown",
    ]  # fmt: skip


def test_a_delivery_that_is_still_to_come_slips_by_a_day_and_once() -> None:
    state = tiny_plant(receipts=named(Receipt("PO-7", "bar", 20.0, at(2, 13))))
    told = story(state, 1)
    assert {name: slip.expected for name, slip in told.slips().items()} == {"PO-7": at(2, 13) + DAY}
    assert [t.what for t in told.troubles() if t.kind == "late delivery"] == ["PO-7"]


@pytest.mark.parametrize("seed", range(5))
def test_a_machine_breaks_while_it_is_open_and_is_repaired_before_it_breaks_again(seed: int) -> None:
    state = tiny_plant()
    told = story(state, seed)
    for name in state.machines:
        works = state.machine_time(name, state.now, last_minute(state))
        outages = list(told.outages(name, works))
        assert all(works.is_open(o.start) and o.end > o.start for o in outages)
        assert all(one.end < next_.start for one, next_ in pairwise(outages))


def test_who_works_by_a_rule_and_who_keeps_a_plan_meet_the_same_troubles() -> None:
    """What a floor does is its own; what it meets until Tuesday at 10:00 is the story's."""
    state = tiny_plant(plan=tiny_plan().operations)
    heard = []
    for policy in (Atc(), RightShiftPolicy(state, state.plan, RejigPlanner())):
        listening = Listening(policy)
        play(state, story(state, 3), listening, at(1, 10))
        kinds = ("machine.down", "machine.up", "order.created", "receipt.changed")
        heard.append([(e.time, e.type, e.data) for e in listening.heard if e.type in kinds])
    assert heard[0] == heard[1]
    assert [type_ for _, type_, _ in heard[0]].count("machine.down") >= 1


def test_another_seed_tells_another_story() -> None:
    assert list(story(tiny_plant(), 1).troubles()) != list(story(tiny_plant(), 2).troubles())
    assert list(story(tiny_plant(), 1).troubles()) == list(story(tiny_plant(), 1).troubles())


def test_what_has_not_ended_counts_as_the_plan_has_it() -> None:
    """On Monday at 06:30 nothing has ended; by the plan all three orders are in time. Without a plan they are not."""
    state = tiny_plant(plan=tiny_plan().operations)
    kept = RightShiftPolicy(state, state.plan, RejigPlanner())
    shop = play(state, Future(state, 1, AS_PLANNED), kept, at(0, 6, 30))
    assert shop.now == at(0, 6, 20)  # nothing has happened since
    expected = kept.expected(shop.now)
    assert expected == {"SHAFT-1": at(0, 7, 10), "SHAFT-2": at(0, 8, 15), "PIN-1": at(1, 8, 30)}
    assert outcome("right-shift", shop, 0.0, expected=expected).on_time == 1.0
    assert outcome("right-shift", shop, 0.0).on_time == 0.0
