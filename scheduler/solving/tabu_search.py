"""One thread's tabu search on a makespan shop: from a beam search or a dispatch, then from between the elites.

Source of the scheme: Peng, Lü and Cheng (2015), Computers & Operations Research 53, 154-164,
doi:10.1016/j.cor.2014.08.006.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, Timing
from scheduler.planning.kernels import disjunctive_graph as graph
from scheduler.planning.kernels.beam import grow_beam, open_beam
from scheduler.planning.kernels.relink import dispatch_by_tail, note, relink, work_to_come
from scheduler.planning.kernels.seeding import seed_kernels
from scheduler.planning.kernels.tabu import (
    BEST_SPAN,
    ITERATION,
    MEMORY,
    NOW_SPAN,
    ROW_TENURE,
    TABLE,
    TENURE,
    search_tabu,
)
from scheduler.planning.problem import Ints, Problem
from scheduler.solving.elites import Elite, Elites
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.parameters import DEFAULTS, TabuParameters


def dispatches_itself(problem: Problem, parameters: TabuParameters = DEFAULTS.tabu) -> bool:
    """True where starts by `dispatch_by_tail`, which looks at all that is ready each time, take milliseconds."""
    return problem.operations * len(problem.orders) <= parameters.most_dispatched


class TabuSearch:
    """One thread's search. `trials` counts the moves it has made.

    first : it begins with what is best by a beam search; others begin elsewhere.   rank : see `Incumbent.offer`.
    """

    def __init__(
        self, incumbent: Incumbent, seed: int, elites: Elites, *, first: bool = True, rank: int = 0,
        parameters: TabuParameters = DEFAULTS.tabu,
    ) -> None:  # fmt: skip
        self.incumbent = incumbent
        self.parameters = parameters
        self.elites = elites
        self.first, self.rank = first, rank
        self.trials = 0
        self._rng = np.random.default_rng(seed)

    def run(self, builder: Builder, begin: Timing, *, budget: int | None = None, until: float = float("inf")) -> None:
        """Search from that plan, and from others, until the incumbent says stop, so many moves are made, or then."""
        seed_kernels(int(self._rng.integers(1 << 31)))
        self._floor = Floor(builder.problem, builder.bounds)
        self._builder = builder
        self._iterations = max(1, self.parameters.first_round // max(1, builder.problem.operations))
        self._left, self._until = budget, until
        p, shop = builder.problem, self._floor
        self._told = int(begin.times[:, c.PLACED_END].max(initial=0))
        order = np.argsort(begin.times[:, c.PLACED_START], kind="stable").astype(np.int64)
        rows = begin.times[:, c.PLACED_MODE].copy()
        tails = np.zeros(p.operations, np.int64)
        work_to_come(shop.route, p.succs, p.ops, p.modes, order, tails)
        begun = order, rows
        if self.first:
            with self.incumbent.share_of("beam search"):
                order, rows = self._beamed(tails) or (order, rows)
        else:
            order, rows = self._dispatched(tails) or begun
        while not self._over() and self._search(order, rows):
            order, rows = self._relinked() or self._dispatched(tails) or begun

    def _over(self) -> bool:
        out = self._left is not None and self._left <= 0
        return out or self.incumbent.stop() or self.incumbent.deadline.elapsed() >= self._until

    def _relinked(self) -> tuple[Ints, Ints] | None:
        """A plan between two elites; None where there are too few yet."""
        with self.incumbent.share_of("relinking"):
            pair = self.elites.pair(self._rng) if self.elites.full() else None
            if pair is None:
                return None
            order, rows = np.empty_like(pair[0].order), np.empty_like(pair[0].row)
            share = float(self._rng.uniform(*self.parameters.mixed))
            stay = self.parameters.stay
            relink(pair[0].order, pair[0].row, pair[1].order, pair[1].row, share, stay, order, rows)
            return order, rows
        return None

    def _dispatched(self, tails: Ints) -> tuple[Ints, Ints] | None:
        p, shop = self._builder.problem, self._floor
        if not dispatches_itself(p, self.parameters):
            return None
        order, rows = np.empty(p.operations, np.int64), np.empty(p.operations, np.int64)
        noise, delay = self._rng.uniform(0.0, 0.4), self._rng.uniform(0.0, 1.0)
        dispatch_by_tail(
            shop.route, p.succs, p.ops, p.modes, shop.opening, tails, noise, delay, order, rows
        )  # fmt: skip
        return order, rows

    def _beamed(self, tails: Ints) -> tuple[Ints, Ints] | None:
        """The best plan of beam searches where it is better than what there is; None where it is not.

        Wider and wider, as long as the machines of the half plans stay busy: only then is there something to find.
        """
        found: tuple[Ints, Ints] | None = None
        for width in self.parameters.beams:
            width = min(width, self.parameters.beam_states // max(1, self._builder.problem.operations))
            made = self._beam(tails, width) if width > 1 else None
            if made is None:
                break
            span, order, rows = made
            if span < self._told:
                self._told = span
                self._offer(order, rows)
                found = order, rows
            if self.incumbent.stop():
                break
        return found

    def _beam(self, tails: Ints, width: int) -> tuple[int, Ints, Ints] | None:
        """One beam search; None where it is stopped, or machines idle in all that it looks at."""
        p, shop, numbers = self._builder.problem, self._floor, self.parameters
        n, machines = p.operations, len(p.machines)
        free, count, idle = np.zeros((width, machines), np.int64), np.zeros(width, np.int64), np.zeros(width, np.int64)
        ready_at, waits, ready, chosen, chosen_row = (np.zeros((width, n), np.int32) for _ in range(5))
        works = np.bincount(p.modes[:, c.MACHINE], minlength=machines).astype(np.int64)
        priority = tails / max(1.0, float(tails.max(initial=0)))
        mean_run = float(p.modes[:, c.RUN].mean())
        open_beam(shop.route, shop.opening, free, ready_at, waits, ready, count, idle)
        for level in range(0, n, numbers.beam_step):
            grow_beam(
                level, min(n, level + numbers.beam_step), shop.route, p.succs, p.ops, p.modes, priority, works, free,
                ready_at, waits, ready, count, idle, chosen, chosen_row,
            )  # fmt: skip
            lost = level > n // 10 and int(idle[count != c.NONE].min()) > numbers.most_idle * level * mean_run
            if lost or self.incumbent.stop():
                return None
        ends = np.where(count == c.NONE, c.FAR, free.max(axis=1))
        best = int(ends.argmin())
        order, rows = chosen[best].astype(np.int64), np.empty(n, np.int64)
        rows[order] = chosen_row[best]
        return int(ends[best]), order, rows

    def _search(self, order: Ints, rows: Ints) -> bool:
        """One run of the kernel from that plan; its best joins the elites. False: it is over."""
        p, shop, numbers = self._builder.problem, self._floor, self.parameters
        n = p.operations
        span = shop.load(order, rows)
        memory = np.zeros(MEMORY, np.int64)
        memory[NOW_SPAN] = memory[BEST_SPAN] = span
        memory[TENURE] = self._rng.integers(*numbers.tenures) + len(p.orders) // max(1, len(p.machines))
        memory[ROW_TENURE] = self._rng.integers(*numbers.row_tenures)
        arcs, tabu_rows = np.zeros(TABLE, np.int64), np.zeros(len(p.modes), np.int64)
        best_order, best_row = shop.order.copy(), shop.node[:n, graph.ROW].copy()
        goal = 0
        while True:
            iterations = self._iterations if self._left is None else min(self._iterations, self._left)
            before, began = int(memory[ITERATION]), self.incumbent.deadline.clock()
            search_tabu(
                shop.route, p.preds, p.succs, p.ops, p.modes, shop.node, shop.order, arcs, tabu_rows, memory,
                best_order, best_row, iterations, numbers.patience, goal,
            )  # fmt: skip
            made = int(memory[ITERATION]) - before
            self.trials += made
            if self._left is not None:
                self._left -= made
            elif made == iterations:
                took = self.incumbent.deadline.clock() - began
                self._iterations = max(
                    1, min(100_000, int(iterations * min(4.0, numbers.round_seconds / max(took, 1e-6))))
                )
            over = self._over()
            done = made < iterations
            if memory[BEST_SPAN] < self._told:
                self._told = int(memory[BEST_SPAN])
                self._offer(best_order, best_row)
                over = over or self._over()
            if over or done:
                break
        shop.load(best_order, best_row)
        elite = Elite(int(memory[BEST_SPAN]), *(np.empty(n, np.int64) for _ in range(3)))
        note(shop.node, shop.order, elite.order, elite.row, elite.before)
        self.elites.add(elite)
        return not over

    def _offer(self, order: Ints, rows: Ints) -> None:
        p = self._builder.problem
        node, ranks = np.empty_like(self._floor.node), np.empty_like(self._floor.order)
        self._floor.load_into(order, rows, node, ranks)
        start = node[: p.operations, graph.HEAD].copy()
        timing = self._builder.timing_of(start, start + node[: p.operations, graph.RUN_MINUTES], rows)
        self.incumbent.offer(self._builder, timing, "tabu search", self.rank)


class Floor:
    """The plan under search as the tables of `kernels/disjunctive_graph.py`."""

    def __init__(self, problem: Problem, bounds: Ints) -> None:
        p = self.problem = problem
        self.route: Ints = np.ascontiguousarray(p.ops[:, [c.PRED0, c.PRED1, c.SUCC0, c.SUCC1, c.EARLIEST, c.MIN_WAIT]])
        self.route[:, graph.ROUTE_RELEASE] = np.maximum(self.route[:, graph.ROUTE_RELEASE], bounds)
        self.opening: Ints = p.windows[p.machines[:, c.WIN0], c.START].copy()
        self.node: Ints = np.zeros((p.operations + len(p.machines), graph.NODE_COLUMNS), np.int64)
        self.order: Ints = np.zeros(p.operations, np.int64)

    def load(self, sequence: Ints, rows: Ints) -> int:
        return self.load_into(sequence, rows, self.node, self.order)

    def load_into(self, sequence: Ints, rows: Ints, node: Ints, order: Ints) -> int:
        p = self.problem
        return int(graph.load(self.route, p.preds, p.succs, p.modes, self.opening, sequence, rows, node, order))
