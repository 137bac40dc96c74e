"""What the product asks of the outside, as Protocols: a planner, somewhere to work, somewhere to remember.

What is remembered is asked for in parts, a file each: plants and plans, jobs and what-ifs, comments, the log, what is
told to others. Of each part a reader is what only looks. Who needs one part takes it alone; `Ledger` is all of them
together.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from scheduler.access_ports import AuditBook as AuditBook
from scheduler.access_ports import AuditReader as AuditReader
from scheduler.access_ports import KeyBook as KeyBook
from scheduler.access_ports import KeyReader as KeyReader
from scheduler.comment_ports import Comment as Comment
from scheduler.comment_ports import CommentBook as CommentBook
from scheduler.comment_ports import CommentReader as CommentReader
from scheduler.comment_ports import Subject as Subject
from scheduler.connect_ports import ConnectionBook as ConnectionBook
from scheduler.connect_ports import ConnectionReader as ConnectionReader
from scheduler.connect_ports import Outbox as Outbox
from scheduler.decision_ports import Decision as Decision
from scheduler.decision_ports import DecisionBook as DecisionBook
from scheduler.domain.events import Event
from scheduler.domain.plans import BrokenPin, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.log_ports import Appended as Appended
from scheduler.log_ports import EventLog as EventLog
from scheduler.log_ports import LoggedEvent as LoggedEvent
from scheduler.log_ports import LogReader as LogReader
from scheduler.log_ports import LogTracer as LogTracer
from scheduler.log_ports import Quarantined as Quarantined
from scheduler.log_ports import Rejected as Rejected
from scheduler.messages import DeliveryBook as DeliveryBook
from scheduler.messages import MessageBook as MessageBook
from scheduler.messages import MessageReader as MessageReader
from scheduler.messages import WebhookBook as WebhookBook
from scheduler.messages import WebhookReader as WebhookReader
from scheduler.plan_ports import NewPlan as NewPlan
from scheduler.plan_ports import Note as Note
from scheduler.plan_ports import PlanBook as PlanBook
from scheduler.plan_ports import PlanReader as PlanReader
from scheduler.plan_ports import PlanRecord as PlanRecord
from scheduler.plan_ports import PlanStatus as PlanStatus
from scheduler.plan_ports import PlantBook as PlantBook
from scheduler.plan_ports import PlantReader as PlantReader
from scheduler.plan_ports import PlantRecord as PlantRecord
from scheduler.plan_ports import Policy as Policy
from scheduler.planner_ports import NO_LIMITS as NO_LIMITS
from scheduler.planner_ports import OnProgress as OnProgress
from scheduler.planner_ports import Planner as Planner
from scheduler.planner_ports import PlanRequest as PlanRequest
from scheduler.planner_ports import ShouldStop as ShouldStop
from scheduler.planner_ports import SolveHandle as SolveHandle
from scheduler.planner_ports import SolveProgress as SolveProgress
from scheduler.planner_ports import Workers as Workers
from scheduler.replanning.limits import MoveLimits as MoveLimits
from scheduler.replanning.modes import Mode as Mode
from scheduler.replanning.reactions import Trigger as Trigger
from scheduler.request_ports import Adoption as Adoption
from scheduler.request_ports import Base as Base
from scheduler.request_ports import JobRecord as JobRecord
from scheduler.request_ports import JobState as JobState
from scheduler.request_ports import RequestBook as RequestBook
from scheduler.request_ports import RequestReader as RequestReader
from scheduler.request_ports import Rules as Rules
from scheduler.request_ports import TakenBack as TakenBack
from scheduler.request_ports import WhatIfRecord as WhatIfRecord

# -- memory -------------------------------------------------------------------------------------------------------


class Lease(Protocol):
    """Held until released or until the process dies."""

    def held(self) -> bool: ...

    def release(self) -> None: ...


class Leases(Protocol):
    """Who does what alone, among all processes that use one database."""

    def lease(self, name: str) -> Lease | None:
        """A lock that dies with its holder (advisory lock, or a file lock with SQLite); None: someone holds it."""
        ...


class LedgerReader(
    PlantReader,
    PlanReader,
    RequestReader,
    CommentReader,
    LogReader,
    LogTracer,
    MessageReader,
    WebhookReader,
    ConnectionReader,
    KeyReader,
    AuditReader,
    Protocol,
):
    """The ledger for who only looks. The API reads it directly: to look changes nothing, so no use case stands between.

    Every unknown name raises the matching NotFound of `scheduler.errors`.
    """


class Ledger(
    LedgerReader,
    PlantBook,
    PlanBook,
    RequestBook,
    DecisionBook,
    CommentBook,
    EventLog,
    MessageBook,
    WebhookBook,
    DeliveryBook,
    ConnectionBook,
    Outbox,
    KeyBook,
    AuditBook,
    Leases,
    Protocol,
):
    """The truth: plants, their log, plan versions, what-ifs and jobs, and what was told of them, in one place."""


# -- files --------------------------------------------------------------------------------------------------------


class Scenario(Protocol):
    """A scenario as read: the plant, the disturbances of events.jsonl, and what was read but not used, in words."""

    @property
    def state(self) -> PlantState: ...

    @property
    def events(self) -> Sequence[Event]: ...

    @property
    def notices(self) -> Sequence[object]: ...

    @property
    def broken_pins(self) -> Sequence[BrokenPin]:
        """Those that a plan.json beside its plan names."""
        ...


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
