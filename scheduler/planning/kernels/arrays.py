"""The arrays that kernels hand to each other, in groups whose members have names.

Two arrays of one type that change places in a list of thirty are seen by nobody: neither by mypy nor, as long as both
are long enough, by a check of the bounds. So a kernel takes a group and unpacks by name what it needs; a group is made
in one place, each member by its keyword. For machine code that is nothing else than its members one after the other
(docs/decisions/0027).

All are int64 but where they are of floats. n operations, m machines, o orders, d demands, blocks: see `Problem`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.problem import Floats, Ints, Problem, Supply

MOST_BREAKS = 3.0
"""For so many pauses of each operation there is room in its pools at once: room for the longest would be for all."""


class Shop(NamedTuple):
    """What is to be planned: tables of `Problem`, which nobody changes. stride : families + 2, of `changeovers`."""

    ops: Ints
    modes: Ints
    preds: Ints
    succs: Ints
    machines: Ints
    windows: Ints
    stride: int
    changeovers: Ints
    orders: Ints
    block_ptr: Ints
    block_ops: Ints
    pool_needs: Ints
    pool_quantity: Floats


def shop_of(problem: Problem) -> Shop:
    """The tables of a problem as the kernels take them."""
    p = problem
    return Shop(
        ops=p.ops, modes=p.modes, preds=p.preds, succs=p.succs, machines=p.machines, windows=p.windows,
        stride=p.families + 2, changeovers=p.changeovers, orders=p.orders, block_ptr=p.block_ptr, block_ops=p.block_ops,
        pool_needs=p.pool_needs, pool_quantity=p.pool_quantity,
    )  # fmt: skip


class Capacity(NamedTuple):
    """What the pools hold over time: steps (s, 2) pool and minute, free (s,) from then on.   pools : how many.

    consumers : about how many stretches of work take of them. Where there are more, plans are made twice (`pools.py`).
    """

    steps: Ints
    free: Floats
    pools: int
    consumers: int


def capacity_of(problem: Problem) -> Capacity:
    """The pools of a problem as the kernels take them."""
    p, consumers = problem, 0
    if len(p.pool_needs):
        run = p.modes[np.minimum(p.ops[:, c.MODE0], len(p.modes) - 1), c.RUN]
        stretch = (p.windows[:, c.END] - p.windows[:, c.START]).mean() if len(p.windows) else 1.0
        needs = p.ops[:, c.POOL1] - p.ops[:, c.POOL0]
        consumers = int((needs * (1.0 + np.minimum(run / stretch, MOST_BREAKS))).sum())
    return Capacity(steps=p.pool_steps, free=p.pool_free, pools=p.pool_count, consumers=consumers)


class Pools(NamedTuple):
    """What is left of each pool over time, see `pools.py`: step functions, row p of each is pool p.

    at, free : (pools, room) minute from which each step holds, and its capacity.   used : (pools,) steps of each.
    """

    at: Ints
    free: Floats
    used: Ints


class Costs(NamedTuple):
    """What is paid for. rates : what an order's end costs, see `Problem.rates`.   objective : by PER_*.
    prices : (n,) of a move away from the plan in force."""

    rates: Floats
    objective: Floats
    prices: Floats


def costs_of(problem: Problem) -> Costs:
    """What a problem prices, as the kernels take it."""
    return Costs(rates=problem.rates, objective=problem.objective_weights, prices=problem.move_prices)


class Stock(NamedTuple):
    """Who makes and who takes material, as `Supply` has it. materials : how many."""

    materials: int
    on_hand: Floats
    receipts: Ints
    receipt_quantity: Floats
    output: Ints
    output_quantity: Floats
    demands: Ints
    demand_quantity: Floats


def stock_of(supply: Supply) -> Stock:
    """Supply and demand as the kernels take them."""
    s = supply
    return Stock(
        materials=len(s.materials), on_hand=s.on_hand, receipts=s.receipts, receipt_quantity=s.receipt_quantity,
        output=s.output, output_quantity=s.output_quantity, demands=s.demands, demand_quantity=s.demand_quantity,
    )  # fmt: skip


class Pegs(NamedTuple):
    """Who feeds whom: `orders[ptr[op]:ptr[op + 1]]` must end before op starts; `release` (n,): nor before that.

    fed_ops[fed_ptr[o]:fed_ptr[o + 1]] : the operations that wait for order o.
    """

    release: Ints
    ptr: Ints
    orders: Ints
    fed_ptr: Ints
    fed_ops: Ints


class Draft(NamedTuple):
    """A plan as it is built, operation by operation.

    times : (n, PLACED_COLUMNS).   links : (n, 2) who stands before and behind on the machine, NONE: nobody.
    heads, tails : (m,) first and last of each machine.   placed : (n,) 1: it has its place.
    order_left : (o,) operations without one.   order_end : (o,).
    sequence : (blocks,) in which they were placed.   bound : (n,) scratch of `place_block`.
    """

    times: Ints
    links: Ints
    heads: Ints
    tails: Ints
    placed: Ints
    order_left: Ints
    order_end: Ints
    sequence: Ints
    bound: Ints


class Walk(NamedTuple):
    """A plan under search, see `retime.py`: times and places by operation, and each machine's sequence.

    start, end, mode, machine : (n,).   place : (n,) position in the machine's sequence.
    seq : the sequences, machine m's at seq[off[m] : off[m] + length[m]].
    locked : (m,) positions of each machine that stay as they are.   not_before : (n,) no start comes before; where the
    plan in force has an operation (see `homeward.py`) its old start.
    order_end : (o,).   room : free pool capacity per pool and minute.   near : see `clock.py`; nobody changes it.
    """

    start: Ints
    end: Ints
    mode: Ints
    machine: Ints
    place: Ints
    seq: Ints
    off: Ints
    length: Ints
    locked: Ints
    not_before: Ints
    order_end: Ints
    room: Floats
    near: Ints


class Best(NamedTuple):
    """The best plan met by a search: (n,) each."""

    start: Ints
    end: Ints
    mode: Ints


class Allocation(NamedTuple):
    """Allocation of supplies to demands while a search changes sequences, by rank; see `allocation.py`.

    demand_ptr : (n + 1,) demands of an operation.   demands : (d, 2) operation and material.   quantity : (d,) pieces.
    output : (o,) material that an order makes.
    ranked : (d,) demands by rank, material by material from ranked_ptr[material] on.
    rank_of : (d,) each demand's rank: its position in `ranked`.   served : (d,) pieces taken up to and with a position
        of `ranked`.
    take : (d, 2) first and last row of `supplies` that serve it.
    supplies : (k, 2) order that makes it (NONE: a receipt or stock) and minute, from supply_ptr[material] on by time;
    the last row of a material never comes.   supplied : (k,) pieces up to and with a row.
    row_of : (o,) each order's row of `supplies`, NONE: no demand takes what it makes.
    """

    demand_ptr: Ints
    demands: Ints
    quantity: Floats
    output: Ints
    ranked: Ints
    ranked_ptr: Ints
    rank_of: Ints
    served: Floats
    take: Ints
    supplies: Ints
    supplied: Floats
    supply_ptr: Ints
    row_of: Ints


class Changes(NamedTuple):
    """What one move has changed in the sequences, row by row; see `moves.py`.

    journal : (MOST_MOVED, JOURNAL_COLUMNS).   tally : (TALLY_COLUMNS,) rows filled, changeover minutes, kind.
    about : (n,) scratch, when each operation would end.
    """

    journal: Ints
    tally: Ints
    about: Ints


class MoveParameters(NamedTuple):
    """The numbers by which moves are drawn, and given up; why they are what they are: `solving/parameters.py`.

    redraws : times another operation is drawn.   partners : orders looked at for a swap.
    reach : places that a single move goes at most, mostly.   back : operations along what an order's end waits for.
    neighbours : operations of a machine that go home together, at most.
    most_touched : blocks that a move may shake.   surely_touched : blocks before it is given up for what it has cost so
    far.   hopeless : temperatures that it may cost on the way beyond what would be accepted at its end.
    """

    redraws: int
    partners: int
    reach: int
    back: int
    neighbours: int
    most_touched: int
    surely_touched: int
    hopeless: float
