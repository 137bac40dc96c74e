"""The whole contract as a CP-SAT model, for plants small enough to prove something about.

Each machine keeps its own clock of *working minutes*, in which calendars vanish: an operation is an interval of
run minutes there, changeovers are distances, and literals per working stretch tie that clock to the plant's.
One optional interval per stretch instead explodes (measured by the design's prototype).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, Timing
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.windows import before
from scheduler.planning.problem import Ints, Problem
from scheduler.replanning.frozen import Held

LONGEST_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class ModelSize:
    """What the model would hold; literals rule its speed."""

    operations: int
    literals: int


def model_size(problem: Problem, end: int) -> ModelSize:
    """Counts the literals that tie operations to stretches and to each other, without building anything."""
    windows = [_rows(problem, m, end) for m in range(len(problem.machines))]
    on_machine = np.zeros(len(problem.machines), np.int64)
    literals = 0
    for op in np.flatnonzero(problem.ops[:, c.FIXED] == 0).tolist():
        for mode in range(int(problem.ops[op, c.MODE0]), int(problem.ops[op, c.MODE1])):
            m = int(problem.modes[mode, c.MACHINE])
            on_machine[m] += 1
            literals += 2 * len(windows[m]) if len(windows[m]) > 1 else 0
    matrix = problem.machines[:, c.MATRIX] != c.NONE
    return ModelSize(problem.operations, literals + int((on_machine[matrix] ** 2).sum()))


def _rows(problem: Problem, m: int, end: int) -> Ints:
    rows = problem.windows[problem.machines[m, c.WIN0] : problem.machines[m, c.WIN1]]
    return rows[rows[:, c.START] < end]


class CpSatModel:
    """Variables, constraints and objective over one problem, one set of pegs and the held work.

    end : no operation ends later.   exact : True where every better plan of the contract is a solution, so that the
    solver's bound is a bound of the contract's cost; pegs and pools in elapsed time make it False.
    """

    def __init__(self, builder: Builder, held: Held, incumbent: Timing) -> None:
        self.builder, self.held = builder, held
        self.problem = problem = builder.problem
        self.model = cp_model.CpModel()
        self.end, self.exact = planning_end(problem, incumbent)
        if len(problem.supply.demands) or len(held.items):
            self.exact = False
        self.windows = [_rows(problem, m, self.end) for m in range(len(problem.machines))]
        self.start: list[Any] = []
        self.finish: list[Any] = []
        self.on: list[dict[int, Any]] = []  # mode -> literal
        self.work: list[dict[int, Any]] = []  # mode -> working minute of its start
        for op in range(problem.operations):
            self._operation(op)
        self.setup_cost: list[Any] = []
        for m in range(len(problem.machines)):
            self._machine(m)
        self._sequence()
        self._pools()
        self.scale = self._objective()

    # -- variables --------------------------------------------------------------------------------------------

    def _operation(self, op: int) -> None:
        p, model = self.problem, self.model
        row = p.ops[op]
        if row[c.FIXED]:
            self.start.append(int(row[c.FIX_START]))
            self.finish.append(int(row[c.FIX_END]))
            self.on.append({int(row[c.MODE0]): True})
            self.work.append({})
            return
        earliest = int(max(row[c.EARLIEST], self.builder.bounds[op]))
        start = model.new_int_var(min(earliest, self.end), self.end, "")
        finish = model.new_int_var(0, self.end, "")
        self.start.append(start)
        self.finish.append(finish)
        modes = list(range(int(row[c.MODE0]), int(row[c.MODE1])))
        if self.held.choice[op] != c.NONE:
            modes = [int(self.held.choice[op])]
        single = len(modes) == 1
        literals = {mode: True if single else model.new_bool_var("") for mode in modes}
        if not single:
            model.add_exactly_one(literals.values())
        self.on.append(literals)
        self.work.append({mode: self._clock(op, mode, literals[mode]) for mode in modes})
        if np.isin(row[c.ITEM], self.held.items) and self.held.choice[op] != c.NONE:
            model.add(start == int(self.held.not_before[op]))

    def _clock(self, op: int, mode: int, literal: Any) -> Any:
        """Tie start and end to the machine's working minutes; returns the working minute of the start."""
        p, model = self.problem, self.model
        m, run = int(p.modes[mode, c.MACHINE]), int(p.modes[mode, c.RUN])
        rows = self.windows[m].tolist()
        start, finish = self.start[op], self.finish[op]
        if len(rows) == 1 and rows[0][c.START] == 0 and rows[0][c.END] >= self.end:
            model.add(finish == start + run).only_enforce_if(literal)
            return start
        if not rows:
            model.add_bool_or([]).only_enforce_if(literal)
            return start
        total = rows[-1][c.BEFORE] + rows[-1][c.END] - rows[-1][c.START]
        work = model.new_int_var(0, max(0, total - run) if total >= run else 0, "")
        pausable = bool(p.ops[op, c.PAUSABLE])
        starts, ends = [], []
        for a, b, counted in rows:
            if pausable or b - a >= run:
                inside = model.new_bool_var("")
                starts.append(inside)
                model.add(start >= a).only_enforce_if(inside)
                model.add(start <= (b - 1 if pausable else b - run)).only_enforce_if(inside)
                model.add(work == start - a + counted).only_enforce_if(inside)
            if pausable and counted + b - a >= run:
                within = model.new_bool_var("")
                ends.append(within)
                model.add(finish >= a + 1).only_enforce_if(within)
                model.add(finish <= b).only_enforce_if(within)
                model.add(work + run == finish - a + counted).only_enforce_if(within)
        model.add(sum(starts) == 1).only_enforce_if(literal)
        if pausable:
            model.add(sum(ends) == 1).only_enforce_if(literal)
        else:
            model.add(finish == start + run).only_enforce_if(literal)
        if literal is not True:
            for extra in (*starts, *ends):
                model.add_implication(extra, literal)
        return work

    # -- machines ---------------------------------------------------------------------------------------------

    def _machine(self, m: int) -> None:
        p, model = self.problem, self.model
        members = [
            (op, mode)
            for op in range(p.operations)
            if not p.ops[op, c.FIXED]
            for mode in self.on[op]
            if p.modes[mode, c.MACHINE] == m
        ]
        if not members:
            return
        occupied, family = 0, int(p.machines[m, c.INITIAL])
        for op in np.flatnonzero(p.ops[:, c.FIXED] == 1).tolist():
            if p.modes[p.ops[op, c.MODE0], c.MACHINE] == m:
                w0, w1 = int(p.machines[m, c.WIN0]), int(p.machines[m, c.WIN1])
                occupied = max(occupied, int(before(p.windows, w0, w1, int(p.ops[op, c.FIX_END]))))
                family = int(p.ops[op, c.FAMILY])
        if p.machines[m, c.MATRIX] == c.NONE:
            intervals = []
            for op, mode in members:
                own, run = int(p.modes[mode, c.SETUP]), int(p.modes[mode, c.RUN])
                literal, work = self.on[op][mode], self.work[op][mode]
                begin = work - own
                intervals.append(
                    model.new_optional_fixed_size_interval_var(begin, own + run, literal, "")
                    if literal is not True
                    else model.new_fixed_size_interval_var(begin, own + run, "")
                )
                model.add(begin >= occupied).only_enforce_if(literal)
                if own:
                    self.setup_cost.append(own * literal)
            model.add_no_overlap(intervals)
            return
        self._circuit(m, members, occupied, family)

    def _circuit(self, m: int, members: list[tuple[int, int]], occupied: int, family: int) -> None:
        p, model = self.problem, self.model
        stride = p.families + 2
        arcs: list[tuple[int, int, Any]] = []
        empty = model.new_bool_var("")
        arcs.append((0, 0, empty))
        intervals = []
        for i, (op, mode) in enumerate(members, 1):
            literal, work, run = self.on[op][mode], self.work[op][mode], int(p.modes[mode, c.RUN])
            own = int(p.modes[mode, c.SETUP])
            intervals.append(
                model.new_optional_fixed_size_interval_var(work, run, literal, "")
                if literal is not True
                else model.new_fixed_size_interval_var(work, run, "")
            )
            model.add(work >= occupied).only_enforce_if(literal)
            new = int(p.ops[op, c.FAMILY])
            first = model.new_bool_var("")
            need = int(changeover(p.machines, p.changeovers, stride, m, family, new, own))
            arcs.append((0, i, first))
            model.add(work >= occupied + need).only_enforce_if(first)
            if need:
                self.setup_cost.append(need * first)
            arcs.append((i, 0, model.new_bool_var("")))
            if literal is not True:
                arcs.append((i, i, literal.negated()))
                model.add_implication(empty, literal.negated())
            else:
                model.add(empty == 0)
            for j, (other, other_mode) in enumerate(members, 1):
                if other == op:
                    continue
                follows = model.new_bool_var("")
                arcs.append((i, j, follows))
                later, its_own = int(p.ops[other, c.FAMILY]), int(p.modes[other_mode, c.SETUP])
                need = int(changeover(p.machines, p.changeovers, stride, m, new, later, its_own))
                model.add(self.work[other][other_mode] >= work + run + need).only_enforce_if(follows)
                if need:
                    self.setup_cost.append(need * follows)
        model.add_circuit(arcs)
        model.add_no_overlap(intervals)

    # -- sequence, material, pools ----------------------------------------------------------------------------

    def _sequence(self) -> None:
        p, model, pegs = self.problem, self.model, self.builder.pegs
        for op in range(p.operations):
            row = p.ops[op]
            if row[c.FIXED]:
                continue
            for pred in p.preds[row[c.PRED0] : row[c.PRED1]].tolist():
                model.add(self.start[op] >= self.finish[pred] + int(row[c.MIN_WAIT]))
                if row[c.MAX_WAIT] != c.NONE:
                    model.add(self.start[op] <= self.finish[pred] + int(row[c.MAX_WAIT]))
            for order in pegs.orders[pegs.ptr[op] : pegs.ptr[op + 1]].tolist():
                for supplier in range(int(p.orders[order, c.ORDER_OP0]), int(p.orders[order, c.ORDER_OP1])):
                    model.add(self.start[op] >= self.finish[supplier])

    def _pools(self) -> None:
        """Pools in elapsed time: pauses count as work, so this forbids a little more than the contract does."""
        p, model = self.problem, self.model
        if not len(p.pool_needs):
            return
        self.exact = False
        for pool in range(p.pool_count):
            intervals, demands = [], []
            for op in range(p.operations):
                for k in range(int(p.ops[op, c.POOL0]), int(p.ops[op, c.POOL1])):
                    if p.pool_needs[k] != pool:
                        continue
                    begin, finish = self.start[op], self.finish[op]
                    if p.ops[op, c.FIXED]:
                        if finish <= 0:
                            continue
                        begin = 0
                    size = model.new_int_var(0, self.end, "") if not isinstance(finish, int) else finish - begin
                    intervals.append(model.new_interval_var(begin, size, finish, ""))
                    demands.append(round(p.pool_quantity[k] * 1000))
            if intervals:
                most = float(p.pool_free[p.pool_steps[:, 0] == pool].max(initial=0.0))
                model.add_cumulative(intervals, demands, int(most * 1000))

    # -- objective --------------------------------------------------------------------------------------------

    def _objective(self) -> int:
        p, model = self.problem, self.model
        tardy, setup, makespan, flow, stability = p.objective_weights.tolist()
        weights = {round(w * tardy, 9) for w in p.weights.tolist()} | {setup, makespan, flow, stability}
        scale = next((s for s in (1, 10, 100, 1000, LONGEST_SCALE) if all(_whole(w * s) for w in weights)), 0)
        if not scale:
            scale, self.exact = LONGEST_SCALE, False
        terms: list[Any] = []
        for o, row in enumerate(p.orders.tolist()):
            end = model.new_int_var(max(0, row[c.DONE_END]), self.end, "")
            for op in range(row[c.ORDER_OP0], row[c.ORDER_OP1]):
                model.add(end >= self.finish[op])
            weight = round(tardy * float(p.weights[o]) * scale)
            if weight and row[c.DUE] < self.end:
                late = model.new_int_var(0, max(0, self.end - row[c.DUE]), "")
                model.add(late >= end - row[c.DUE])
                terms.append(weight * late)
            if flow and row[c.FLOW_FROM] < c.FAR:
                passed = model.new_int_var(0, max(0, self.end - row[c.FLOW_FROM]), "")
                model.add(passed >= end - row[c.FLOW_FROM])
                terms.append(round(flow * scale) * passed)
        if makespan:
            last = model.new_int_var(0, self.end, "")
            for op in range(p.operations):
                model.add(last >= self.finish[op])
            terms.append(round(makespan * scale) * last)
        if setup and self.setup_cost:
            terms.append(round(setup * scale) * sum(self.setup_cost))
        if stability:
            terms.extend(self._moved(round(stability * scale)))
        model.minimize(sum(terms) if terms else 0)
        return scale

    def _moved(self, weight: int) -> list[Any]:
        p, model = self.problem, self.model
        terms: list[Any] = []
        for op in np.flatnonzero((p.ops[:, c.OLD_MACHINE] != c.NONE) & (p.ops[:, c.FIXED] == 0)).tolist():
            same = model.new_bool_var("")
            model.add(self.start[op] == int(p.ops[op, c.OLD_START])).only_enforce_if(same)
            there = [
                literal for mode, literal in self.on[op].items() if p.modes[mode, c.MACHINE] == p.ops[op, c.OLD_MACHINE]
            ]
            if not there:
                continue
            if there[0] is not True:
                model.add_implication(same, there[0])
            terms.append(weight * same.negated())
        return terms

    def hint(self, timing: Timing) -> None:
        """Start from a plan."""
        for op in range(self.problem.operations):
            if self.problem.ops[op, c.FIXED]:
                continue
            self.model.add_hint(self.start[op], int(timing.times[op, 0]))
            self.model.add_hint(self.finish[op], int(timing.times[op, 1]))
            for mode, literal in self.on[op].items():
                if literal is not True:
                    self.model.add_hint(literal, bool(timing.times[op, 4] == mode))


def planning_end(problem: Problem, incumbent: Timing) -> tuple[int, bool]:
    """(last minute worth modelling, whether no cheaper plan can end later).

    An order of weight w that ends later than due + cost / w costs more than the incumbent all by itself.
    """
    last = int(incumbent.times[:, 1].max(initial=1))
    tardy, _, makespan, flow, _ = problem.objective_weights.tolist()
    rigorous = 1.0
    for o, row in enumerate(problem.orders.tolist()):
        options = [float(problem.end)]
        if tardy * problem.weights[o] > 0 and row[c.DUE] < c.FAR:
            options.append(row[c.DUE] + incumbent.cost / (tardy * float(problem.weights[o])))
        if flow > 0 and row[c.FLOW_FROM] < c.FAR:
            options.append(row[c.FLOW_FROM] + incumbent.cost / flow)
        if makespan > 0:
            options.append(incumbent.cost / makespan)
        rigorous = max(rigorous, *[min(options)])
    generous = max(last + 1440, 2 * last)
    if rigorous <= generous:
        return max(int(rigorous) + 1, last), True
    return min(generous, problem.end), False


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6
