"""When and where each operation can stand in a plan that costs no more than one already found.

Every order costs at least what it costs alone, every operation at least its cheapest changeover; what the known plan
costs beyond the sum is all that any one order may lose in a better plan. That ends the horizon of each order, and
heads and tails along routings, waits, calendars and supplies do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.windows import after, before, fit
from scheduler.planning.problem import Ints, Problem
from scheduler.replanning.frozen import FrozenWork
from scheduler.solving.parameters import DEFAULTS, CpSatParameters

CENT = 1e-6


@dataclass(frozen=True, slots=True)
class Place:
    """One machine that an operation may take: the first and the last working minute in which it may start."""

    machine: int
    run: int
    own: int
    first: int
    last: int


class Reach:
    """Heads and tails of all operations under a cost.

    start, finish : per operation (earliest, latest).   places : per operation, mode -> Place; fixed work has none.
    order_end : per order (earliest, latest).   occupied, family : per machine, the working minutes that fixed work
    takes, and what it stands in then.   bound : no plan costs less.   open_ended : some order might end behind the
    grid in a plan that is no dearer, so that nothing is proven about it.

    latest : (n,) no operation starts later; None: whenever.
    """

    def __init__(
        self, problem: Problem, frozen: FrozenWork, cost: float, kept: Ints, latest: Ints | None = None,
        numbers: CpSatParameters = DEFAULTS.cpsat,
    ) -> None:  # fmt: skip
        if problem.supply.ties_of_owed():
            raise Hopeless  # the model has no word for orders whose output first fills what is owed
        self.problem, self.cost = problem, cost
        self.kept = {int(op): int(frozen.not_before[op]) for op in kept}
        self._kept_mode = {op: int(frozen.choice[op]) for op in self.kept}
        ops = problem.ops
        n = problem.operations
        self.rows = [
            problem.windows[problem.machines[m, c.WIN0] : problem.machines[m, c.WIN1]].tolist()
            for m in range(len(problem.machines))
        ]
        ends = [problem.end] * n if latest is None else np.minimum(latest, problem.end).tolist()
        self.start = [(int(ops[op, c.EARLIEST]), ends[op]) for op in range(n)]
        self.finish = [(0, problem.end) for _ in range(n)]
        self.places: list[dict[int, Place]] = []
        for op in range(n):
            if ops[op, c.FIXED]:
                self.start[op] = (int(ops[op, c.FIX_START]),) * 2
                self.finish[op] = (int(ops[op, c.FIX_END]),) * 2
                self.places.append({})
                continue
            if op in self.kept:
                self.start[op] = (self.kept[op],) * 2
            modes = [self._kept_mode[op]] if op in self.kept else range(int(ops[op, c.MODE0]), int(ops[op, c.MODE1]))
            self.places.append({int(mode): self._anywhere(int(mode)) for mode in modes})
        self.occupied: list[int] = []
        self.family: list[int] = []
        for m in range(len(problem.machines)):
            self._stands(m)
        self.order_end = [(0, problem.end) for _ in range(len(problem.orders))]
        self.bound = problem.fixed_cost
        self.open_ended = True
        self.setups: dict[tuple[int, int], int] = {}
        for _ in range(numbers.most_rounds):
            again = list(self.start), list(self.finish), [dict(p) for p in self.places]
            self._least_setups()
            self._forward()
            self._price()
            self._backward()
            if again == (self.start, self.finish, self.places):
                break

    def _anywhere(self, mode: int) -> Place:
        m, run, own = (int(v) for v in self.problem.modes[mode])
        total = sum(b - a for a, b, _ in self.rows[m])
        return Place(m, run, own, 0, total - run)

    def _stands(self, m: int) -> None:
        p = self.problem
        occupied, family, last = 0, int(p.machines[m, c.INITIAL]), -1
        for op in np.flatnonzero(p.ops[:, c.FIXED] == 1).tolist():
            if p.modes[p.ops[op, c.MODE0], c.MACHINE] == m and p.ops[op, c.FIX_END] > last:
                last = int(p.ops[op, c.FIX_END])
                occupied = max(occupied, self.minutes_before(m, last))
                family = int(p.ops[op, c.FAMILY])
        self.occupied.append(occupied)
        self.family.append(family)

    def minutes_before(self, m: int, t: int) -> int:
        """Working minutes of machine m before t."""
        w0, w1 = int(self.problem.machines[m, c.WIN0]), int(self.problem.machines[m, c.WIN1])
        return int(before(self.problem.windows, w0, w1, t))

    def moment(self, m: int, work: int) -> int:
        """The moment at which working minute `work` of machine m begins."""
        for a, b, counted in self.rows[m]:
            if work < counted + b - a:
                return int(a + work - counted)
        return self.problem.end

    # -- changeovers ------------------------------------------------------------------------------------------

    def changeover(self, m: int, old: int, op: int, own: int) -> int:
        """Working minutes from a family to an operation on machine m."""
        p = self.problem
        new = int(p.ops[op, c.FAMILY])
        return int(changeover(p.machines, p.changeovers, p.families + 2, m, old, new, own))

    def may_follow(self, i: Place, j: Place, need: int) -> bool:
        """True where the second may stand behind the first on their machine."""
        return i.first + i.run + need <= j.last

    def _least_setups(self) -> None:
        """setups[op, mode]: no changeover to it is shorter."""
        p = self.problem
        on: dict[int, list[tuple[int, Place]]] = {}
        for op, places in enumerate(self.places):
            for place in places.values():
                on.setdefault(place.machine, []).append((op, place))
        for op, places in enumerate(self.places):
            for mode, place in places.items():
                m = place.machine
                least = self.changeover(m, self.family[m], op, place.own)
                if least and p.machines[m, c.MATRIX] != c.NONE:
                    for other, its in on[m]:
                        if other != op:
                            need = self.changeover(m, int(p.ops[other, c.FAMILY]), op, place.own)
                            if need < least and self.may_follow(its, place, need):
                                least = need
                self.setups[op, mode] = least

    # -- heads ------------------------------------------------------------------------------------------------

    def _forward(self) -> None:
        p = self.problem
        supplied = self._supplied()
        changed = True
        while changed:
            changed = False
            for op in range(p.operations):
                if not self.places[op]:
                    continue
                row = p.ops[op]
                low, high = self.start[op]
                low = max(low, supplied.get(op, 0))
                finish_low = self.finish[op][0]
                for pred in p.preds[row[c.PRED0] : row[c.PRED1]].tolist():
                    low = max(low, self.finish[pred][0] + int(row[c.MIN_WAIT]))
                for succ in p.succs[row[c.SUCC0] : row[c.SUCC1]].tolist():
                    if p.ops[succ, c.MAX_WAIT] != c.NONE:
                        finish_low = max(finish_low, self.start[succ][0] - int(p.ops[succ, c.MAX_WAIT]))
                starts, ends, places = [], [], {}
                for mode, place in self.places[op].items():
                    m = place.machine
                    first = max(
                        place.first,
                        self.minutes_before(m, low),
                        self.minutes_before(m, finish_low) - place.run,
                        self.occupied[m] + self.setups[op, mode],
                    )
                    w0, w1 = int(p.machines[m, c.WIN0]), int(p.machines[m, c.WIN1])
                    t = max(low, self.moment(m, first))
                    s, e = fit(p.windows, w0, w1, t, place.run, int(row[c.PAUSABLE]))
                    if e == c.NONE or self.minutes_before(m, s) > place.last:
                        continue
                    places[mode] = Place(m, place.run, place.own, self.minutes_before(m, int(s)), place.last)
                    starts.append(int(s))
                    ends.append(int(e))
                if not places:
                    raise Hopeless
                found = (max(low, min(starts)), high), (max(finish_low, min(ends)), self.finish[op][1])
                if (*found, places) != (self.start[op], self.finish[op], self.places[op]):
                    self.start[op], self.finish[op], self.places[op] = *found, places
                    changed = True
        for o, row in enumerate(p.orders.tolist()):
            ends = [self.finish[op][0] for op in range(row[c.ORDER_OP0], row[c.ORDER_OP1])]
            self.order_end[o] = max(row[c.DONE_END], *ends), self.order_end[o][1]

    def _supplied(self) -> dict[int, int]:
        """The first moment at which enough has come for each operation, if it came for it alone."""
        s = self.problem.supply
        low: dict[int, int] = {}
        for k, (op, material) in enumerate(s.demands.tolist()):
            own = int(self.problem.ops[op, c.ORDER])
            comes = [
                (t, float(q))
                for (m, t), q in zip(s.receipts.tolist(), s.receipt_quantity, strict=True)
                if m == material
            ]
            comes += [
                (self.order_end[o][0], float(s.output_quantity[o]))
                for o in np.flatnonzero(s.output == material).tolist()
                if o != own
            ]
            level, wanted = float(s.on_hand[material]), float(s.demand_quantity[k]) - CENT
            for t, q in sorted(comes):
                if level >= wanted:
                    break
                level += q
                low[op] = max(low.get(op, 0), t)
        return low

    # -- what it costs ----------------------------------------------------------------------------------------

    def own_cost(self, o: int, end: int) -> float:
        """What order o costs by itself when it ends then."""
        p = self.problem
        tardy, _, _, flow = p.objective_weights.tolist()
        late, passed = max(0, end - int(p.orders[o, c.DUE])), max(0, end - int(p.orders[o, c.FLOW_FROM]))
        return float(tardy * float(p.weights[o]) * late + flow * passed)

    def _price(self) -> None:
        p = self.problem
        tardy, setup, makespan, flow = p.objective_weights.tolist()
        last = max((low for low, _ in self.finish), default=0)
        bound = p.fixed_cost + makespan * last
        bound += sum(self.own_cost(o, low) for o, (low, _) in enumerate(self.order_end))
        bound += setup * sum(
            min(self.setups[op, mode] for mode in places) for op, places in enumerate(self.places) if places
        )
        self.bound = max(self.bound, bound)
        slack = self.cost - bound + CENT
        if slack < -10 * CENT:
            raise Hopeless
        self.open_ended = False
        everything = last + slack / makespan if makespan > 0 else float("inf")
        for o, row in enumerate(p.orders.tolist()):
            low = self.order_end[o][0]
            may = self.own_cost(o, low) + slack
            latest = everything
            rate, due = tardy * float(p.weights[o]), row[c.DUE]
            if flow > 0 and row[c.FLOW_FROM] < c.FAR:
                latest = min(latest, row[c.FLOW_FROM] + may / flow)
                if rate > 0 and due < c.FAR and latest > due:
                    latest = (may + rate * due + flow * row[c.FLOW_FROM]) / (rate + flow)
                    latest = max(latest, due)
                latest = min(latest, everything)
            elif rate > 0 and due < c.FAR:
                latest = min(latest, due + may / rate)
            if latest > p.end:
                self.open_ended = True
                latest = p.end
            self.order_end[o] = low, max(low, min(self.order_end[o][1], int(latest + CENT)))

    # -- tails ------------------------------------------------------------------------------------------------

    def _backward(self) -> None:
        p = self.problem
        changed = True
        while changed:
            changed = False
            for op in range(p.operations - 1, -1, -1):
                if not self.places[op]:
                    continue
                row = p.ops[op]
                latest = min(self.finish[op][1], self.order_end[int(row[c.ORDER])][1])
                start_high = self.start[op][1]
                for succ in p.succs[row[c.SUCC0] : row[c.SUCC1]].tolist():
                    latest = min(latest, self.start[succ][1] - int(p.ops[succ, c.MIN_WAIT]))
                if row[c.MAX_WAIT] != c.NONE:
                    for pred in p.preds[row[c.PRED0] : row[c.PRED1]].tolist():
                        start_high = min(start_high, self.finish[pred][1] + int(row[c.MAX_WAIT]))
                starts, ends, places = [], [], {}
                for mode, place in self.places[op].items():
                    found = self._last_fit(place, start_high, latest, bool(row[c.PAUSABLE]))
                    if found is None or found[0] < place.first:
                        continue
                    work, s, e = found
                    places[mode] = Place(place.machine, place.run, place.own, place.first, work)
                    starts.append(s)
                    ends.append(e)
                if not places:
                    raise Hopeless
                begin = self.start[op][0], min(start_high, max(starts))
                finish = self.finish[op][0], min(latest, max(ends))
                if (begin, finish, places) != (self.start[op], self.finish[op], self.places[op]):
                    self.start[op], self.finish[op], self.places[op] = begin, finish, places
                    changed = True

    def _last_fit(self, place: Place, start_high: int, latest: int, pausable: bool) -> tuple[int, int, int] | None:
        """(working minute, start, end) of the last slot that starts by start_high and ends by `latest`."""
        p, m, run = self.problem, place.machine, place.run
        most = min(place.last, self.minutes_before(m, latest) - run, self.minutes_before(m, start_high + 1) - 1)
        for a, b, counted in reversed(self.rows[m]):
            if counted > most:
                continue
            work = min(most, counted + b - a - (1 if pausable else run))
            if work < counted:
                continue
            s = a + work - counted
            w0, w1 = int(p.machines[m, c.WIN0]), int(p.machines[m, c.WIN1])
            return work, s, int(after(p.windows, w0, w1, s, run))
        return None


class Hopeless(Exception):
    """Nothing costs as little as was asked for: the plan that asked is the best."""
