"""The schedule builder for people: a Problem and its pegs in, timed plans out. Thread-safe: it keeps no scratch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scheduler.domain.plans import PlannedOperation
from scheduler.planning import layout as c
from scheduler.planning.arrays import Floats, Ints
from scheduler.planning.kernels import dispatch as rules
from scheduler.planning.kernels.dispatch import dispatch
from scheduler.planning.kernels.item import LEFT_OVER, OFF_GRID, OK, WAIT_BROKEN
from scheduler.planning.kernels.pegging import peg
from scheduler.planning.kernels.right_shift import right_shift
from scheduler.planning.kernels.schedule import build, cost_of
from scheduler.planning.kernels.setup_starts import setup_starts
from scheduler.planning.problem import Problem
from scheduler.planning.tables.naming import planned
from scheduler.planning.tables.pinned import price_of_pins

__all__ = ["LEFT_OVER", "OFF_GRID", "OK", "WAIT_BROKEN", "Builder", "Knobs", "Pegs", "Timing"]


@dataclass(frozen=True, slots=True)
class Knobs:
    """How a dispatch chooses; see `kernels/dispatch.py`. The defaults are plain ATC, machine by earliest end."""

    rule: float = rules.ATC
    lookahead: float = 6.0
    setup_dread: float = 0.0
    patience: float = 0.0
    stretch: float = 1.0
    waiting: float = 0.0
    noise: float = 0.0
    gaps: bool = False

    def row(self) -> Floats:
        return np.array(
            [
                self.rule,
                self.lookahead,
                self.setup_dread,
                self.patience,
                self.stretch,
                self.waiting,
                self.noise,
                float(self.gaps),
            ]
        )


@dataclass(frozen=True, slots=True)
class Pegs:
    """Who feeds whom: `orders[ptr[op]:ptr[op + 1]]` must end before op starts; `release` (n,): nor before that.

    fed_ops[fed_ptr[o]:fed_ptr[o + 1]] : the operations that wait for order o.
    """

    release: Ints
    ptr: Ints
    orders: Ints
    fed_ptr: Ints
    fed_ops: Ints


@dataclass(frozen=True, slots=True)
class Timing:
    """A timed plan in tables.

    times : (n, 5) start, end, machine, own setup minutes, mode.   links, heads : the machines' sequences.
    order_end : (o,).   sequence : the items as they were placed: with the same modes and `gaps` they make it again
    (chains tied by a max_wait whose machines were chosen on the way may slide differently).
    status, fault : OK, or what went wrong and with which item.
    pin_price : what of the cost stands for pins that start too late.
    held_back : False where no operation would start earlier without the `stay` that it was built with.
    """

    times: Ints
    links: Ints
    heads: Ints
    order_end: Ints
    sequence: Ints
    gaps: bool
    cost: float
    status: int
    fault: int
    held_back: bool = True
    pin_price: float = 0.0

    @property
    def plain_cost(self) -> float:
        """The contract's."""
        return self.cost - self.pin_price

    @property
    def choice(self) -> Ints:
        """Mode of each operation."""
        return self.times[:, 4].copy()


class Builder:
    """Times plans of one problem with one set of pegs; `with_pegs` makes its sibling with others."""

    def __init__(self, problem: Problem, pegs: Pegs | None = None, not_before: Ints | None = None) -> None:
        self.problem = problem
        self.not_before = np.zeros(problem.operations, np.int64) if not_before is None else not_before
        self.pegs = pegs or self.first_pegs()
        self.bounds = np.maximum(self.not_before, self.pegs.release)
        self.reserved = problem.timed_pins

    def with_pegs(self, pegs: Pegs) -> Builder:
        return Builder(self.problem, pegs, self.not_before)

    # -- pegs -------------------------------------------------------------------------------------------------

    def first_pegs(self) -> Pegs:
        """Demands by due date less the work left, supplies by receipt date and due date."""
        return self.peg(*self.wishes()) if len(self.problem.supply.demands) else no_pegs(self.problem)

    def wishes(self) -> tuple[Ints, Ints]:
        """(wanted, available): when each operation would have to start, (n,), and each order's due date, (o,)."""
        p = self.problem
        none, latest = no_pegs(p), np.empty(p.operations)
        rules.urgency(
            p.ops, p.modes, p.preds, p.succs, p.orders, p.weights, none.ptr, none.orders, none.fed_ptr, none.fed_ops,
            1.5, latest, np.empty(p.operations), np.empty(p.operations, np.int64),
        )  # fmt: skip
        wanted = np.clip(latest, -c.FAR / 2, c.FAR / 2).astype(np.int64)
        due = np.clip(p.orders[:, c.DUE], -c.FAR / 2, c.FAR / 2).astype(np.int64)
        return wanted, due

    def peg(self, wanted: Ints, available: Ints) -> Pegs:
        """First in, first out: demands in the order of `wanted` (n,), orders' output in that of `available` (o,)."""
        p, s = self.problem, self.problem.supply
        if not len(s.demands):
            return no_pegs(p)
        release = np.empty(p.operations, np.int64)
        arcs = np.empty((len(s.demands) + len(p.orders) + 1 + s.ties_of_owed(), 2), np.int64)
        made = peg(
            len(s.materials), s.on_hand, s.receipts, s.receipt_quantity, s.output, s.output_quantity, s.demands,
            s.demand_quantity, wanted, available, release, arcs,
        )  # fmt: skip
        arcs = arcs[:made]
        by_op = arcs[np.argsort(arcs[:, 0], kind="stable")]
        by_order = arcs[np.argsort(arcs[:, 1], kind="stable")]
        return Pegs(
            release=release,
            ptr=_offsets(by_op[:, 0], p.operations),
            orders=np.ascontiguousarray(by_op[:, 1]),
            fed_ptr=_offsets(by_order[:, 1], len(p.orders)),
            fed_ops=np.ascontiguousarray(by_order[:, 0]),
        )

    def unpegged(self) -> Builder:
        """As if material were no matter: its plans may starve, but tell who wants what first."""
        return self.with_pegs(no_pegs(self.problem))

    def repegged(self, timing: Timing) -> Builder:
        """Pegs by the plan's own times: it stays possible, and each supply goes to who takes it first."""
        return self.with_pegs(self.peg(timing.times[:, 0].copy(), timing.order_end))

    # -- plans ------------------------------------------------------------------------------------------------

    def build(
        self, order_of_items: Ints, choice: Ints, gaps: bool = False, pinned: int = 0, stay: Ints | None = None
    ) -> Timing:
        """Time the items in that order on those modes (NONE: where it ends first); the first `pinned` fill gaps.
        stay : (n,) starts that none comes before; None: as early as it can.
        """
        p, g = self.problem, self.pegs
        bounds = self.bounds if stay is None else np.maximum(self.bounds, stay)
        room = times, links, heads, order_end, sequence = self._room()
        if not gaps and p.items == p.operations and not len(self.reserved):
            status, fault, held_back = right_shift(
                p.ops, p.modes, p.preds, p.succs, p.machines, p.windows, p.families + 2, p.changeovers, p.orders,
                p.pool_needs, p.pool_quantity, p.pool_steps, p.pool_free, p.pool_count, p.item_ptr, p.item_ops,
                g.ptr, g.orders, g.fed_ptr, g.fed_ops, order_of_items, pinned, choice, self.bounds,
                np.empty(0, np.int64) if stay is None else bounds, times, links, heads, order_end, sequence,
            )  # fmt: skip
            return replace(self._timing(room, gaps, status, fault), held_back=held_back)
        status, fault = build(
            p.ops, p.modes, p.preds, p.succs, p.machines, p.windows, p.families + 2, p.changeovers, p.orders,
            p.pool_needs, p.pool_quantity, p.pool_steps, p.pool_free, p.pool_count, p.item_ptr, p.item_ops,
            g.ptr, g.orders, g.fed_ptr, g.fed_ops, order_of_items, pinned, choice, bounds, gaps, times, links,
            heads, order_end, sequence,
        )  # fmt: skip
        return self._timing(room, gaps, status, fault)

    def dispatch(
        self,
        knobs: Knobs,
        seed: int = 0,
        first: Ints | None = None,
        choice: Ints | None = None,
        weights: Floats | None = None,
    ) -> Timing:
        """List scheduling by a rule; `first` items are placed before all others; `choice` may fix modes.

        weights : (o,) what the rule takes for the orders' priorities; the cost counts their own in any case.
        """
        p, g = self.problem, self.pegs
        room = times, links, heads, order_end, sequence = self._room()
        status, fault = dispatch(
            p.ops, p.modes, p.preds, p.succs, p.machines, p.windows, p.families + 2, p.changeovers, p.orders,
            p.weights if weights is None else weights, p.pool_needs, p.pool_quantity, p.pool_steps, p.pool_free,
            p.pool_count, p.item_ptr, p.item_ops,
            g.ptr, g.orders, g.fed_ptr, g.fed_ops,
            np.empty(0, np.int64) if first is None else first,
            np.full(p.operations, c.NONE) if choice is None else choice,
            self.bounds, knobs.row(), seed, times, links, heads, order_end, sequence,
        )  # fmt: skip
        return self._timing(room, knobs.gaps or len(self.reserved) > 0, status, fault)

    def _room(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        p = self.problem
        return (
            np.zeros((p.operations, 5), np.int64),
            np.full((p.operations, 2), c.NONE),
            np.full(len(p.machines), c.NONE),
            np.empty(len(p.orders), np.int64),
            np.empty(p.items, np.int64),
        )

    def _timing(self, room: tuple[Ints, Ints, Ints, Ints, Ints], gaps: bool, status: int, fault: int) -> Timing:
        p = self.problem
        times, links, heads, order_end, sequence = room
        cost, price = float("inf"), 0.0
        if status == OK:
            cost = cost_of(
                p.ops, p.machines, p.families + 2, p.changeovers, p.orders, p.rates, p.objective_weights,
                p.move_prices, p.fixed_cost, times, links, heads, order_end,
            )  # fmt: skip
            price = price_of_pins(p.ops, self.reserved, times[:, 0])
        return Timing(times, links, heads, order_end, sequence, gaps, cost + price, status, fault, pin_price=price)

    def timing_of(self, start: Ints, end: Ints, mode: Ints) -> Timing:
        """A plan that was timed elsewhere (by re-timing machine sequences), as a Timing with its cost."""
        p = self.problem
        room = times, links, heads, order_end, sequence = self._room()
        times[:, 0], times[:, 1], times[:, 4] = start, end, mode
        times[:, 2], times[:, 3] = p.modes[mode, c.MACHINE], p.modes[mode, c.SETUP]
        by_machine = np.lexsort((start, times[:, 2]))
        machine = times[by_machine, 2]
        same = machine[1:] == machine[:-1]
        links[by_machine[1:][same], 0] = by_machine[:-1][same]
        links[by_machine[:-1][same], 1] = by_machine[1:][same]
        first = np.concatenate(([True], ~same))
        heads[machine[first]] = by_machine[first]
        order_end[:] = p.orders[:, c.DONE_END]
        np.maximum.at(order_end, p.ops[:, c.ORDER], end)
        sequence[:] = np.argsort(start[p.item_ops[p.item_ptr[:-1]]], kind="stable")
        return self._timing(room, True, OK, c.NONE)

    def order_of(self, timing: Timing) -> Ints:
        """The items by the start of their first operation; where no max_wait ties operations, building in that order
        gives no later times."""
        p = self.problem
        return np.argsort(timing.times[p.item_ops[p.item_ptr[:-1]], 0], kind="stable").astype(np.int64)

    def tightened(self, timing: Timing) -> Timing:
        """The same sequences, rebuilt by start: whatever can move earlier does. Never worse."""
        again = self.build(self.order_of(timing), timing.choice)
        return again if again.cost < timing.cost else timing

    def operations(self, timing: Timing) -> tuple[PlannedOperation, ...]:
        """The plan in names and moments, by start; what is as in the plan in force are its very objects."""
        p = self.problem
        begins = np.empty(p.operations, np.int64)
        setup_starts(
            p.ops, p.machines, p.windows, p.families + 2, p.changeovers, timing.times, timing.links, timing.heads,
            begins,
        )  # fmt: skip
        return planned(p, timing.times, np.where(begins >= c.FAR, c.FAR, begins + p.now))


def _offsets(rows: Ints, count: int) -> Ints:
    return np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=count)))).astype(np.int64)


def no_pegs(problem: Problem) -> Pegs:
    """As if everything were in stock."""
    empty = np.empty(0, np.int64)
    return Pegs(
        np.full(problem.operations, -c.FAR),
        np.zeros(problem.operations + 1, np.int64),
        empty,
        np.zeros(len(problem.orders) + 1, np.int64),
        empty,
    )
