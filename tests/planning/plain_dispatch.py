"""Dispatching in plain Python: every look values every block that queues, from the tables alone. For single operations
without pools and longest waits; slow, and without anything that saves a look."""

from __future__ import annotations

import math

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, DispatchParameters
from scheduler.planning.kernels.dispatch import EDD, WSPT, urgency
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.windows import after, fit
from scheduler.planning.problem import Problem

Place = tuple[int, int, int]  # start, end, mode


class _Floor:
    """Who stands where while the plan is made."""

    def __init__(self, builder: Builder) -> None:
        self.p, self.pegs, self.builder = builder.problem, builder.pegs, builder
        self.placed: dict[int, Place] = {}
        self.idle = [0] * len(self.p.machines)
        self.standing = [int(m) for m in self.p.machines[:, c.INITIAL]]
        for op in np.flatnonzero(self.p.ops[:, c.FIXED]).tolist():
            mode = int(self.p.ops[op, c.MODE0])
            self.put(op, (int(self.p.ops[op, c.FIX_START]), int(self.p.ops[op, c.FIX_END]), mode))

    def put(self, op: int, place: Place) -> None:
        machine = int(self.p.modes[place[2], c.MACHINE])
        self.placed[op] = place
        self.idle[machine], self.standing[machine] = place[1], int(self.p.ops[op, c.FAMILY])

    def waits_for(self, op: int) -> list[int]:
        """Its predecessors, and every operation of the orders that feed it."""
        p, row = self.p, self.p.ops[op]
        fed_by = self.pegs.orders[self.pegs.ptr[op] : self.pegs.ptr[op + 1]].tolist()
        makers = [i for o in fed_by for i in range(p.orders[o, c.ORDER_OP0], p.orders[o, c.ORDER_OP1])]
        return [*p.preds[row[c.PRED0] : row[c.PRED1]].tolist(), *makers]

    def ready(self, op: int) -> int:
        p, row = self.p, self.p.ops[op]
        times = [int(row[c.EARLIEST]), int(self.builder.bounds[op])]
        times += [self.placed[q][1] + int(row[c.MIN_WAIT]) for q in p.preds[row[c.PRED0] : row[c.PRED1]].tolist()]
        times += [self.placed[q][1] for q in self.waits_for(op)]
        fed_by = self.pegs.orders[self.pegs.ptr[op] : self.pegs.ptr[op + 1]]
        return max([*times, *p.orders[fed_by, c.DONE_END].tolist()])

    def opens(self, machine: int, t: int) -> int:
        return int(fit(self.p.windows, *self.span(machine), t, 1, 1)[0])

    def span(self, machine: int) -> tuple[int, int]:
        return int(self.p.machines[machine, c.WIN0]), int(self.p.machines[machine, c.WIN1])

    def setup(self, op: int, mode: int) -> int:
        p, machine = self.p, int(self.p.modes[mode, c.MACHINE])
        new, own = int(p.ops[op, c.FAMILY]), int(p.modes[mode, c.SETUP])
        return int(changeover(p.machines, p.changeovers, p.families + 2, machine, self.standing[machine], new, own))


def plain_dispatch(builder: Builder, parameters: DispatchParameters) -> dict[int, Place] | None:
    """The place of each operation; None where one fits nowhere."""
    p = builder.problem
    n = p.operations
    latest, weight, shortest = np.empty(n), np.empty(n), np.empty(n, np.int64)
    urgency(builder.shop, builder.pegs, p.weights, parameters.stretch, latest, weight, shortest)
    mean = max(1.0, float(np.mean(shortest)))
    floor = _Floor(builder)
    queues: list[list[tuple[int, int, int]]] = [[] for _ in p.machines]  # operation, mode, ready
    wake = [c.FAR] * len(p.machines)
    queued: set[int] = set()

    def enqueue(ops: list[int]) -> None:
        for op in reversed(ops):
            queued.add(op)
            r = floor.ready(op)
            for mode in range(p.ops[op, c.MODE0], p.ops[op, c.MODE1]):
                machine = int(p.modes[mode, c.MACHINE])
                queues[machine].append((op, mode, r))
                wake[machine] = min(wake[machine], max(r, floor.idle[machine]))

    def may_queue(ops: list[int]) -> list[int]:
        fresh = [o for o in ops if o not in queued and o not in floor.placed]
        return [o for o in fresh if all(q in floor.placed for q in floor.waits_for(o))]

    def value_of(op: int, mode: int, r: int, t: int) -> float | None:
        """None: it rather waits for another machine."""
        run, setup = int(p.modes[mode, c.RUN]), floor.setup(op, mode)
        ends, late = max(t + setup, r) + run, 0.0
        for other in range(p.ops[op, c.MODE0], p.ops[op, c.MODE1]):
            there = int(p.modes[other, c.MACHINE])
            begin = floor.opens(there, max(t, floor.idle[there]))
            if other != mode and begin != c.NONE:
                begin = max(begin + floor.setup(op, other), r)
                late = max(late, ends - begin - int(p.modes[other, c.RUN]))
        if late > parameters.patience * run:
            return None
        if parameters.rule == EDD:
            worth = -latest[op] / mean
        else:
            worth = math.log(max(weight[op], 1e-9) / run)
            if parameters.rule != WSPT:
                worth -= max(0.0, latest[op] - run - t) / (parameters.lookahead * mean)
        dread = 1 / parameters.setup_dread if parameters.setup_dread > 0 else 0.0
        return float(worth - (setup * dread + max(0, r - t - setup) + late) / mean)

    enqueue(may_queue(list(range(n))))
    while len(floor.placed) < n:
        t = min(wake)
        m = wake.index(t)
        if t >= c.FAR:
            return None
        begin = floor.opens(m, max(t, floor.idle[m]))
        if begin != t:
            wake[m] = c.FAR if begin == c.NONE else begin
            continue
        queue, row = queues[m], 0
        while row < len(queue):  # what has gone makes room for the last in the queue
            if queue[row][0] in floor.placed:
                queue[row] = queue[-1]
                queue.pop()
            else:
                row += 1
        here = [(at, *entry) for at, entry in enumerate(queue) if entry[2] <= t + parameters.waiting]
        values = {at: value for at, op, mode, r in here if (value := value_of(op, mode, r, t)) is not None}
        if not values:
            later = [r for _, _, r in queue if r > t + parameters.waiting]
            soonest = min([*later, *([t + max(5, int(mean / 4))] if here else [])], default=c.FAR)
            wake[m] = int(max(soonest, t + 1))
            continue
        op, mode, r = queue[max(values, key=lambda at: (values[at], -at))]
        free = after(p.windows, *floor.span(m), floor.idle[m], floor.setup(op, mode))
        if free == c.NONE:
            return None
        run, pausable = int(p.modes[mode, c.RUN]), int(p.ops[op, c.PAUSABLE])
        start, end = fit(p.windows, *floor.span(m), max(r, free), run, pausable)
        if end == c.NONE:
            return None
        floor.put(op, (int(start), int(end), mode))
        wake[m] = floor.idle[m]
        enqueue(may_queue(_followers(p, builder, op)))
    return floor.placed


def _followers(p: Problem, builder: Builder, op: int) -> list[int]:
    order, g = p.ops[op, c.ORDER], builder.pegs
    fed = g.fed_ops[g.fed_ptr[order] : g.fed_ptr[order + 1]].tolist()
    return list(dict.fromkeys([*p.succs[p.ops[op, c.SUCC0] : p.ops[op, c.SUCC1]].tolist(), *fed]))
