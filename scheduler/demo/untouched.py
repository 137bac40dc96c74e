"""The same floor without Rejig, as far as one can know: what doing nothing would have cost."""

from __future__ import annotations

import simpy

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Kpis
from scheduler.domain.plant import PlantState
from scheduler.ports import Planner
from scheduler.simulation.disturbances import let_happen
from scheduler.simulation.future import Future
from scheduler.simulation.right_shift_policy import RightShiftPolicy
from scheduler.simulation.runs import last_minute
from scheduler.simulation.shop import Shop


class Untouched:
    """A second floor that meets the same future with the first plan: every machine keeps its sequence and waits.

    New orders are put in where a repair would put them. state : with the first plan in force.
    """

    def __init__(self, state: PlantState, future: Future, planner: Planner) -> None:
        self._kept = RightShiftPolicy(state, state.plan, planner)
        self._env = simpy.Environment(initial_time=state.now)
        self._shop = Shop(self._env, state, future, self._kept, last_minute(state))
        let_happen(self._shop)

    def figures(self, now: Minute) -> Kpis:
        """At the end of the minute `now`, which never goes back: what was delivered, and what is still expected."""
        while self._env.peek() <= now:
            self._env.step()
        self._kept.hear(self._shop.take_reports())
        return self._kept.figures(now)


def saved_words(without: Kpis, late: int, orders: int, weighted_tardiness: float) -> str:
    """'had the first plan only been pushed back, 9 of 45 orders would be late; now 4 of 45 are'."""
    before, after = without.weighted_tardiness / 60, weighted_tardiness / 60
    saved = f"{before - after:,.0f} saved" if before >= after else f"{after - before:,.0f} lost"
    return (
        f"had the first plan only been pushed back, {without.late_orders} of {without.orders} orders would be late; "
        f"now {late} of {orders} are. Hours late x priority: {before:,.0f} then, {after:,.0f} now, {saved}"
    )
