"""How long the legs of a search are, and when it ends."""

from __future__ import annotations

import pytest

from scheduler.ports import Policy
from scheduler.replanning.reactions import Need
from scheduler.usecases.improvement_chain import MOST_FAILURES, Call, Chain, begun, called, ended, failed, next_leg

SECONDS = Policy(improve_seconds=10.0)
MOVES = Policy(improve_iterations=1000)


def call(revision: int, need: Need = Need.improve) -> Call:
    return Call(f"event {revision}", need, revision - 1, revision)


def legs_of(chain: Chain, policy: Policy, most: int = 50) -> tuple[list[float | int], Chain]:
    """The legs until it ends, in moves or seconds."""
    found: list[float | int] = []
    while (leg := next_leg(chain, policy)) is not None:
        found.append(leg.seconds if leg.moves is None else leg.moves)
        assert len(found) < most
        chain = ended(begun(chain), leg)
    return found, chain


def test_a_calm_search_is_short_legs_then_longer_ones_of_the_whole_effort_together() -> None:
    assert legs_of(called(None, call(2), fresh=False), SECONDS)[0] == pytest.approx([0.5, 1, 2, 6.5])


def test_what_was_never_searched_gets_its_whole_effort_in_one_leg() -> None:
    assert legs_of(called(None, call(2), fresh=True), SECONDS)[0] == [10]
    assert legs_of(called(None, call(2), fresh=True), Policy(improve_seconds=15))[0] == pytest.approx([10, 1, 2, 2])


def test_effort_in_moves_is_one_leg_and_a_short_one_by_planned_costs() -> None:
    assert legs_of(called(None, call(2), fresh=False), MOVES)[0] == [600, 400]
    assert legs_of(called(None, call(2), fresh=True), MOVES)[0] == [1000]


def test_an_event_after_the_end_gives_the_whole_effort_again() -> None:
    _, over = legs_of(called(None, call(2), fresh=False), MOVES)
    again = called(over, call(3), fresh=False)
    assert (again.call, again.legs) == (call(3), 2), "what was answered is not joined; seeds go on"
    assert legs_of(again, MOVES)[0] == [600, 400]


def test_an_event_while_a_leg_is_at_work_is_answered_by_the_ones_after_it() -> None:
    chain = called(None, call(2), fresh=False)
    leg = next_leg(chain, MOVES)
    assert leg is not None
    chain = called(called(begun(chain), call(3), fresh=False), call(4), fresh=False)
    assert chain.call == call(2), "the leg at work is for the event before"
    chain = ended(chain, leg)
    assert chain.call == Call("event 4", Need.improve, 2, 4)
    assert legs_of(chain, MOVES)[0] == [600, 400]


def test_what_asks_to_plan_anew_speaks_for_what_asks_for_less_and_for_one_leg_only() -> None:
    chain = called(called(None, call(2, Need.replan), fresh=True), call(3), fresh=False)
    assert chain.call == Call("event 2", Need.replan, 1, 3)
    leg = next_leg(chain, MOVES)
    assert leg is not None
    assert leg.fresh
    chain = ended(called(begun(chain), call(4), fresh=False), leg)
    assert (chain.call.need, chain.fresh) == (Need.improve, False)


def test_a_gain_is_worth_half_the_effort_more_and_never_a_third_half() -> None:
    chain = Chain(call(2), fresh=False)
    seconds = 0.0
    while (leg := next_leg(chain, SECONDS)) is not None:
        seconds += leg.seconds
        gaining = ended(begun(chain), leg)
        chain = Chain(gaining.call, False, legs=gaining.legs, step=gaining.step, spent=gaining.spent, gained=True)
    assert seconds == pytest.approx(15.0)


def test_legs_that_fail_are_tried_again_a_few_times_with_other_seeds() -> None:
    chain, numbers = called(None, call(2), fresh=True), []
    while (leg := next_leg(chain, SECONDS)) is not None:
        assert leg.fresh, "what failed has not looked anywhere"
        numbers.append(leg.number)
        chain = failed(begun(chain), leg)
    assert numbers == list(range(MOST_FAILURES))
    assert next_leg(called(chain, call(3), fresh=False), SECONDS) is not None, "the next event tries again"


def test_no_effort_no_leg() -> None:
    chain = called(None, call(2), fresh=True)
    assert next_leg(chain, Policy(improve_seconds=0)) is None
    assert next_leg(chain, Policy(improve_iterations=0)) is None
