"""CP-SAT on the shared incumbent: improvement and proof on small plants. The incumbent stays ours."""

from __future__ import annotations

import threading

import numpy as np
from ortools.sat.python import cp_model

from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.problem import Ints
from scheduler.replanning.frozen import FrozenWork
from scheduler.solving.cpsat_model import CpSatModel, model_literals, reach_of
from scheduler.solving.cpsat_reach import Hopeless
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.parameters import DEFAULTS, CpSatParameters


def worth_proving(
    builder: Builder, frozen: FrozenWork, timing: Timing, numbers: CpSatParameters = DEFAULTS.cpsat
) -> bool:
    """True where the model is small enough for a proof within half a minute."""
    try:
        return model_literals(reach_of(builder, frozen, timing, numbers)) <= numbers.proof_literals
    except Hopeless:
        return False


class _Told(cp_model.CpSolverSolutionCallback):
    """Takes each solution through the builder, which re-times it exactly, into the incumbent."""

    def __init__(self, model: CpSatModel, incumbent: Incumbent) -> None:
        super().__init__()
        self._model, self._incumbent = model, incumbent

    def on_solution_callback(self) -> None:
        with self._incumbent.share_of("cp-sat"):  # nothing may be raised through the solver
            plan = rebuilt(self._model, self)
            if plan is not None:
                self._incumbent.offer(*plan, "cp-sat")


def rebuilt(model: CpSatModel, values: cp_model.CpSolverSolutionCallback) -> tuple[Builder, Timing] | None:
    """The solution's order and machines, timed by the schedule builder; as the solver timed it where that is cheaper.

    The builder places chains one by one, so it may not reach how the solver has laid them into each other.
    """
    problem = model.problem
    start, finish = np.zeros(problem.operations, np.int64), np.zeros(problem.operations, np.int64)
    choice = np.zeros(problem.operations, np.int64)
    for op, clocks in enumerate(model.clocks):
        if not clocks:
            start[op], finish[op], choice[op] = model.start[op], model.finish[op], problem.ops[op, c.MODE0]
            continue
        start[op], finish[op] = values.value(model.start[op]), values.value(model.finish[op])
        choice[op] = next(m for m, x in clocks.items() if x.literal is True or values.boolean_value(x.literal))
    as_solved = model.builder.timing_of(start, finish, choice)
    builder = model.builder.repegged(as_solved)
    heads = start[problem.block_ops[problem.block_ptr[:-1]]]
    order: Ints = np.argsort(heads, kind="stable").astype(np.int64)
    frozen = model.frozen.blocks
    order = np.concatenate((frozen, order[~np.isin(order, frozen)])).astype(np.int64)
    gaps = bool((np.diff(problem.block_ptr) > 1).any())
    timing = builder.build(order, choice, gaps)
    if timing.status == OK and (timing.cost <= as_solved.cost or not _supplied(builder, as_solved)):
        return builder, timing
    return (builder, as_solved) if _supplied(builder, as_solved) else None


def _supplied(builder: Builder, timing: Timing) -> bool:
    """True where the plan keeps its own pegs, whatever was rounded on the way."""
    pegs, start = builder.pegs, timing.times[:, c.PLACED_START]
    consumers = np.repeat(np.arange(len(start)), np.diff(pegs.ptr))
    return bool((start >= pegs.release).all() and (start[consumers] >= timing.order_end[pegs.orders]).all())


def run_cpsat(
    incumbent: Incumbent,
    frozen: FrozenWork,
    seed: int,
    workers: int,
    seconds: float = float("inf"),
    numbers: CpSatParameters = DEFAULTS.cpsat,
) -> bool:
    """Solve the whole model until the incumbent says stop, or for so long; publishes solutions, and bounds where they
    hold. True where it has come to an end by itself: then it finds nothing better than what it began with."""
    found = incumbent.best
    assert found is not None
    try:
        reach = reach_of(found.builder, frozen, found.timing, numbers)
    except Hopeless:
        return False
    model = CpSatModel(found.builder.repegged(found.timing), frozen, reach, numbers)
    if model.exact:
        incumbent.bound(reach.bound)
    model.hint(found.timing)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = max(0.01, min(1e6, seconds, incumbent.deadline.left()))
    if model.exact:

        def tell_bound(bound: float) -> None:
            with incumbent.share_of("cp-sat"):
                incumbent.bound(model.cost_of(bound))

        solver.best_bound_callback = tell_bound
    finished = threading.Event()

    def watch() -> None:
        # stop_search() before solve() has begun is lost, so the wish is repeated
        while not finished.wait(numbers.watch_seconds):
            if incumbent.stop():
                solver.stop_search()

    watcher = threading.Thread(target=watch, name="cp-sat-watch", daemon=True)
    watcher.start()
    try:
        status = solver.solve(model.model, _Told(model, incumbent))
    finally:
        finished.set()
        watcher.join()
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) and model.exact:
        incumbent.bound(model.cost_of(solver.best_objective_bound))
    return bool(status in (cp_model.OPTIMAL, cp_model.INFEASIBLE))
