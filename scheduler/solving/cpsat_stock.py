"""Material and pools in the CP-SAT model: stock that never falls below zero, and work that takes no more than there is.

Quantities are rounded in the plan's favour to thousandths, so that no plan of the contract is lost.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.planning import layout as c

if TYPE_CHECKING:
    from scheduler.solving.cpsat_clock import Shift
    from scheduler.solving.cpsat_model import CpSatModel

SLACK = 1e-6


def _most(made: CpSatModel, quantity: float) -> int:
    return math.ceil(quantity * made.numbers.quantity_parts - SLACK)


def _least(made: CpSatModel, quantity: float) -> int:
    return math.floor(quantity * made.numbers.quantity_parts + SLACK)


# -- material ---------------------------------------------------------------------------------------------------------


def add_stock(made: CpSatModel) -> None:
    """The level of each material that could fall short."""
    supply = made.problem.supply
    for material in range(len(supply.materials)):
        takes: dict[int, float] = {}
        for (op, taken), quantity in zip(supply.demands.tolist(), supply.demand_quantity.tolist(), strict=True):
            if taken == material:
                takes[op] = takes.get(op, 0.0) + quantity
        demands = [(op, _least(made, quantity)) for op, quantity in takes.items()]
        on_hand = _most(made, float(supply.on_hand[material])) + 1
        if sum(q for _, q in demands) <= on_hand:
            continue
        receipts = [
            (minute, _most(made, float(quantity)))
            for (m, minute), quantity in zip(supply.receipts.tolist(), supply.receipt_quantity.tolist(), strict=True)
            if m == material
        ]
        makers = [
            (o, _most(made, float(supply.output_quantity[o])))
            for o in np.flatnonzero(supply.output == material).tolist()
            if supply.output_quantity[o] > 0
        ]
        if makers:
            _reservoir(made, demands, on_hand, receipts, makers)
        else:
            _steps(made, demands, on_hand, receipts)


def _steps(made: CpSatModel, demands: list[tuple[int, int]], on_hand: int, receipts: list[tuple[int, int]]) -> None:
    """Who starts before a receipt shares what came before it."""
    model, level = made.model, on_hand
    earlier: dict[int, list[Any]] = {}
    by_minute: dict[int, int] = {}
    for minute, quantity in receipts:
        by_minute[minute] = by_minute.get(minute, 0) + quantity
    for minute, quantity in [*sorted(by_minute.items()), (made.problem.end + 1, 0)]:
        taking: list[Any] = []
        for op, q in demands:
            low, high = made.reach.start[op]
            if high < minute:
                taking.append(q)
                continue
            if low >= minute:
                continue
            sooner = model.new_bool_var("")
            model.add(made.start[op] >= minute).only_enforce_if(~sooner)
            model.add(made.start[op] < minute).only_enforce_if(sooner)
            for before in earlier.get(op, ())[-1:]:
                model.add_implication(before, sooner)
            earlier.setdefault(op, []).append(sooner)
            taking.append(q * sooner)
        if taking:
            model.add(sum(taking) <= level)
        level += quantity


def _reservoir(
    made: CpSatModel,
    demands: list[tuple[int, int]],
    on_hand: int,
    receipts: list[tuple[int, int]],
    makers: list[tuple[int, int]],
) -> None:
    """Receipts and the ends of orders raise the level, starts lower it."""
    times: list[Any] = [made.start[op] for op, _ in demands]
    changes = [-q for _, q in demands]
    for minute, quantity in receipts:
        times.append(minute)
        changes.append(quantity)
    for order, quantity in makers:
        times.append(made.order_end[order])
        changes.append(quantity)
    times.append(0)
    changes.append(on_hand)
    total = sum(q for q in changes if q > 0)
    arcs = 0
    for op, needed in demands:
        for order, quantity in makers:
            if total - quantity < needed:  # without this order there is never enough
                made.model.add(made.start[op] >= made.order_end[order])
                arcs += 1
    if receipts or len(demands) > 1 or arcs < len(makers):
        made.model.add_reservoir_constraint(times, changes, 0, total)


# -- pools ------------------------------------------------------------------------------------------------------------


def add_pools(made: CpSatModel) -> None:
    """Each stretch in which an operation is at work takes its quantity; what is off duty is taken."""
    p, model = made.problem, made.model
    for pool in range(p.pool_count):
        needs: dict[int, float] = {}
        for op in range(p.operations):
            for k in range(int(p.ops[op, c.POOL0]), int(p.ops[op, c.POOL1])):
                if p.pool_needs[k] == pool:
                    needs[op] = needs.get(op, 0.0) + float(p.pool_quantity[k])
        free = _room(made, pool, needs)
        most = max((level for _, _, level in free), default=0.0)
        movable = [op for op in needs if not p.ops[op, c.FIXED]]
        if not movable or min(level for *_, level in free) + SLACK >= sum(needs[op] for op in movable):
            continue
        intervals: list[Any] = []
        demands: list[int] = []
        for begin, end, level in free:
            if level < most:
                intervals.append(model.new_fixed_size_interval_var(begin, end - begin, ""))
                demands.append(_most(made, most) + 1 - _most(made, level) - (1 if level > SLACK else 0))
        for op in movable:
            for shift in made.shifts[op]:
                for interval in _at_work(made, op, shift):
                    intervals.append(interval)
                    demands.append(_least(made, needs[op]))
        model.add_cumulative(intervals, demands, _most(made, most) + (1 if most > SLACK else 0))


def _room(made: CpSatModel, pool: int, needs: dict[int, float]) -> list[tuple[int, int, float]]:
    """(from, until, what running work leaves of the pool), without gaps over the grid."""
    p = made.problem
    steps = [(int(t), float(f)) for (q, t), f in zip(p.pool_steps.tolist(), p.pool_free, strict=True) if q == pool]
    used: list[tuple[int, int, float]] = []
    for op, quantity in needs.items():
        if p.ops[op, c.FIXED]:
            for a, b, _ in made.reach.rows[int(p.modes[p.ops[op, c.MODE0], c.MACHINE])]:
                a, b = max(a, 0), min(b, int(p.ops[op, c.FIX_END]))
                if a < b:
                    used.append((a, b, quantity))
    edges = sorted({0, p.end, *(t for t, _ in steps if 0 < t < p.end), *(t for a, b, _ in used for t in (a, b))})
    room = []
    for a, b in itertools.pairwise(edges):
        level = [f for t, f in steps if t <= a][-1] - sum(q for s, e, q in used if s <= a < e)
        room.append((a, b, max(0.0, level)))
    return room


def _at_work(made: CpSatModel, op: int, shift: Shift) -> list[Any]:
    """An interval for each stretch in which the operation could be at work."""
    model, begins, ends = made.model, shift.begins, shift.ends
    start, finish, literal = made.start[op], made.finish[op], shift.literal
    if ends is None or (len(begins) == 1 and list(begins) == list(ends)):
        low, high = made.reach.start[op][0], made.reach.finish[op][1]
        length = model.new_int_var(1, max(1, high - low), "")
        if literal is True:
            return [model.new_interval_var(start, length, finish, "")]
        return [model.new_optional_interval_var(start, length, finish, literal, "")]
    if not begins or not ends:
        return []
    found = []
    for k in range(min(begins), max(ends) + 1):
        a, b = shift.stretches[k]
        begun = [x for j, x in begins.items() if j <= k]
        done = [x for j, x in ends.items() if j < k]
        active = model.new_bool_var("")
        model.add(sum(begun) - sum(done) == active)
        begin, end = model.new_int_var(a, b, ""), model.new_int_var(a, b, "")
        here, last = begins.get(k), ends.get(k)
        if here is None:
            model.add(begin == a).only_enforce_if(active)
        else:
            model.add(begin == start).only_enforce_if(here)
            if here is not True:
                model.add(begin == a).only_enforce_if(active, ~here)
        if last is None:
            model.add(end == b).only_enforce_if(active)
        else:
            model.add(end == finish).only_enforce_if(last)
            if last is not True:
                model.add(end == b).only_enforce_if(active, ~last)
        size = model.new_int_var(0, b - a, "")
        found.append(model.new_optional_interval_var(begin, size, end, active, ""))
    return found
