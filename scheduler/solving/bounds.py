"""Lower bounds of the cost that hold whatever is done: what each order costs if it had the plant to itself, and the
load of machines that no others can stand in for."""

from __future__ import annotations

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.kernels.earliest import earliest_ends
from scheduler.planning.kernels.windows import before
from scheduler.planning.problem import Ints, Problem


def lower_bound(problem: Problem) -> float:
    """No plan costs less. Valid, and far from tight where machines are fought over."""
    ends: Ints = np.empty(problem.operations, np.int64)
    earliest_ends(problem.ops, problem.modes, problem.preds, problem.machines, problem.windows, ends)
    order_end = problem.orders[:, c.DONE_END].copy()
    np.maximum.at(order_end, problem.ops[:, c.ORDER], ends)
    tardy, _, makespan, flow = problem.objective_weights.tolist()
    late = np.maximum(0, order_end - problem.orders[:, c.DUE]) * problem.weights
    flows = np.maximum(0, order_end - problem.orders[:, c.FLOW_FROM])
    bound = problem.fixed_cost + tardy * float(late.sum()) + flow * float(flows.sum())
    if makespan:
        bound += makespan * max(0, int(ends.max(initial=0)), _busiest_machines(problem))
    return float(bound)


def _busiest_machines(problem: Problem) -> int:
    """The minute by which some machines can have done all the work that only they can do, shared at will."""
    leader = list(range(len(problem.machines)))

    def find(m: int) -> int:
        while leader[m] != m:
            leader[m] = leader[leader[m]]
            m = leader[m]
        return m

    open_ops = np.flatnonzero((problem.ops[:, c.FIXED] == 0) & (problem.ops[:, c.MODE1] > problem.ops[:, c.MODE0]))
    if not len(open_ops):
        return 0
    first, count = problem.ops[open_ops, c.MODE0], problem.ops[open_ops, c.MODE1] - problem.ops[open_ops, c.MODE0]
    starts = np.cumsum(count) - count
    rows = np.arange(count.sum()) + np.repeat(first - starts, count)
    run, machine = problem.modes[rows, c.RUN], problem.modes[rows, c.MACHINE]
    pairs = np.repeat(problem.modes[first, c.MACHINE], count) * len(leader) + machine
    for pair in np.unique(pairs).tolist():
        one, other = divmod(pair, len(leader))
        leader[find(other)] = find(one)
    load = np.bincount(problem.modes[first, c.MACHINE], np.minimum.reduceat(run, starts), len(leader))
    work = [0] * len(leader)
    for m, minutes in enumerate(load.tolist()):
        work[find(m)] += int(minutes)
    latest = 0
    for group in {find(m) for m in range(len(leader))}:
        members = [m for m in range(len(leader)) if find(m) == group]
        low, high = 0, problem.end
        while low < high:
            middle = (low + high) // 2
            if sum(_open_minutes(problem, m, middle) for m in members) >= work[group]:
                high = middle
            else:
                low = middle + 1
        latest = max(latest, low)
    return latest


def _open_minutes(problem: Problem, m: int, until: int) -> int:
    return int(before(problem.windows, int(problem.machines[m, c.WIN0]), int(problem.machines[m, c.WIN1]), until))
