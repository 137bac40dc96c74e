"""What the product asks to remember of jobs and what-ifs. Each method is one transaction.

Unknown ids raise UnknownJob or UnknownWhatIf.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from scheduler.domain.events import Event
from scheduler.planner_ports import PlanRequest, SolveProgress

JobState: TypeAlias = Literal["queued", "running", "done", "failed", "stopped"]


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

    def save_what_if(self, record: WhatIfRecord) -> None: ...

    def unfinished(self) -> tuple[list[JobRecord], list[WhatIfRecord]]:
        """What was queued or running when the product last stopped: to be taken up again."""
        ...
