"""What the product asks of the outside, as Protocols: a planner, somewhere to work, somewhere to remember."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from scheduler.domain.events import Event
from scheduler.domain.plans import Objective, Plan, PlannedOperation, Verdict
from scheduler.domain.plant import PlantState
from scheduler.log_ports import Appended as Appended
from scheduler.log_ports import EventLog as EventLog
from scheduler.log_ports import LoggedEvent as LoggedEvent
from scheduler.log_ports import Quarantined as Quarantined
from scheduler.log_ports import Rejected as Rejected
from scheduler.replanning.modes import Mode as Mode
from scheduler.replanning.reactions import Occasion as Occasion
from scheduler.replanning.worth import EXPECTED_DELAY
from scheduler.telling import MessageBook, WebhookBook

PlanStatus: TypeAlias = Literal["proposed", "released", "superseded", "rejected"]
JobState: TypeAlias = Literal["queued", "running", "done", "failed", "stopped"]


# -- planning -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """How to plan.

    time_limit_seconds : from the call to the answer, building included.
    budget : evaluations instead of seconds, for runs that must repeat exactly; None: by time.
    workers : threads of the search, 0: one per core.   objective : None: the plant's own.
    solver : "auto" chooses by plant; "search" leaves CP-SAT out; "cpsat" leaves the search out.
    max_moves, nothing_inside_minutes, keep_machines : hard limits against the plan in force (`MoveLimits`).
    expected_delay_minutes : by which the floor is behind after a shift of work, in the mean; what is searched for then
        is the least cost that is to be expected (`replanning/expected.py`). 0: the least planned cost.
    calm_price : of moving what the plan in force starts in the next `calm_minutes` (None: ever), beside the objective.
    begin : a plan to begin from beside the plan in force.
    """

    time_limit_seconds: float = 10.0
    workers: int = 0
    seed: int = 0
    budget: int | None = None
    objective: Objective | None = None
    solver: Literal["auto", "search", "cpsat"] = "auto"
    max_moves: int | None = None
    nothing_inside_minutes: int = 0
    keep_machines: bool = False
    expected_delay_minutes: float = 0.0
    calm_price: float = 0.0
    calm_minutes: int | None = None
    begin: tuple[PlannedOperation, ...] = ()


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


# -- memory -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Policy:
    """How a plant wants to be planned; `objective` None and `frozen_minutes` None: as plant.toml says.

    work_center_modes : of those that differ from the plant's (see `replanning.modes`).
    max_moves, nothing_inside_minutes, keep_machines : hard limits on what a better plan may change (`MoveLimits`).
    improve_moves : how many moves a search in the background tries, in place of `improve_seconds`: then the same
        events lead to the same plans on every computer (simulations, replays).
    expected_delay_minutes : of a search in the background, as in `PlanRequest`.
    """

    objective: Objective | None = None
    frozen_minutes: int | None = None
    max_moves: int | None = None
    work_center_modes: Mapping[str, Mode] = field(default_factory=dict)
    nothing_inside_minutes: int = 0
    keep_machines: bool = False
    time_limit_seconds: float = 10.0
    improve_seconds: float = 10.0
    improve_moves: int | None = None
    expected_delay_minutes: float = EXPECTED_DELAY


@dataclass(frozen=True, slots=True)
class PlantRecord:
    """A plant as the ledger knows it.

    revision : the number of events taken in (loading counts as one, and so does setting an event aside).
    told : the number of the newest message of its stream.   quarantined : events that wait in quarantine.
    """

    plant: str
    mode: Mode
    policy: Policy
    revision: int
    loaded_at: dt.datetime
    last_event_at: dt.datetime | None
    plan_in_force: int | None
    plan_in_force_revision: int | None
    told: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan version. Immutable but for its status.

    number : counts from 1 per plant.   revision : of the log that it is based on.   cause : why it was made, in words.
    occasion : where a desk made it; None: a person asked for it, or it came with the scenario.
    """

    plant: str
    number: int
    status: PlanStatus
    revision: int
    cause: str
    plan: Plan
    verdict: Verdict
    objective: Objective
    created_at: dt.datetime
    decided_at: dt.datetime | None = None
    decided_by: str | None = None
    what_if: str | None = None
    occasion: Occasion | None = None


@dataclass(frozen=True, slots=True)
class WhatIfRecord:
    """An assumption worked through. `plan_number` once it has a plan; based on `revision` of the log.

    mode : "repair" asks for as few moves as possible, "full" plans anew.
    """

    id: str
    plant: str
    name: str
    state: JobState
    revision: int
    events: tuple[Event, ...]
    request: PlanRequest
    progress: tuple[SolveProgress, ...] = ()
    plan_number: int | None = None
    error: str | None = None
    promoted: bool = False
    created_at: dt.datetime | None = None
    mode: Literal["repair", "full"] = "full"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A plan asked for by somebody."""

    id: str
    plant: str
    state: JobState
    request: PlanRequest
    progress: tuple[SolveProgress, ...] = ()
    plan_number: int | None = None
    error: str | None = None
    created_at: dt.datetime | None = None


class Ledger(EventLog, MessageBook, WebhookBook, Protocol):
    """The truth: plants, their log, plan versions, what-ifs and jobs. Each method is one transaction.

    The plant's row is locked first by every method that changes it, so revisions have no gaps.
    Every unknown name raises the matching NotFound of `scheduler.errors`.
    """

    def load_plant(self, plant: str, state: PlantState, at: dt.datetime) -> PlantRecord:
        """Load or replace a plant. Takes the next revision; later folds start from this state.

        Plan versions made before stay readable; the one in force is superseded.
        """
        ...

    def delete_plant(self, plant: str) -> None:
        """It and all that is of it. Loaded again, its revisions, plans and messages are numbered on."""
        ...

    def writes(self) -> int | None:
        """The same number as before: nothing was written since. None: another process may have, so look. At once."""
        ...

    def plants(self) -> list[PlantRecord]: ...

    def plant(self, plant: str) -> PlantRecord: ...

    def change_plant(self, plant: str, mode: Mode | None = None, policy: Policy | None = None) -> PlantRecord: ...

    def state(self, plant: str) -> tuple[int, PlantState]:
        """(revision, state) now: the loaded state, the log folded over it, the plan in force in `plan`."""
        ...

    def add_plan(
        self,
        plant: str,
        plan: Plan,
        verdict: Verdict,
        *,
        revision: int,
        cause: str,
        objective: Objective,
        at: dt.datetime,
        what_if: str | None = None,
        release_by: str | None = None,
        news: str = "plan.proposed",
        term: int | None = None,
        occasion: Occasion | None = None,
    ) -> PlanRecord:
        """Store a version as `proposed`, or, where the check refuses it, as rejected by "check" (and never released);
        with `release_by`, release it in the same transaction.

        What the check passed is told there too: as `plan.released`, or as `news` where it is only proposed.

        term : of the desk that publishes it. Raises DeskTaken (nothing stored) where another desk has begun since,
        StalePlan (nothing stored) when releasing on an older base than the plan in force has, and
        PlanNotFeasible when releasing what the check refused.
        """
        ...

    def release_plan(self, plant: str, number: int, by: str, at: dt.datetime) -> PlanRecord:
        """Put it in force and tell it; the one in force before is superseded. Raises StalePlan, PlanNotFeasible."""
        ...

    def reject_plan(self, plant: str, number: int, by: str, at: dt.datetime) -> PlanRecord: ...

    def rebase_plan(self, plant: str, number: int, revision: int, term: int | None = None) -> PlanRecord:
        """A plan in force or proposed still holds at a later `revision` of the log: from now on it is based on that.

        Its operations stay as they are. An earlier `revision` changes nothing. Raises StalePlan where the plan is
        neither in force nor proposed any more, DeskTaken as `add_plan`.
        """
        ...

    def plans(
        self, plant: str, limit: int = 50, before: int | None = None, with_operations: bool = True
    ) -> list[PlanRecord]:
        """Newest first. Without operations for a list of versions: `plan.operations` is then empty, and it is quick."""
        ...

    def get_plan(self, plant: str, number: int) -> PlanRecord: ...

    def current_plan(self, plant: str) -> PlanRecord:
        """The plan in force. Raises UnknownPlan where none is."""
        ...

    def add_what_if(self, record: WhatIfRecord) -> None: ...

    def save_what_if(self, record: WhatIfRecord) -> None: ...

    def what_if(self, plant: str, id: str) -> WhatIfRecord: ...

    def what_ifs(self, plant: str, limit: int | None = None, skip: int = 0) -> list[WhatIfRecord]: ...

    def add_job(self, record: JobRecord) -> None: ...

    def save_job(self, record: JobRecord) -> None: ...

    def job(self, plant: str, id: str) -> JobRecord: ...

    def unfinished(self) -> tuple[list[JobRecord], list[WhatIfRecord]]:
        """What was queued or running when the product last stopped: to be taken up again."""
        ...

    def lease(self, name: str) -> Lease | None:
        """A lock that dies with its holder (advisory lock, or a file lock with SQLite); None: someone holds it."""
        ...

    def begin_term(self, plant: str) -> int:
        """A desk begins its work: the number of its term. What a desk of an earlier term publishes is refused."""
        ...


class Lease(Protocol):
    """Held until released or until the process dies."""

    def held(self) -> bool: ...

    def release(self) -> None: ...


# -- files --------------------------------------------------------------------------------------------------------


class Scenario(Protocol):
    """A scenario as read: the plant, the disturbances of events.jsonl, and what was read but not used, in words."""

    @property
    def state(self) -> PlantState: ...

    @property
    def events(self) -> Sequence[Event]: ...

    @property
    def notices(self) -> Sequence[object]: ...


class ScenarioFiles(Protocol):
    """Plants as files (the data contract)."""

    def read(self, source: Path | bytes) -> Scenario:
        """From a zip of a scenario folder or an .xlsx workbook. Raises InvalidScenario with what is wrong."""
        ...

    def write_zip(self, state: PlantState) -> bytes:
        """The state as a zip of a scenario folder, plan in force included."""
        ...

    def plan_csv(self, operations: Sequence[PlannedOperation], state: PlantState) -> str:
        """plan.csv of the contract."""
        ...
