"""Machine sequences as a graph: exact heads and tails, and the move that takes an operation elsewhere.

A plan under search is a table of nodes, the n operations and behind them one node per machine, which closes the ring of
its sequence: the machine's first operation follows it, its last precedes it. Columns:

    HEAD : earliest start.   TAIL : minutes from its end to that of the plan at least.   RUN_MINUTES : on its machine.
    JOB_HEAD, JOB_TAIL : the same as far as the routing says.   BEFORE, AFTER : neighbours on the machine.
    AT : machine.   PLACE : position there, from 1 on.   RANK : position in `order`.   ROW : mode.   MARK : scratch.

`order` (n,) holds the operations so that each stands behind all that must be over before it. What is worth keeping of a
plan is its order and its modes: `load` makes the rest.

The routing is a table of its own (`ROUTE_*`), since that of the problem is too wide for the caches.
"""

from __future__ import annotations

from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.layout import MACHINE, RUN
from scheduler.planning.problem import Ints

HEAD, RUN_MINUTES, TAIL, JOB_HEAD, JOB_TAIL, BEFORE, AFTER, AT, PLACE, RANK, ROW, MARK = range(12)
NODE_COLUMNS = 12
ROUTE_PRED0, ROUTE_PRED1, ROUTE_SUCC0, ROUTE_SUCC1, ROUTE_RELEASE, ROUTE_WAIT = range(6)
ROUTE_COLUMNS = 6


@kernel
def load(
    route: Ints, preds: Ints, succs: Ints, modes: Ints, opening: Ints, sequence: Ints, chosen: Ints, node: Ints,
    order: Ints,
) -> int:  # fmt: skip
    """Make the plan that places the operations in that sequence on those modes; returns its makespan.

    opening : (m,) minute from which each machine works.
    """
    n = len(order)
    for m in range(len(opening)):
        dummy = n + m
        node[dummy, :] = 0
        node[dummy, HEAD] = opening[m]
        node[dummy, BEFORE] = node[dummy, AFTER] = dummy
        node[dummy, AT] = m
    for i in range(n):
        op = sequence[i]
        order[i] = op
        row = chosen[op]
        dummy = n + modes[row, MACHINE]
        last = node[dummy, BEFORE]
        node[op, MARK] = 0
        node[op, RANK] = i
        node[op, ROW] = row
        node[op, RUN_MINUTES] = modes[row, RUN]
        node[op, AT] = modes[row, MACHINE]
        node[op, PLACE] = node[last, PLACE] + 1
        node[op, BEFORE], node[op, AFTER] = last, dummy
        node[last, AFTER] = node[dummy, BEFORE] = op
    heads_from(0, route, preds, node, order)
    tails_from(n - 1, route, succs, node, order)
    return makespan_of(node, n)


@kernel
def heads_from(first: int, route: Ints, preds: Ints, node: Ints, order: Ints) -> None:
    """Heads of the operations from that rank on."""
    for i in range(first, len(order)):
        op = order[i]
        head = route[op, ROUTE_RELEASE]
        for k in range(route[op, ROUTE_PRED0], route[op, ROUTE_PRED1]):
            p = preds[k]
            head = max(head, node[p, HEAD] + node[p, RUN_MINUTES] + route[op, ROUTE_WAIT])
        node[op, JOB_HEAD] = head
        p = node[op, BEFORE]
        node[op, HEAD] = max(head, node[p, HEAD] + node[p, RUN_MINUTES])


@kernel
def tails_from(last: int, route: Ints, succs: Ints, node: Ints, order: Ints) -> None:
    """Tails of the operations from that rank down."""
    for i in range(last, -1, -1):
        op = order[i]
        tail = 0
        for k in range(route[op, ROUTE_SUCC0], route[op, ROUTE_SUCC1]):
            s = succs[k]
            tail = max(tail, node[s, TAIL] + node[s, RUN_MINUTES] + route[s, ROUTE_WAIT])
        node[op, JOB_TAIL] = tail
        s = node[op, AFTER]
        node[op, TAIL] = max(tail, node[s, TAIL] + node[s, RUN_MINUTES])


@kernel
def makespan_of(node: Ints, n: int) -> int:
    """When the last machine is done."""
    end = 0
    for dummy in range(n, len(node)):
        last = node[dummy, BEFORE]
        if last < n:
            end = max(end, node[last, HEAD] + node[last, RUN_MINUTES])
    return end


@kernel
def _link(node: Ints, op: int, before: int) -> None:
    """Put the operation behind `before`; the places behind it are counted anew."""
    after = node[before, AFTER]
    node[op, BEFORE], node[op, AFTER] = before, after
    node[before, AFTER] = op
    node[after, BEFORE] = op


@kernel
def _unlink(node: Ints, op: int) -> None:
    before, after = node[op, BEFORE], node[op, AFTER]
    node[before, AFTER] = after
    node[after, BEFORE] = before


@kernel
def _count_places(node: Ints, n: int, at: int) -> None:
    """Count the places of the machine from the node behind `at` on."""
    place = node[at, PLACE]
    op = node[at, AFTER]
    while op < n:
        place += 1
        node[op, PLACE] = place
        op = node[op, AFTER]


@kernel
def move(
    op: int, before: int, row: int, route: Ints, preds: Ints, succs: Ints, modes: Ints, node: Ints, order: Ints,
    scratch: Ints,
) -> int:  # fmt: skip
    """Take the operation out and put it right behind the node `before`, in mode `row`; heads and tails follow.

    Returns the new makespan; -1, and nothing has changed, where the operation would wait for itself.
    """
    n = len(order)
    old_before, old_after = node[op, BEFORE], node[op, AFTER]
    _unlink(node, op)
    _link(node, op, before)
    after = node[op, AFTER]
    if not _reorder(op, before, after, route, preds, succs, node, order, scratch):
        _unlink(node, op)
        _link(node, op, old_before)
        return -1
    if row != node[op, ROW]:
        node[op, ROW] = row
        node[op, RUN_MINUTES] = modes[row, RUN]
        node[op, AT] = modes[row, MACHINE]
    if old_before < n and node[old_before, AT] == node[op, AT] and node[old_before, PLACE] < node[before, PLACE]:
        _count_places(node, n, old_before)
    else:
        _count_places(node, n, before)
        _count_places(node, n, old_before)
    low = high = node[op, RANK]
    if old_after < n:
        low = min(low, node[old_after, RANK])
    if after < n:
        low = min(low, node[after, RANK])
    if old_before < n:
        high = max(high, node[old_before, RANK])
    if before < n:
        high = max(high, node[before, RANK])
    heads_from(low, route, preds, node, order)
    tails_from(high, route, succs, node, order)
    return makespan_of(node, n)


@kernel
def _reorder(
    op: int, before: int, after: int, route: Ints, preds: Ints, succs: Ints, node: Ints, order: Ints, scratch: Ints
) -> bool:  # fmt: skip
    """Mend `order` between the operation and its new neighbours. False, and it is as it was: they form a circle.

    Source: the affected region of Pearce and Kelly (2006), ACM Journal of Experimental Algorithmics 11, 1.7,
    doi:10.1145/1187436.1210590.
    """
    n = len(order)
    if before < n and node[before, RANK] > node[op, RANK]:
        return _move_with_followers(op, before, 1, BEFORE, ROUTE_PRED0, ROUTE_PRED1, preds, route, node, order, scratch)
    if after < n and node[after, RANK] < node[op, RANK]:
        return _move_with_followers(op, after, -1, AFTER, ROUTE_SUCC0, ROUTE_SUCC1, succs, route, node, order, scratch)
    return True


@inlined
def _move_with_followers(
    op: int, goal: int, step: int, beside: int, first: int, last: int, links: Ints, route: Ints, node: Ints,
    order: Ints, scratch: Ints,
) -> bool:  # fmt: skip
    """Put the operation past `goal` in `order`, and with it what must stay on its other side; the rest keeps its turn.

    step : 1 towards the end, where what follows the operation goes with it; -1 towards the beginning, where what it
    follows does.   beside, first, last, links : where it stands whom a node follows then, on its machine and in its
    route.
    False, and all is as it was: `goal` would have to go with it.
    """
    n, rank = len(order), node[op, RANK]
    node[op, MARK] = 1
    scratch[0] = op
    moved, kept, put = 1, 0, rank
    for i in range(rank + step, node[goal, RANK] + step, step):
        x = order[i]
        p = node[x, beside]
        hit = p < n and node[p, MARK] == 1
        if not hit:
            for k in range(route[x, first], route[x, last]):
                if node[links[k], MARK] == 1:
                    hit = True
                    break
        if hit:
            node[x, MARK] = 1
            scratch[moved] = x
            moved += 1
        else:
            scratch[n + kept] = x
            kept += 1
    circle = node[goal, MARK] == 1
    for i in range(moved):
        node[scratch[i], MARK] = 0
    if circle:
        return False
    for i in range(kept):
        order[put] = scratch[n + i]
        node[order[put], RANK] = put
        put += step
    for i in range(moved):
        order[put] = scratch[i]
        node[order[put], RANK] = put
        put += step
    return True
