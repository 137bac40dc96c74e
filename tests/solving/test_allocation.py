"""Who takes which supply: the line serves first in, first out, and a turn changes what standing elsewhere changes."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest

from scheduler.planning.kernels import arrays
from scheduler.planning.kernels.allocation import (
    allocate,
    change_rank,
    first_demand,
    rank_at,
    restore_ranks,
    serve,
    supply_time,
)
from scheduler.planning.kernels.arrays import Allocation
from scheduler.planning.kernels.pegging import peg
from scheduler.planning.layout import FAR, NONE
from scheduler.planning.problem import Floats, Ints

SEEDS = range(40)


@dataclass
class Stock:
    """Materials, what supplies them, and who takes how much of what when."""

    on_hand: Floats
    receipts: Ints
    receipt_quantity: Floats
    output: Ints
    output_quantity: Floats
    demands: Ints
    demand_quantity: Floats
    start: Ints
    order_end: Ints


def kept(allocation: Allocation) -> list[list[object]]:
    return [
        allocation.ranked.tolist(),
        allocation.rank_of.tolist(),
        allocation.served.tolist(),
        allocation.take.tolist(),
    ]


def stock_for(s: Stock) -> arrays.Stock:
    return arrays.Stock(
        materials=len(s.on_hand),
        on_hand=s.on_hand,
        receipts=s.receipts,
        receipt_quantity=s.receipt_quantity,
        output=s.output,
        output_quantity=s.output_quantity,
        demands=s.demands,
        demand_quantity=s.demand_quantity,
    )


def random_stock(rng: random.Random, materials: int = 3) -> Stock:
    """Moments and quantities from small ranges, so that ties and used-up supplies are common."""
    orders, ops = rng.randint(0, 6), rng.randint(1, 10)
    receipts = sorted((rng.randrange(materials), rng.randint(0, 50)) for _ in range(rng.randint(0, 8)))
    demands = [(op, m) for op in range(ops) for m in sorted(rng.sample(range(materials), rng.randint(0, materials)))]
    return Stock(
        np.array([float(rng.choice((0, 0, 3, 7))) for _ in range(materials)]),
        np.array(receipts, np.int64).reshape(-1, 2),
        np.array([rng.choice((0.5, 2.0, 5.0)) for _ in receipts]),
        np.array([rng.choice((NONE, *range(materials))) for _ in range(orders)], np.int64),
        np.array([rng.choice((1.0, 2.5, 6.0)) for _ in range(orders)]),
        np.array(demands, np.int64).reshape(-1, 2),
        np.array([rng.choice((0.5, 1.0, 3.0)) for _ in demands]),
        np.array([rng.randint(0, 60) for _ in range(ops)], np.int64),
        np.array([rng.randint(0, 60) for _ in range(orders)], np.int64),
    )


def allocated(s: Stock, wanted: Ints | None = None) -> Allocation:
    materials, d = len(s.on_hand), len(s.demands)
    rows = len(s.receipts) + len(s.output) + 2 * materials
    allocation = Allocation(
        demand_ptr=demand_ptr(s),
        demands=s.demands,
        quantity=s.demand_quantity,
        output=s.output,
        ranked=np.zeros(d, np.int64),
        ranked_ptr=np.zeros(materials + 1, np.int64),
        rank_of=np.zeros(d, np.int64),
        served=np.zeros(d),
        take=np.zeros((d, 2), np.int64),
        supplies=np.zeros((rows, 2), np.int64),
        supplied=np.zeros(rows),
        supply_ptr=np.zeros(materials + 1, np.int64),
        row_of=np.zeros(len(s.output), np.int64),
    )
    allocate(stock_for(s), s.start if wanted is None else wanted, s.order_end, allocation)
    return allocation


def demand_ptr(s: Stock) -> Ints:
    counts = np.bincount(s.demands[:, 0], minlength=len(s.start))
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def times_by_hand(s: Stock, ranked_of: dict[int, list[int]]) -> dict[int, int]:
    """By counting: when each demand has all its pieces, if each material's demands are served in that order."""
    when = {}
    for material, queue in ranked_of.items():
        arrivals = [(-FAR, float(s.on_hand[material]))]
        comes = [
            (int(t), 0, float(q)) for (m, t), q in zip(s.receipts, s.receipt_quantity, strict=True) if m == material
        ]
        comes += [
            (int(s.order_end[o]), 1, float(s.output_quantity[o]))
            for o in range(len(s.output))
            if s.output[o] == material
        ]
        arrivals += [(t, q) for t, _, q in sorted(comes)]
        for d in queue:
            need, latest = float(s.demand_quantity[d]), -FAR
            while need > 1e-9 and arrivals:
                t, left = arrivals[0]
                if left > 1e-9:
                    latest = max(latest, t)
                taken = min(left, need)
                need -= taken
                arrivals[0] = (t, left - taken)
                if left - taken <= 1e-9:
                    arrivals.pop(0)
            when[d] = FAR if need > 1e-9 else latest
    return when


def queues(s: Stock, allocation: Allocation) -> dict[int, list[int]]:
    return {
        m: allocation.ranked[allocation.ranked_ptr[m] : allocation.ranked_ptr[m + 1]].tolist()
        for m in range(len(s.on_hand))
    }


def times_of(s: Stock, allocation: Allocation) -> list[int]:
    return [supply_time(op, allocation, s.order_end) for op in range(len(s.start))]


def expected_times(s: Stock, when: dict[int, int]) -> list[int]:
    ptr = demand_ptr(s)
    return [max((when[d] for d in range(ptr[op], ptr[op + 1])), default=-FAR) for op in range(len(s.start))]


@pytest.mark.parametrize("seed", SEEDS)
def test_everyone_is_supplied_when_counting_the_pieces_says_so(seed: int) -> None:
    s = random_stock(random.Random(seed))
    allocation = allocated(s)
    for queue in queues(s, allocation).values():
        moments = [int(s.start[s.demands[d, 0]]) for d in queue]
        assert moments == sorted(moments)
    assert times_of(s, allocation) == expected_times(s, times_by_hand(s, queues(s, allocation)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_line_supplies_as_the_pegs_of_the_same_times_do(seed: int) -> None:
    s = random_stock(random.Random(1000 + seed))
    release = np.empty(len(s.start), np.int64)
    arcs = np.empty((len(s.demands) + len(s.output) + 1, 2), np.int64)
    made = peg(stock_for(s), s.start, s.order_end, release, arcs)
    by_pegs = release.copy()
    for op, order in arcs[:made].tolist():
        by_pegs[op] = max(by_pegs[op], s.order_end[order])
    assert times_of(s, allocated(s)) == by_pegs.tolist()


def random_rank_changes(
    rng: random.Random, s: Stock, allocation: Allocation, log: Ints, log_served: Floats, most: int
) -> int:
    logged = 0
    for _ in range(most):
        d = rng.randrange(len(s.demands))
        m = s.demands[d, 1]
        target = rng.randrange(allocation.ranked_ptr[m], allocation.ranked_ptr[m + 1])
        logged = change_rank(d, target, allocation, log, log_served, logged)
        assert allocation.ranked[target] == d
    return logged


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_turns_the_line_is_served_as_one_that_stood_so_from_the_start(seed: int) -> None:
    rng = random.Random(2000 + seed)
    s = random_stock(rng)
    if not len(s.demands):
        return
    allocation = allocated(s)
    random_rank_changes(rng, s, allocation, np.empty((400, 4), np.int64), np.empty(400), 6)
    assert (allocation.rank_of[allocation.ranked] == np.arange(len(s.demands))).all()
    assert times_of(s, allocation) == expected_times(s, times_by_hand(s, queues(s, allocation)))
    served, take = np.full(len(s.demands), -1.0), np.full_like(allocation.take, -1)
    for m in range(len(s.on_hand)):
        low, high = int(allocation.ranked_ptr[m]), int(allocation.ranked_ptr[m + 1])
        serve(
            low,
            high,
            low,
            int(allocation.supply_ptr[m]),
            allocation.ranked,
            served,
            take,
            allocation.supplied,
            s.demand_quantity,
        )
    assert take.tolist() == allocation.take.tolist()
    assert served.tolist() == pytest.approx(allocation.served.tolist())


@pytest.mark.parametrize("seed", SEEDS)
def test_turns_taken_back_leave_nothing_behind(seed: int) -> None:
    rng = random.Random(3000 + seed)
    s = random_stock(rng)
    if not len(s.demands):
        return
    allocation = allocated(s)
    before = kept(allocation)
    log, log_served = np.empty((400, 4), np.int64), np.empty(400)
    logged = random_rank_changes(rng, s, allocation, log, log_served, rng.randint(1, 8))
    restore_ranks(log, log_served, logged, allocation)
    assert kept(allocation) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_taker_of_a_row_is_found(seed: int) -> None:
    s = random_stock(random.Random(4000 + seed))
    allocation = allocated(s)
    for material, queue in queues(s, allocation).items():
        low, high = int(allocation.ranked_ptr[material]), int(allocation.ranked_ptr[material + 1])
        for row in range(int(allocation.supply_ptr[material]), int(allocation.supply_ptr[material + 1])):
            found = first_demand(row, material, allocation)
            after = [low + i for i, d in enumerate(queue) if allocation.take[d, 1] >= row]
            assert found == min(after, default=high)
    for order in np.flatnonzero(s.output != NONE).tolist():
        assert allocation.supplies[allocation.row_of[order], 0] == order
    assert (allocation.row_of[s.output == NONE] == NONE).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_who_would_start_at_another_moment_stands_between_those_before_and_after_it(seed: int) -> None:
    rng = random.Random(5000 + seed)
    s = random_stock(rng)
    allocation = allocated(s)
    for d in range(len(s.demands)):
        t = rng.randint(-5, 65)
        target = rank_at(d, t, s.start, allocation)
        queue = queues(s, allocation)[int(s.demands[d, 1])]
        queue.remove(d)
        at = target - int(allocation.ranked_ptr[s.demands[d, 1]])
        assert all(s.start[s.demands[other, 0]] <= t for other in queue[:at])
        assert all(s.start[s.demands[other, 0]] >= t for other in queue[at:])


def test_a_demand_beyond_all_supply_is_never_served() -> None:
    empty = np.empty((0, 2), np.int64)
    s = Stock(
        np.array([4.0]), empty, np.empty(0), np.empty(0, np.int64), np.empty(0), np.array([[0, 0], [1, 0]]),
        np.array([3.0, 2.0]), np.array([5, 9]), np.empty(0, np.int64),
    )  # fmt: skip
    assert times_of(s, allocated(s)) == [-FAR, FAR]  # three of four pieces, then two of one
