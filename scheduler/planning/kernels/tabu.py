"""Tabu search on the critical path: of the moves that could shorten it the best that is not tabu, again and again.

Sources: the moves within a block (N7) and their estimates from Balas and Vazacopoulos (1998), Management Science 44(2),
262-275, doi:10.1287/mnsc.44.2.262, and Zhang et al. (2007), Computers & Operations Research 34(11), 3229-3242,
doi:10.1016/j.cor.2005.12.002; the moves to other machines after Mastrolilli and Gambardella (2000), Journal of
Scheduling 3(1), 3-20. Tabu search: Glover (1989), ORSA Journal on Computing 1(3), 190-206, doi:10.1287/ijoc.1.3.190.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.disjunctive_graph import (
    AFTER,
    BEFORE,
    HEAD,
    JOB_HEAD,
    JOB_TAIL,
    ROUTE_PRED0,
    ROUTE_PRED1,
    ROUTE_WAIT,
    ROW,
    RUN_MINUTES,
    TAIL,
    move,
)
from scheduler.planning.kernels.jit import array_kernel, inlined, kernel
from scheduler.planning.layout import FAR, MACHINE, MODE0, MODE1, NONE, RUN
from scheduler.planning.problem import Ints

# what a run remembers between rounds
ITERATION, IDLE, NOW_SPAN, BEST_SPAN, TENURE, ROW_TENURE = range(6)
MEMORY = 6
TABLE = 1 << 16
# the move that is picked
SPAN, TIES, OP, GOAL, NEW_ROW, WAY, ALL_TABU, TABU_OP, TABU_GOAL, TABU_ROW, TABU_WAY = range(11)
PICKED = 11
BEHIND, AHEAD, ELSEWHERE = range(3)


@kernel
def mixed(first: int, then: int) -> int:
    """A number that stands for the one before the other."""
    x = (first * 0x9E3779B1 + then * 0x85EBCA77) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 0x2C1B3C6D) & 0xFFFFFFFF
    x ^= x >> 12
    x = (x * 0x297A2D39) & 0xFFFFFFFF
    return x ^ (x >> 15)


@kernel
def critical_path(route: Ints, preds: Ints, node: Ints, n: int, span: int, path: Ints) -> int:
    """Fill `path` with a critical path drawn at random, its last operation first; returns its length."""
    op, ties = NONE, 0
    for dummy in range(n, len(node)):
        last = node[dummy, BEFORE]
        if last < n and node[last, HEAD] + node[last, RUN_MINUTES] == span:
            ties += 1
            if ties == 1 or np.random.randint(ties) == 0:
                op = last
    length = 0
    while op != NONE:
        path[length] = op
        length += 1
        head = node[op, HEAD]
        p = node[op, BEFORE]
        by_machine = p < n and node[p, HEAD] + node[p, RUN_MINUTES] == head
        follow, ties = NONE, 0
        if node[op, JOB_HEAD] == head:
            for k in range(route[op, ROUTE_PRED0], route[op, ROUTE_PRED1]):
                x = preds[k]
                if node[x, HEAD] + node[x, RUN_MINUTES] + route[op, ROUTE_WAIT] == head:
                    ties += 1
                    if ties == 1 or np.random.randint(ties) == 0:
                        follow = x
        if by_machine and (follow == NONE or np.random.randint(2) == 0):
            follow = p
        op = follow
    return length


@inlined
def _longest_through(
    node: Ints, op: int, goal: int, limit: int, passed: Ints, back: int, on: int, near: int, far: int, job_near: int,
    job_far: int,
) -> int:  # fmt: skip
    """About how long the path through what is moved gets where the operation goes right past `goal`.

    back, on : columns of the neighbours against the way that it goes, and along it.
    near, far : of the longest paths from the side that it leaves, and from the side that it goes to.
    job_near, job_far : of those through the route alone.
    """
    p = node[op, back]
    ready = node[p, near] + node[p, RUN_MINUTES]
    x, count = op, 0
    while x != goal:
        x = node[x, on]
        length = max(node[x, job_near], ready)
        passed[count] = length
        count += 1
        ready = length + node[x, RUN_MINUTES]
    s = node[goal, on]
    rest = max(node[op, job_far], node[s, far] + node[s, RUN_MINUTES]) + node[op, RUN_MINUTES]
    span = max(node[op, job_near], ready) + rest
    while count > 0 and span <= limit:
        count -= 1
        rest = max(node[x, job_far], rest) + node[x, RUN_MINUTES]
        span = max(span, passed[count] + rest)
        x = node[x, back]
    return int(span)


@kernel
def later(node: Ints, op: int, goal: int, limit: int, heads: Ints) -> int:
    """About how long the path through what is moved gets where the operation goes right behind `goal`."""
    return _longest_through(node, op, goal, limit, heads, BEFORE, AFTER, HEAD, TAIL, JOB_HEAD, JOB_TAIL)


@kernel
def sooner(node: Ints, op: int, goal: int, limit: int, tails: Ints) -> int:
    """The same where it goes right before `goal`."""
    return _longest_through(node, op, goal, limit, tails, AFTER, BEFORE, TAIL, HEAD, JOB_TAIL, JOB_HEAD)


@kernel
def refused(node: Ints, op: int, goal: int, way: int, arcs: Ints, iteration: int) -> bool:
    """True where the move, BEHIND or AHEAD of `goal`, brings back an order of two operations that is tabu."""
    x = op
    while x != goal:
        if way == BEHIND:
            x = node[x, AFTER]
            if arcs[mixed(x, op) & (TABLE - 1)] >= iteration:
                return True
        else:
            x = node[x, BEFORE]
            if arcs[mixed(op, x) & (TABLE - 1)] >= iteration:
                return True
    return False


@kernel
def forbid(node: Ints, op: int, goal: int, way: int, arcs: Ints, until: int) -> None:
    """The orders that the move breaks stay tabu until that iteration."""
    x = op
    while x != goal:
        if way == BEHIND:
            x = node[x, AFTER]
            arcs[mixed(op, x) & (TABLE - 1)] = until
        else:
            x = node[x, BEFORE]
            arcs[mixed(x, op) & (TABLE - 1)] = until


@kernel
def best_slot(node: Ints, n: int, op: int, dummy: int, run: int) -> tuple[int, int]:
    """(span, node before): where on another machine the operation makes the shortest path through itself.

    Only slots that close no circle, as heads or tails tell: who stands before it waits for none of its followers, none
    of its predecessors waits for who stands behind it.
    """
    job_head, job_tail = node[op, JOB_HEAD], node[op, JOB_TAIL]
    over, left = node[op, HEAD] + node[op, RUN_MINUTES], node[op, TAIL] + node[op, RUN_MINUTES]
    best, where = FAR, NONE
    x = dummy
    while True:
        y = node[x, AFTER]
        y_end, y_left = node[y, HEAD] + node[y, RUN_MINUTES], node[y, TAIL] + node[y, RUN_MINUTES]
        if y >= n or y_end >= job_head or node[y, TAIL] < left:
            span = max(job_head, node[x, HEAD] + node[x, RUN_MINUTES]) + run + max(job_tail, y_left)
            if span < best:
                best, where = span, x
        if y >= n or (y_left < job_tail and node[y, HEAD] >= over):
            return best, where
        x = y


@kernel
def consider(pick: Ints, span: int, tabu: bool, op: int, goal: int, row: int, way: int) -> None:
    """Note a move where it is the best so far that is not tabu, or the one drawn from those that are."""
    if tabu:
        pick[ALL_TABU] += 1
        if np.random.randint(pick[ALL_TABU]) == 0:
            pick[TABU_OP], pick[TABU_GOAL], pick[TABU_ROW], pick[TABU_WAY] = op, goal, row, way
        return
    if span < pick[SPAN]:
        pick[SPAN], pick[TIES] = span, 0
    if span == pick[SPAN]:
        pick[TIES] += 1
        if np.random.randint(pick[TIES]) == 0:
            pick[OP], pick[GOAL], pick[NEW_ROW], pick[WAY] = op, goal, row, way


@kernel
def look_behind(node: Ints, op: int, goal: int, arcs: Ints, iteration: int, pick: Ints, scratch: Ints) -> None:
    """Consider the operation right behind `goal`, which stands later in its block."""
    if node[goal, RUN_MINUTES] + node[goal, TAIL] >= node[op, JOB_TAIL]:  # else a follower may come before `goal`
        span = later(node, op, goal, pick[SPAN], scratch)
        if span <= pick[SPAN]:
            consider(pick, span, refused(node, op, goal, BEHIND, arcs, iteration), op, goal, NONE, BEHIND)


@kernel
def look_ahead(node: Ints, op: int, goal: int, arcs: Ints, iteration: int, pick: Ints, scratch: Ints) -> None:
    """Consider the operation right before `goal`, which stands sooner in its block."""
    if node[goal, HEAD] + node[goal, RUN_MINUTES] >= node[op, JOB_HEAD]:
        span = sooner(node, op, goal, pick[SPAN], scratch)
        if span <= pick[SPAN]:
            consider(pick, span, refused(node, op, goal, AHEAD, arcs, iteration), op, goal, NONE, AHEAD)


@kernel
def look_at_blocks(
    node: Ints, n: int, path: Ints, length: int, arcs: Ints, iteration: int, pick: Ints, scratch: Ints
) -> None:
    """The moves within each block of the path, which stands there from its end to its begin.

    An operation goes behind the last or before the first, the first or the last goes into the block. A block that
    begins with the plan has nothing to gain at its begin, one that ends with it nothing at its end.
    """
    first = length - 1
    while first >= 0:
        last = first
        while last > 0 and node[path[last - 1], BEFORE] == path[last]:
            last -= 1
        a, b = path[first], path[last]
        before = node[a, BEFORE]
        opens = first < length - 1 or before < n or node[a, HEAD] > node[before, HEAD]
        closes = last > 0
        if closes:
            for i in range(last + 1, first + 1):
                look_behind(node, path[i], b, arcs, iteration, pick, scratch)
            for i in range(last + 1, first):
                look_behind(node, a, path[i], arcs, iteration, pick, scratch)
        if opens and not (closes and first == last + 1):  # two that change places have done so above
            for i in range(last, first):
                look_ahead(node, path[i], a, arcs, iteration, pick, scratch)
            for i in range(last + 1, first):
                look_ahead(node, b, path[i], arcs, iteration, pick, scratch)
        first = last - 1


@array_kernel
def search_tabu(
    route: Ints, preds: Ints, succs: Ints, ops: Ints, modes: Ints, node: Ints, order: Ints, arcs: Ints, rows: Ints,
    memory: Ints, best_order: Ints, best_row: Ints, iterations: int, patience: int, goal: int,
) -> None:  # fmt: skip
    """Up to `iterations` moves; ends before where the plan is as short as `goal` or `patience` moves bring nothing
    better.

    arcs (TABLE,), rows (modes,) : until which iteration it is tabu to put one operation before another, or on that
        machine.
    memory : see above; TURN only grows, IDLE counts the moves since the run's best plan (`best_*`). What becomes tabu
    stays so for TENURE (or ROW_TENURE) to twice as many iterations.
    """
    n = len(order)
    scratch, path, pick = np.empty(2 * n + 2, np.int64), np.empty(n + 1, np.int64), np.empty(PICKED, np.int64)
    for _ in range(iterations):
        if memory[IDLE] >= patience or memory[BEST_SPAN] <= goal:
            break
        memory[ITERATION] += 1
        memory[IDLE] += 1
        iteration = memory[ITERATION]
        length = critical_path(route, preds, node, n, memory[NOW_SPAN], path)
        pick[:] = 0
        pick[SPAN], pick[OP] = FAR, NONE
        look_at_blocks(node, n, path, length, arcs, iteration, pick, scratch)
        for i in range(length):
            op = path[i]
            for row in range(ops[op, MODE0], ops[op, MODE1]):
                if row != node[op, ROW]:
                    span, before = best_slot(node, n, op, n + modes[row, MACHINE], modes[row, RUN])
                    if span <= pick[SPAN]:
                        consider(pick, span, rows[row] >= iteration, op, before, row, ELSEWHERE)
        if pick[OP] == NONE:
            if pick[ALL_TABU] == 0:
                memory[IDLE] = patience
                break
            for k in range(4):
                pick[OP + k] = pick[TABU_OP + k]
        op, before, row = pick[OP], pick[GOAL], pick[NEW_ROW]
        if pick[WAY] == ELSEWHERE:
            rows[node[op, ROW]] = iteration + memory[ROW_TENURE] + np.random.randint(memory[ROW_TENURE])
        else:
            row = node[op, ROW]
            until = iteration + memory[TENURE] + np.random.randint(memory[TENURE])
            forbid(node, op, before, pick[WAY], arcs, until)
            if pick[WAY] == AHEAD:
                before = node[before, BEFORE]
        span = move(op, before, row, route, preds, succs, modes, node, order, scratch)
        if span < 0:
            continue  # a circle that heads and tails do not tell, since there is work of no minutes
        memory[NOW_SPAN] = span
        if span < memory[BEST_SPAN]:
            memory[BEST_SPAN], memory[IDLE] = span, 0
            best_order[:] = order
            for i in range(n):
                best_row[i] = node[i, ROW]
