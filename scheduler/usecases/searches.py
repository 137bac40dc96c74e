"""Plans that take time: jobs and what-ifs run here, and are taken up again by another start of the product.

The record in the ledger is the truth; a search is only at work on it. Each is under a lease of its own while it runs,
so that of several processes one works on it, and the others take it up when that one is gone.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault, RejigError, TooMuchOpen, WorkersClosed
from scheduler.fault_points import passing
from scheduler.limits import STANDARD, Limits
from scheduler.ports import JobState, Lease, PlanRequest, SolveHandle, SolveProgress
from scheduler.usecases.check_and_store import CheckedPlan, checked
from scheduler.usecases.engine_failures import lost, with_failure
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.searches")

SAVE_EVERY_SECONDS = 0.5
LONGEST_PROGRESS = 200
OVERTIME_SECONDS = 180.0
"""A worker that has not answered so long after its time limit has died in a way that nobody noticed."""


class Interrupted(Exception):
    """The product is being closed; the search is taken up again at the next start."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a search saves of itself as it goes."""

    state: JobState
    progress: tuple[SolveProgress, ...] = ()
    plan_number: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """How a task searches. Raises what the planner raises, Interrupted where the product is being closed.

    stopped : whether somebody has asked to stop it.
    """

    run: Callable[[PlantState, PlanRequest, bool], CheckedPlan]
    stopped: Callable[[], bool]

    def __call__(self, state: PlantState, request: PlanRequest, *, beside: bool = False) -> CheckedPlan:
        """The best plan, judged on `state`.

        beside : it is searched to be compared with only: it tells no progress, and no stop ends it before its time.
        """
        return self.run(state, request, beside)


class Task(Protocol):
    """A job or a what-if to work on."""

    @property
    def id(self) -> str: ...

    @property
    def plant(self) -> str: ...

    def save(self, step: Step) -> None:
        """Write it to the ledger and tell of it."""
        ...

    def wanted(self) -> bool:
        """False once somebody has asked to stop it, here or in another process."""
        ...

    def work(self, search: Search) -> int:
        """Build the state, search, store; the number of the plan stored."""
        ...


class Searches:
    """Runs tasks, `at_once` at a time; the rest wait as `queued`, and plants take turns."""

    def __init__(self, tools: Tools, at_once: int = 2, limits: Limits = STANDARD) -> None:
        self._tools = tools
        self._limits = limits
        self._admitting = threading.Lock()
        self._line: dict[str, deque[Task]] = {}
        self._turn_of: dict[str, int] = {}
        self._turns = 0
        self._pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="search")
        self._stops: dict[str, threading.Event] = {}
        self._plants: dict[str, str] = {}
        self._leases: dict[str, Lease] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def start(self, task: Task, add: Callable[[], None] | None = None) -> bool:
        """Take the task's lease, `add` its record, and queue it. False where another process has it.

        Raises TooMuchOpen where so much is open that nothing new is added; what is taken up again always is.
        """
        lease = self._tools.ledger.lease(f"search:{task.id}")
        if lease is None:
            return False
        with self._lock:
            if self._closing.is_set() or task.id in self._stops:
                lease.release()
                return False
            self._stops[task.id] = threading.Event()
            self._plants[task.id] = task.plant
            self._leases[task.id] = lease
        try:
            if add is not None:
                with self._admitting:
                    self._admit(task.plant)
                    add()
            with self._lock:
                self._line.setdefault(task.plant, deque()).append(task)
            self._pool.submit(self._run_next)
        except BaseException:
            self._forget(task.id)
            raise
        return True

    def _admit(self, plant: str) -> None:
        jobs, what_ifs = self._tools.ledger.unfinished()
        of = [job.plant for job in jobs] + [what_if.plant for what_if in what_ifs]
        for count, most, whose in (
            (of.count(plant), self._limits.open_per_plant, f"of plant '{plant}'"),
            (len(of), self._limits.open_in_all, "of all plants together"),
        ):
            if count >= most:
                raise TooMuchOpen(
                    f"{count} jobs and what-ifs {whose} wait or run, at most {most} may; "
                    "wait for one to end, or stop one"
                )

    def _run_next(self) -> None:
        """Of the plant whose turn was longest ago: whoever asks for much keeps no other waiting behind it."""
        with self._lock:
            if not self._line:
                return  # what was to be run was stopped before its turn
            plant = min(self._line, key=lambda name: self._turn_of.get(name, 0))
            self._turns += 1
            self._turn_of[plant] = self._turns
            task = self._line[plant].popleft()
            if not self._line[plant]:
                del self._line[plant]
        self._run(task)

    def stop_all(self, plant: str) -> None:
        """Every search of a plant; those that wait are not begun."""
        with self._lock:
            waiting = self._line.pop(plant, deque())
            for id, flag in self._stops.items():
                if self._plants.get(id) == plant:
                    flag.set()
        for task in waiting:
            self._forget(task.id)

    def stop(self, id: str) -> bool:
        """Stop it and keep its best. False where it does not run here."""
        with self._lock:
            flag = self._stops.get(id)
        if flag is not None:
            flag.set()
        return flag is not None

    def running(self) -> int:
        with self._lock:
            return len(self._stops)

    def close(self) -> None:
        """End every search; what was not finished stays so in the ledger, to be taken up again."""
        self._closing.set()
        with self._lock:
            for flag in self._stops.values():
                flag.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            never_begun = list(self._stops)
        for id in never_begun:
            self._forget(id)

    def _run(self, task: Task) -> None:
        stop = self._stops[task.id]
        progress: list[SolveProgress] = []
        try:
            if self._closing.is_set() or not task.wanted():
                return
            task.save(Step("running"))

            def run(state: PlantState, request: PlanRequest, beside: bool) -> CheckedPlan:
                return self._searched(task, state, request, None if beside else stop, progress)

            number = task.work(Search(run, stop.is_set))
            ended: JobState = "stopped" if stop.is_set() else "done"
            task.save(Step(ended, tuple(progress), number))
        except Interrupted:
            log.info("search.interrupted", plant=task.plant, id=task.id)
        except Exception as error:
            known = isinstance(error, RejigError)
            log.log(30 if known else 40, "search.failed", plant=task.plant, id=task.id, exc_info=not known)
            self._tools.meters.count("searches_failed", plant=task.plant)
            words = str(error) if known else f"{type(error).__name__}: {error}"
            self._save_failure(task, Step("failed", tuple(progress), None, words))
        finally:
            self._forget(task.id)

    def _save_failure(self, task: Task, step: Step) -> None:
        try:
            task.save(step)
        except Exception:
            log.exception("search.not_saved", plant=task.plant, id=task.id)

    def _forget(self, id: str) -> None:
        with self._lock:
            self._stops.pop(id, None)
            self._plants.pop(id, None)
            lease = self._leases.pop(id, None)
        if lease is not None:
            lease.release()

    def _searched(
        self,
        task: Task,
        state: PlantState,
        request: PlanRequest,
        stop: threading.Event | None,
        progress: list[SolveProgress],
    ) -> CheckedPlan:
        """As `_watched`; where that fails (the plant was deleted) the worker does not go on for nobody."""
        news: list[SolveProgress] = []
        handle = self._tools.workers.submit(state, request, news.append)
        try:
            return self._watched(handle, news, task, state, request, stop, progress)
        except BaseException:
            handle.stop()
            raise

    def _watched(
        self,
        handle: SolveHandle,
        news: list[SolveProgress],
        task: Task,
        state: PlantState,
        request: PlanRequest,
        stop: threading.Event | None,
        progress: list[SolveProgress],
    ) -> CheckedPlan:
        """The better of the searched plan and the re-timed plan in force, judged on `state`.

        Where the worker fails it is a plan by repair or dispatch alone, which tells so; but not where moves are
        limited: only the search keeps to such limits.

        stop : None: it runs for its time whoever wants to stop it, and nothing is told of it.
        """
        passing("search.begun")
        waited = 0.0
        # where moves are limited only the search minds the limits
        fallback = None if request.limits else self._retimed(state)
        plan: Plan | None = None
        while plan is None:
            wanted = task.wanted()  # where nobody knows the task any more, it raises
            if stop is not None and (stop.is_set() or not wanted):
                stop.set()
                handle.stop()
            try:
                plan = handle.result(timeout=SAVE_EVERY_SECONDS)
            except TimeoutError:
                waited += SAVE_EVERY_SECONDS
                if waited > request.time_limit_seconds + OVERTIME_SECONDS:
                    handle.stop()
                    raise InternalFault(f"the worker has been silent for {waited:g} s; ask again") from None
            except WorkersClosed:
                raise
            except Exception as fault:
                if request.limits:
                    raise
                log.exception("search.worker_failed", plant=task.plant, id=task.id)
                plan = with_failure(self._tools.planner.repair(state), lost(fault))
            if self._closing.is_set():
                raise Interrupted
            if news and plan is None and stop is not None:
                taken, news[:] = list(news), []
                progress[:] = thinned([*progress, *taken])
                task.save(Step("running", tuple(progress)))
        if stop is not None:
            progress[:] = thinned([*progress, *news])
        with self._lock:
            lease = self._leases.get(task.id)
        if lease is not None and not lease.held():
            raise Interrupted  # this process was frozen or cut off: another has taken it up
        found = checked(state, plan)
        if fallback is None or not fallback.beats(found):
            return found
        return replace(fallback, plan=replace(fallback.plan, engine_failures=plan.engine_failures))

    def _retimed(self, state: PlantState) -> CheckedPlan | None:
        if not state.plan:
            return None
        return checked(state, self._tools.planner.repair(state))


def thinned(progress: list[SolveProgress]) -> list[SolveProgress]:
    """At most 200 steps: every second of the older half goes when there are more."""
    while len(progress) > LONGEST_PROGRESS:
        half = len(progress) // 2
        progress = progress[:half:2] + progress[half:]
    return progress


def with_objective(state: PlantState, request: PlanRequest) -> PlantState:
    """The state judged by the weights that were asked for."""
    return state if request.objective is None else replace(state, objective=request.objective)
