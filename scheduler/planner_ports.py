"""What the product asks of a planner, and of where it works: plans as they are asked for, and as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from scheduler.domain.plans import Objective, Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.replanning.limits import MoveLimits

NO_LIMITS = MoveLimits()


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """How to plan.

    time_limit_seconds : from the call to the answer, building included.
    budget : evaluations instead of seconds, for runs that must repeat exactly; None: by time.
    dispatches : of a budget, plans by dispatching rules, at least 1, which cost most of its time; None: a tenth of it.
        Where a good plan is in force, few are enough.
    workers : threads of the search, 0: one per core.   objective : None: the plant's own.
    solver : "auto" chooses by plant; "search" leaves CP-SAT out; "cpsat" leaves the search out.
    limits : on what may change of the plan in force.
    expected_delay_minutes : by which the floor is behind after a shift of work, in the mean; what is searched for then
        is the least cost that is to be expected (`replanning/expected.py`). 0: the least planned cost.
    move_price : of moving what the plan in force starts in the next `move_price_within_minutes` (None: ever), beside
        the objective.
    begin : a plan to begin from beside the plan in force.
    """

    time_limit_seconds: float = 10.0
    workers: int = 0
    seed: int = 0
    budget: int | None = None
    objective: Objective | None = None
    solver: Literal["auto", "search", "cpsat"] = "auto"
    limits: MoveLimits = NO_LIMITS
    expected_delay_minutes: float = 0.0
    move_price: float = 0.0
    move_price_within_minutes: int | None = None
    begin: tuple[PlannedOperation, ...] = ()
    dispatches: int | None = None


@dataclass(frozen=True, slots=True)
class SolveProgress:
    """The best plan so far: cost, a proven lower bound (None: none worth saying), and who found it."""

    seconds: float
    cost: float
    lower_bound: float | None
    engine: str

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost; None where no bound is known."""
        if self.lower_bound is None:
            return None
        return 0.0 if self.cost <= 0 else max(0.0, (self.cost - self.lower_bound) / self.cost)


OnProgress: TypeAlias = Callable[[SolveProgress], None]
ShouldStop: TypeAlias = Callable[[], bool]


class Planner(Protocol):
    """Makes plans. Pure in its arguments, safe to call from a worker process."""

    def plan(
        self,
        state: PlantState,
        request: PlanRequest,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Plan:
        """The best plan within the limit; never none: what cannot be planned is named in `unplanned`."""
        ...

    def repair(self, state: PlantState) -> Plan:
        """The plan in force (`state.plan`), re-timed at once around what has happened, sequences kept."""
        ...


class SolveHandle(Protocol):
    """A plan on its way, in a worker."""

    def result(self, timeout: float | None = None) -> Plan:
        """Wait for the plan. Raises what the worker raised."""
        ...

    def stop(self) -> None:
        """Stop and keep the best: `result` then answers soon. Remembered even before the work has begun."""
        ...

    def done(self) -> bool: ...


class Workers(Protocol):
    """Where solving runs: local processes, later a cluster. Nothing is lost with it."""

    def submit(self, state: PlantState, request: PlanRequest, on_progress: OnProgress | None = None) -> SolveHandle: ...

    def close(self) -> None:
        """End every worker, now."""
        ...
