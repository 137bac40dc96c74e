"""Planner and workers whose plans are looked through for engines that failed: each is logged and counted."""

from __future__ import annotations

from dataclasses import replace

import structlog

from scheduler.domain.plans import EngineFailure, Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import WorkersClosed
from scheduler.ports import OnProgress, Planner, PlanRequest, ShouldStop, SolveHandle, Workers
from scheduler.usecases.meters import Meters

log = structlog.get_logger("rejig.engines")

WORKER = "worker"
"""Stands for the engine where a worker has raised, or died, and no plan came at all."""


class WatchedPlanner:
    """A planner of this process (ports.Planner)."""

    def __init__(self, planner: Planner, meters: Meters) -> None:
        self._planner, self._meters = planner, meters

    def plan(
        self,
        state: PlantState,
        request: PlanRequest,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Plan:
        return with_failures_logged(self._planner.plan(state, request, on_progress, should_stop), state, self._meters)

    def repair(self, state: PlantState) -> Plan:
        return with_failures_logged(self._planner.repair(state), state, self._meters)


class WatchedWorkers:
    """Workers (ports.Workers)."""

    def __init__(self, workers: Workers, meters: Meters) -> None:
        self._workers, self._meters = workers, meters

    def submit(self, state: PlantState, request: PlanRequest, on_progress: OnProgress | None = None) -> SolveHandle:
        return WatchedHandle(self._workers.submit(state, request, on_progress), state, self._meters)

    def close(self) -> None:
        self._workers.close()


class WatchedHandle:
    """A plan on its way (ports.SolveHandle); what failed is reported once, however often the result is asked for."""

    def __init__(self, handle: SolveHandle, state: PlantState, meters: Meters) -> None:
        self._handle, self._state, self._meters = handle, state, meters
        self._logged = False

    def result(self, timeout: float | None = None) -> Plan:
        try:
            plan = self._handle.result(timeout)
        except (TimeoutError, WorkersClosed):
            raise
        except Exception as fault:
            self._log_failures(lost(fault))
            raise
        self._log_failures(*plan.engine_failures)
        return plan

    def stop(self) -> None:
        self._handle.stop()

    def done(self) -> bool:
        return self._handle.done()

    def _log_failures(self, *failures: EngineFailure) -> None:
        if not self._logged:
            self._logged = True
            log_failures(failures, self._state, self._meters)


def lost(fault: Exception) -> EngineFailure:
    """What is reported where a whole worker has failed."""
    return EngineFailure(WORKER, f"{type(fault).__name__}: {fault}", trace="\n".join(getattr(fault, "__notes__", ())))


def with_failure(plan: Plan, failure: EngineFailure) -> Plan:
    """The plan made in place of what failed, which tells so."""
    return replace(plan, engine_failures=(failure, *plan.engine_failures))


def with_failures_logged(plan: Plan, state: PlantState, meters: Meters) -> Plan:
    log_failures(plan.engine_failures, state, meters)
    return plan


def log_failures(failures: tuple[EngineFailure, ...], state: PlantState, meters: Meters) -> None:
    for failure in failures:
        log.error(
            "engine.failed",
            plant=state.name,
            engine=failure.engine,
            reason=failure.reason,
            seconds=failure.seconds,
            times=failure.times,
            trace=failure.trace,
        )
        meters.count("engine_failures", failure.times, plant=state.name, engine=failure.engine)
