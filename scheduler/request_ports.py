"""What the product asks to remember of jobs and what-ifs. Each method is one transaction.

Unknown ids raise UnknownJob or UnknownWhatIf.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

from scheduler.domain.events import Event
from scheduler.domain.plans import Kpis, Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.promises import Promises
from scheduler.planner_ports import PlanRequest, SolveProgress

JobState: TypeAlias = Literal["queued", "running", "done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Base:
    """The plan in force that a what-if is held against, and what it comes to on the plant at the what-if's revision.

    promises : None for what was stored before they were counted.
    """

    plan: int
    kpis: Kpis
    promises: Promises | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How a plant is planned, as far as a what-if may assume it otherwise; None: as the plant has it."""

    objective: Objective | None = None
    frozen_minutes: int | None = None

    def on(self, state: PlantState) -> PlantState:
        """The state planned by them."""
        return replace(
            state,
            objective=self.objective or state.objective,
            frozen_minutes=state.frozen_minutes if self.frozen_minutes is None else self.frozen_minutes,
        )


AS_THE_PLANT = Rules()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Who took an adoption back, why and when.

    revision, plan : of the log after its events, and what was put in force.   left : what could not be taken back, in
    words.
    """

    by: str
    reason: str
    at: dt.datetime
    revision: int
    plan: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adoption:
    """Who adopted a what-if, why and when.

    before, after : the log's revision without and with its events.   plan : what was put in force.
    plan_before : what was in force; None: nothing.
    rules_before : the policy's own where it was changed with it, None in what had been left to plant.toml; None: it was
    not changed.
    """

    by: str
    reason: str
    at: dt.datetime
    before: int
    after: int
    plan: int
    plan_before: int | None = None
    taken_back: TakenBack | None = None
    rules_before: Rules | None = None


@dataclass(frozen=True, slots=True)
class WhatIfRecord:
    """An assumption worked through. `plan_number` once it has a plan; based on `revision` of the log.

    mode : "repair" asks for as few moves as possible, "full" plans anew.
    promoted : its assumptions are events of the plant.
    base : the plan in force when it was worked through; None: there was none.
    do_nothing : number of the plan that was found with the same effort without the assumptions.
    frozen_minutes : assumed of the frozen zone; None: as the plant has it.
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
    base: Base | None = None
    do_nothing: int | None = None
    adoption: Adoption | None = None
    frozen_minutes: int | None = None

    @property
    def rules(self) -> Rules:
        """What it assumes of how the plant is planned."""
        return Rules(self.request.objective, self.frozen_minutes)


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


class RequestReader(Protocol):
    """Looks at jobs and what-ifs."""

    def job(self, plant: str, id: str) -> JobRecord: ...

    def what_if(self, plant: str, id: str) -> WhatIfRecord: ...

    def what_ifs(self, plant: str, limit: int | None = None, skip: int = 0) -> list[WhatIfRecord]: ...


class RequestBook(RequestReader, Protocol):
    """Keeps them, and how far they have come."""

    def add_job(self, record: JobRecord) -> None: ...

    def save_job(self, record: JobRecord) -> None: ...

    def add_what_if(self, record: WhatIfRecord) -> None: ...

    def save_what_if(self, record: WhatIfRecord) -> None:
        """But for its name, which people change while a search is at work on it."""
        ...

    def rename_what_if(self, plant: str, id: str, name: str) -> None: ...

    def unfinished(self) -> tuple[list[JobRecord], list[WhatIfRecord]]:
        """What was queued or running when the product last stopped: to be taken up again."""
        ...
