"""Problem: a plant as integer tables, the form that the compiled kernels read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Objective, OperationKey, PlannedOperation, Unplanned
from scheduler.planning import layout as c
from scheduler.planning.arrays import Floats as Floats
from scheduler.planning.arrays import Ints as Ints


@dataclass(frozen=True, slots=True)
class Supply:
    """Stock, receipts, and what orders will put out, per material (index into `materials`).

    on_hand : (m,) pieces; below 0: owed, and filled by what comes first.
    receipts : (r, 2) material, minute;  receipt_quantity : (r,) pieces; sorted by material, then minute.
    output : (orders,) material that the order's end adds to, NONE: no operation of the plant takes it.
    output_quantity : (orders,) pieces.
    demands : (d, 2) operation, material, sorted by operation;  demand_quantity : (d,) pieces.
    """

    materials: tuple[str, ...]
    on_hand: Floats
    receipts: Ints
    receipt_quantity: Floats
    output: Ints
    output_quantity: Floats
    demands: Ints
    demand_quantity: Floats

    def ties_of_owed(self) -> int:
        """How many pairs there are of who takes and who makes a material that is owed."""
        owed = np.flatnonzero(self.on_hand < 0)
        taken = self.demands[:, c.DEMAND_MATERIAL]
        return sum(int((taken == m).sum()) * int((self.output == m).sum()) for m in owed.tolist())


@dataclass(frozen=True, slots=True)
class OldPlan:
    """The plan in force beside the operations: `at` (n,) where each stands in `operations`, NONE: nowhere.

    rows : (k, 5) of `tables/plan_rows.py`, read in `context`.   book : (n,) row of the order table of each operation.
    """

    operations: tuple[PlannedOperation, ...]
    rows: Ints
    at: Ints
    book: Ints
    context: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be planned. Columns of each table: `planning/layout.py`. Minutes count from `now`.

    A *block* is a set of operations that must be placed together, because a max_wait links them: most hold one
    operation. `block_ops[block_ptr[i]:block_ptr[i + 1]]` are its operations, predecessors first.

    ops (n, OP_COLUMNS), modes (k, MODE_COLUMNS), machines (m, MACHINE_COLUMNS), windows (w, WINDOW_COLUMNS),
    orders (o, ORDER_COLUMNS): int64.   weights : (o,) priority.
    risks : the weights, then tables of what each order is expected to cost by its end; empty: it costs as planned.
    preds, succs : operations, by PRED0:PRED1 and SUCC0:SUCC1.
    changeovers : flat tables [before, after] of `families` + 2 squared, by MATRIX.
    pool_needs : (q,) pool per need;  pool_quantity : (q,).
    pool_steps : (s, 2) pool, minute, sorted;  pool_free : (s,) capacity from that minute on.
    objective_weights : (4,) tardiness, setup, makespan, flow.
    move_prices : (n,) what another machine or start than in the plan in force costs: `stability`, and what a search
    asks beside it (`replanning/limits.py`).
    fixed_cost : cost of what is over already (orders that ended late).
    pins : the operations whose machine or start a person has fixed, see `planning/pinned.py`.
    end : the last minute that the windows cover; a plan that runs past it needs a longer grid.
    """

    now: Minute
    end: int
    keys: tuple[OperationKey, ...]
    machine_names: tuple[str, ...]
    order_names: tuple[str, ...]
    ops: Ints
    modes: Ints
    preds: Ints
    succs: Ints
    machines: Ints
    windows: Ints
    families: int
    changeovers: Ints
    orders: Ints
    weights: Floats
    pool_needs: Ints
    pool_quantity: Floats
    pool_steps: Ints
    pool_free: Floats
    pool_count: int
    block_ptr: Ints
    block_ops: Ints
    supply: Supply
    objective: Objective
    objective_weights: Floats
    move_prices: Floats
    fixed_cost: float
    frozen_before: int
    old: OldPlan
    unplanned: tuple[Unplanned, ...] = ()
    frozen_machines: tuple[int, ...] = ()
    risks: Floats = field(default_factory=lambda: np.empty(0))
    pins: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def rates(self) -> Floats:
        """What the kernels price an order's end with: the priorities, then the tables at `orders[:, RISK0]`."""
        return self.risks if len(self.risks) else self.weights

    @property
    def operations(self) -> int:
        return len(self.ops)

    @property
    def timed_pins(self) -> Ints:
        """The operations that a person wants to start no later than `LATEST`; those first whose pin can be kept, and of
        them those that must start first."""
        timed: Ints = self.pins[self.ops[self.pins, c.LATEST] < c.FAR]
        return timed[np.lexsort((self.ops[timed, c.LATEST], self.ops[timed, c.PIN_LOST]))]

    @property
    def index(self) -> Mapping[OperationKey, int]:
        """Row of each operation, made when asked for."""
        return {key: row for row, key in enumerate(self.keys)}

    @property
    def blocks(self) -> int:
        return len(self.block_ptr) - 1
