"""Raw CP-SAT: the whole contract as one model for OR-tools alone. No dispatch, no hint, no cut by a known plan.

Each machine keeps its own clock of working minutes, in which calendars vanish: an operation is an interval of run
minutes there, changeovers are distances in a circuit, and literals per working stretch tie that clock to the plant's.
(One optional interval per stretch instead was tried and explodes.) Stock is a reservoir per material, so that who takes
which piece is left to the solver. One thing is simpler than the contract: a pool has its largest capacity at all times.

Written for the benchmark, apart from the model that the product searches with: that one is cut down by the best plan
known, which would not be raw.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.windows import before
from scheduler.planning.problem import Ints, Problem
from scheduler.replanning.frozen import FrozenWork
from scheduler.solving.cpsat_model import add_sequence

LONGEST_SCALE = 10_000
PARTS = 1000  # of a piece, or of a pool's unit, that are told apart


class RawModel:
    """Variables, constraints and objective over one problem. end : no operation ends later."""

    def __init__(self, builder: Builder, frozen: FrozenWork, end: int) -> None:
        self.builder, self.frozen, self.end = builder.unpegged(), frozen, end
        self.problem: Problem = builder.problem
        self.model = cp_model.CpModel()
        self.windows = [self._rows(m) for m in range(len(self.problem.machines))]
        self.start: list[Any] = []
        self.finish: list[Any] = []
        self.on: list[dict[int, Any]] = []  # mode -> literal
        self.work: list[dict[int, Any]] = []  # mode -> working minute of its start
        for op in range(self.problem.operations):
            self._operation(op)
        self.setup_cost: list[Any] = []
        for m in range(len(self.problem.machines)):
            self._machine(m)
        add_sequence(self.model, self.problem, self.start, self.finish)
        self.order_end = [self._order_end(o) for o in range(len(self.problem.orders))]
        self._stock()
        self._pools()
        self._objective()

    def solve(self, seconds: float, workers: int) -> tuple[Ints, Ints, Ints] | str:
        """(starts, ends, modes), or in words why there are none."""
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = workers
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return solver.status_name(status).lower()
        start = [s if isinstance(s, int) else solver.value(s) for s in self.start]
        finish = [f if isinstance(f, int) else solver.value(f) for f in self.finish]
        modes = [next(m for m, on in o.items() if on is True or solver.boolean_value(on)) for o in self.on]
        return np.array(start, np.int64), np.array(finish, np.int64), np.array(modes, np.int64)

    def _rows(self, m: int) -> Ints:
        p = self.problem
        rows = p.windows[p.machines[m, c.WIN0] : p.machines[m, c.WIN1]]
        return rows[rows[:, c.START] < self.end]

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
        if self.frozen.choice[op] != c.NONE:
            modes = [int(self.frozen.choice[op])]
        single = len(modes) == 1
        literals = {mode: True if single else model.new_bool_var("") for mode in modes}
        if not single:
            model.add_exactly_one(literals.values())
        self.on.append(literals)
        self.work.append({mode: self._clock(op, mode, literals[mode]) for mode in modes})
        if np.isin(row[c.BLOCK], self.frozen.blocks) and self.frozen.choice[op] != c.NONE:
            model.add(start == int(self.frozen.not_before[op]))

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

    # -- sequence, stock, pools ----------------------------------------------------------------------------

    def _order_end(self, o: int) -> Any:
        row = self.problem.orders[o]
        end = self.model.new_int_var(max(0, int(row[c.DONE_END])), self.end, "")
        ends = [self.finish[op] for op in range(int(row[c.ORDER_OP0]), int(row[c.ORDER_OP1]))]
        self.model.add_max_equality(end, [*ends, max(0, int(row[c.DONE_END]))])
        return end

    def _stock(self) -> None:
        """What an operation takes at its start is on hand, delivered, or made by an order that has ended."""
        supply = self.problem.supply
        for material in range(len(supply.materials)):
            times: list[Any] = [0]
            changes = [_pieces(supply.on_hand[material])]
            for (m, minute), quantity in zip(supply.receipts.tolist(), supply.receipt_quantity.tolist(), strict=True):
                if m == material and minute <= self.end:
                    times.append(max(0, minute))
                    changes.append(_pieces(quantity))
            for o in np.flatnonzero(supply.output == material).tolist():
                times.append(self.order_end[o])
                changes.append(_pieces(supply.output_quantity[o]))
            for (op, m), quantity in zip(supply.demands.tolist(), supply.demand_quantity.tolist(), strict=True):
                if m == material:
                    times.append(max(0, self.start[op]) if isinstance(self.start[op], int) else self.start[op])
                    changes.append(-_pieces(quantity))
            if min(changes) < 0:
                self.model.add_reservoir_constraint(times, changes, 0, max(0, sum(x for x in changes if x > 0)))

    def _pools(self) -> None:
        """Pools in elapsed time: pauses count as work, so this forbids a little more than the contract does."""
        p, model = self.problem, self.model
        if not len(p.pool_needs):
            return
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
                    demands.append(round(p.pool_quantity[k] * PARTS))
            if intervals:
                most = float(p.pool_free[p.pool_steps[:, c.STEP_POOL] == pool].max(initial=0.0))
                model.add_cumulative(intervals, demands, int(most * PARTS))

    # -- objective --------------------------------------------------------------------------------------------

    def _objective(self) -> None:
        p, model = self.problem, self.model
        tardy, setup, makespan, flow = p.objective_weights.tolist()
        stability = float(p.objective.stability)
        weights = {round(w * tardy, 9) for w in p.weights.tolist()} | {setup, makespan, flow, stability}
        scale = next((s for s in (1, 10, 100, 1000, LONGEST_SCALE) if all(_whole(w * s) for w in weights)), 0)
        if not scale:
            scale = LONGEST_SCALE
        terms: list[Any] = []
        for o, row in enumerate(p.orders.tolist()):
            end = self.order_end[o]
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


def _pieces(quantity: float) -> int:
    return round(quantity * PARTS)


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6
