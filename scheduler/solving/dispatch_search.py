"""Search over dispatching rules: many quick plans, the best of them is where everything else starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.planning.builder import OK, Builder, DispatchParameters
from scheduler.planning.kernels.dispatch import ATC, EDD, WSPT
from scheduler.planning.problem import Floats, Ints
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.parameters import DEFAULTS, DispatchSearchParameters

PRESETS = (
    DispatchParameters(rule=ATC),
    DispatchParameters(rule=EDD),
    DispatchParameters(rule=WSPT),
    DispatchParameters(rule=ATC, lookahead=3.0, setup_dread=0.5, stretch=2.0, patience=0.5),
    DispatchParameters(rule=ATC, lookahead=17.0, setup_dread=1.0, stretch=0.9, waiting=30.0),
    DispatchParameters(rule=ATC, lookahead=12.0, setup_dread=0.3, stretch=2.0, patience=0.5, waiting=30.0),
)


def search_dispatches(
    builder: Builder,
    incumbent: Incumbent,
    *,
    seed: int,
    tries: int,
    seconds: float,
    first: Ints | None = None,
    choice: Ints | None = None,
    gaps: bool = False,
    share: tuple[int, int] = (0, 1),
    enough: int = 1,
    longest: float = 0.0,
    parameters: DispatchSearchParameters = DEFAULTS.dispatching,
) -> int:
    """Dispatch with the presets, then with parameters drawn around the best; re-peg by the best plan now and then.

    Ends after `tries` plans or `seconds`, whichever comes first; with fewer than `enough` plans it goes on to `longest`
    seconds. `gaps` tries gap insertion too.
    share : number and count of the searches that divide the presets among them.
    Returns the number of plans made.
    """
    rng = np.random.default_rng(seed)
    began = incumbent.deadline.elapsed()
    best, best_cost = PRESETS[0], float("inf")
    weights = builder.problem.weights
    unpegged = builder.unpegged() if len(builder.problem.supply.demands) else None
    presets = [*PRESETS, *(_with_gaps(k) for k in PRESETS)] if gaps else list(PRESETS)
    presets = presets[share[0] :: share[1]]
    for number in range(tries):
        least = seconds if number >= enough else max(seconds, longest)
        over = incumbent.deadline.elapsed() - began > least or incumbent.stop() or incumbent.failures.many("dispatch")
        if number and over:
            return number
        with incumbent.share_of("dispatch"):
            tried = weights
            if number < len(presets):
                settings = presets[number]
            else:
                settings = best if rng.random() < parameters.same_parameters else _drawn(rng, best, gaps, parameters)
                if rng.random() < parameters.other_weights:
                    tried = _shaken(rng, weights, parameters.shaken)
            draw = int(rng.integers(1 << 30))
            pegged = builder
            if unpegged is not None and (number % 2 or number < len(presets)):
                # whom would each piece serve if stock were no matter? Peg by that, and by this plan's urgency
                dream = unpegged.dispatch(settings, draw, first, choice, tried)
                pegged = builder.repegged(dream) if dream.status == OK else builder
            timing = pegged.dispatch(settings, draw, first, choice, tried)
            incumbent.offer(pegged, timing, "dispatch")
            if timing.cost < best_cost:
                best, best_cost, weights = settings, timing.cost, tried
                if unpegged is not None:
                    builder = pegged.repegged(timing)
    return tries


def _shaken(rng: np.random.Generator, weights: Floats, orders: float) -> Floats:
    """The priorities with those of so many orders, on average, raised or lowered: a rule learns from the plans which
    orders it should have preferred."""
    hit = rng.random(len(weights)) < orders / max(1, len(weights))
    return weights * np.exp(rng.normal(0.0, 1.0, len(weights)) * hit)


def _with_gaps(settings: DispatchParameters) -> DispatchParameters:
    return replace(settings, gaps=True)


def _drawn(
    rng: np.random.Generator, near: DispatchParameters, gaps: bool, parameters: DispatchSearchParameters
) -> DispatchParameters:
    """Some of the time anywhere, else near the best so far."""
    if rng.random() < parameters.anywhere:
        return DispatchParameters(
            rule=(ATC, ATC, ATC, WSPT)[rng.integers(4)],
            lookahead=float(np.exp(rng.uniform(np.log(0.5), np.log(60.0)))),
            setup_dread=float(np.exp(rng.uniform(np.log(0.05), np.log(5.0)))),
            patience=float(rng.choice([0.0, 0.1, 0.3, 1.0, 3.0])),
            stretch=float(rng.uniform(0.8, 3.5)),
            waiting=float(rng.choice([0.0, 0.0, 10.0, 30.0, 90.0])),
            noise=float(rng.choice([0.0, 0.02, 0.1, 0.3])),
            gaps=gaps and bool(rng.random() < 0.7),
        )
    spread = rng.lognormal(0.0, parameters.spread, 5)
    return DispatchParameters(
        rule=near.rule,
        lookahead=near.lookahead * spread[0],
        setup_dread=max(0.02, near.setup_dread) * spread[1],
        patience=max(0.02, near.patience) * spread[2],
        stretch=near.stretch * spread[3] ** 0.5,
        waiting=near.waiting * spread[4],
        noise=float(rng.choice([0.0, 0.02, 0.1, 0.3])),
        gaps=near.gaps,
    )
