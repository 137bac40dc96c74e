"""The plan in force beside plans that are made anew for the same state: what each costs with all prices on.

The ratio is

    (cost of the plan in force + floor) / (the least of theirs + floor)

where a cost counts everything that the desk pays for: the plant's own weights, `stability` among them, for moves
against the plan in force; and the desk's price for each operation that is moved inside 24 hours. The plan in force has
moved nothing. `floor` keeps plans that cost next to nothing comparable: 1 % of what plain ATC costs at the beginning,
and never less than an order of mean priority an hour late.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import surroundings as beside
from scheduler.domain.plans import PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.ingest import plan_csv
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.replanning.expected import expected_cost
from scheduler.replanning.worth import EXPECTED_DELAY, SOON, moved_soon, price_of_a_move, starts_soon
from scheduler.solving.planner import RejigPlanner, first_plan

Judge = Callable[[PlantState, Sequence[PlannedOperation], Sequence[Unplanned]], tuple[float, str]]
"""What a plan costs on a plant with a plan in force, and what is wrong with it ("": nothing)."""


def by_check(
    state: PlantState, operations: Sequence[PlannedOperation], unplanned: Sequence[Unplanned]
) -> tuple[float, str]:
    """The product's own check."""
    verdict = check_plan(state, operations, unplanned)
    return verdict.kpis.cost, "; ".join(v.message for v in verdict.violations[:1])


def by_referee(folder: Path) -> Judge:
    """The referee, on the plant and the plan in force as a server has written them. What no plan can hold may miss."""

    def judge(
        state: PlantState, operations: Sequence[PlannedOperation], unplanned: Sequence[Unplanned]
    ) -> tuple[float, str]:
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "plan.csv"
            file.write_text(plan_csv(operations, state))
            verdict = beside.judged(folder, file)
        faults = dict(verdict.violations)
        if faults.get("1 complete") == open_work(state, {u.order for u in unplanned}):
            del faults["1 complete"]
        return verdict.cost, ", ".join(f"{rule} x{count}" for rule, count in faults.items())

    return judge


def open_work(state: PlantState, orders: Collection[str]) -> int:
    """Operations of those orders that are not done."""
    routings = ((o, state.routings[state.orders[o].routing]) for o in orders)
    return sum(state.status_of(o, op.number) != "done" for o, routing in routings for op in routing.operations)


@dataclass(frozen=True, slots=True)
class Found:
    """A plan made anew. planned, expected : its costs with all prices.   moves : inside 24 hours."""

    how: str
    planned: float
    expected: float
    moves: int


@dataclass(frozen=True, slots=True)
class Regret:
    """One event on one plant. planned, expected : of the plan in force.   price : of a move inside 24 hours."""

    plant: str
    stability: float
    event: str
    planned: float
    expected: float
    floor: float
    price: float
    found: tuple[Found, ...]
    wrong: str = ""

    @property
    def ratio(self) -> float:
        return (self.planned + self.floor) / (min([self.planned, *(f.planned for f in self.found)]) + self.floor)

    @property
    def expected_ratio(self) -> float:
        return (self.expected + self.floor) / (min([self.expected, *(f.expected for f in self.found)]) + self.floor)


def floor_of(state: PlantState) -> float:
    """What is added to both costs; see the module."""
    plain = first_plan(replace(state, plan=())).first.cost
    hour = 60.0 * state.objective.tardiness * statistics.fmean(o.priority for o in state.orders.values())
    return max(0.01 * plain, hour)


def price_in(state: PlantState, cost: float) -> float:
    """What the desk asks of a search for a move inside 24 hours, beside the plant's own weight."""
    expected = expected_cost(state, state.plan, cost, EXPECTED_DELAY)
    return price_of_a_move(expected, starts_soon(state.plan, state.now))


def regret_of(
    state: PlantState, plant: str, event: str, floor: float, fresh: PlanRequest, judge: Judge, as_desk: bool = False
) -> Regret:
    """The plan in force (in `state`) beside plans made anew within `fresh`: freely, and at the desk's price of moves.

    as_desk : one more at that price, by the expected cost that the desk goes by.
    """
    held = check_plan(state, state.plan)
    cost, fault = judge(state, state.plan, held.unplanned)
    price = price_in(state, held.kpis.cost)
    priced = replace(fresh, move_price=price, move_price_within_minutes=SOON)
    asked = {"free": fresh, "priced": priced}
    if as_desk:
        asked["as desk"] = replace(priced, expected_delay_minutes=EXPECTED_DELAY)
    wrong = [f"in force: {fault}"] if fault else []
    found = []
    for how, request in asked.items():
        plan = RejigPlanner().plan(state, request)
        planned, fault = judge(state, plan.operations, plan.unplanned)
        wrong += [f"{how}: {fault}"] if fault else []
        if len(plan.unplanned) > len(held.unplanned):
            continue
        if len(plan.unplanned) < len(held.unplanned):
            wrong.append(f"{how} plans more orders")
        moves = moved_soon(state.plan, plan.operations, state.now)
        expected = expected_cost(state, plan.operations, planned, EXPECTED_DELAY)
        found.append(Found(how, planned + price * moves, expected + price * moves, moves))
    expected = expected_cost(state, state.plan, cost, EXPECTED_DELAY)
    return Regret(plant, state.objective.stability, event, cost, expected, floor, price, tuple(found), "; ".join(wrong))
