"""CP-SAT on the shared incumbent: improvement and proof on small plants. The incumbent stays ours."""

from __future__ import annotations

import threading

import numpy as np
from ortools.sat.python import cp_model

from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.problem import Ints
from scheduler.replanning.frozen import Held
from scheduler.solving.cpsat_model import CpSatModel, model_size, planning_end
from scheduler.solving.incumbent import Incumbent

MOST_OPERATIONS = 1500
MOST_LITERALS = 60_000
WATCH_SECONDS = 0.05


def worth_modelling(builder: Builder, timing: Timing) -> bool:
    """True where CP-SAT's model is small enough to say something within seconds."""
    end, _ = planning_end(builder.problem, timing)
    size = model_size(builder.problem, end)
    return size.operations <= MOST_OPERATIONS and size.literals <= MOST_LITERALS


class _Told(cp_model.CpSolverSolutionCallback):
    """Takes each solution through the builder, which re-times it exactly, into the incumbent."""

    def __init__(self, model: CpSatModel, incumbent: Incumbent) -> None:
        super().__init__()
        self._model, self._incumbent = model, incumbent

    def on_solution_callback(self) -> None:
        builder, timing = rebuilt(self._model, self)
        self._incumbent.offer(builder, timing, "cp-sat")


def rebuilt(model: CpSatModel, values: cp_model.CpSolverSolutionCallback) -> tuple[Builder, Timing]:
    """The solution's order and machines, timed by the schedule builder; as the solver timed it where that is cheaper.

    The builder places chains one by one, so it may not reach how the solver has laid them into each other.
    """
    problem = model.problem
    start, finish = np.zeros(problem.operations, np.int64), np.zeros(problem.operations, np.int64)
    choice = np.zeros(problem.operations, np.int64)
    for op, (s, f, modes) in enumerate(zip(model.start, model.finish, model.on, strict=True)):
        start[op] = s if isinstance(s, int) else values.value(s)
        finish[op] = f if isinstance(f, int) else values.value(f)
        choice[op] = next(mode for mode, on in modes.items() if on is True or values.boolean_value(on))
    heads = start[problem.item_ops[problem.item_ptr[:-1]]]
    order: Ints = np.argsort(heads, kind="stable").astype(np.int64)
    held = model.held.items
    order = np.concatenate((held, order[~np.isin(order, held)])).astype(np.int64)
    gaps = bool((np.diff(problem.item_ptr) > 1).any())
    timing = model.builder.build(order, choice, gaps)
    if len(problem.pool_needs):
        return model.builder, timing  # the model knows no calendars of pools
    as_solved = model.builder.timing_of(start, finish, choice)
    return model.builder, timing if timing.status == OK and timing.cost <= as_solved.cost else as_solved


def run_cpsat(incumbent: Incumbent, held: Held, seed: int, workers: int) -> None:
    """Solve the whole model until the incumbent says stop; publishes solutions, and bounds where they hold."""
    found = incumbent.best
    assert found is not None
    builder = found.builder.repegged(found.timing)
    model = CpSatModel(builder, held, found.timing)
    model.hint(found.timing)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = max(0.01, min(1e6, incumbent.deadline - incumbent.elapsed()))
    fixed_cost = builder.problem.fixed_cost
    if model.exact:
        solver.best_bound_callback = lambda bound: incumbent.bound(bound / model.scale + fixed_cost)
    finished = threading.Event()

    def watch() -> None:
        # stop_search() before solve() has begun is lost, so the wish is repeated
        while not finished.wait(WATCH_SECONDS):
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
        incumbent.bound(solver.best_objective_bound / model.scale + fixed_cost)
