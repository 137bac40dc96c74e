"""How many moves a better plan needs: `python -m benchmarks.moves [--quick]`.

Plants in the middle of their work, with a plan in force that was searched for longer than any plan here, so that what
is to be gained is due to what happens: a machine breaks down, a rush order comes, a delivery fails. The plan is
repaired, and then planned again: freely, and with a price on moving what the repaired plan starts in the next 24 hours,
at several prices. What a plan gains is counted against the repaired one. The figure is the share of the operations
moved (another machine or start, one of them inside 24 hours) by the free plan that the quietest plan moves which keeps
95 % of the free plan's gain. The free search tries about as many moves as a core does in ten seconds, those with a
price so many times as CALM_TIMES says: they run behind a repaired plan, and nobody waits for them. All are counted in
moves on one thread, so a busy computer changes nothing.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import itertools
import multiprocessing
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks import surroundings as beside
from benchmarks.regret import minding_moves, plant_of
from benchmarks.targets import Row
from benchmarks.writing import markdown, number
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.replanning.worth import LEAST_GAIN, MOVING_SOON, SOON, moved_soon, price_of_a_move, starts_soon
from scheduler.solving.planner import RejigPlanner

PLANTS = ("gear-200", "food-200", "assembly-200", "shop-200", "machine-shop", "food-line", "assembly")
STABILITY = (0.0, 5.0)
"""Each plant has either weight: a price of its own on moves beside the desk's."""
EVENTS = ("breakdown", "rush order", "shortage")
PRICES = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Of a move, times the product's own; 0: the free plan."""
BUDGET, QUICK_BUDGET = 1_500_000, 60_000
IN_FORCE, CALM_TIMES = 4, 3
"""Times as many moves made the plan in force, and are tried where a move has a price."""
KEPT_GAIN = 0.95


@dataclass(frozen=True, slots=True)
class Again:
    """A plan made again: what it costs less than the repaired one, and how many operations it moves inside 24 hours."""

    gain: float
    moves: int


@dataclass(frozen=True, slots=True)
class Case:
    """One event on one plant. cost, soon : of the repaired plan, and how many operations it starts inside 24 hours.
    again : by price."""

    plant: str
    event: str
    cost: float
    soon: int
    again: dict[float, Again]

    @property
    def fewest(self) -> int | None:
        """Moves of the quietest plan with 95 % of the free plan's gain; None: that gain is worth no move."""
        free = self.again[0.0]
        if free.gain <= LEAST_GAIN * self.cost:
            return None
        return min(a.moves for a in self.again.values() if a.gain >= KEPT_GAIN * free.gain)

    @property
    def share(self) -> float | None:
        """The same as a share of what the free plan moves; None: nothing to gain, or nothing moved."""
        return None if self.fewest is None or not self.again[0.0].moves else self.fewest / self.again[0.0].moves


def disturbed(state: PlantState, event: str, seed: int) -> PlantState | None:
    """The plant after the event; None where it cannot happen there."""
    rng, now = random.Random(seed), state.now
    soon = [o for o in state.plan if now <= o.start < now + DAY // 2]
    if event == "breakdown":
        machine = rng.choice(soon).machine
        return replace(state, downtimes=(*state.downtimes, Downtime(machine, now, now + 480, "breakdown")))
    if event == "rush order":
        like = rng.choice(list(state.orders.values()))
        rush = replace(like, name="RUSH", release=None, due=now + DAY, priority=10.0, status="released")
        return replace(state, orders={**state.orders, "RUSH": _small(rush)})
    coming = [r for r in state.receipts.values() if r.quantity > 0 and now < r.expected]
    if not coming:
        return None
    late = min(coming, key=lambda r: r.expected)
    return replace(state, receipts={**state.receipts, late.name: replace(late, expected=late.expected + 2 * DAY)})


def _small(order: Order) -> Order:
    return replace(order, quantity=max(1.0, order.quantity // 2))


def case_of(state: PlantState, plant: str, event: str, budget: int, seed: int = 1) -> Case | None:
    """Something happens to a plant with a plan in force; None where it cannot."""
    planner = RejigPlanner()
    hit = disturbed(state, event, seed)
    if hit is None:
        return None
    repaired = planner.repair(hit)
    base = replace(hit, plan=repaired.operations)
    cost = check_plan(base, repaired.operations, repaired.unplanned).kpis.cost
    soon = starts_soon(repaired.operations, base.now)
    price = price_of_a_move(cost, soon)
    again = {}
    for times in PRICES:
        request = PlanRequest(
            budget=budget * (CALM_TIMES if times else 1), workers=1, seed=seed, solver="search",
            move_price=times * price, move_price_within_minutes=SOON,
        )  # fmt: skip
        plan = planner.plan(base, request)
        verdict = check_plan(base, plan.operations, plan.unplanned)
        assert verdict.feasible, [v.message for v in verdict.violations[:3]]
        again[times] = Again(cost - verdict.kpis.cost, moved_soon(repaired.operations, plan.operations, base.now))
    return Case(plant, event, cost, soon, again)


def cases_of(plant: str, stability: float, budget: int) -> list[Case]:
    """Every event on one plant, which has a searched plan in force."""
    state = minding_moves(plant_of(plant, 1), stability)
    plan = RejigPlanner().plan(state, PlanRequest(budget=IN_FORCE * budget, workers=1, solver="search"))
    state = replace(state, plan=plan.operations)
    found = []
    for event in EVENTS:
        case = case_of(state, f"{plant}, stability {stability:g}", event, budget)
        if case is not None:
            print(f"{case.plant}, {event}: {case}", file=sys.stderr, flush=True)
            found.append(case)
    return found


def cases(quick: bool = False, at_once: int = 2) -> list[Case]:
    """Every event on every plant, in `at_once` processes: searches that count moves do not mind each other."""
    plants, budget = (PLANTS[:1], QUICK_BUDGET) if quick else (PLANTS, BUDGET)
    asked = itertools.product(plants, STABILITY)
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(at_once, mp_context=spawn) as pool:
        return [
            case for found in pool.map(cases_of, *zip(*asked, strict=True), itertools.repeat(budget)) for case in found
        ]


def move_rows(quick: bool = False) -> list[Row]:
    """The row of the table of targets (`benchmarks.targets.Row`)."""
    shares = [case.share for case in cases(quick) if case.share is not None]
    note = ""
    if shares:
        note = f"mean of {len(shares)} events, worst {max(shares):.0%}; priced searches {CALM_TIMES} x as long"
    measured = statistics.mean(shares) * 100 if shares else None
    return [Row("moves inside 24 h for 95 % of the gain of a free re-plan", measured, 25, 10, "%", 0, note=note)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moves", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one plant and fewer moves tried")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    found = cases(ask.quick)
    headers = ["plant", "event", "starts in 24 h", "free gain", *(f"price x {p:g}" for p in PRICES), "fewest", "share"]
    cells = []
    for case in found:
        free = case.again[0.0]
        told = [f"{a.gain / free.gain:.0%}, {a.moves}" if free.gain > 0 else str(a.moves) for a in case.again.values()]
        share = "–" if case.share is None else f"{case.share:.0%}"
        few = "–" if case.fewest is None else number(case.fewest)
        cells.append([case.plant, case.event, number(case.soon), number(free.gain), *told, few, share])
    print(markdown(headers, cells, words=("event", *(f"price x {p:g}" for p in PRICES))))
    print(
        f"\nPrices are times the product's own: moving all that starts in 24 hours costs {MOVING_SOON:g} of the plan."
    )


if __name__ == "__main__":
    main()
