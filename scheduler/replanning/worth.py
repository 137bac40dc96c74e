"""What a move costs, and whether a better plan is worth its moves: so that the floor keeps trusting the list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Kpis, PlannedOperation

SOON = 24 * 60
"""Minutes from now that the floor has in its eye: what moves behind them nobody has prepared for yet."""
MOVING_ALL = 0.25
"""What moving every operation of a plan costs a search that may move so many only, as a share of the plan's cost."""
MOVING_SOON = 0.25
"""What moving all that starts within `SOON` costs a search in the background, as a share of the plan's cost."""
LEAST_GAIN = 0.005
"""Of the cost before: what a plan with any move must gain."""
GAIN_OF_ALL = 0.02
"""Of the cost before: what a plan must gain that moves all that starts within `SOON`; less in proportion."""
UNREST = 3.0
"""How many times more a plan must gain right after the list has been changed for a better one."""
CALM_AFTER = 30.0
"""Minutes in which that falls to a third (1 / e)."""

GAIN_OVER_PERSON = 0.05
"""Of the cost before: what a plan must gain at least to replace by itself one that a person has released, where the
policy says nothing else."""

EXPECTED_DELAY = 24.0
"""Minutes by which a floor is behind its plan after a shift of work, in the mean (docs/decisions/0015)."""
EXPECTED_WEIGHT = 0.25
"""What a minute late that is only expected weighs beside one that is planned (docs/decisions/0028)."""

MOST_GIVEN_UP = 0.1
"""Of what a plan costs as planned: what another may cost more, so planned, for less that is expected."""

DRIFT = 0.01
"""What work that goes otherwise than planned may cost before a better plan is looked for, as a share of the cost."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Whether a better plan replaces the one in force, and why in words. gain : of the cost before, as a share."""

    worth: bool
    reason: str
    gain: float = 0.0

    def __bool__(self) -> bool:
        return self.worth


def costs_beside(one: Kpis, other: Kpis) -> tuple[float, float]:
    """What two plans of one plant cost without what both leave out: beside that all else would be a small share."""
    of_both = min(one.left_out_cost, other.left_out_cost)
    return one.whole_cost - of_both, other.whole_cost - of_both


def price_of_a_move(cost: float, soon: int) -> float:
    """What it costs a search to move one of the `soon` operations that a plan of that cost starts within `SOON`.

        MOVING_SOON * cost / soon

    Without a price a search moves nearly every start for half a percent. Later work moves freely.
    """
    return MOVING_SOON * max(0.0, cost) / max(1, soon)


def starts_soon(plan: Sequence[PlannedOperation], now: Minute) -> int:
    """How many operations start within `SOON`."""
    return sum(now <= o.start < now + SOON for o in plan)


def moved_soon(before: Sequence[PlannedOperation], after: Sequence[PlannedOperation], now: Minute) -> int:
    """Operations on another machine or at another start, of which the old or the new start lies within `SOON`.

    What was within it and starts earlier on its machine does not count: it has moved up, and the list goes on in its
    order, only sooner. What it has been put ahead of starts later, and counts.
    """
    old = {o.key: o for o in before if o.start < now + SOON}
    late = {o.key for o in before if o.start >= now + SOON}
    moved = 0
    for o in after:
        was = old.get(o.key)
        if was is None:
            moved += o.key in late and o.start < now + SOON
        else:
            moved += was.machine != o.machine or o.start > was.start
    return moved


def worth_its_moves(
    cost_before: float,
    cost_after: float,
    moves: int,
    max_moves: int | None = None,
    *,
    moved: int | None = None,
    soon: int = 0,
    quiet_minutes: float = math.inf,
    by_hand: str | None = None,
    gain_over_person: float = GAIN_OVER_PERSON,
) -> Worth:
    """Whether a better plan is worth disturbing the shop for.

        gain > max(LEAST_GAIN, GAIN_OF_ALL * moved / soon) * cost_before * (1 + UNREST * exp(-quiet / CALM_AFTER))

    moves : all that it moves, of which the policy admits `max_moves`.
    moved, soon : how many of the operations that start within `SOON` it moves, and how many there are; None: `moves`.
    quiet_minutes : since the list was last changed for a better plan. A repair does not count: its plan is right, but
        not yet good. Negative: the plant was loaded anew since, with an earlier clock; nobody knows that list now.
    by_hand : the person who released what is in force, which then is only left for more than `gain_over_person`.
    Where nothing moves within `SOON` any gain counts: nobody notices. What a move costs by the plant's own weight is in
    both costs already.
    """
    gain = cost_before - cost_after
    share = gain / cost_before if cost_before > 0 else 0.0
    if max_moves is not None and moves > max_moves:
        return Worth(False, f"it moves {moves} operations and the policy allows {max_moves}")
    near = moves if moved is None else moved
    what = f"it is {share:.1%} better and moves {near} operation{'' if near == 1 else 's'} of the next 24 hours"
    if gain <= 1e-6:
        return Worth(False, "it is no better")
    over_hand = gain_over_person if by_hand is not None else 0.0
    least = max(LEAST_GAIN, GAIN_OF_ALL * near / soon if soon else 0.0) if near else 0.0
    unrest = 1.0 + (UNREST * math.exp(-quiet_minutes / CALM_AFTER) if quiet_minutes >= 0 else 0.0)
    wanted = max(least * unrest, over_hand)
    if share > wanted:
        said = (
            f", more than the {_percent(over_hand)} for which a plan that {by_hand} released is left" if by_hand else ""
        )
        return Worth(True, f"{what}{said}", share)
    told = f"{what}: that is worth {wanted:.1%}"
    if by_hand is not None and wanted == over_hand:
        told = f"{what}: what {by_hand} released is left for more than {_percent(over_hand)} only"
    elif unrest > 1.1:
        told += f", as the list was changed {quiet_minutes:.0f} min ago"
    return Worth(False, told, share)


def _percent(share: float) -> str:
    """5%, 2.5%"""
    return f"{100 * share:g}%"


def has_drifted(cost_searched: float, cost: float) -> bool:
    """Whether repairs have made the plan so much dearer, or cheaper, that its sequences deserve another look.

    cost_searched : of the plan in force when a better one was last looked for. A single report of work asks for no
    search, but their sum does: sequences that were best for planned run times are not for real ones
    (docs/decisions/0011).
    """
    return abs(cost - cost_searched) > DRIFT * max(cost, cost_searched)
