"""Better plans that change little of the plan in force: searches in which a move has a price."""

from __future__ import annotations

from dataclasses import replace

from scheduler.planning.builder import Builder, Timing
from scheduler.ports import PlanRequest
from scheduler.replanning.limits import moves_of, priced
from scheduler.replanning.worth import MOVING_ALL
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.portfolio import improve
from scheduler.solving.start import Start

ROUNDS = 4
"""Searches that share the time, each at the price that the moves of the one before call for."""


def repriced(builder: Builder, price: float, within: int | None = None) -> Builder:
    """The same where a move costs `price` more; see `replanning/limits.py`."""
    return Builder(priced(builder.problem, price, within), builder.pegs, builder.not_before)


def recosted(builder: Builder, timing: Timing) -> Timing:
    """The same plan at the prices of `builder`."""
    times = timing.times
    if not len(times):
        return timing
    again = builder.timing_of(times[:, 0], times[:, 1], times[:, 4])
    return replace(timing, cost=again.cost)


def search_within(
    most: int, start: Start, kept: tuple[Builder, Timing], incumbent: Incumbent, request: PlanRequest
) -> None:
    """Better plans than the repaired one (`kept`) into the incumbent, none of which moves more than `most`.

    A search counts no moves, but it minds what they cost: the price that brings `most` of them is sought over a few
    searches, each from the best plan that keeps to the limit. Where already the repair moves more, it stays.
    """
    best = kept
    price = MOVING_ALL * max(0.0, kept[1].cost) / max(1, start.problem.operations)
    if moves_of(start.problem, kept[1]) > most:
        return
    for turn in range(ROUNDS):
        left = incumbent.deadline - incumbent.elapsed()
        if incumbent.stop() or left <= 0:
            return
        dear = repriced(Builder(start.problem, best[0].pegs, start.builder.not_before), price)
        share = left / (ROUNDS - turn)
        inner = Incumbent(share, None, incumbent.stop)
        inner.offer(dear, recosted(dear, best[1]), "repair")
        budget = None if request.budget is None else max(1, request.budget // ROUNDS)
        asked = replace(request, time_limit_seconds=min(share, 1e9), budget=budget, seed=request.seed + turn)
        improve(dear, start.held, inner, asked)
        found = inner.best
        assert found is not None
        moves = moves_of(start.problem, found.timing)
        if moves <= most:
            plain = Builder(start.problem, found.builder.pegs, start.builder.not_before)
            timing = recosted(plain, found.timing)
            if incumbent.offer(plain, timing, found.engine):
                best = plain, timing
        price = next_price(price, moves, most)


def next_price(price: float, moves: int, most: int) -> float:
    """Dearer where a search moved too much, the more the further it was off; cheaper where there is room left."""
    if moves > most:
        return price * min(16.0, max(2.0, moves / max(1, most)))
    return price / 3.0 if moves < 0.8 * most else price
