"""The schedule builder for people: a Problem and its pegs in, timed plans out. Thread-safe: it keeps no scratch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scheduler.domain.plans import PlannedOperation
from scheduler.planning import layout as c
from scheduler.planning.arrays import Floats, Ints
from scheduler.planning.kernels import dispatch as rules
from scheduler.planning.kernels.arrays import Draft, Pegs, capacity_of, costs_of, shop_of, stock_of
from scheduler.planning.kernels.block import LEFT_OVER, OFF_GRID, OK, WAIT_BROKEN
from scheduler.planning.kernels.dispatch import dispatch
from scheduler.planning.kernels.pegging import peg
from scheduler.planning.kernels.right_shift import right_shift
from scheduler.planning.kernels.schedule import build, cost_of
from scheduler.planning.kernels.setup_starts import setup_starts
from scheduler.planning.problem import Problem
from scheduler.planning.tables.naming import planned
from scheduler.planning.tables.pinned import price_of_pins

__all__ = ["LEFT_OVER", "OFF_GRID", "OK", "WAIT_BROKEN", "Builder", "DispatchParameters", "Pegs", "Timing"]


STRETCH_OF_WISHES = 1.5
"""Elapsed minutes per run minute where nothing is known of the plan yet: shifts, and the queue."""


@dataclass(frozen=True, slots=True)
class DispatchParameters:
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
class Timing:
    """A timed plan in tables.

    times : (n, 5) start, end, machine, own setup minutes, mode.   links, heads : the machines' sequences.
    order_end : (o,).   sequence : the blocks as they were placed: with the same modes and `gaps` they make it again
    (chains tied by a max_wait whose machines were chosen on the way may slide differently).
    status, fault : OK, or what went wrong and with which block.
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
        return self.times[:, c.PLACED_MODE].copy()


class Builder:
    """Times plans of one problem with one set of pegs; `with_pegs` makes its sibling with others."""

    def __init__(self, problem: Problem, pegs: Pegs | None = None, not_before: Ints | None = None) -> None:
        self.problem = problem
        self.shop, self.capacity, self.costs = shop_of(problem), capacity_of(problem), costs_of(problem)
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
        latest, weight, shortest = np.empty(p.operations), np.empty(p.operations), np.empty(p.operations, np.int64)
        rules.urgency(self.shop, no_pegs(p), p.weights, STRETCH_OF_WISHES, latest, weight, shortest)
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
        made = peg(stock_of(s), wanted, available, release, arcs)
        arcs = arcs[:made]
        by_op = arcs[np.argsort(arcs[:, c.ARC_OP], kind="stable")]
        by_order = arcs[np.argsort(arcs[:, c.ARC_ORDER], kind="stable")]
        return Pegs(
            release=release,
            ptr=_offsets(by_op[:, c.ARC_OP], p.operations),
            orders=np.ascontiguousarray(by_op[:, c.ARC_ORDER]),
            fed_ptr=_offsets(by_order[:, c.ARC_ORDER], len(p.orders)),
            fed_ops=np.ascontiguousarray(by_order[:, c.ARC_OP]),
        )

    def unpegged(self) -> Builder:
        """As if material were no matter: its plans may starve, but tell who wants what first."""
        return self.with_pegs(no_pegs(self.problem))

    def repegged(self, timing: Timing) -> Builder:
        """Pegs by the plan's own times: it stays possible, and each supply goes to who takes it first."""
        return self.with_pegs(self.peg(timing.times[:, c.PLACED_START].copy(), timing.order_end))

    # -- plans ------------------------------------------------------------------------------------------------

    def build(
        self, order_of_blocks: Ints, choice: Ints, gaps: bool = False, pinned: int = 0, stay: Ints | None = None
    ) -> Timing:
        """Time the blocks in that order on those modes (NONE: where it ends first); the first `pinned` fill gaps.

        stay : (n,) starts that none comes before; None: as early as it can.
        """
        p, draft = self.problem, self._draft()
        bounds = self.bounds if stay is None else np.maximum(self.bounds, stay)
        if not gaps and p.blocks == p.operations and not len(self.reserved):
            status, fault, held_back = right_shift(
                self.shop, self.capacity, self.pegs, order_of_blocks, pinned, choice, self.bounds,
                np.empty(0, np.int64) if stay is None else bounds, draft,
            )  # fmt: skip
            return replace(self._timing(draft, gaps, status, fault), held_back=held_back)
        status, fault = build(
            self.shop, self.capacity, self.pegs, order_of_blocks, pinned, choice, bounds, gaps, draft
        )  # fmt: skip
        return self._timing(draft, gaps, status, fault)

    def dispatch(
        self,
        parameters: DispatchParameters,
        seed: int = 0,
        first: Ints | None = None,
        choice: Ints | None = None,
        weights: Floats | None = None,
    ) -> Timing:
        """List scheduling by a rule; `first` blocks are placed before all others; `choice` may fix modes.

        weights : (o,) what the rule takes for the orders' priorities; the cost counts their own in any case.
        """
        p, draft = self.problem, self._draft()
        status, fault = dispatch(
            self.shop, self.capacity, self.pegs, p.weights if weights is None else weights,
            np.empty(0, np.int64) if first is None else first,
            np.full(p.operations, c.NONE) if choice is None else choice, self.bounds, parameters.row(), seed, draft,
        )  # fmt: skip
        return self._timing(draft, parameters.gaps or len(self.reserved) > 0, status, fault)

    def _draft(self) -> Draft:
        return empty_draft(self.problem)

    def _timing(self, draft: Draft, gaps: bool, status: int, fault: int) -> Timing:
        p, d, cost, price = self.problem, draft, float("inf"), 0.0
        if status == OK:
            cost = cost_of(self.shop, self.costs, p.fixed_cost, d)
            price = price_of_pins(p.ops, self.reserved, d.times[:, c.PLACED_START])
        return Timing(
            d.times, d.links, d.heads, d.order_end, d.sequence, gaps, cost + price, status, fault, pin_price=price
        )

    def timing_of(self, start: Ints, end: Ints, mode: Ints) -> Timing:
        """A plan that was timed elsewhere (by re-timing machine sequences), as a Timing with its cost."""
        p = self.problem
        draft = self._draft()
        times, links, order_end = draft.times, draft.links, draft.order_end
        times[:, c.PLACED_START], times[:, c.PLACED_END], times[:, c.PLACED_MODE] = start, end, mode
        times[:, c.PLACED_MACHINE], times[:, c.PLACED_SETUP] = p.modes[mode, c.MACHINE], p.modes[mode, c.SETUP]
        by_machine = np.lexsort((start, times[:, c.PLACED_MACHINE]))
        machine = times[by_machine, c.PLACED_MACHINE]
        same = machine[1:] == machine[:-1]
        links[by_machine[1:][same], c.LINK_BEFORE] = by_machine[:-1][same]
        links[by_machine[:-1][same], c.LINK_BEHIND] = by_machine[1:][same]
        first = np.concatenate(([True], ~same))
        draft.heads[machine[first]] = by_machine[first]
        order_end[:] = p.orders[:, c.DONE_END]
        np.maximum.at(order_end, p.ops[:, c.ORDER], end)
        draft.sequence[:] = np.argsort(start[p.block_ops[p.block_ptr[:-1]]], kind="stable")
        return self._timing(draft, True, OK, c.NONE)

    def order_of(self, timing: Timing) -> Ints:
        """The blocks by the start of their first operation; where no max_wait ties operations, building in that order
        gives no later times."""
        p = self.problem
        return np.argsort(timing.times[p.block_ops[p.block_ptr[:-1]], c.PLACED_START], kind="stable").astype(np.int64)

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


def empty_draft(problem: Problem) -> Draft:
    """A plan in which nothing has its place; kernels fill it."""
    p = problem
    return Draft(
        times=np.zeros((p.operations, c.PLACED_COLUMNS), np.int64),
        links=np.full((p.operations, c.LINK_COLUMNS), c.NONE),
        heads=np.full(len(p.machines), c.NONE),
        tails=np.full(len(p.machines), c.NONE),
        placed=np.zeros(p.operations, np.int64),
        order_left=np.empty(len(p.orders), np.int64),
        order_end=np.empty(len(p.orders), np.int64),
        sequence=np.full(p.blocks, c.NONE),
        bound=np.empty(p.operations, np.int64),
    )


def no_pegs(problem: Problem) -> Pegs:
    """As if everything were in stock."""
    empty = np.empty(0, np.int64)
    return Pegs(
        release=np.full(problem.operations, -c.FAR),
        ptr=np.zeros(problem.operations + 1, np.int64),
        orders=empty,
        fed_ptr=np.zeros(len(problem.orders) + 1, np.int64),
        fed_ops=empty,
    )
