"""Annealing in rounds: the kernel works for a moment, then the clock, the incumbent and the pegs are looked at."""

from __future__ import annotations

import time

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, Timing
from scheduler.planning.kernels.clock import fill_room, near_windows
from scheduler.planning.kernels.retime import pools_of
from scheduler.planning.kernels.seeding import seed_kernels
from scheduler.planning.kernels.sequence_anneal import anneal_sequences
from scheduler.planning.kernels.takers import line_up
from scheduler.planning.problem import Floats, Ints, Problem
from scheduler.solving.incumbent import Incumbent

ROUND_SECONDS = 0.08
MEET_EVERY = 0.1  # of a run that has little time: threads compare what they have
PEG_EVERY = 0.02  # of a run: who takes which supply is settled anew
COOLING = 200.0  # the first temperature over the last
HOT = 3.0  # the first temperature over the cheaper worsenings of the start
QUIET_HOT = 0.5  # the same where max_waits tie operations, or where there is little time
MOVES_PER_SECOND = 25_000  # about, to tell whether there is little time
FEW_MOVES = 100  # for each operation


def mix(
    late: float, critical: float, other_machine: float, far: float, shift: float, rush: float, swap: float
) -> Floats:
    """How moves are drawn, as `kernels/proposals.py` wants it; shift, rush and swap are shares of all moves."""
    return np.array([late, critical, other_machine, far, shift, shift + rush, shift + rush + swap])


FREE_MIX = mix(late=0.8, critical=0.3, other_machine=0.4, far=0.1, shift=0.01, rush=0.09, swap=0.1)
CHAINED_MIX = mix(late=0.8, critical=0.3, other_machine=0.4, far=0.1, shift=0.1, rush=0.2, swap=0.2)


class Annealer:
    """One thread's anneal. `trials` counts the moves that it has tried, `counts` (4, 2) those made and kept by
    kind: orders shifted, rushed, swapped, single operations.

    pinned : items that keep the first places on their machines (frozen work).   rank : see `Incumbent.offer`.
    """

    def __init__(self, incumbent: Incumbent, seed: int, pinned: Ints, rank: int = 0) -> None:
        self.incumbent = incumbent
        self.rank = rank
        self.pinned = pinned
        self.trials = 0
        self.counts: Ints = np.zeros((4, 2), np.int64)
        self._rng = np.random.default_rng(seed)

    def run(self, builder: Builder, begin: Timing, *, seconds: float | None, budget: int | None) -> None:
        """Cool once over `seconds`, or over exactly `budget` moves; offers each better plan."""
        seed_kernels(int(self._rng.integers(1 << 31)))
        state = _Sequences(builder, begin, self.pinned)
        p = builder.problem
        if not len(state.movable):
            return
        chained = bool((np.diff(p.item_ptr) > 1).any())
        moves = budget if budget is not None else (seconds or 0.0) * MOVES_PER_SECOND
        hasty = moves < FEW_MOVES * p.operations
        cost = best_cost = begin.cost
        best_start, best_end, best_mode = state.start.copy(), state.end.copy(), state.mode.copy()
        told, best = begin.cost, begin
        next_pegs, next_meeting = PEG_EVERY, MEET_EVERY
        began = time.perf_counter()
        per_round, done = 200, 0
        hot = 0.0
        while True:
            spent = time.perf_counter() - began
            share = done / budget if budget is not None else spent / max(seconds or 0.0, 1e-9)
            if share >= 1.0 or self.incumbent.stop():
                break
            samples = np.empty(100 if hot == 0.0 else 0)
            if budget is not None:
                per_round = min(max(200, budget // 100), budget - done)
            temperature = hot * COOLING ** (-min(1.0, share))
            cost, best_cost, sampled = anneal_sequences(
                p.ops, p.modes, p.preds, p.succs, p.machines, p.windows, state.near, p.families + 2, p.changeovers,
                p.orders, p.weights, p.objective_weights, p.pool_needs, p.pool_quantity, p.item_ptr, p.item_ops,
                state.demand_ptr, p.supply.demands, p.supply.demand_quantity, state.line, state.line_ptr, state.spot,
                state.served, state.take, state.supplies, state.supplied, state.row_of, p.supply.output,
                builder.not_before, state.movable, state.locked,
                CHAINED_MIX if chained else FREE_MIX, per_round, temperature, temperature * 0.98, state.start,
                state.end, state.mode, state.machine, state.place, state.seq, state.off, state.length, state.order_end,
                state.room, cost, best_cost, best_start, best_end, best_mode, samples,
                self.counts,
            )  # fmt: skip
            done += per_round
            self.trials += per_round
            took = time.perf_counter() - began - spent
            if budget is None and took > 0:
                per_round = max(50, min(200_000, int(per_round * min(4.0, max(0.25, ROUND_SECONDS / took)))))
            if hot == 0.0 and sampled:
                hot = float(np.quantile(samples[:sampled], 0.25)) * (QUIET_HOT if chained or hasty else HOT)
            if best_cost < told - 1e-6:
                told = best_cost
                best = builder.timing_of(best_start, best_end, best_mode)
                self.incumbent.offer(builder, best, "annealing", self.rank)
            if len(p.supply.demands) and share > next_pegs:
                next_pegs = share + PEG_EVERY
                state.line_up(p)
            if hasty and budget is None and share > next_meeting:
                # too little time for two ways: all threads go on from the better one
                next_meeting = share + MEET_EVERY
                found = self.incumbent.best
                if found is not None and found.timing.cost < best_cost - 1e-6:
                    best, cost = found.timing, found.timing.cost
                    told = best_cost = cost
                    state = _Sequences(builder, best, self.pinned)
                    best_start, best_end, best_mode = state.start.copy(), state.end.copy(), state.mode.copy()
        if best is begin:
            return
        if not chained:
            pegged = builder.repegged(best)
            self.incumbent.offer(pegged, pegged.tightened(best), "annealing", self.rank)


class _Sequences:
    """The plan as the arrays of `kernels/retime.py`."""

    def __init__(self, builder: Builder, timing: Timing, pinned: Ints) -> None:
        p = builder.problem
        self.start = timing.times[:, 0].copy()
        self.end = timing.times[:, 1].copy()
        self.machine = timing.times[:, 2].copy()
        self.mode = timing.times[:, 4].copy()
        self.order_end = timing.order_end.copy()
        machines = len(p.machines)
        room = np.bincount(p.modes[:, c.MACHINE], minlength=machines)
        self.off: Ints = np.concatenate(([0], np.cumsum(room)[:-1])).astype(np.int64)
        self.length: Ints = np.bincount(self.machine, minlength=machines).astype(np.int64)
        self.seq: Ints = np.zeros(int(room.sum()) + 1, np.int64)
        self.place: Ints = np.zeros(p.operations, np.int64)
        held = np.isin(p.ops[:, c.ITEM], pinned) | (p.ops[:, c.FIXED] == 1)
        self.locked: Ints = np.zeros(machines, np.int64)
        at = np.zeros(machines, np.int64)
        for op in np.lexsort((self.start, self.machine)).tolist():
            m = self.machine[op]
            self.seq[self.off[m] + at[m]] = op
            self.place[op] = at[m]
            at[m] += 1
            if held[op]:
                self.locked[m] = at[m]
        self.movable: Ints = np.flatnonzero(~held & (self.place >= self.locked[self.machine])).astype(np.int64)
        s = p.supply
        demands, materials = len(s.demands), len(s.materials)
        rows = len(s.receipts) + len(p.orders) + 2 * materials
        counts = np.bincount(s.demands[:, 0], minlength=p.operations) if demands else np.zeros(p.operations, np.int64)
        self.demand_ptr: Ints = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self.line: Ints = np.zeros(demands, np.int64)
        self.spot: Ints = np.zeros(demands, np.int64)
        self.served: Floats = np.zeros(demands)
        self.take: Ints = np.zeros((demands, 2), np.int64)
        self.line_ptr: Ints = np.zeros(materials + 1, np.int64)
        self.supply_ptr: Ints = np.zeros(materials + 1, np.int64)
        self.supplies: Ints = np.zeros((rows, 2), np.int64)
        self.supplied: Floats = np.zeros(rows)
        self.row_of: Ints = np.zeros(len(p.orders), np.int64)
        self.line_up(p)
        self.near: Ints = near_windows(p.machines, p.windows, p.end)
        self.room: Floats = fill_room(p.pool_steps, p.pool_free, p.pool_count, p.end)
        for op in np.flatnonzero(p.ops[:, c.POOL1] > p.ops[:, c.POOL0]).tolist():
            pools_of(
                p.ops, op, 1.0, p.machines, p.windows, self.near, p.pool_needs, p.pool_quantity, self.room,
                int(self.machine[op]), int(self.start[op]), int(self.end[op]),
            )  # fmt: skip

    def line_up(self, problem: Problem) -> None:
        """Let those who start first be served first."""
        s = problem.supply
        line_up(
            len(s.materials), s.on_hand, s.receipts, s.receipt_quantity, s.output, s.output_quantity, s.demands,
            s.demand_quantity, self.start, self.order_end, self.line, self.line_ptr, self.spot, self.served, self.take,
            self.supplies, self.supplied, self.supply_ptr, self.row_of,
        )  # fmt: skip
