"""Annealing in rounds: the kernel works for a moment, then the clock, the incumbent and the pegs are looked at.

Several threads anneal one plan together. In a round each makes moves of its own on its own copy; then each makes the
moves again that the others have kept, exactly re-timed and refused where they do not fit any more; all go on from the
best of the copies. A tenth of the moves is kept, so that costs little.

Source: Kirkpatrick, Gelatt and Vecchi (1983), Science 220(4598), 671-680, doi:10.1126/science.220.4598.671.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from scheduler.planning.builder import Builder, Timing
from scheduler.planning.kernels.moves import KINDS
from scheduler.planning.kernels.proposals import HOME, SHIFT
from scheduler.planning.kernels.seeding import seed_kernels
from scheduler.planning.problem import Floats, Ints, Problem
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.parameters import DEFAULTS, AnnealingParameters
from scheduler.solving.sequences import UNSAMPLED, Sequences

MapFunction = Callable[[Callable[[int], Any], Iterable[int]], Iterable[Any]]
"""How a function runs for every walk: `map`, or that of a pool."""


def mix_for(
    problem: Problem, home: float | None = None, parameters: AnnealingParameters = DEFAULTS.annealing
) -> Floats:
    """How moves are drawn on this plant. home : share of those back to the plan in force, where moves have a price;
    None: as the parameters say."""
    chained = bool((np.diff(problem.block_ptr) > 1).any())
    drawn = (parameters.chained_mix if chained else parameters.free_mix).row()
    if problem.move_prices.any():
        back = parameters.home_share if home is None else home
        drawn[SHIFT:] *= 1.0 - back
        drawn[HOME] += back
    return drawn


class Annealer:
    """Anneals plans. `trials` counts the moves that it has tried, `counts` (KINDS, 2) those made and kept by
    kind: orders shifted, rushed, swapped, single operations, homeward.

    pinned : blocks that keep the first places on their machines (frozen work).   rank : see `Incumbent.offer`.
    """

    def __init__(
        self, incumbent: Incumbent, seed: int, pinned: Ints, rank: int = 0, threads: int = 1,
        parameters: AnnealingParameters = DEFAULTS.annealing,
    ) -> None:  # fmt: skip
        self.incumbent = incumbent
        self.rank = rank
        self.pinned = pinned
        self.threads = threads
        self.parameters = parameters
        self.trials = 0
        self.counts: Ints = np.zeros((KINDS, 2), np.int64)
        self._rng = np.random.default_rng(seed)
        self._cooled: list[tuple[float, float]] = []  # temperature and cost: the last whole anneal

    def run(
        self, builder: Builder, begin: Timing, *, seconds: float | None, budget: int | None, heat: float = 1.0,
        excess: float | None = None, home: float | None = None,
    ) -> None:  # fmt: skip
        """Cool once over `seconds`, or over exactly `budget` moves; offers each better plan.

        heat : times the first temperature that finds a good plan from a poor one; less keeps more of a good one.
        excess : a share, in place of heat: as warm as the last anneal without it was when its plan stood so much above
        its cheapest one; before any such anneal it counts for nothing.
        home : share of the moves that go back to the plan in force, where moves have a price; None: as usual.
        """
        p, numbers = builder.problem, self.parameters
        walks = [Sequences(builder, begin, self.pinned, self.threads > 1, numbers) for _ in range(self.threads)]
        if not len(walks[0].movable):
            return
        chained = bool((np.diff(p.block_ptr) > 1).any())
        moves = budget if budget is not None else (seconds or 0.0) * numbers.moves_per_second * self.threads
        start = numbers.chained_hot if chained else numbers.hot
        if moves < numbers.few_moves * p.operations:
            start = numbers.quiet_hot
        elif moves > numbers.many_moves * p.operations:
            start = numbers.ample_hot
        best, next_pegs, drawn = begin, numbers.peg_every, mix_for(p, home, numbers)
        began = self.incumbent.deadline.clock()
        sampled = int(np.clip(numbers.sampled_share * moves / self.threads, *numbers.sampled_moves))
        per_round, done, hot = self.threads * sampled, 0, 0.0
        if excess is not None:
            hot = self._temperature_at(excess)
        whole, cooled = hot == 0.0, list[tuple[float, float]]()
        with ThreadPoolExecutor(max_workers=self.threads, thread_name_prefix="anneal") as pool:
            while True:
                spent = self.incumbent.deadline.clock() - began
                share = done / budget if budget is not None else spent / max(seconds or 0.0, 1e-9)
                if share >= 1.0 or self.incumbent.stop():
                    break
                if budget is not None:
                    per_round = min(max(200, budget // 100), budget - done)
                temperature = hot * numbers.cooling ** (-min(1.0, share))
                samples = np.empty(numbers.samples if hot == 0.0 else 0)
                map_function: MapFunction = map if self.threads == 1 else pool.map
                sampled = self._round(map_function, walks, per_round, temperature, drawn, samples)
                if not walks:
                    break
                done += per_round
                if hot > 0.0:
                    cooled.append((temperature, walks[0].cost))
                took = self.incumbent.deadline.clock() - began - spent
                if budget is None and took > 0:
                    per_round = max(
                        50, min(200_000, int(per_round * min(4.0, max(0.25, numbers.round_seconds / took))))
                    )
                if hot == 0.0 and sampled:
                    hot = heat * start * float(np.quantile(samples[:sampled], 0.25))
                found = min(walks, key=lambda walk: walk.best_cost)
                if found.best_cost < best.cost - 1e-6:
                    best = found.best()
                    self.incumbent.offer(builder, best, "annealing", self.rank)
                for walk in walks:
                    walk.best_cost = found.best_cost
                if len(p.supply.demands) and share > next_pegs:
                    next_pegs = share + numbers.peg_every
                    for walk in walks:
                        walk.allocate()
        if whole:
            self._cooled = cooled
        if best is not begin and not chained:
            pegged = builder.repegged(best)
            self.incumbent.offer(pegged, pegged.tightened(best), "annealing", self.rank)

    def _temperature_at(self, excess: float) -> float:
        """At which the last whole anneal's plan came within that share of its cheapest; 0: there was none."""
        near = (1.0 + excess) * min((cost for _, cost in self._cooled), default=0.0)
        return next((warm for warm, cost in self._cooled if cost <= near), 0.0)

    def _round(
        self, map_function: MapFunction, walks: list[Sequences], moves: int, temperature: float, mix: Floats,
        samples: Floats,
    ) -> int:  # fmt: skip
        """`moves` moves, divided among the walks, which all end at one plan. Returns how many worsenings it sampled.

        A walk in which something is raised is given up, as its arrays stand half way; the others go on.
        """
        each = [moves // len(walks) + (i < moves % len(walks)) for i in range(len(walks))]
        counts = [np.zeros((KINDS, 2), np.int64) for _ in walks]

        def own(i: int) -> int | None:
            with self.incumbent.share_of("annealing"):
                seed_kernels(seeds[i])
                return walks[i].anneal(each[i], temperature, mix, counts[i], samples if i == 0 else UNSAMPLED)
            return None

        def others(i: int) -> bool:
            with self.incumbent.share_of("annealing"):
                seed_kernels(seeds[i])
                for k, script in enumerate(scripts):
                    if k != i:
                        walks[i].anneal(len(script), temperature, mix, np.zeros((KINDS, 2), np.int64), script=script)
                return True
            return False

        seeds = self._rng.integers(1 << 31, size=len(walks)).tolist()
        sampled = list(map_function(own, range(len(walks))))
        self.trials += moves
        self.counts += sum(counts)
        walks[:] = [walk for walk, made in zip(walks, sampled, strict=True) if made is not None]
        if len(walks) > 1:
            scripts = [walk.recorded() for walk in walks]
            seeds = self._rng.integers(1 << 31, size=len(walks)).tolist()
            kept = list(map_function(others, range(len(walks))))
            walks[:] = [walk for walk, whole in zip(walks, kept, strict=True) if whole]
        if len(walks) > 1:
            nearest = min(walks, key=lambda walk: walk.cost)
            for walk in walks:
                if walk is not nearest:
                    walk.take_over_from(nearest)
        return sampled[0] or 0
