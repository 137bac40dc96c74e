"""Annealing in rounds: the kernel works for a moment, then the clock, the incumbent and the pegs are looked at."""

from __future__ import annotations

import time

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.kernels.anneal import anneal, seed_kernels
from scheduler.planning.problem import Ints
from scheduler.solving.incumbent import Incumbent

ROUND_SECONDS = 0.08
COOLING = 300.0  # the first temperature over the last


class Annealer:
    """One thread's anneal. `trials` counts the plans that it has timed.

    pinned : items that keep the first places, in order (frozen work).
    """

    def __init__(self, incumbent: Incumbent, seed: int, pinned: Ints, gaps: bool) -> None:
        self.incumbent = incumbent
        self.seed = seed
        self.pinned = pinned
        self.gaps = gaps
        self.trials = 0
        self._rng = np.random.default_rng(seed)

    def run(self, builder: Builder, start: Timing, *, seconds: float | None, budget: int | None, reach: int) -> None:
        """Cool once over `seconds`, or over exactly `budget` trials; offers every better plan to the incumbent."""
        p, g = builder.problem, builder.pegs
        seed_kernels(int(self._rng.integers(1 << 31)))
        order = self._order(start)
        choice = start.choice
        present = builder.build(order, choice, self.gaps)
        if present.status != OK:
            return
        fixed = p.ops[:, c.FIXED] == 1
        held = np.isin(p.ops[:, c.ITEM], self.pinned)
        movable = np.flatnonzero(~fixed & ~held).astype(np.int64)
        if not len(movable):
            return
        times, links, heads, order_end = (
            present.times.copy(),
            present.links.copy(),
            present.heads.copy(),
            present.order_end.copy(),
        )
        cost = present.cost
        best_order, best_choice, best_cost = order.copy(), choice.copy(), cost
        told = self.incumbent.cost
        began = time.perf_counter()
        per_round = 20
        hot = cold = 0.0
        done = 0
        while True:
            spent = time.perf_counter() - began
            share = done / budget if budget is not None else spent / max(seconds or 0.0, 1e-9)
            if share >= 1.0 or self.incumbent.stop():
                break
            samples = np.empty(64 if hot == 0.0 else 0)
            if budget is not None:
                per_round = min(max(50, budget // 200), budget - done)
            temperature = hot * COOLING ** (-min(1.0, share))
            cost, best_cost, sampled = anneal(
                p.ops, p.modes, p.preds, p.succs, p.machines, p.windows, p.families + 2, p.changeovers, p.orders,
                p.weights, p.objective_weights, p.fixed_cost, p.pool_needs, p.pool_quantity, p.pool_steps,
                p.pool_free, p.pool_count, p.item_ptr, p.item_ops, g.ptr, g.orders, g.fed_ptr, g.fed_ops,
                builder._bounds, self.gaps, movable, len(self.pinned), per_round, temperature,
                max(cold, temperature * 0.98), reach, order, choice, cost, times, links, heads, order_end, best_order,
                best_choice, best_cost, samples,
            )  # fmt: skip
            done += per_round
            self.trials += per_round
            took = time.perf_counter() - began - spent
            if budget is None and took > 0:
                per_round = max(1, min(20_000, int(per_round * min(4.0, max(0.25, ROUND_SECONDS / took)))))
            if hot == 0.0 and sampled:
                hot = float(np.quantile(samples[:sampled], 0.25)) * 0.5
                cold = hot / COOLING
            if best_cost < told - 1e-9:
                told = best_cost
                timing = builder.build(best_order, best_choice, self.gaps)
                self.incumbent.offer(builder, timing, "annealing")

    def _order(self, timing: Timing) -> Ints:
        order = timing.sequence.copy()
        if not len(self.pinned):
            return order
        return np.concatenate((self.pinned, order[~np.isin(order, self.pinned)])).astype(np.int64)
