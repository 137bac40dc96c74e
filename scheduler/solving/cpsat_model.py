"""The whole contract as a CP-SAT model, for plants small enough to prove something about.

Each machine keeps its own clock of *working minutes*, in which calendars vanish: an operation is an interval of
run minutes there, changeovers are distances, and literals per working stretch tie that clock to the plant's.
One optional interval per stretch instead explodes (measured by the design's prototype). `Reach` keeps the clocks short.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, Timing
from scheduler.planning.problem import Ints, Problem
from scheduler.replanning.frozen import FrozenWork
from scheduler.solving.cpsat_clock import Clock, Shift, clocks_of
from scheduler.solving.cpsat_machines import add_machines
from scheduler.solving.cpsat_reach import Reach
from scheduler.solving.cpsat_stock import add_pools, add_stock
from scheduler.solving.parameters import DEFAULTS, CpSatParameters


def kept_in(frozen: FrozenWork, timing: Timing) -> Ints:
    """The frozen operations that the plan leaves where they were; those that it had to move are free in others."""
    marked = frozen.choice != c.NONE
    there = (timing.times[:, c.PLACED_START] == frozen.not_before) & (timing.times[:, c.PLACED_MODE] == frozen.choice)
    return np.flatnonzero(marked & there).astype(np.int64)


def reach_of(builder: Builder, frozen: FrozenWork, timing: Timing, numbers: CpSatParameters = DEFAULTS.cpsat) -> Reach:
    """What is left of the time for plans as cheap as this one, in which no pinned work starts later than it should, or
    than in this one."""
    latest = np.maximum(builder.problem.ops[:, c.LATEST], timing.times[:, c.PLACED_START])
    return Reach(builder.problem, frozen, timing.plain_cost, kept_in(frozen, timing), latest, numbers)


def model_literals(reach: Reach) -> int:
    """How many literals the model would hold, which rule its speed, without building anything."""
    on_machine: dict[int, int] = {}
    literals = 0
    for places in reach.places:
        for place in places.values():
            on_machine[place.machine] = on_machine.get(place.machine, 0) + 1
            reached = [counted for a, b, counted in reach.rows[place.machine] if counted + b - a > place.first]
            literals += 2 * sum(1 for counted in reached if counted < place.last + place.run)
    return literals + sum(n * n for n in on_machine.values())


class CpSatModel:
    """Variables, constraints and objective over one problem, the frozen work, and what a cost leaves within reach.

    Without a finite cost there is no objective.

    exact : True where every plan of the contract that is no dearer is a solution, so that the solver's bound is a bound
    of the contract's cost. Who takes which supply is left to the solver: pegs bind nothing here.
    """

    def __init__(
        self, builder: Builder, frozen: FrozenWork, reach: Reach, numbers: CpSatParameters = DEFAULTS.cpsat
    ) -> None:
        self.numbers = numbers
        self.builder, self.frozen = builder, frozen
        self.problem = builder.problem
        self.model = cp_model.CpModel()
        self.reach = reach
        self.exact = not self.reach.open_ended
        self.start: list[Any] = []
        self.finish: list[Any] = []
        self.clocks: list[dict[int, Clock]] = []
        self.shifts: dict[int, list[Shift]] = {}
        for op in range(self.problem.operations):
            self._operation(op)
        self.setup_cost: list[Any] = []
        self.follows: dict[tuple[int, int, int], Any] = {}
        add_machines(self)
        add_sequence(self.model, self.problem, self.start, self.finish)
        self.order_end = [self._order_end(o) for o in range(len(self.problem.orders))]
        add_stock(self)
        add_pools(self)
        self.scale = self._objective(reach.cost)

    # -- variables --------------------------------------------------------------------------------------------

    def _operation(self, op: int) -> None:
        row, reach, model = self.problem.ops[op], self.reach, self.model
        if row[c.FIXED]:
            self.start.append(int(row[c.FIX_START]))
            self.finish.append(int(row[c.FIX_END]))
            self.clocks.append({})
            return
        self.start.append(model.new_int_var(*reach.start[op], ""))
        self.finish.append(model.new_int_var(*reach.finish[op], ""))
        places = reach.places[op]
        single = len(places) == 1
        literals = {mode: True if single else model.new_bool_var("") for mode in places}
        if not single:
            model.add_exactly_one(literals.values())
        clocks, shifts = clocks_of(model, reach, op, bool(row[c.PAUSABLE]), literals, self.start[op], self.finish[op])
        self.clocks.append(clocks)
        self.shifts[op] = shifts

    # -- orders ----------------------------------------------------------------------------------------------

    def _order_end(self, o: int) -> Any:
        row = self.problem.orders[o]
        low, high = self.reach.order_end[o]
        inside = range(int(row[c.ORDER_OP0]), int(row[c.ORDER_OP1]))
        last = [op for op in inside if not any(s in inside for s in self._succs(op))]
        if len(last) == 1 and not isinstance(self.finish[last[0]], int) and row[c.DONE_END] <= low:
            self.model.add_linear_constraint(self.finish[last[0]], low, high)
            return self.finish[last[0]]
        end = self.model.new_int_var(low, high, "")
        for op in last:
            self.model.add(end >= self.finish[op])
        return end

    def _succs(self, op: int) -> list[int]:
        p = self.problem
        succs: list[int] = p.succs[p.ops[op, c.SUCC0] : p.ops[op, c.SUCC1]].tolist()
        return succs

    # -- objective --------------------------------------------------------------------------------------------

    def _objective(self, cost: float) -> int:
        p, model = self.problem, self.model
        tardy, setup, makespan, flow = p.objective_weights.tolist()
        weights = {round(w * tardy, 9) for w in p.weights.tolist()} | {setup, makespan, flow, *p.move_prices.tolist()}
        longest = self.numbers.longest_scale
        scale = next(
            (s for s in (1, 10, 100, 1000, longest) if s <= longest and all(_whole(w * s) for w in weights)), 0
        )
        if not scale:
            scale, self.exact = longest, False
        terms: list[Any] = []
        for o, row in enumerate(p.orders.tolist()):
            end, (low, high) = self.order_end[o], self.reach.order_end[o]
            weight = round(tardy * float(p.weights[o]) * scale)
            if weight and row[c.DUE] < high:
                terms.append(weight * self._beyond(end, row[c.DUE], low, high))
            if flow and row[c.FLOW_FROM] < c.FAR:
                terms.append(round(flow * scale) * self._beyond(end, row[c.FLOW_FROM], low, high))
        if makespan:
            latest = max((high for _, high in self.reach.finish), default=0)
            last = model.new_int_var(0, latest, "")
            for op in range(p.operations):
                model.add(last >= self.finish[op])
            terms.append(round(makespan * scale) * last)
        if setup:
            terms.extend(round(setup * scale) * minutes * literal for minutes, literal in self.setup_cost)
        terms.extend(self._moved(scale))
        if terms and cost < float("inf"):
            model.add(sum(terms) <= int((cost - p.fixed_cost + 1e-6) * scale))
            model.minimize(sum(terms))
        return scale

    def cost_of(self, bound: float) -> float:
        """The cost that a bound of the objective stands for."""
        return bound / self.scale + self.problem.fixed_cost

    def _beyond(self, end: Any, mark: int, low: int, high: int) -> Any:
        """max(0, end - mark)."""
        if low >= mark:
            return end - mark
        if high <= mark:
            return 0
        late = self.model.new_int_var(0, high - mark, "")
        self.model.add(late >= end - mark)
        return late

    def _moved(self, scale: int) -> list[Any]:
        p, model = self.problem, self.model
        terms: list[Any] = []
        for op in np.flatnonzero(p.move_prices).tolist():
            weight = round(float(p.move_prices[op]) * scale)
            machine, start = int(p.ops[op, c.OLD_MACHINE]), int(p.ops[op, c.OLD_START])
            if p.ops[op, c.FIXED]:
                there = p.modes[p.ops[op, c.MODE0], c.MACHINE] == machine and p.ops[op, c.FIX_START] == start
                terms.append(0 if there else weight)
                continue
            low, high = self.reach.start[op]
            clock = next((x for x in self.clocks[op].values() if x.place.machine == machine), None)
            if clock is None or not low <= start <= high:
                terms.append(weight)
                continue
            same = model.new_bool_var("")
            model.add(self.start[op] == start).only_enforce_if(same)
            if clock.literal is not True:
                model.add_implication(same, clock.literal)
            terms.append(weight * same.negated())
        return terms

    def hint(self, timing: Timing) -> None:
        """Start from a plan."""
        p, hint = self.problem, self.model.add_hint
        last: dict[int, int] = {}
        ends: set[tuple[int, int, int]] = set()
        follows: set[tuple[int, int]] = set()
        for op in np.lexsort((timing.times[:, c.PLACED_START], timing.times[:, c.PLACED_MACHINE])).tolist():
            start, finish, machine, _, mode = timing.times[op].tolist()
            if p.ops[op, c.FIXED]:
                continue
            if machine in last:
                follows.add((last[machine], op))
            else:
                ends.add((machine, -1, op))
            last[machine] = op
            hint(self.start[op], start)
            hint(self.finish[op], finish)
            for each, clock in self.clocks[op].items():
                if clock.literal is not True:
                    hint(clock.literal, each == mode)
        ends |= {(machine, op, -1) for machine, op in last.items()}
        for key, literal in self.follows.items():
            hint(literal, key in ends or key[1:] in follows)


def add_sequence(model: cp_model.CpModel, problem: Problem, start: list[Any], finish: list[Any]) -> None:
    """Each operation waits for its predecessors, as long as it must and no longer than it may."""
    for op in range(problem.operations):
        row = problem.ops[op]
        if row[c.FIXED]:
            continue
        for pred in problem.preds[row[c.PRED0] : row[c.PRED1]].tolist():
            model.add(start[op] >= finish[pred] + int(row[c.MIN_WAIT]))
            if row[c.MAX_WAIT] != c.NONE:
                model.add(start[op] <= finish[pred] + int(row[c.MAX_WAIT]))


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6
