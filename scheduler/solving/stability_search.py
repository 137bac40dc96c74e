"""Better plans that change little of the plan in force: searches in which a move has a price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, Timing
from scheduler.ports import PlanRequest
from scheduler.replanning.limits import moves_of, priced
from scheduler.replanning.repair import fit_in
from scheduler.replanning.worth import MOVING_ALL
from scheduler.solving.incumbent import Found, Incumbent
from scheduler.solving.parameters import DEFAULTS, SearchParameters
from scheduler.solving.portfolio import anneal_together, improve, provable
from scheduler.solving.start import Start


def repriced(builder: Builder, price: float, within: int | None = None) -> Builder:
    """The same where a move costs `price` more; see `replanning/limits.py`."""
    return Builder(priced(builder.problem, price, within), builder.pegs, builder.not_before)


def recosted(builder: Builder, timing: Timing) -> Timing:
    """The same plan at the prices of `builder`."""
    times = timing.times
    if not len(times):
        return timing
    again = builder.timing_of(times[:, c.PLACED_START], times[:, c.PLACED_END], times[:, c.PLACED_MODE])
    return replace(timing, cost=again.cost, pin_price=again.pin_price)


def search_with_stability(
    start: Start, kept: tuple[Builder, Timing], incumbent: Incumbent, request: PlanRequest,
    begun: tuple[Builder, Timing] | None = None, parameters: SearchParameters = DEFAULTS,
) -> None:  # fmt: skip
    """Better plans into the incumbent, in which moving what starts soon costs `request.move_price` beside what the
    plant's own objective asks for any move (`stability`).

    begun : a plan to begin from where it is cheaper than the repaired one.

    It ends at or below the repaired plan and the one that is begun from. A large plant is also searched as if moves
    were free, and that plan walked back: operations returned to their old places, alone or with those of their order or
    behind them, where that costs less than the price (docs/decisions/0022). A small one is also searched from nothing,
    with moves going home all the time (docs/decisions/0026).
    """
    plain, frozen = start.builder, start.frozen
    calm = repriced(plain, request.move_price, request.move_price_within_minutes)
    free = Builder(replace(plain.problem, move_prices=np.zeros(plain.problem.operations)), plain.pegs, plain.not_before)

    def offer(builder: Builder, timing: Timing, engine: str) -> None:
        pegged = calm.with_pegs(builder.pegs)
        incumbent.offer(pegged, recosted(pegged, timing), engine)

    offer(plain, start.first, "dispatch")
    offer(*kept, "repair")
    if begun is not None:
        offer(*begun, "begun")
    assert incumbent.best is not None
    if provable(incumbent.best, frozen, request, parameters):
        improve(incumbent.best.builder, frozen, incumbent, request, parameters)
        return
    left = incumbent.deadline.left()
    numbers = parameters.few_moves
    parts, turns = numbers.parts, 1
    if plain.problem.operations < parameters.portfolio.restart_below:
        parts = numbers.small_parts
        seconds = left if request.budget is None else request.budget / parameters.annealing.moves_per_second
        turns = int(min(numbers.most_turns, max(1.0, seconds / numbers.turn_seconds)))
    freed: Found | None = None
    for number, part in enumerate(parts * turns):
        if incumbent.stop():
            return
        asked = _part(request, part.share / turns, part.share / turns * left, number)
        best = incumbent.best
        if part.begins == "best":
            anneal_together(frozen, incumbent, best, asked, part.heat, part.home, parameters)
            continue
        if part.begins == "anew":
            apart = incumbent.part(asked.time_limit_seconds)
            apart.offer(calm, recosted(calm, start.first), "dispatch")
            improve(calm, frozen, apart, asked, parameters)
            assert apart.best is not None
            offer(apart.best.builder, apart.best.timing, apart.best.engine)
            continue
        base, begin = (free, best) if part.begins == "freed" or freed is None else (calm, freed)
        pegged = base.with_pegs(begin.builder.pegs)
        apart = incumbent.part(asked.time_limit_seconds)
        apart.offer(pegged, recosted(pegged, begin.timing), begin.engine)
        assert apart.best is not None
        anneal_together(frozen, apart, apart.best, asked, part.heat, part.home, parameters)
        freed = apart.best
        offer(freed.builder, freed.timing, freed.engine)


def _part(request: PlanRequest, share: float, seconds: float, turn: int) -> PlanRequest:
    """One of several searches that share the request's time or budget."""
    budget = None if request.budget is None else max(1, int(request.budget * share))
    return replace(request, time_limit_seconds=min(seconds, 1e9), budget=budget, seed=request.seed + turn)


def least_moved(start: Start, kept: tuple[Builder, Timing], most: int) -> tuple[Builder, Timing]:
    """The repair, or where it moves more than `most` to make room for new work, that work in the gaps."""
    if moves_of(start.problem, kept[1]) <= most:
        return kept
    fitted = fit_in(start.builder, start.frozen)
    if fitted is None or moves_of(start.problem, fitted[1]) > most:
        return kept
    return fitted


def search_within(
    most: int, start: Start, kept: tuple[Builder, Timing], incumbent: Incumbent, request: PlanRequest,
    parameters: SearchParameters = DEFAULTS,
) -> None:  # fmt: skip
    """Better plans than the repaired one (`kept`) into the incumbent, none of which moves more than `most`.

    A search counts no moves, but it minds what they cost: the price that brings `most` of them is sought over a few
    searches, each from the best plan that keeps to the limit. Where already the repair moves more, it stays.
    """
    best, rounds = kept, parameters.few_moves.rounds
    price = MOVING_ALL * max(0.0, kept[1].plain_cost) / max(1, start.problem.operations)
    if moves_of(start.problem, kept[1]) > most:
        return
    for turn in range(rounds):
        left = incumbent.deadline.left()
        if incumbent.stop() or left <= 0:
            return
        dear = repriced(Builder(start.problem, best[0].pegs, start.builder.not_before), price)
        share = left / (rounds - turn)
        inner = incumbent.part(share)
        inner.offer(dear, recosted(dear, best[1]), "repair")
        improve(dear, start.frozen, inner, _part(request, 1 / rounds, share, turn), parameters)
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
