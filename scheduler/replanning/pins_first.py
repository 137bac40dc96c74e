"""Pinned work has the first claim on its place, ahead of all that has none, and what it waits for comes in time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Pegs
from scheduler.planning.problem import Ints, Problem

MOST_TRIES = 30
"""Orders of placing the pinned work that are tried, where not all of it comes to its place in the first."""


def pins_first(problem: Problem, pegs: Pegs, frozen: Ints, choice: Ints, not_before: Ints) -> Ints:
    """Blocks in the order in which they are to be placed, in gaps, ahead of all others.

    First what is frozen, then each pinned operation behind what it waits for; the sooner it must start, the sooner its
    turn, and those last that no plan can keep. One that comes too late so is tried ahead of all others: then what is
    held may have to give way.
    """
    pins = problem.timed_pins
    if not len(pins):
        return frozen
    chains = [_chain(problem, pegs, op) for op in pins.tolist()]
    order = _joined([frozen.tolist(), *chains])
    builder = Builder(problem, pegs, not_before)

    def lost(blocks: list[int]) -> tuple[float, list[int]]:
        """(what this order loses, the chains that come too late)."""
        timing = builder.build(np.array(blocks, dtype=np.int64), choice, True, len(blocks))
        if timing.status != OK:
            return float("inf"), []
        late = timing.times[:, c.PLACED_START] > problem.ops[:, c.LATEST]
        return timing.pin_price, [i for i, chain in enumerate(chains) if _own(problem, chain, late)]

    best, broken = lost(order)
    tried: set[int] = set()
    for _ in range(MOST_TRIES):
        chain = next((i for i in broken if i not in tried), None)
        if chain is None:
            break
        tried.add(chain)
        other = _joined([chains[chain], order])
        price, still = lost(other)
        if price < best:
            order, best, broken = other, price, still
    return np.array(order, dtype=np.int64)


def _own(problem: Problem, chain: list[int], late: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    """Whether pinned work of the chain's last block, its own, is late."""
    last = problem.block_ops[problem.block_ptr[chain[-1]] : problem.block_ptr[chain[-1] + 1]]
    return bool(late[last].any())


def _joined(lists: list[list[int]]) -> list[int]:
    """One behind the other, each block where it stands first."""
    return list(dict.fromkeys(block for blocks in lists for block in blocks))


def _chain(problem: Problem, pegs: Pegs, op: int) -> list[int]:
    """The block of an operation, behind all the blocks that it waits for by routing or material, those first that
    wait for none."""
    chain: list[int] = []
    seen = {int(problem.ops[op, c.BLOCK])}
    stack = [(int(problem.ops[op, c.BLOCK]), _waits_for(problem, pegs, int(problem.ops[op, c.BLOCK])))]
    while stack:
        block, before = stack[-1]
        step = next((i for i in before if i not in seen), None)
        if step is None:
            chain.append(block)
            stack.pop()
        else:
            seen.add(step)
            stack.append((step, _waits_for(problem, pegs, step)))
    return chain


def _waits_for(problem: Problem, pegs: Pegs, block: int) -> Iterator[int]:
    """The blocks that a block waits for directly; running work waits for none."""
    p = problem
    for op in p.block_ops[p.block_ptr[block] : p.block_ptr[block + 1]].tolist():
        before = p.preds[p.ops[op, c.PRED0] : p.ops[op, c.PRED1]].tolist()
        for order in pegs.orders[pegs.ptr[op] : pegs.ptr[op + 1]].tolist():
            before += range(int(p.orders[order, c.ORDER_OP0]), int(p.orders[order, c.ORDER_OP1]))
        for other in before:
            if not p.ops[other, c.FIXED] and p.ops[other, c.BLOCK] != block:
                yield int(p.ops[other, c.BLOCK])
