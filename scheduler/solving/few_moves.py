"""Better plans that change little of the plan in force: searches in which a move has a price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.planning.builder import Builder, Timing
from scheduler.ports import PlanRequest
from scheduler.replanning.limits import moves_of, priced
from scheduler.replanning.repair import fit_in
from scheduler.replanning.worth import MOVING_ALL
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.portfolio import improve, provable
from scheduler.solving.start import Start

DEAR = 8.0
"""Times the price of a move, in the first parts of a calm search."""
GENTLE, ANYWHERE = 0.1, 1.0
"""Heat, see `improve`: of an anneal that keeps most of what it begins with, and of one that keeps nothing."""
PARTS = (0.25, GENTLE), (0.5, ANYWHERE), (0.25, GENTLE)
"""Shares of a calm search, and their heat; the last part is at the price itself."""
CHAINED_PARTS = (0.65, ANYWHERE), (0.35, 0.3)
"""The same where max_waits tie operations: there a gentle anneal gets nowhere from a plan that is only repaired."""
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


def search_calmly(start: Start, kept: tuple[Builder, Timing], incumbent: Incumbent, request: PlanRequest) -> None:
    """Better plans into the incumbent, in which moving what starts soon costs `request.calm_price`; and what starts
    later, too, where the plant's own objective has a price on moves (`stability`).

    A search at that price alone wanders off among thousands of small moves and never comes back. So the first parts
    ask many times the price: they move what starts later, and soon only what pays dearly. One goes on gently from the
    repaired plan, as most events leave most of a plan good, one looks everywhere. The last part goes on gently from the
    better one at the price itself (docs/decisions/0016).
    """
    plain = start.builder
    # a plant that prices every move itself has one price for all: to forgive later ones ours would forgive its own
    within = request.calm_minutes if plain.problem.objective_weights[4] == 0.0 else None
    calm = repriced(plain, request.calm_price, within)
    dear = repriced(plain, DEAR * request.calm_price, within).with_pegs(kept[0].pegs)

    def offer(builder: Builder, timing: Timing, engine: str) -> None:
        pegged = calm.with_pegs(builder.pegs)
        incumbent.offer(pegged, recosted(pegged, timing), engine)

    offer(plain, start.first, "dispatch")
    offer(*kept, "repair")
    assert incumbent.best is not None
    if provable(incumbent.best, start.held, request):
        improve(calm.with_pegs(kept[0].pegs), start.held, incumbent, request)
        return
    left = incumbent.deadline - incumbent.elapsed()
    chained = bool((np.diff(start.problem.item_ptr) > 1).any())
    *parts, (last, heat) = CHAINED_PARTS if chained else PARTS
    for turn, (share, its_heat) in enumerate(parts):
        if incumbent.stop():
            return
        inner = incumbent.part(share * left)
        inner.offer(dear, recosted(dear, kept[1]), "repair")
        improve(dear, start.held, inner, _part(request, share, share * left, turn), its_heat)
        assert inner.best is not None
        offer(inner.best.builder, inner.best.timing, inner.best.engine)
    if not incumbent.stop():
        left = incumbent.deadline - incumbent.elapsed()
        improve(calm, start.held, incumbent, _part(request, last, left, len(parts)), heat)


def _part(request: PlanRequest, share: float, seconds: float, turn: int) -> PlanRequest:
    """One of several searches that share the request's time or budget."""
    budget = None if request.budget is None else max(1, int(request.budget * share))
    return replace(request, time_limit_seconds=min(seconds, 1e9), budget=budget, seed=request.seed + turn)


def least_moved(start: Start, kept: tuple[Builder, Timing], most: int) -> tuple[Builder, Timing]:
    """The repair, or where it moves more than `most` to make room for new work, that work in the gaps."""
    if moves_of(start.problem, kept[1]) <= most:
        return kept
    fitted = fit_in(start.builder, start.held)
    if fitted is None or moves_of(start.problem, fitted[1]) > most:
        return kept
    return fitted


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
        inner = incumbent.part(share)
        inner.offer(dear, recosted(dear, best[1]), "repair")
        improve(dear, start.held, inner, _part(request, 1 / ROUNDS, share, turn))
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
