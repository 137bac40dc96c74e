"""The frozen zone: what the plan in force starts before now + frozen_minutes keeps its machine and its start.

And so does all that it has on machines of work centers that are only observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import OFF_GRID, Builder, Pegs, empty_draft, no_pegs
from scheduler.planning.kernels.arrays import capacity_of, shop_of
from scheduler.planning.kernels.earliest import can_start, ends_of
from scheduler.planning.kernels.frozen import keep_frozen
from scheduler.planning.problem import Ints, Problem
from scheduler.replanning.pins_first import pins_first

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class FrozenWork:
    """Blocks that keep the first places: frozen work, then what is tied to running work.

    first : blocks placed before all others, in this order and in gaps: these, and pinned work (`pins_first.py`).
    choice : (n,) modes that are fixed, NONE: free.   not_before : (n,) starts that are kept.
    pegs : those that they were frozen with, which are the problem's first.
    modes : (n,) of each operation in the plan in force, NONE: none.
    """

    blocks: Ints
    choice: Ints
    not_before: Ints
    pegs: Pegs
    modes: Ints
    first: Ints


def old_modes(problem: Problem) -> Ints:
    """The mode of each operation on the machine that the plan in force gave it; NONE: none, or not eligible now."""
    modes = np.full(problem.operations, c.NONE)
    placed = np.flatnonzero(problem.ops[:, c.OLD_MACHINE] != c.NONE)
    op, rows = _entries(problem, placed, c.MODE0)
    same = problem.modes[rows, c.MACHINE] == problem.ops[op, c.OLD_MACHINE]
    modes[op[same][::-1]] = rows[same][::-1]  # the first of an operation is written last
    return modes


def _entries(problem: Problem, ops: Ints, first: int) -> tuple[Ints, Ints]:
    """(operation, row) of every row of a list that the columns `first` and `first` + 1 delimit."""
    begin, count = problem.ops[ops, first], problem.ops[ops, first + 1] - problem.ops[ops, first]
    behind = np.cumsum(count)
    return np.repeat(ops, count), np.arange(count.sum()) + np.repeat(begin - behind + count, count)


def find_frozen(problem: Problem) -> FrozenWork:
    """What must keep its place, and behind it what must follow running work within a max_wait.

    An operation whose place has become impossible (its machine is down, its material late) is let go; what
    stands behind it is tried again without it.
    """
    modes = old_modes(problem)
    start = problem.ops[:, c.OLD_START]
    free = problem.ops[:, c.FIXED] == 0
    soon = (start < problem.frozen_before) & (problem.frozen_before > 0)
    soon &= start <= problem.ops[:, c.LATEST]  # a person wants it elsewhere
    is_frozen = free & (modes != c.NONE) & (soon | np.isin(problem.ops[:, c.OLD_MACHINE], problem.frozen_machines))
    if is_frozen.any():
        able = np.empty(problem.operations, np.int64)
        can_start(
            problem.ops, problem.modes, problem.machines, problem.windows, np.where(is_frozen, modes, c.NONE),
            np.maximum(start, 0), True, able,
        )  # fmt: skip
        is_frozen &= (able == 1) | (start <= 0)  # what should have begun may wait for what is not frozen itself
    pegs = _pegs(problem, modes, is_frozen)
    tied = _tied_to_running(problem)
    if is_frozen.any():
        alone = problem.blocks == problem.operations and not tied
        (_let_go if alone else _let_go_one_by_one)(problem, modes, is_frozen, tied, pegs)
    frozen = _frozen_work(problem, modes, is_frozen, tied, pegs)
    return replace(frozen, first=pins_first(problem, pegs, frozen.blocks, frozen.choice, frozen.not_before))


def available_of(problem: Problem, modes: Ints, starts: Ints) -> Ints:
    """When each order's output is there, (o,), where its operations start at `starts` on `modes`."""
    p, ends = problem, starts.copy()
    ends_of(p.modes, p.machines, p.windows, modes, starts, ends)
    ends = np.where(p.ops[:, c.FIXED] == 1, p.ops[:, c.FIX_END], ends)
    available = p.orders[:, c.DONE_END].copy()
    np.maximum.at(available, p.ops[:, c.ORDER], ends)
    return available


def _pegs(problem: Problem, modes: Ints, is_frozen: Flags) -> Pegs:
    """Frozen work takes first, in the order of its starts, and from what the plan in force has ready for it."""
    builder = Builder(problem, no_pegs(problem))
    if not is_frozen.any() or not len(problem.supply.demands):
        return builder.first_pegs()
    wanted, due = builder.wishes()
    start = np.maximum(problem.ops[:, c.OLD_START], 0)
    wanted[is_frozen] = start[is_frozen] - c.FAR
    ready, last = available_of(problem, modes, start), start[is_frozen].max()
    return builder.peg(wanted, np.where(ready <= last, ready, np.maximum(due, last + 1)))


def _let_go(problem: Problem, modes: Ints, is_frozen: Flags, tied: Mapping[int, int], pegs: Pegs) -> None:
    """Unmark, in one pass, whatever does not come to its start behind those that keep theirs."""
    p, frozen = problem, _frozen_work(problem, modes, is_frozen, tied, pegs)
    kept = np.zeros(p.operations, np.int64)
    keep_frozen(
        shop_of(p), capacity_of(p), pegs, frozen.blocks, frozen.choice, np.maximum(frozen.not_before, pegs.release),
        frozen.not_before, empty_draft(p), kept,
    )  # fmt: skip
    is_frozen &= kept == 1


def _let_go_one_by_one(problem: Problem, modes: Ints, is_frozen: Flags, tied: Mapping[int, int], pegs: Pegs) -> None:
    """The same where a max_wait ties operations: the steps of a chain that are not frozen move with those that are."""
    start, blocks = np.maximum(problem.ops[:, c.OLD_START], 0), problem.ops[:, c.BLOCK]
    while is_frozen.any():
        frozen = _frozen_work(problem, modes, is_frozen, tied, pegs)
        timing = Builder(problem, pegs, frozen.not_before).build(
            frozen.blocks, frozen.choice, pinned=len(frozen.blocks)
        )
        if timing.status == OFF_GRID:  # it fits nowhere any more, and what stands behind it has not been looked at
            lost = is_frozen & (blocks == timing.fault)
        else:  # it waits for what is not frozen
            lost = is_frozen & ~np.isin(blocks, timing.sequence)
        if lost.any():
            is_frozen &= ~lost
            continue
        moved = is_frozen & np.isin(blocks, frozen.blocks) & (timing.times[:, c.PLACED_START] != start)
        if not moved.any():
            return
        first = np.flatnonzero(moved)[np.argmin(problem.ops[moved, c.OLD_START])]
        is_frozen[first] = False


def move_to_front(frozen: FrozenWork, block: int) -> FrozenWork | None:
    """The same with one block ahead of all others; None where it is there already."""
    if len(frozen.first) and frozen.first[0] == block:
        return None
    return replace(frozen, blocks=_ahead(block, frozen.blocks), first=_ahead(block, frozen.first))


def _ahead(block: int, blocks: Ints) -> Ints:
    return np.concatenate(([block], blocks[blocks != block])).astype(np.int64)


def _frozen_work(problem: Problem, modes: Ints, is_frozen: Flags, tied: Mapping[int, int], pegs: Pegs) -> FrozenWork:
    blocks = problem.ops[:, c.BLOCK]
    first_start: dict[int, int] = {}
    for op in np.flatnonzero(is_frozen).tolist():
        block, start = int(blocks[op]), int(problem.ops[op, c.OLD_START])
        first_start[block] = min(start, first_start.get(block, start))
    order = sorted(first_start, key=lambda i: (first_start[i], i))
    order += [i for i in sorted(tied, key=lambda i: (tied[i], i)) if i not in first_start]
    choice = np.full(problem.operations, c.NONE)
    choice[is_frozen] = modes[is_frozen]
    not_before = np.zeros(problem.operations, np.int64)
    not_before[is_frozen] = np.maximum(problem.ops[is_frozen, c.OLD_START], 0)
    blocks = np.array(order, dtype=np.int64)
    return FrozenWork(blocks, choice, not_before, pegs, modes, blocks)


def _tied_to_running(problem: Problem) -> dict[int, int]:
    """Blocks that a max_wait ties to running work, with the minute by which they must have started."""
    op, rows = _entries(problem, np.flatnonzero(problem.ops[:, c.MAX_WAIT] != c.NONE), c.PRED0)
    before = problem.preds[rows]
    runs = problem.ops[before, c.FIXED] == 1
    op, before = op[runs], before[runs]
    tied: dict[int, int] = {}
    ends = (problem.ops[before, c.FIX_END] + problem.ops[op, c.MAX_WAIT]).tolist()
    for block, latest in zip(problem.ops[op, c.BLOCK].tolist(), ends, strict=True):
        tied[block] = min(latest, tied.get(block, latest))
    return tied
