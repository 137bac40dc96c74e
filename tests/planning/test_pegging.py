"""Which supply serves which demand: first in, first out, as the order of demands and the time of supplies say."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.planning.kernels.arrays import Stock
from scheduler.planning.kernels.pegging import peg
from scheduler.planning.layout import FAR, NONE

NO_ORDERS: tuple[list[int], list[float], list[int]] = ([], [], [])


def pegged(
    on_hand: list[float],
    receipts: list[tuple[int, int, float]],
    orders: tuple[list[int], list[float], list[int]],
    demands: list[tuple[int, int, float]],
    wanted: list[int],
) -> tuple[list[int], set[tuple[int, int]]]:
    """(release of each operation, {(operation, order that feeds it)}).

    receipts : material, minute, pieces.   orders : material, pieces, minute of each.   demands : operation, material,
    pieces.   wanted : when each operation would like to start.
    """
    made, quantity, available = orders
    release = np.empty(len(wanted), np.int64)
    arcs = np.empty((len(demands) + len(made) + 1, 2), np.int64)
    stock = Stock(
        materials=len(on_hand),
        on_hand=np.array(on_hand),
        receipts=np.array([(m, t) for m, t, _ in receipts], np.int64).reshape(-1, 2),
        receipt_quantity=np.array([q for *_, q in receipts], np.float64),
        output=np.array(made, np.int64),
        output_quantity=np.array(quantity, np.float64),
        demands=np.array([(op, m) for op, m, _ in demands], np.int64).reshape(-1, 2),
        demand_quantity=np.array([q for *_, q in demands], np.float64),
    )
    count = peg(stock, np.array(wanted, np.int64), np.array(available, np.int64), release, arcs)
    return release.tolist(), {(int(a), int(b)) for a, b in arcs[:count]}


def test_stock_serves_who_wants_to_start_first() -> None:
    release, arcs = pegged([10.0], [(0, 500, 10.0)], NO_ORDERS, [(0, 0, 10.0), (1, 0, 10.0)], [60, 30])
    assert release == [500, -FAR]
    assert arcs == set()


def test_a_demand_waits_for_the_last_delivery_that_it_needs() -> None:
    receipts = [(0, 100, 5.0), (0, 200, 5.0), (0, 300, 5.0)]
    assert pegged([5.0], receipts, NO_ORDERS, [(0, 0, 15.0)], [0])[0] == [200]
    assert pegged([5.0], receipts, NO_ORDERS, [(0, 0, 15.5)], [0])[0] == [300]


def test_what_a_delivery_leaves_over_serves_the_next() -> None:
    release, _ = pegged(
        [0.0], [(0, 100, 10.0), (0, 900, 10.0)], NO_ORDERS, [(0, 0, 4.0), (1, 0, 6.0), (2, 0, 1.0)], [0, 1, 2]
    )
    assert release == [100, 100, 900]  # fmt: skip


def test_an_order_that_ends_before_a_delivery_comes_serves_first() -> None:
    demand, wanted = [(0, 0, 10.0)], [0, 0]
    assert pegged([0.0], [(0, 100, 10.0)], ([0], [10.0], [99]), demand, wanted)[1] == {(0, 0)}
    release, arcs = pegged([0.0], [(0, 100, 10.0)], ([0], [10.0], [100]), demand, wanted)
    assert (release[0], arcs) == (100, set())  # at the same minute the delivery


def test_a_demand_may_need_several_orders_and_an_order_may_serve_several_demands() -> None:
    orders = ([0, 0], [10.0, 10.0], [50, 60])
    _, arcs = pegged([0.0], [], orders, [(0, 0, 6.0), (1, 0, 8.0), (2, 0, 6.0)], [0, 1, 2])
    assert arcs == {(0, 0), (1, 0), (1, 1), (2, 1)}


def test_what_nobody_supplies_never_comes() -> None:
    release, _ = pegged([9.9], [], NO_ORDERS, [(0, 0, 9.9), (1, 0, 0.1)], [0, 1])
    assert release == [-FAR, FAR]


def test_materials_do_not_mix() -> None:
    release, arcs = pegged([0.0, 7.0], [(0, 40, 7.0)], ([1], [7.0], [5]), [(0, 0, 7.0), (1, 1, 7.0)], [9, 9])
    assert (release, arcs) == ([40, -FAR], set())


def test_an_order_that_makes_what_nobody_takes_is_left_out() -> None:
    _, arcs = pegged([0.0], [], ([NONE, 0], [99.0, 5.0], [0, 30]), [(0, 0, 5.0)], [0])
    assert arcs == {(0, 1)}


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_demands_by_start_and_supplies_by_time_never_wait_longer_than_stock_lasts(rng: random.Random) -> None:
    """Where stock never falls below zero in a history, pegs by its own times ask nothing new of it."""
    supplies = sorted(
        (rng.randint(0, 50), rng.choice((0, 1)), float(rng.randint(1, 9))) for _ in range(rng.randint(0, 8))
    )
    on_hand = float(rng.randint(0, 9))
    history, demands = [], list[tuple[int, float]]()
    for t in range(60):
        level = on_hand + sum(q for when, _, q in supplies if when <= t) - sum(q for _, q in demands)
        while level > 0 and rng.random() < 0.3:
            taken = float(rng.randint(1, int(level)))
            demands.append((t, taken))
            level -= taken
        history.append(level)
    receipts = [(0, when, q) for when, kind, q in supplies if kind == 0]
    orders = [(when, q) for when, kind, q in supplies if kind == 1]
    numbers = list(range(len(demands)))
    rng.shuffle(numbers)  # rows of operations know nothing of time
    release, arcs = pegged(
        [on_hand],
        receipts,
        ([0] * len(orders), [q for _, q in orders], [when for when, _ in orders]),
        [(op, 0, demands[op][1]) for op in numbers],
        [t for t, _ in demands],
    )
    assert all(release[op] <= t for op, (t, _) in enumerate(demands))
    assert all(orders[order][0] <= demands[op][0] for op, order in arcs)
