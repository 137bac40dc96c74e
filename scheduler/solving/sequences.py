"""A plan under annealing: its machine sequences and the allocation of supplies as the kernels' arrays."""

from __future__ import annotations

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, Timing
from scheduler.planning.kernels.allocation import allocate
from scheduler.planning.kernels.arrays import Allocation, Best, Walk, stock_of
from scheduler.planning.kernels.clock import fill_room, near_windows
from scheduler.planning.kernels.move_replay import SCRIPT_COLUMNS
from scheduler.planning.kernels.retime import pools_of
from scheduler.planning.kernels.sequence_anneal import anneal_sequences
from scheduler.planning.problem import Floats, Ints
from scheduler.solving.parameters import DEFAULTS, AnnealingParameters

NO_SCRIPT: Ints = np.empty((0, SCRIPT_COLUMNS), np.int64)

UNSAMPLED: Floats = np.empty(0)
STANDING = (
    "not_before", "start", "end", "mode", "machine", "place", "seq", "length", "order_end", "room", "ranked",
    "ranked_ptr", "rank_of", "served", "take", "supplies", "supplied", "supply_ptr", "row_of",
)  # fmt: skip


class Sequences:
    """The plan as the arrays of `kernels/retime.py`, with the best one met on the way.

    pinned : blocks that keep the first places on their machines (frozen work).   records : what is kept is recorded.
    """

    def __init__(
        self, builder: Builder, timing: Timing, pinned: Ints, records: bool = False,
        parameters: AnnealingParameters = DEFAULTS.annealing,
    ) -> None:  # fmt: skip
        p = builder.problem
        self.builder = builder
        self.parameters = parameters
        self.cost = self.best_cost = timing.cost
        self.start = timing.times[:, c.PLACED_START].copy()
        self.end = timing.times[:, c.PLACED_END].copy()
        self.machine = timing.times[:, c.PLACED_MACHINE].copy()
        self.mode = timing.times[:, c.PLACED_MODE].copy()
        self.order_end = timing.order_end.copy()
        self.not_before = builder.not_before.copy()
        old_start, there = p.ops[:, c.OLD_START], (p.ops[:, c.OLD_MACHINE] == self.machine) & (p.move_prices > 0)
        staying = there & (self.start >= old_start)  # in its old place nothing starts earlier for no gain
        staying[p.timed_pins] = False
        self.not_before[staying] = np.maximum(self.not_before[staying], old_start[staying])
        self._recording: Ints = np.empty((parameters.most_recorded if records else 0, SCRIPT_COLUMNS), np.int64)
        self._recording_rows: Ints = np.zeros(1, np.int64)
        self.best_start, self.best_end, self.best_mode = self.start.copy(), self.end.copy(), self.mode.copy()
        machines = len(p.machines)
        room = np.bincount(p.modes[:, c.MACHINE], minlength=machines)
        self.off: Ints = np.concatenate(([0], np.cumsum(room)[:-1])).astype(np.int64)
        self.length: Ints = np.bincount(self.machine, minlength=machines).astype(np.int64)
        self.seq: Ints = np.zeros(int(room.sum()) + 1, np.int64)
        self.place: Ints = np.zeros(p.operations, np.int64)
        frozen = np.isin(p.ops[:, c.BLOCK], pinned) | (p.ops[:, c.FIXED] == 1)
        self.locked: Ints = np.zeros(machines, np.int64)
        at = np.zeros(machines, np.int64)
        for op in np.lexsort((self.start, self.machine)).tolist():
            m = self.machine[op]
            self.seq[self.off[m] + at[m]] = op
            self.place[op] = at[m]
            at[m] += 1
            if frozen[op]:
                self.locked[m] = at[m]
        self.movable: Ints = np.flatnonzero(~frozen & (self.place >= self.locked[self.machine])).astype(np.int64)
        s = p.supply
        demands, materials = len(s.demands), len(s.materials)
        rows = len(s.receipts) + len(p.orders) + 2 * materials
        counts = np.bincount(s.demands[:, c.DEMAND_OP], minlength=p.operations)
        self.demand_ptr: Ints = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self.ranked: Ints = np.zeros(demands, np.int64)
        self.rank_of: Ints = np.zeros(demands, np.int64)
        self.served: Floats = np.zeros(demands)
        self.take: Ints = np.zeros((demands, 2), np.int64)
        self.ranked_ptr: Ints = np.zeros(materials + 1, np.int64)
        self.supply_ptr: Ints = np.zeros(materials + 1, np.int64)
        self.supplies: Ints = np.zeros((rows, 2), np.int64)
        self.supplied: Floats = np.zeros(rows)
        self.row_of: Ints = np.zeros(len(p.orders), np.int64)
        self.allocate()
        self.near: Ints = near_windows(p.machines, p.windows, p.end)
        self.room: Floats = fill_room(p.pool_steps, p.pool_free, p.pool_count, p.end)
        for op in np.flatnonzero(p.ops[:, c.POOL1] > p.ops[:, c.POOL0]).tolist():
            m, start, end = int(self.machine[op]), int(self.start[op]), int(self.end[op])
            pools_of(op, 1.0, m, start, end, builder.shop, self.walk)

    @property
    def walk(self) -> Walk:
        """Times, places and sequences as the kernels take them."""
        return Walk(
            start=self.start, end=self.end, mode=self.mode, machine=self.machine, place=self.place, seq=self.seq,
            off=self.off, length=self.length, locked=self.locked, not_before=self.not_before,
            order_end=self.order_end, room=self.room, near=self.near,
        )  # fmt: skip

    @property
    def allocation(self) -> Allocation:
        """The allocation of supplies to demands, as the kernels take it."""
        supply = self.builder.problem.supply
        return Allocation(
            demand_ptr=self.demand_ptr, demands=supply.demands, quantity=supply.demand_quantity, output=supply.output,
            ranked=self.ranked, ranked_ptr=self.ranked_ptr, rank_of=self.rank_of, served=self.served, take=self.take,
            supplies=self.supplies, supplied=self.supplied, supply_ptr=self.supply_ptr, row_of=self.row_of,
        )  # fmt: skip

    def allocate(self) -> None:
        """Rank the demands anew: operations that start first are served first."""
        allocate(stock_of(self.builder.problem.supply), self.start, self.order_end, self.allocation)

    def anneal(
        self,
        moves: int,
        temperature: float,
        mix: Floats,
        counts: Ints,
        samples: Floats = UNSAMPLED,
        script: Ints = NO_SCRIPT,
    ) -> int:
        """`moves` moves; see `anneal_sequences`. Returns how many worsenings it has sampled."""
        shop, costs, numbers = self.builder.shop, self.builder.costs, self.parameters
        best = Best(start=self.best_start, end=self.best_end, mode=self.best_mode)
        self._recording_rows[0] = 0
        self.cost, self.best_cost, sampled = anneal_sequences(
            shop, costs, self.walk, self.allocation, self.movable, mix, numbers.moves, moves, temperature,
            temperature * numbers.round_cooling, self.cost, self.best_cost, best, samples, counts, script,
            self._recording, self._recording_rows,
        )  # fmt: skip
        return sampled

    def recorded(self) -> Ints:
        """The moves kept by the last `anneal`, as a script."""
        return self._recording[: self._recording_rows[0]].copy()

    def take_over_from(self, other: Sequences) -> None:
        """Take over the state of the other walk."""
        for name in STANDING:
            getattr(self, name)[...] = getattr(other, name)
        self.cost = other.cost

    def best(self) -> Timing:
        """The best plan met so far."""
        return self.builder.timing_of(self.best_start, self.best_end, self.best_mode)
