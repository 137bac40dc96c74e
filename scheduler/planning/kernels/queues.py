"""The queues of a dispatch: who waits for which machine, how much each wants it, and whom it takes."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from scheduler.planning.kernels.arrays import Pegs, Shop
from scheduler.planning.kernels.fit_near import open_from
from scheduler.planning.kernels.jit import array_kernel, inlined
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.urgency import urgency
from scheduler.planning.kernels.wake import wake_by, wake_tree
from scheduler.planning.layout import FAMILY, FAR, MACHINE, MODE0, MODE1, NONE, RUN, SETUP, WIN0, WIN1
from scheduler.planning.problem import Floats, Ints

# parameters of a dispatch, one row of floats
RULE, LOOKAHEAD, SETUP_DREAD, PATIENCE, STRETCH, WAITING, NOISE, GAPS = range(8)
PARAMETERS: Final = 8
ATC, EDD, WSPT = 0.0, 1.0, 2.0
"""ATC: Vepsalainen and Morton (1987), Management Science 33(8), 1035-1047, doi:10.1287/mnsc.33.8.1035. WSPT: Smith
(1956), Naval Research Logistics Quarterly 3, 59-66, doi:10.1002/nav.3800030106."""
GONE: Final = -FAR - 1
QUEUED_ITEM: Final = 0  # columns of rows
QUEUED_MODE: Final = 1


class Wants(NamedTuple):
    """How urgent each operation is, see `urgency.py`.

    latest, weight : (n,) end that keeps every order behind it on time, and the weight of the most urgent of them.
    mean_run : minutes of the mean operation.   retry : after so many a machine asks again who rather waits for another.
    noise : (blocks,) what the draw adds to each.
    """

    latest: Floats
    weight: Floats
    mean_run: float
    retry: int
    noise: Floats


class Queues(NamedTuple):
    """The machines and who waits for each: blocks whose first operation it can do, with what is asked at every look.

    Machine m's queue are the rows first[m] to first[m] + length[m] of `rows` (k, 2) block and mode, and of
    ready : minute from which it could start; GONE: it has its place.
    value_late : its worth where nothing is left of the slack.   latest_start : from then on nothing is.
    row_of : (modes,) row in which each mode queues.
    tree : see `wake.py`.   idle : since when it is.   standing : its family.   near : see `fit_near.py`.
    """

    first: Ints
    length: Ints
    rows: Ints
    ready: Ints
    value_late: Floats
    latest_start: Floats
    row_of: Ints
    tree: Ints
    idle: Ints
    standing: Ints
    near: Ints


@array_kernel
def wants_of(shop: Shop, pegs: Pegs, weights: Floats, parameters: Floats) -> Wants:
    """How much each operation wants a machine, before it is known when and which."""
    n, blocks = len(shop.ops), len(shop.block_ptr) - 1
    latest, weight, shortest = np.empty(n, np.float64), np.empty(n, np.float64), np.empty(n, np.int64)
    urgency(shop, pegs, weights, parameters[STRETCH], latest, weight, shortest)
    mean_run = max(1.0, float(np.mean(shortest)))
    noise = np.zeros(blocks, np.float64)
    if parameters[NOISE] > 0:
        for block in range(blocks):
            noise[block] = parameters[NOISE] * np.random.standard_normal()
    return Wants(latest=latest, weight=weight, mean_run=mean_run, retry=max(5, int(mean_run / 4)), noise=noise)


@array_kernel
def empty_queues(shop: Shop) -> Queues:
    """Nobody waits yet; there is room for everybody."""
    ops, modes, block_ptr, block_ops = shop.ops, shop.modes, shop.block_ptr, shop.block_ops
    machines = len(shop.machines)
    first = np.zeros(machines + 1, np.int64)
    for block in range(len(block_ptr) - 1):
        op = block_ops[block_ptr[block]]
        for k in range(ops[op, MODE0], ops[op, MODE1]):
            first[modes[k, MACHINE] + 1] += 1
    for m in range(machines):
        first[m + 1] += first[m]
    room = first[machines]
    return Queues(
        first=first,
        length=np.zeros(machines, np.int64),
        rows=np.empty((room, 2), np.int64),
        ready=np.empty(room, np.int64),
        value_late=np.empty(room, np.float64),
        latest_start=np.empty(room, np.float64),
        row_of=np.empty(len(modes), np.int64),
        tree=wake_tree(machines),
        idle=np.zeros(machines, np.int64),
        standing=np.empty(machines, np.int64),
        near=np.empty(machines, np.int64),
    )


@inlined
def join_queues(
    block: int, ready: int, shop: Shop, choice: Ints, parameters: Floats, wants: Wants, queues: Queues
) -> None:
    """A block that waits for nothing any more queues at each machine that may do its first operation."""
    ops, modes = shop.ops, shop.modes
    rule, latest, weight = parameters[RULE], wants.latest, wants.weight
    op = shop.block_ops[shop.block_ptr[block]]
    for k in range(ops[op, MODE0], ops[op, MODE1]):
        if choice[op] != NONE and choice[op] != k:
            continue
        m, run = modes[k, MACHINE], modes[k, RUN]
        row = queues.first[m] + queues.length[m]
        queues.rows[row, QUEUED_ITEM], queues.rows[row, QUEUED_MODE] = block, k
        queues.ready[row], queues.row_of[k] = ready, row
        queues.latest_start[row] = -FAR
        if rule == EDD:
            queues.value_late[row] = -latest[op] / wants.mean_run
        else:
            queues.value_late[row] = np.log(max(weight[op], 1e-9) / run)
            if rule != WSPT:
                queues.latest_start[row] = latest[op] - run
        queues.length[m] += 1
        wake_by(queues.tree, m, max(ready, queues.idle[m]))


@inlined
def leave_queues(op: int, shop: Shop, choice: Ints, queues: Queues) -> None:
    """It has its place."""
    for k in range(shop.ops[op, MODE0], shop.ops[op, MODE1]):
        if choice[op] == NONE or choice[op] == k:
            queues.ready[queues.row_of[k]] = GONE


@inlined
def changeover_now(mode: int, family: int, shop: Shop, queues: Queues) -> int:
    """Changeover minutes to a family on the machine of the mode as it stands."""
    m, own = shop.modes[mode, MACHINE], shop.modes[mode, SETUP]
    return changeover(shop.machines, shop.changeovers, shop.stride, m, queues.standing[m], family, own)


@inlined
def later_than_elsewhere(
    block: int, mode: int, t: int, ready: int, ends: int, enough: float, shop: Shop, queues: Queues
) -> float:
    """Minutes by which a block would end later in this mode (at `ends`) than in its best other one; no further counted
    than to more than `enough`."""
    ops, modes, machines = shop.ops, shop.modes, shop.machines
    op = shop.block_ops[shop.block_ptr[block]]
    late = 0.0
    for k in range(ops[op, MODE0], ops[op, MODE1]):
        if k == mode:
            continue
        m = modes[k, MACHINE]
        at = max(t, queues.idle[m])
        begin = open_from(shop.windows, queues.near, m, machines[m, WIN0], machines[m, WIN1], at)
        if begin == NONE:
            continue
        begin += changeover_now(k, ops[op, FAMILY], shop, queues)
        late = max(late, ends - max(begin, ready) - modes[k, RUN])
        if late > enough:
            break
    return late


@inlined
def drop_row(row: int, last: int, queues: Queues) -> None:
    """The last row of a queue takes the place of one that is gone."""
    rows, ready = queues.rows, queues.ready
    rows[row, QUEUED_ITEM], rows[row, QUEUED_MODE] = rows[last, QUEUED_ITEM], rows[last, QUEUED_MODE]
    ready[row] = ready[last]
    queues.value_late[row], queues.latest_start[row] = queues.value_late[last], queues.latest_start[last]
    queues.row_of[rows[row, QUEUED_MODE]] = row


@inlined
def choose(
    m: int, t: int, shop: Shop, choice: Ints, parameters: Floats, wants: Wants, queues: Queues
) -> tuple[int, int]:
    """(row, minute): who of a machine's queue wants it most at t; NONE: nobody may start, until that minute."""
    ops, modes, ready, noise = shop.ops, shop.modes, queues.ready, wants.noise
    patience, ahead, noisy = parameters[PATIENCE], parameters[WAITING], parameters[NOISE] > 0
    lookahead = parameters[LOOKAHEAD] * wants.mean_run
    dread = 0.0 if parameters[SETUP_DREAD] <= 0 else 1.0 / parameters[SETUP_DREAD]
    best, best_value, soonest = NONE, -1e300, FAR
    row, end = queues.first[m], queues.first[m] + queues.length[m]
    while row < end:
        r = ready[row]
        if r > t + ahead:
            soonest = min(soonest, r)
            row += 1
            continue
        if r == GONE:
            end -= 1
            drop_row(row, end, queues)
            continue
        # slack, changeover, idling and lateness only take away from it
        value = queues.value_late[row]
        extra = noise[queues.rows[row, QUEUED_ITEM]] if noisy else 0.0
        if value + extra <= best_value:
            row += 1
            continue
        value -= max(0.0, queues.latest_start[row] - t) / lookahead
        if value + extra <= best_value:
            row += 1
            continue
        block, mode = queues.rows[row, QUEUED_ITEM], queues.rows[row, QUEUED_MODE]
        op, run = shop.block_ops[shop.block_ptr[block]], modes[mode, RUN]
        setup = changeover_now(mode, ops[op, FAMILY], shop, queues)
        ends = max(t + setup, r) + run
        late = 0.0
        if choice[op] == NONE:
            late = later_than_elsewhere(block, mode, t, r, ends, patience * run, shop, queues)
        if late > patience * run:
            soonest = min(soonest, t + wants.retry)
            row += 1
            continue
        value += extra - (setup * dread + max(0, r - t - setup) + late) / wants.mean_run
        if value > best_value:
            best, best_value = row, value
        row += 1
    queues.length[m] = end - queues.first[m]
    return best, soonest
