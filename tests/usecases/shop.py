"""A shop to try use cases in: a real ledger and planner, workers that are threads, a clock that is set by hand."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.ingest import ContractFiles
from scheduler.ports import Appended, Mode, OnProgress, PlanRecord, PlanRequest, ShouldStop, SolveProgress
from scheduler.solving.planner import RejigPlanner
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.load_plant import load_state
from scheduler.usecases.post_events import post_events
from scheduler.usecases.tools import Tools
from tests.builders import AT, tiny_plant


class QuickPlanner:
    """The product's planner with a budget of work instead of seconds. `repair_fault` puts a fault in its repair."""

    def __init__(self) -> None:
        self.repair_fault: Callable[[Plan], Plan] | None = None
        self.repairs = 0

    def plan(
        self,
        state: PlantState,
        request: PlanRequest,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Plan:
        quick = replace(request, budget=20, workers=1, solver="search")
        return RejigPlanner().plan(state, quick, on_progress, should_stop)

    def repair(self, state: PlantState) -> Plan:
        self.repairs += 1
        plan = RejigPlanner().repair(state)
        return plan if self.repair_fault is None else self.repair_fault(plan)


class ThreadWorkers:
    """Workers that are threads of this process. While `held` is set, searches wait until they are stopped.

    held_from : so do those from the one with this number on, counted from 0.   broken : what a search raises.
    """

    def __init__(self, planner: QuickPlanner) -> None:
        self.planner = planner
        self.held = False
        self.held_from: int | None = None
        self.broken: Exception | None = None
        self.answer: Callable[[PlantState], Plan] | None = None
        self.handles: list[ThreadHandle] = []
        self._pool = ThreadPoolExecutor(4)

    def submit(self, state: PlantState, request: PlanRequest, on_progress: OnProgress | None = None) -> ThreadHandle:
        stop = threading.Event()
        held = self.held or (self.held_from is not None and len(self.handles) >= self.held_from)
        broken = self.broken

        def work() -> Plan:
            if on_progress is not None:
                on_progress(SolveProgress(0.1, 99.0, None, "test"))
            if held:
                stop.wait(20)
            if broken is not None:
                raise broken
            return self.answer(state) if self.answer else self.planner.plan(state, request, on_progress, stop.is_set)

        handle = ThreadHandle(self._pool.submit(work), stop, request, state)
        self.handles.append(handle)
        return handle

    def close(self) -> None:
        for handle in self.handles:
            handle.stop()
        self._pool.shutdown()


class ThreadHandle:
    def __init__(self, future: Future[Plan], stop: threading.Event, request: PlanRequest, state: PlantState) -> None:
        self.request = request
        self.state = state
        self._future = future
        self._stop = stop

    def result(self, timeout: float | None = None) -> Plan:
        return self._future.result(timeout)

    def wait(self) -> None:
        """Until it has ended, well or not."""
        self._future.exception(20)

    def stop(self) -> None:
        self._stop.set()

    def stopped(self) -> bool:
        return self._stop.is_set()

    def done(self) -> bool:
        return self._future.done()


class HandClock:
    """Moves on by a second each time that it is read."""

    def __init__(self, moment: dt.datetime = AT) -> None:
        self.moment = moment

    def __call__(self) -> dt.datetime:
        self.moment += dt.timedelta(seconds=1)
        return self.moment


class Shop:
    """The tiny plant, loaded as `tiny`, and what a test does with it."""

    def __init__(self, ledger: SqlLedger) -> None:
        self.planner = QuickPlanner()
        self.workers = ThreadWorkers(self.planner)
        self.clock = HandClock()
        self.ledger = ledger
        self.tools = Tools(ledger, self.planner, self.workers, ContractFiles(), self.clock)

    def load(self, mode: Mode = "auto", plant: str = "tiny", state: PlantState | None = None) -> None:
        load_state(self.tools, plant, state or tiny_plant(), mode)

    def post(self, *events: Event) -> Appended:
        return post_events(self.tools, "tiny", events)

    def in_force(self) -> PlanRecord:
        return self.ledger.current_plan("tiny")

    def versions(self) -> list[tuple[str, str]]:
        """(status, cause) of every plan version, oldest first."""
        return [(p.status, p.cause) for p in reversed(self.ledger.plans("tiny"))]

    def start_of(self, order: str, operation: int) -> int:
        """Where the plan in force starts it."""
        return next(o.start for o in self.in_force().plan.operations if o.key == (order, operation))
