"""Repair: the plan in force, re-timed around what has happened; sequences and machines stay where they can."""

from __future__ import annotations

import itertools

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.kernels.dispatch import urgency
from scheduler.planning.kernels.earliest import can_start, earliest_ends
from scheduler.planning.problem import Ints, Problem
from scheduler.replanning.frozen import FrozenWork, available_of
from scheduler.replanning.pins_in_turn import built_in_turn
from scheduler.replanning.worth import SOON, price_of_a_move

FOR_NEW_WORK = 0.5
"""Of a search's price of a move: who hears of new work expects the list to change for it."""


def repair(builder: Builder, frozen: FrozenWork) -> tuple[Builder, Timing] | None:
    """The cheapest of a few re-timings, with the builder (its pegs) that made it; None: none is possible.

    Each keeps the old order of starts. They differ in where new work is put in (at once, where its due date asks for
    it, between the two, or only into the gaps that the plan in force leaves), which is chosen at half the price that
    moving what starts soon has for a search; and in whether what it displaces may go into gaps. They differ in whether
    work of a machine that is down may go to another one; machines are not chosen anew otherwise: doing so costs many
    times the tardiness (measured by the design's prototype). And they differ in
    whether work may start earlier than it did: where nothing has happened, one of them is the plan in force itself.
    """
    problem = builder.problem
    modes = frozen.modes
    old = problem.ops[:, c.OLD_MACHINE] != c.NONE
    start, elsewhere = starts_in_force(problem)
    keys = [start]
    if not old.all():
        latest, soonest = _wanted_starts(builder)
        at_once = np.where(old, start, soonest - 1)  # ahead of what starts at the same minute
        due = np.where(old, start, np.maximum(latest, soonest))
        keys = [due, np.where(old, start, (at_once + due) // 2), at_once]
    orders = [_order(builder, key, frozen) for key in keys]
    choice = np.where(frozen.choice != c.NONE, frozen.choice, modes)
    choice[elsewhere] = c.NONE
    stopped = (frozen.choice == c.NONE) & _hit_by_outage(builder, modes)
    options = [choice, np.where(stopped, c.NONE, choice)] if stopped.any() else [choice]
    found: list[tuple[Builder, Timing]] = []
    reserved = len(builder.reserved) > 0  # all else goes into gaps: behind pinned work it would wait for its time
    chained = bool((np.diff(problem.block_ptr) > 1).any())  # in its place again, a chain's last steps lie in gaps
    stay = np.where(old, start, 0)
    ways: list[tuple[Ints | None, bool]] = [(stay, chained), (None, False)]
    if len(frozen.first) > len(frozen.blocks):  # what pinned work waits for may have to come sooner
        ways.insert(1, (np.where(np.isin(problem.ops[:, c.BLOCK], frozen.first), 0, stay), True))
    if not old.all() and not chained:
        ways.append((stay, True))  # what new work displaces may go into gaps
    for pegged in _pegged(builder, keys[0], modes):
        for order in orders:
            for option in options:
                for earliest, gaps in ways:
                    timing = pegged.build(order, option, gaps or reserved, len(frozen.first), earliest)
                    if timing.status == OK:
                        if earliest is None and found and _as_good(timing, found[-1][1]):
                            found.pop()  # the queue moves up
                        found.append((pegged, timing))
                    if not timing.held_back and old.all():
                        break  # nothing would start earlier
        if reserved and not chained:
            for key, option, earliest in itertools.product(keys, options, (stay, None)):
                timing = built_in_turn(pegged, key, option, frozen.blocks, earliest)
                if timing.status == OK:
                    found.append((pegged, timing))
        if found:
            break
    if not old.all():
        found += [fitted for soon in (True, False) if (fitted := fit_in(builder, frozen, soon)) is not None]
    if not found:
        return None
    if old.all():
        return min(found, key=lambda plan: plan[1].cost)
    price = _price_of_a_move(builder, min(_cost_of_old_work(builder, timing) for _, timing in found))
    return min(found, key=lambda plan: plan[1].cost + price * _moves_soon(builder, plan[1]))


def starts_in_force(problem: Problem) -> tuple[Ints, Ints]:
    """(where the plan in force starts each operation, the operations that a person has pinned to another time since).

    Those are taken to start at the nearest time that their pin allows; new work at 0.
    """
    ops, pins = problem.ops, problem.pins
    old = ops[:, c.OLD_MACHINE] != c.NONE
    start = np.where(old, ops[:, c.OLD_START], 0)
    pins = pins[old[pins]]
    near = np.minimum(np.maximum(start[pins], ops[pins, c.EARLIEST]), ops[pins, c.LATEST])
    elsewhere = pins[near != np.maximum(start[pins], 0)]
    start[pins] = near
    return start, elsewhere


def _as_good(early: Timing, late: Timing) -> bool:
    """True where `early` costs no more than `late`, and no operation starts later in it."""
    return early.cost <= late.cost + 1e-9 and bool(
        (early.times[:, c.PLACED_START] <= late.times[:, c.PLACED_START]).all()
    )


def _cost_of_old_work(builder: Builder, timing: Timing) -> float:
    """Without the lateness of orders that are new as a whole: about what the plan in force was worth before them."""
    p = builder.problem
    known = np.zeros(len(p.orders), np.bool_)
    known[p.ops[p.ops[:, c.OLD_MACHINE] != c.NONE, c.ORDER]] = True
    late = np.maximum(0, timing.order_end - p.orders[:, c.DUE]) * p.weights
    return timing.plain_cost - float(p.objective_weights[c.PER_TARDINESS] * late[~known].sum())


def _price_of_a_move(builder: Builder, cost: float) -> float:
    ops = builder.problem.ops
    soon = (ops[:, c.OLD_MACHINE] != c.NONE) & (ops[:, c.FIXED] == 0) & (ops[:, c.OLD_START] < SOON)
    return FOR_NEW_WORK * price_of_a_move(cost, int(soon.sum()))


def _moves_soon(builder: Builder, timing: Timing) -> int:
    ops, times = builder.problem.ops, timing.times
    moved = (ops[:, c.OLD_MACHINE] != times[:, c.PLACED_MACHINE]) | (
        ops[:, c.OLD_START] < times[:, c.PLACED_START]
    )  # as `moved_soon` counts
    return int((moved & (ops[:, c.OLD_MACHINE] != c.NONE) & (ops[:, c.OLD_START] < SOON)).sum())


def fit_in(builder: Builder, frozen: FrozenWork, soon: bool = False) -> tuple[Builder, Timing] | None:
    """The plan in force where it stands, new work in the gaps that it leaves; None: it leaves none.

    It moves no more than what has happened asks for, whatever that costs.
    soon : in the first gaps; else in those that its due date asks for.
    """
    problem = builder.problem
    modes = frozen.modes
    old = problem.ops[:, c.OLD_MACHINE] != c.NONE
    start, elsewhere = starts_in_force(problem)
    latest, soonest = _wanted_starts(builder)
    wanted = np.where(old, start, soonest if soon else np.maximum(latest, soonest))
    behind = np.where(old, start, wanted + c.FAR)  # new work comes last, also where material is taken
    choice = np.where(frozen.choice != c.NONE, frozen.choice, modes)
    choice[elsewhere] = c.NONE
    pegged = builder
    if len(problem.supply.demands):
        ready = available_of(problem, modes, wanted)
        ready[problem.ops[~old, c.ORDER]] += c.FAR  # and nobody counts on what it makes
        pegged = builder.with_pegs(builder.peg(behind, ready))
    timing = pegged.build(_order(builder, behind, frozen), choice, True, len(frozen.first), start)
    return (pegged, timing) if timing.status == OK else None


def _pegged(builder: Builder, wanted: Ints, modes: Ints) -> list[Builder]:
    """Pegs as the plan in force has them first, by due date where that admits no plan."""
    problem = builder.problem
    if not len(problem.supply.demands):
        return [builder]
    available = available_of(problem, modes, wanted)
    return [builder.with_pegs(builder.peg(wanted, available)), builder]


def _wanted_starts(builder: Builder) -> tuple[Ints, Ints]:
    """Per operation the latest start that keeps what is behind it on time (run times stretched for closed time), and
    the soonest that its own routing admits. An operation that is put in before its order can be there would only
    keep its machine from others."""
    p = builder.problem
    latest, weight = np.empty(p.operations), np.empty(p.operations)
    shortest, ends = np.empty(p.operations, np.int64), np.empty(p.operations, np.int64)
    urgency(builder.shop, builder.pegs, p.weights, 2.0, latest, weight, shortest)
    earliest_ends(p.ops, p.modes, p.preds, p.machines, p.windows, ends)
    return np.clip(latest - 2.0 * shortest, 0, c.FAR / 2).astype(np.int64), ends - shortest


def _hit_by_outage(builder: Builder, modes: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Operations whose old place on their old machine is not open any more."""
    p = builder.problem
    able = np.empty(p.operations, np.int64)
    start = np.maximum(0, p.ops[:, c.OLD_START])
    can_start(p.ops, p.modes, p.machines, p.windows, modes, start, False, able)
    hit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (modes != c.NONE) & (p.ops[:, c.FIXED] == 0) & (able == 0)
    return hit


def _order(builder: Builder, key: Ints, frozen: FrozenWork) -> Ints:
    """Frozen and pinned blocks first, then all others by the key of their first operation."""
    p = builder.problem
    order = np.argsort(key[p.block_ops[p.block_ptr[:-1]]], kind="stable")
    free = np.ones(p.blocks, np.bool_)
    free[frozen.first] = False
    return np.concatenate((frozen.first, order[free[order]])).astype(np.int64)
