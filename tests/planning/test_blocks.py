"""What must be placed together: operations that a max_wait ties, and what lies on a path between them."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.planning.tables.blocks import blocks_of


def _blocks(preds: list[list[int]], linked: list[list[int]]) -> tuple[list[int], list[int], list[int]]:
    """Of one order whose operations wait for `preds`, by a longest wait for `linked`."""
    ptr = np.cumsum([0, *map(len, preds)])
    tied = np.array([p in linked[op] for op, before in enumerate(preds) for p in before], dtype=np.int64)
    flat = np.array([p for before in preds for p in before], dtype=np.int64)
    block_ptr, block_ops, block_of = blocks_of(np.array([0, len(preds)]), ptr, flat, tied)
    return block_ptr.tolist(), block_ops.tolist(), block_of.tolist()


def _sets(preds: list[list[int]], linked: list[list[int]]) -> list[list[int]]:
    ptr, ops, block_of = _blocks(preds, linked)
    groups = [ops[a:b] for a, b in itertools.pairwise(ptr)]
    for number, group in enumerate(groups):
        assert all(block_of[op] == number for op in group)
    return groups


def test_operations_without_a_longest_wait_are_placed_one_by_one() -> None:
    assert _sets([[], [0], [1]], [[], [], []]) == [[0], [1], [2]]


def test_a_longest_wait_ties_two_operations_and_leaves_the_third_alone() -> None:
    assert _sets([[], [0], [1]], [[], [0], []]) == [[0, 1], [2]]


def test_a_chain_of_longest_waits_is_one_block_in_the_order_of_work() -> None:
    assert _sets([[], [0], [1]], [[], [0], [1]]) == [[0, 1, 2]]


def test_predecessors_come_first_even_where_their_numbers_do_not() -> None:
    assert _sets([[1], [2], []], [[1], [2], []]) == [[2, 1, 0]]


def test_what_lies_between_two_tied_operations_belongs_to_their_block() -> None:
    # 0 -> 1 -> 2, and 0 -> 2 with a longest wait: 1 cannot be placed after the block nor before it
    assert _sets([[], [0], [0, 1]], [[], [], [0]]) == [[0, 1, 2]]


def test_two_blocks_that_wait_for_each_other_are_one() -> None:
    # block {0, 3} and block {1, 2}: 1 follows 0 and 3 follows 2
    assert _sets([[], [0], [1], [0, 2]], [[], [], [1], [0]]) == [[0, 1, 2, 3]]


def test_blocks_side_by_side_stay_apart() -> None:
    assert _sets([[], [0], [], [2], [1, 3]], [[], [0], [], [2], []]) == [[0, 1], [2, 3], [4]]


@st.composite
def _routings(draw: st.DrawFn) -> tuple[list[list[int]], list[list[int]]]:
    n = draw(st.integers(1, 9))
    numbers = draw(st.permutations(range(n)))
    preds: list[list[int]] = [[] for _ in range(n)]
    linked: list[list[int]] = [[] for _ in range(n)]
    for at in range(1, n):
        before = draw(st.lists(st.sampled_from(numbers[:at]), max_size=3, unique=True))
        preds[numbers[at]] = before
        if before and draw(st.integers(0, 2)) == 0:
            linked[numbers[at]] = before
    return preds, linked


@settings(deadline=None)
@given(_routings())
def test_blocks_can_always_be_placed_one_after_the_other(routing: tuple[list[list[int]], list[list[int]]]) -> None:
    preds, linked = routing
    ptr, ops, block_of = _blocks(preds, linked)
    assert sorted(ops) == list(range(len(preds)))
    place = {op: at for at, op in enumerate(ops)}
    for op, before in enumerate(preds):
        assert all(block_of[p] == block_of[op] for p in linked[op])
        assert all(place[p] < place[op] for p in before if block_of[p] == block_of[op])
    waits = {
        (block_of[p], block_of[op]) for op, before in enumerate(preds) for p in before if block_of[p] != block_of[op]
    }
    open_blocks = set(range(len(ptr) - 1))
    while open_blocks:
        free = {i for i in open_blocks if not any(b == i and a in open_blocks for a, b in waits)}
        assert free, "blocks wait for each other in a circle"
        open_blocks -= free
    if not any(linked):
        assert len(ptr) - 1 == len(preds)
