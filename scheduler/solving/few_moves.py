"""Better plans that change little of the plan in force: searches in which a move has a price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.planning.builder import OK, Builder, Timing
from scheduler.ports import PlanRequest
from scheduler.replanning.limits import moves_of, priced
from scheduler.replanning.worth import MOVING_ALL
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.portfolio import improve
from scheduler.solving.start import Start

DEAR = 8.0
"""Times the price of a move, in the second part of a calm search."""
PARTS = 3
"""Searches that a calm one is made of."""
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
    """Better plans into the incumbent, in which moving what starts soon costs `request.calm_price`.

    The first third of the search moves freely; what it has found behind `request.calm_minutes` is grafted onto the plan
    in force, whose next hours stay. The second third goes on from there and asks many times the price: it moves what
    starts later, and soon only what pays dearly. That finds what a search at the price itself does not, which wanders
    off among thousands of small moves and never comes back. The last third goes on at the price itself.
    """
    plain = start.builder
    calm = repriced(plain, request.calm_price, request.calm_minutes)
    dear = repriced(plain, DEAR * request.calm_price, request.calm_minutes)
    for timing, builder, engine in ((start.first, plain, "dispatch"), (kept[1], kept[0], "repair")):
        pegged = calm.with_pegs(builder.pegs)
        incumbent.offer(pegged, recosted(pegged, timing), engine)
    best, engine = [kept], "repair"
    for turn, (builder, price) in enumerate(((plain, 0.0), (dear, DEAR))):
        left = incumbent.deadline - incumbent.elapsed()
        if incumbent.stop() or left <= 0:
            return
        share = left / (PARTS - turn)
        inner = Incumbent(share, None, incumbent.stop)
        for pegs_of, timing in best:
            pegged = builder.with_pegs(pegs_of.pegs)
            inner.offer(pegged, recosted(pegged, timing), engine)
        assert inner.best is not None
        improve(builder.with_pegs(inner.best.builder.pegs), start.held, inner, _part(request, PARTS, share, turn))
        found = inner.best.builder, inner.best.timing
        engine = inner.best.engine
        best = [found] if price else [kept, *grafts(start, kept, found, request.calm_minutes)]
    for pegs_of, timing in best:
        pegged = calm.with_pegs(pegs_of.pegs)
        incumbent.offer(pegged, recosted(pegged, timing), engine)
    if not incumbent.stop():
        left = incumbent.deadline - incumbent.elapsed()
        improve(calm.with_pegs(kept[0].pegs), start.held, incumbent, _part(request, PARTS, left, PARTS))


def grafts(
    start: Start, kept: tuple[Builder, Timing], free: tuple[Builder, Timing], within: int
) -> list[tuple[Builder, Timing]]:
    """Plans that keep what `kept` starts before `within` minutes, and behind it follow the sequences of `free`."""
    problem, old, new = start.problem, kept[1].times, free[1].times
    soon = old[:, 0] < within
    choice = np.where(soon, old[:, 4], new[:, 4])
    stay = np.where(soon, old[:, 0], 0)
    first = problem.item_ops[problem.item_ptr[:-1]]
    order = np.lexsort((np.where(soon, old[:, 0], new[:, 0])[first], ~soon[first]))
    others = np.ones(problem.items, np.bool_)
    others[start.held.items] = False
    order = np.concatenate((start.held.items, order[others[order]]))
    found = []
    for builder in (kept[0], free[0]):
        for gaps in (True, False):
            timing = builder.build(order, choice, gaps, len(start.held.items), stay)
            if timing.status == OK:
                found.append((builder, timing))
    return found


def _part(request: PlanRequest, parts: int, seconds: float, turn: int) -> PlanRequest:
    """One of several searches that share the request's time or budget."""
    budget = None if request.budget is None else max(1, request.budget // parts)
    return replace(request, time_limit_seconds=min(seconds, 1e9), budget=budget, seed=request.seed + turn)


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
        improve(dear, start.held, inner, _part(request, ROUNDS, share, turn))
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
