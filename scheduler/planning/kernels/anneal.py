"""Annealing on the order of items and the choice of machines, each trial timed by the schedule builder."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.schedule import OK, build, cost_of
from scheduler.planning.layout import FIXED, ITEM, MODE0, MODE1, NONE
from scheduler.planning.problem import Floats, Ints


@kernel
def seed_kernels(seed: int) -> None:
    """Seed the random numbers of this thread."""
    np.random.seed(seed)


@kernel
def _shift(order_of_items: Ints, place: Ints, source: int, target: int) -> None:
    """Move the item at `source` to `target`, all between by one."""
    item = order_of_items[source]
    step = 1 if target > source else -1
    at = source
    while at != target:
        order_of_items[at] = order_of_items[at + step]
        place[order_of_items[at]] = at
        at += step
    order_of_items[target] = item
    place[item] = target


@kernel
def anneal(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, stride: int, changeovers: Ints,
    orders: Ints, weights: Floats, objective: Floats, fixed_cost: float, pool_needs: Ints, pool_quantity: Floats,
    pool_steps: Ints, pool_free: Floats, pools: int, item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints,
    fed_ptr: Ints, fed_ops: Ints, not_before: Ints, gaps: bool, movable: Ints, first: int, trials: int, hot: float,
    cold: float, reach: int, order_of_items: Ints, choice: Ints, cost: float, times: Ints, links: Ints, heads: Ints,
    order_end: Ints, best_order: Ints, best_choice: Ints, best_cost: float, samples: Floats,
) -> tuple[float, float, int]:  # fmt: skip
    """`trials` moves, the temperature falling from `hot` to `cold`. Changes order_of_items, choice and the best ones.

    movable : operations that may be moved.   first : the items before this position keep their places.
    reach : how many places along its machine's sequence an operation is moved at the most.
    times, links : of the present plan on entry; filled with samples of worsenings where `samples` has room.
    Returns (cost, best cost, number of worsenings sampled).
    """
    items = len(order_of_items)
    place = np.empty(items, np.int64)
    sequence = np.empty(items, np.int64)
    for i in range(items):
        place[order_of_items[i]] = i
    now_times, now_links = times.copy(), links.copy()
    sampled = 0
    for trial in range(trials):
        temperature = hot * (cold / hot) ** (trial / trials) if hot > 0 else 0.0
        op = movable[np.random.randint(len(movable))]
        item = ops[op, ITEM]
        source, target, old_mode, new_mode = place[item], NONE, choice[op], choice[op]
        options = ops[op, MODE1] - ops[op, MODE0]
        if options > 1 and np.random.random() < 0.35:
            new_mode = ops[op, MODE0] + np.random.randint(options)
            if new_mode == old_mode:
                continue
            choice[op] = new_mode
            target = source
            if np.random.random() < 0.5:
                target = min(items - 1, max(first, source + np.random.randint(-reach * 4, reach * 4 + 1)))
        else:
            other, steps = op, 1 + np.random.randint(reach)
            side = np.random.randint(2)
            for _ in range(steps):
                neighbour = now_links[other, side]
                if neighbour == NONE or ops[neighbour, FIXED] == 1:
                    break
                other = neighbour
            if other == op:
                continue
            target = place[ops[other, ITEM]]
            if target < first or target == source:
                continue
        if source < first:
            choice[op] = old_mode
            continue
        if target != source:
            _shift(order_of_items, place, source, target)
        status, _ = build(
            ops, modes, preds, succs, machines, windows, stride, changeovers, orders, pool_needs, pool_quantity,
            pool_steps, pool_free, pools, item_ptr, item_ops, peg_ptr, peg_orders, fed_ptr, fed_ops, order_of_items,
            choice, not_before, gaps, times, links, heads, order_end, sequence,
        )  # fmt: skip
        trial_cost = np.inf
        if status == OK:
            trial_cost = cost_of(
                ops, machines, stride, changeovers, orders, weights, objective, fixed_cost, times, links, heads,
                order_end,
            )  # fmt: skip
        worse = trial_cost - cost
        if 0 < worse < np.inf and sampled < len(samples):
            samples[sampled] = worse
            sampled += 1
        if worse <= 0 or (temperature > 0 and np.random.random() < np.exp(-worse / temperature)):
            cost = trial_cost
            now_times[:, :] = times
            now_links[:, :] = links
            if cost < best_cost - 1e-9:
                best_cost = cost
                best_order[:] = order_of_items
                best_choice[:] = choice
        else:
            if target != source:
                _shift(order_of_items, place, target, source)
            choice[op] = old_mode
    times[:, :] = now_times
    links[:, :] = now_links
    return cost, best_cost, sampled
