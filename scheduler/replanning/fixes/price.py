"""What a change costs beside its own effort: other orders, overtime, operations that move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.kpis import order_ends
from scheduler.replanning.fixes.change import Change
from scheduler.replanning.worth import SOON


@dataclass(frozen=True, slots=True)
class Price:
    """Against the plan in force, by the due dates and priorities of today, whatever the change does to them.

    newly_late, rescued, left_out : other orders; left_out: that the plan in force ends and this one does not.
    later_minutes, earlier_minutes : by which others are more, and less, late than they were, all together.
    overtime_minutes : of all machines and crews.   moved, moved_soon : operations that change machine or start; those
    of which the old or the new start lies within `SOON`.   weighted_late : minutes late x priority of all orders; one
    left out counts as delivered at the horizon's end.
    score : what fixes are ranked by, the least first:

        tardiness x (weighted_late + overtime_minutes) + stability x moved

    with the plant's own weights: a minute of overtime as dear as a minute late at priority 1.
    """

    newly_late: tuple[str, ...]
    rescued: tuple[str, ...]
    left_out: tuple[str, ...]
    later_minutes: int
    earlier_minutes: int
    overtime_minutes: int
    moved: int
    moved_soon: int
    weighted_late: float
    score: float


class Prices:
    """Of changes of one plant for one order.

    state : the plant today.   before : the plan in force.
    """

    def __init__(self, state: PlantState, before: Sequence[PlannedOperation], order: str) -> None:
        self._state, self._order = state, order
        self._before = {o.key: o for o in before}
        self._late_before = self._lateness(order_ends(state, before))

    def of(self, change: Change, changed: PlantState, operations: Sequence[PlannedOperation]) -> Price:
        """changed, operations : the plant with the change, and its plan."""
        ends = dict(order_ends(changed, operations))
        for lot in change.lots[1:]:  # an order in lots has come when the last of them has
            if change.lots[0] in ends and lot in ends:
                ends[change.lots[0]] = max(ends[change.lots[0]], ends[lot])
            else:
                ends.pop(change.lots[0], None)
        late, before = self._lateness(ends), self._late_before
        others = [name for name in before.keys() | late.keys() if name != self._order]
        left_out = sorted(name for name in others if name in before and name not in late)
        horizon = self._state.horizon_end()
        late |= {name: max(0, horizon - self._state.orders[name].due) for name in before if name not in late}
        more = {name: late[name] - before.get(name, 0) for name in others}
        weighted = sum(late[name] * self._state.orders[name].priority for name in sorted(late))
        moved, soon = self._moves(operations)
        weights = self._state.objective
        worth = weights.tardiness or 1.0
        return Price(
            newly_late=tuple(sorted(n for n in others if late[n] > 0 and before.get(n, 0) == 0 and n not in left_out)),
            rescued=tuple(sorted(n for n in others if late[n] == 0 and before.get(n, 0) > 0)),
            left_out=tuple(left_out),
            later_minutes=sum(m for m in more.values() if m > 0),
            earlier_minutes=-sum(m for m in more.values() if m < 0),
            overtime_minutes=change.overtime_minutes,
            moved=moved,
            moved_soon=soon,
            weighted_late=round(weighted, 4),
            score=round(worth * (weighted + change.overtime_minutes) + weights.stability * moved, 4),
        )

    def _lateness(self, ends: Mapping[str, Minute]) -> dict[str, int]:
        """Minutes past the due date, 0: in time; of the orders of today."""
        orders = self._state.orders
        return {name: max(0, end - orders[name].due) for name, end in ends.items() if name in orders}

    def _moves(self, operations: Sequence[PlannedOperation]) -> tuple[int, int]:
        moved = soon = 0
        for new in operations:
            old = self._before.get(new.key)
            if old is not None and (old.machine, old.start) != (new.machine, new.start):
                moved += 1
                soon += min(old.start, new.start) < self._state.now + SOON
        return moved, soon
