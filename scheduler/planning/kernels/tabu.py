"""Tabu search on the critical path: of the moves that could shorten it the best that is not tabu, again and again.

Sources: the moves within a block (N7) and their estimates from Balas and Vazacopoulos (1998), Management Science 44(2),
262-275, and Zhang et al. (2007), Computers & Operations Research 34(11), 3229-3242; the moves to other machines after
Mastrolilli and Gambardella (2000), Journal of Scheduling 3(1), 3-20.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.critical_path import (
    AFTER,
    BEFORE,
    HEAD,
    JOB_HEAD,
    JOB_TAIL,
    PLACE,
    ROUTE_PRED0,
    ROUTE_PRED1,
    ROUTE_WAIT,
    ROW,
    RUN_MINUTES,
    TAIL,
    move,
)
from scheduler.planning.kernels.jit import kernel
from scheduler.planning.layout import FAR, MACHINE, MODE0, MODE1, NONE, RUN
from scheduler.planning.problem import Ints

# what a run remembers between rounds
TURN, IDLE, NOW_SPAN, BEST_SPAN, ELITE_SPAN, TENURE, ROUNDS = range(7)
MEMORY = 8
TABLE = 1 << 16


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


@kernel
def later(node: Ints, op: int, goal: int, limit: int, heads: Ints) -> int:
    """About how long the path through what is moved gets where the operation goes right behind `goal`."""
    p = node[op, BEFORE]
    ready = node[p, HEAD] + node[p, RUN_MINUTES]
    x, count, span = op, 0, 0
    while x != goal:
        x = node[x, AFTER]
        head = max(node[x, JOB_HEAD], ready)
        heads[count] = head
        count += 1
        ready = head + node[x, RUN_MINUTES]
    s = node[goal, AFTER]
    tail = max(node[op, JOB_TAIL], node[s, TAIL] + node[s, RUN_MINUTES]) + node[op, RUN_MINUTES]
    span = max(node[op, JOB_HEAD], ready) + tail
    while count > 0 and span <= limit:
        count -= 1
        tail = max(node[x, JOB_TAIL], tail) + node[x, RUN_MINUTES]
        span = max(span, heads[count] + tail)
        x = node[x, BEFORE]
    return span


@kernel
def sooner(node: Ints, op: int, goal: int, limit: int, tails: Ints) -> int:
    """The same where it goes right before `goal`."""
    s = node[op, AFTER]
    left = node[s, TAIL] + node[s, RUN_MINUTES]
    x, count, span = op, 0, 0
    while x != goal:
        x = node[x, BEFORE]
        tail = max(node[x, JOB_TAIL], left)
        tails[count] = tail
        count += 1
        left = tail + node[x, RUN_MINUTES]
    p = node[goal, BEFORE]
    head = max(node[op, JOB_HEAD], node[p, HEAD] + node[p, RUN_MINUTES]) + node[op, RUN_MINUTES]
    span = max(node[op, JOB_TAIL], left) + head
    while count > 0 and span <= limit:
        count -= 1
        head = max(node[x, JOB_HEAD], head) + node[x, RUN_MINUTES]
        span = max(span, head + tails[count])
        x = node[x, AFTER]
    return span


@kernel
def refused(node: Ints, op: int, goal: int, way: int, arcs: Ints, turn: int) -> bool:
    """True where the move brings back an order of two operations that is tabu. way : 0 goes behind `goal`, 1 before."""
    x = op
    while x != goal:
        if way == 0:
            x = node[x, AFTER]
            if arcs[mixed(x, op) & (TABLE - 1)] >= turn:
                return True
        else:
            x = node[x, BEFORE]
            if arcs[mixed(op, x) & (TABLE - 1)] >= turn:
                return True
    return False


@kernel
def forbid(node: Ints, op: int, goal: int, way: int, arcs: Ints, until: int) -> None:
    """The orders that the move breaks stay tabu until that turn."""
    x = op
    while x != goal:
        if way == 0:
            x = node[x, AFTER]
            arcs[mixed(op, x) & (TABLE - 1)] = until
        else:
            x = node[x, BEFORE]
            arcs[mixed(x, op) & (TABLE - 1)] = until


@kernel
def best_slot(node: Ints, n: int, op: int, dummy: int, run: int) -> tuple[int, int]:
    """(span, node before): where on another machine the operation makes the shortest path through itself.

    Only slots that close no circle: who goes before it does not wait for its followers, who goes behind it is not waited
    for by its predecessors, as heads or tails tell.
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
def search_tabu(
    route: Ints, preds: Ints, succs: Ints, ops: Ints, modes: Ints, node: Ints, order: Ints, arcs: Ints, rows: Ints,
    memory: Ints, best_order: Ints, best_row: Ints, turns: int, patience: int, goal: int,
) -> None:  # fmt: skip
    """Up to `turns` moves; ends before where the plan is as short as `goal` or `patience` moves bring nothing better.

    arcs (TABLE,), rows (modes,) : until which turn a piece of a sequence, a machine of an operation is tabu.
    memory : see above; TURN only grows, IDLE counts the moves since the run's best plan (`best_*`).
    """
    n = len(order)
    scratch, path = np.empty(2 * n + 2, np.int64), np.empty(n + 1, np.int64)
    span = memory[NOW_SPAN]
    for _ in range(turns):
        if memory[IDLE] >= patience or memory[BEST_SPAN] <= goal:
            break
        memory[TURN] += 1
        memory[IDLE] += 1
        turn = memory[TURN]
        length = critical_path(route, preds, node, n, span, path)
        best, ties = FAR, 0
        best_op, best_goal, best_new, best_way = NONE, NONE, NONE, 0
        any_op, any_goal, any_new, any_way, anys = NONE, NONE, NONE, 0, 0
        # -- within the blocks: path[last] ... path[first], since the path stands backwards
        first = length - 1
        while first >= 0:
            last = first
            while last > 0 and node[path[last - 1], BEFORE] == path[last]:
                last -= 1
            size = first - last + 1
            if size > 1:
                opens = not (first == length - 1 and node[node[path[first], BEFORE], RUN_MINUTES] == 0 and node[
                    path[first], HEAD] <= node[node[path[first], BEFORE], HEAD])
                closes = last > 0
                a, b = path[first], path[last]
                for kind in range(4):
                    if (kind < 2 and not closes) or (kind >= 2 and not opens):
                        continue
                    # 0: each behind the last   1: the first behind each   2: each before the first   3: the last before each
                    begin, end = (last + 1, first + 1) if kind == 0 else (last, first)
                    if kind == 1:
                        begin, end = last + 1, first
                    elif kind == 2:
                        begin, end = last, first
                        if closes and size == 2:
                            continue
                    elif kind == 3:
                        begin, end = last + 1, first
                    for i in range(begin, end):
                        if kind == 0:
                            op, other = path[i], b
                        elif kind == 1:
                            op, other = a, path[i]
                        elif kind == 2:
                            op, other = path[i], a
                        else:
                            op, other = b, path[i]
                        if kind < 2:
                            if node[other, RUN_MINUTES] + node[other, TAIL] < node[op, JOB_TAIL]:
                                continue
                            new = later(node, op, other, best, scratch)
                            if new > best and anys > 0:
                                continue
                            tabu = refused(node, op, other, 0, arcs, turn)
                        else:
                            if node[other, HEAD] + node[other, RUN_MINUTES] < node[op, JOB_HEAD]:
                                continue
                            new = sooner(node, op, other, best, scratch)
                            if new > best and anys > 0:
                                continue
                            tabu = refused(node, op, other, 1, arcs, turn)
                        if tabu:
                            anys += 1
                            if np.random.randint(anys) == 0:
                                any_op, any_goal, any_new, any_way = op, other, new, kind // 2
                            continue
                        if new < best:
                            best, ties = new, 0
                        if new == best:
                            ties += 1
                            if ties == 1 or np.random.randint(ties) == 0:
                                best_op, best_goal, best_way = op, other, kind // 2
            first = last - 1
        # -- to other machines
        for i in range(length):
            op = path[i]
            for row in range(ops[op, MODE0], ops[op, MODE1]):
                if row == node[op, ROW]:
                    continue
                new, before = best_slot(node, n, op, n + modes[row, MACHINE], modes[row, RUN])
                if before == NONE:
                    continue
                if rows[row] >= turn:
                    anys += 1
                    if np.random.randint(anys) == 0:
                        any_op, any_goal, any_new, any_way = op, before, row, 2
                    continue
                if new < best:
                    best, ties = new, 0
                if new == best:
                    ties += 1
                    if ties == 1 or np.random.randint(ties) == 0:
                        best_op, best_goal, best_new, best_way = op, before, row, 2
        if best_op == NONE:
            if any_op == NONE:
                memory[IDLE] = patience
                break
            best_op, best_goal, best_new, best_way = any_op, any_goal, any_new, any_way
        op, before = best_op, best_goal
        tenure = memory[TENURE] + np.random.randint(memory[TENURE])
        row = node[op, ROW]
        if best_way == 2:
            rows[row] = turn + tenure
            row = best_new
        else:
            forbid(node, op, before, best_way, arcs, turn + tenure)
            if best_way == 1:
                before = node[before, BEFORE]
        made = move(op, before, row, route, preds, succs, modes, node, order, scratch)
        if made < 0:
            continue
        span = made
        if span < memory[BEST_SPAN]:
            memory[BEST_SPAN], memory[IDLE] = span, 0
            best_order[:] = order
            for i in range(n):
                best_row[i] = node[i, ROW]
    memory[NOW_SPAN] = span
