"""Raw CP-SAT and PyJobShop on one scenario, in a process of their own: `python -m benchmarks.peer_models PEER …`.

Both are given the scenario as read and the last minute worth looking at: 1.25 times the length of a plain ATC plan and
a day. They see nothing else of that plan, no hint and no bound. The clock starts when the scenario is read, so building
the model counts. What they answer is an order of operations and a choice of machines, which the schedule builder times.

PyJobShop (CP-SAT below) is given machines with breaks, pausable tasks, modes, precedence with least and longest waits,
release dates, pools as renewable resources, weighted tardiness, flow, changeover minutes and makespan. It cannot say:
changeovers that rest while the machine does (they count elapsed minutes, so its own plan may be a little off), pools
whose capacity changes with the shift (the largest counts) or that running work holds, stock that comes and goes (which
order feeds which is fixed by due date), the price of a moved operation, and a flow time that is not multiplied by the
priority.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.raw_cpsat import PARTS, RawModel
from scheduler.domain.minutes import DAY
from scheduler.domain.plans import Plan
from scheduler.ingest import read_scenario, write_plan
from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.judge.kpis import plan_kpis
from scheduler.planning.problem import Ints, Problem
from scheduler.solving.first_plan import first_plan

MOST_MEMORY = 16 << 30


class RawCpSat:
    """The whole contract as a CP-SAT model."""

    def __init__(self, start: Any, end: int) -> None:
        self.start = start
        self.model = RawModel(start.builder, start.frozen, end)

    def solve(self, seconds: float, workers: int) -> Timing | str:
        found = self.model.solve(seconds, workers)
        if isinstance(found, str):
            return found
        builder = self.start.builder
        as_solved = builder.timing_of(*found)
        again = retimed(self.start, builder.repegged(as_solved), found[0], found[2])
        # pools of changing capacity are the builder's to keep
        return again if len(self.start.problem.pool_needs) else min(again, as_solved, key=_worth)


class PyJobShop:
    """The plant as PyJobShop's model; tasks stand for the operations that are still to be placed."""

    def __init__(self, start: Any, end: int) -> None:
        import pyjobshop
        from pyjobshop.solvers.ortools import CPModel

        self.start, self.builder, self.frozen, self.end = start, start.builder, start.frozen, end
        self.problem: Problem = start.problem
        self.model = pyjobshop.Model()
        self.tasks: dict[int, Any] = {}
        self.mode_rows: list[int] = []
        self.machines = [self.model.add_machine(self._breaks(m)) for m in range(len(self.problem.machines))]
        self.pools = [self.model.add_renewable(self._capacity(k)) for k in range(self.problem.pool_count)]
        self._jobs()
        self._sequence()
        self._changeovers()
        self.solver = CPModel(self.model.data())

    def solve(self, seconds: float, workers: int) -> Timing | str:
        result = self.solver.solve(time_limit=seconds, num_workers=workers)
        if not result.best.tasks:
            return str(result.status.value).lower()
        p = self.problem
        starts, choice = p.ops[:, c.FIX_START].copy(), p.ops[:, c.MODE0].copy()
        for task, op in zip(result.best.tasks, self.tasks, strict=False):
            starts[op], choice[op] = task.start, self.mode_rows[task.mode]
        return retimed(self.start, self.builder, starts, choice)

    def _busy_until(self, m: int) -> int:
        """Running work keeps the machine until then."""
        p = self.problem
        here = (p.ops[:, c.FIXED] == 1) & (p.modes[p.ops[:, c.MODE0], c.MACHINE] == m)
        return int(p.ops[here, c.FIX_END].max(initial=0))

    def _breaks(self, m: int) -> list[tuple[int, int]]:
        p, free = self.problem, self._busy_until(m)
        found, shut = [], 0
        for opens, closes, _ in p.windows[p.machines[m, c.WIN0] : p.machines[m, c.WIN1]].tolist():
            opens = max(opens, free)
            if closes <= opens or opens >= self.end:
                continue
            if opens > shut:
                found.append((shut, opens))
            shut = closes
        return [*found, (shut, self.end)] if shut < self.end else found

    def _capacity(self, pool: int) -> int:
        p = self.problem
        return int(p.pool_free[p.pool_steps[:, c.STEP_POOL] == pool].max(initial=0.0) * PARTS)

    def _jobs(self) -> None:
        p, b = self.problem, self.builder
        tardy, setup, makespan, flow = p.objective_weights.tolist()
        per_priority, per_weight = _whole(p.weights.tolist()), _whole([tardy, setup, makespan, flow])
        for o, row in enumerate(p.orders.tolist()):
            ops = [op for op in range(row[c.ORDER_OP0], row[c.ORDER_OP1]) if not p.ops[op, c.FIXED]]
            if not ops:
                continue
            weight = round(float(p.weights[o]) * per_priority)
            job = self.model.add_job(weight=weight, due_date=min(row[c.DUE], c.FAR))
            for op in ops:
                fixed = int(self.frozen.not_before[op]) if self.frozen.choice[op] != c.NONE else c.NONE
                earliest = int(max(p.ops[op, c.EARLIEST], b.bounds[op], 0))
                timed = (
                    {"earliest_start": earliest}
                    if fixed == c.NONE
                    else {"earliest_start": fixed, "latest_start": fixed}
                )
                task = self.model.add_task(job, allow_breaks=bool(p.ops[op, c.PAUSABLE]), **timed)
                self.tasks[op] = task
                needs = range(int(p.ops[op, c.POOL0]), int(p.ops[op, c.POOL1]))
                pools = [self.pools[p.pool_needs[k]] for k in needs]
                taken = [0, *(round(float(p.pool_quantity[k]) * PARTS) for k in needs)]
                for mode in self._modes(op):
                    machine = self.machines[p.modes[mode, c.MACHINE]]
                    self.model.add_mode(task, [machine, *pools], int(p.modes[mode, c.RUN]), taken)
                    self.mode_rows.append(mode)
        self.model.set_objective(
            weight_total_tardiness=round(tardy * per_weight),
            weight_total_flow_time=round(flow * per_weight),
            weight_total_setup_time=round(setup * per_weight) * per_priority,
            weight_makespan=round(makespan * per_weight) * per_priority,
        )

    def _modes(self, op: int) -> list[int]:
        chosen = int(self.frozen.choice[op])
        row = self.problem.ops[op]
        return list(range(int(row[c.MODE0]), int(row[c.MODE1]))) if chosen == c.NONE else [chosen]

    def _sequence(self) -> None:
        p, pegs, model = self.problem, self.builder.pegs, self.model
        for op, task in self.tasks.items():
            row = p.ops[op]
            for pred in p.preds[row[c.PRED0] : row[c.PRED1]].tolist():
                if pred in self.tasks:
                    model.add_end_before_start(self.tasks[pred], task, int(row[c.MIN_WAIT]))
                    if row[c.MAX_WAIT] != c.NONE:
                        model.add_start_before_end(task, self.tasks[pred], -int(row[c.MAX_WAIT]))
                    continue
                done = int(p.ops[pred, c.FIX_END])
                task.earliest_start = max(task.earliest_start, done + int(row[c.MIN_WAIT]))
                if row[c.MAX_WAIT] != c.NONE:
                    task.latest_start = max(task.earliest_start, done + int(row[c.MAX_WAIT]))
            for order in pegs.orders[pegs.ptr[op] : pegs.ptr[op + 1]].tolist():
                for feeder in range(int(p.orders[order, c.ORDER_OP0]), int(p.orders[order, c.ORDER_OP1])):
                    if feeder in self.tasks:
                        model.add_end_before_start(self.tasks[feeder], task)
                    else:
                        task.earliest_start = max(task.earliest_start, int(p.ops[feeder, c.FIX_END]))

    def _changeovers(self) -> None:
        """Between every two operations of a machine; a task of no length at its first minute stands for its family."""
        p, model = self.problem, self.model
        for m, machine in enumerate(self.machines):
            rows = [(op, mode) for op in self.tasks for mode in self._modes(op) if p.modes[mode, c.MACHINE] == m]
            if not rows:
                continue
            families = [int(p.ops[op, c.FAMILY]) for op, _ in rows]
            own = [int(p.modes[mode, c.SETUP]) for _, mode in rows]
            first = [self._need(m, self._stands_in(m), f, s) for f, s in zip(families, own, strict=True)]
            if any(first):
                opens = next((int(end) for _, end in self._breaks(m)[:1] if self._breaks(m)[0][0] == 0), 0)
                stands = model.add_task(earliest_start=opens, latest_start=opens)
                model.add_mode(stands, [machine], 0)
                self.mode_rows.append(c.NONE)
                for (op, _), need in zip(rows, first, strict=True):
                    if need:
                        model.add_setup_time(machine, stands, self.tasks[op], need)
            for (i, (a, _)), (j, (b, _)) in itertools.permutations(enumerate(rows), 2):
                need = self._need(m, families[i], families[j], own[j])
                if need and a != b:
                    model.add_setup_time(machine, self.tasks[a], self.tasks[b], need)

    def _stands_in(self, m: int) -> int:
        p = self.problem
        here = np.flatnonzero((p.ops[:, c.FIXED] == 1) & (p.modes[p.ops[:, c.MODE0], c.MACHINE] == m))
        if not len(here):
            return int(p.machines[m, c.INITIAL])
        return int(p.ops[here[np.argmax(p.ops[here, c.FIX_END])], c.FAMILY])

    def _need(self, m: int, old: int, new: int, own: int) -> int:
        p = self.problem
        table = int(p.machines[m, c.MATRIX])
        return own if table == c.NONE else int(p.changeovers[table + old * (p.families + 2) + new])


PEERS: dict[str, Any] = {"cpsat": RawCpSat, "pyjobshop": PyJobShop}


def _whole(values: list[float]) -> int:
    """The least power of ten that makes them whole numbers, at most 10,000."""
    for scale in (1, 10, 100, 1000):
        if all(abs(v * scale - round(v * scale)) < 1e-6 for v in values):
            return scale
    return 10_000


def retimed(start: Any, builder: Builder, starts: Ints, choice: Ints) -> Timing:
    """The operations in the order of their starts on the chosen machines, timed by the schedule builder."""
    p, frozen = start.problem, start.frozen.blocks
    order: Ints = np.argsort(starts[p.block_ops[p.block_ptr[:-1]]], kind="stable").astype(np.int64)
    order = np.concatenate((frozen, order[~np.isin(order, frozen)])).astype(np.int64)
    chained = bool((np.diff(p.block_ptr) > 1).any())
    return min((builder.build(order, choice, gaps) for gaps in {False, chained}), key=_worth)


def _worth(timing: Timing) -> tuple[bool, float]:
    return timing.status != OK, timing.cost


def solve(peer: str, folder: Path, out: Path, limit: float, workers: int) -> str:
    """Writes plan.csv to `out` where there is a plan; answers in words why there is none."""
    state = read_scenario(folder).state
    start = first_plan(state)
    end = min(start.problem.end, int(start.first.times[:, c.PLACED_END].max()) * 5 // 4 + DAY)
    began = time.perf_counter()
    model = PEERS[peer](start, end)
    built = time.perf_counter() - began
    found = model.solve(limit - built, workers) if built < limit else "no time left"
    if isinstance(found, str):
        return f"{found}; {built:.1f} s for building the model"
    if found.status != OK:
        return "its order breaks a rule when timed exactly"
    operations = start.builder.operations(found)
    write_plan(out, Plan(operations, start.problem.unplanned, plan_kpis(state, operations, state.plan), peer), state)
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peer_models", description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("limit", type=float)
    parser.add_argument("workers", type=int)
    ask = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        fault = solve(ask.peer, ask.folder, ask.out, ask.limit, ask.workers)
    except MemoryError:
        fault = f"more than {MOST_MEMORY >> 30} GiB of memory"
    ask.out.mkdir(parents=True, exist_ok=True)
    (ask.out / "fault.json").write_text(json.dumps(fault))


if __name__ == "__main__":
    main()
