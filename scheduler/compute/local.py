"""Planning in worker processes, here or in a cluster: the `Workers` of `scheduler.ports`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache, partial
from operator import attrgetter
from typing import Any, Protocol, TypeAlias

from scheduler.compute.pool import ProcessExecutor
from scheduler.compute.task_channel import current_channel
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import BadRequest
from scheduler.ports import OnProgress, Planner, PlanRequest

PlannerFactory: TypeAlias = Callable[[], Planner]


def plan_task(factory: str, state: PlantState, request: PlanRequest) -> Plan:
    """What runs in the worker, here or in a cluster. factory : "package.module:name" of what makes the planner."""
    channel = current_channel()
    return planner_of(factory).plan(state, request, channel.report, channel.should_stop)


@cache
def planner_of(factory: str) -> Planner:
    """Made once per process."""
    module, _, name = factory.partition(":")
    made: Planner = attrgetter(name)(importlib.import_module(module))()
    return made


class RunningTask(Protocol):
    """A call that an executor has started."""

    def result(self, timeout: float | None = None) -> Any: ...

    def stop(self) -> None: ...

    def done(self) -> bool: ...


class Starts(Protocol):
    """What plans can be made on: local processes or a cluster."""

    def start(
        self, call: Callable[..., Any], *args: Any, on_report: Callable[[Any], None] | None = None
    ) -> RunningTask: ...

    def close(self) -> None: ...


class PlanWorkers:
    """Plans made by whatever `executor` reaches. The planner is named by where it can be imported."""

    def __init__(self, planner_factory: str | PlannerFactory, executor: Starts) -> None:
        """planner_factory : a class or function without arguments at the top of a module, or "package.module:name"."""
        self._factory = factory_path(planner_factory)
        self._executor = executor

    def submit(self, state: PlantState, request: PlanRequest, on_progress: OnProgress | None = None) -> Handle:
        return Handle(self._executor.start(plan_task, self._factory, state, request, on_report=on_progress))

    def close(self) -> None:
        """End every worker, now; a plan on its way then raises WorkersClosed."""
        self._executor.close()


class LocalWorkers(PlanWorkers):
    """`count` processes of this computer that plan."""

    def __init__(self, planner_factory: str | PlannerFactory, count: int) -> None:
        """planner_factory : as for `PlanWorkers`."""
        factory = factory_path(planner_factory)
        self._processes = ProcessExecutor(
            count, preload=[factory.partition(":")[0], __name__], warm_up=partial(planner_of, factory)
        )
        super().__init__(factory, self._processes)

    def pids(self) -> list[int]:
        """Of the worker processes."""
        return self._processes.pids()


class Handle:
    """A plan on its way: the `SolveHandle` of `scheduler.ports`."""

    def __init__(self, task: RunningTask) -> None:
        self._task = task

    def result(self, timeout: float | None = None) -> Plan:
        """Raises what the planner raised, TimeoutError, InternalFault (the worker died twice) or WorkersClosed."""
        plan = self._task.result(timeout)
        assert isinstance(plan, Plan)
        return plan

    def stop(self) -> None:
        self._task.stop()

    def done(self) -> bool:
        return self._task.done()


def factory_path(factory: str | PlannerFactory) -> str:
    """ "package.module:name" of a factory. Raises BadRequest for one that no other process could import."""
    if isinstance(factory, str):
        if not all(factory.partition(":")):
            raise BadRequest.of("planner_factory", f"'{factory}'", "'package.module:name'", place="planner factory")
        return factory
    module, name = factory.__module__, factory.__qualname__
    if module == "__main__" or "<" in name:
        raise BadRequest(
            f"planner factory: found '{module}:{name}', which another process cannot import; "
            "expected a class or function at the top of a module",
            "planner_factory",
        )
    return f"{module}:{name}"
