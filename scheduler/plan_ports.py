"""What the product asks to remember of plants and plans. Each method is one transaction.

The plant's row is locked first by every method that changes it, so revisions have no gaps. Unknown names raise
UnknownPlant or UnknownPlan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from scheduler.domain.plans import Objective, Plan, Verdict
from scheduler.domain.plant import PlantState
from scheduler.messages import MessageType
from scheduler.planner_ports import NO_LIMITS
from scheduler.replanning.limits import MoveLimits
from scheduler.replanning.modes import Mode
from scheduler.replanning.reactions import Trigger
from scheduler.replanning.worth import EXPECTED_DELAY, GAIN_OVER_PERSON

MOST_NOTES = 20
"""Of one plan version that are kept."""

PlanStatus: TypeAlias = Literal["proposed", "released", "superseded", "rejected"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a plant wants to be planned; `objective` None and `frozen_minutes` None: as plant.toml says.

    work_center_modes : of those that differ from the plant's (see `replanning.modes`).
    limits : on what a better plan may change of the plan in force.
    improve_iterations : how many moves a search in the background tries, in place of `improve_seconds`: then the same
        events lead to the same plans on every computer (simulations, replays).
    expected_delay_minutes : of a search in the background, as in `PlanRequest`.
    gain_over_person : of the cost, as a share: what a plan must gain at least to replace by itself what a person has
        released.
    """

    objective: Objective | None = None
    frozen_minutes: int | None = None
    limits: MoveLimits = NO_LIMITS
    work_center_modes: Mapping[str, Mode] = field(default_factory=dict)
    time_limit_seconds: float = 10.0
    improve_seconds: float = 10.0
    improve_iterations: int | None = None
    expected_delay_minutes: float = EXPECTED_DELAY
    gain_over_person: float = GAIN_OVER_PERSON


@dataclass(frozen=True, slots=True)
class PlantRecord:
    """A plant as the ledger knows it.

    revision : the number of events taken in (loading counts as one, and so does setting an event aside).
    last_message : the number of the newest message of its stream.   quarantined : events that wait in quarantine.
    """

    plant: str
    mode: Mode
    policy: Policy
    revision: int
    loaded_at: dt.datetime
    last_event_at: dt.datetime | None
    plan_in_force: int | None
    plan_in_force_revision: int | None
    last_message: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """What came of a plan after it was made, in words, and when."""

    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan version. Immutable but for its status, who decided, and what is noted of it.

    number : counts from 1 per plant.   revision : of the log that it is based on.   cause : why it was made, in words.
    trigger : where a desk made it; None: a person asked for it, or it came with the scenario.
    reason : why it was released or rejected, in the words of who decided.
    kept_for : the person whose release it is, or carries on through repairs; None: nobody's.
    made_from : the version that it is re-timed from.   notes : oldest first.
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
    trigger: Trigger | None = None
    reason: str | None = None
    kept_for: str | None = None
    made_from: int | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A version to be stored, before it has a number: the plan, what the check says of it, and as in `PlanRecord`.

    made_from : where it is released, that version has had its turn: proposed no longer, but superseded.
    """

    plan: Plan
    verdict: Verdict
    revision: int
    cause: str
    objective: Objective
    what_if: str | None = None
    trigger: Trigger | None = None
    reason: str | None = None
    kept_for: str | None = None
    made_from: int | None = None


class PlantReader(Protocol):
    """Looks at plants."""

    def plants(self) -> list[PlantRecord]: ...

    def plant(self, plant: str) -> PlantRecord: ...

    def state(self, plant: str) -> tuple[int, PlantState]:
        """(revision, state) now: the loaded state, the log folded over it, the plan in force in `plan`."""
        ...

    def writes(self) -> int | None:
        """The same number as before: nothing was written since. None: another process may have, so look. At once."""
        ...


class PlantBook(PlantReader, Protocol):
    """Loads plants, and changes how they are planned."""

    def load_plant(self, plant: str, state: PlantState, at: dt.datetime) -> PlantRecord:
        """Load or replace a plant. Takes the next revision; later folds start from this state.

        Plan versions made before stay readable; the one in force is superseded.
        """
        ...

    def delete_plant(self, plant: str) -> None:
        """It and all that is of it. Loaded again, its revisions, plans and messages are numbered on."""
        ...

    def change_plant(self, plant: str, mode: Mode | None = None, policy: Policy | None = None) -> PlantRecord: ...


class PlanReader(Protocol):
    """Looks at plan versions."""

    def plans(
        self, plant: str, limit: int = 50, before: int | None = None, with_operations: bool = True
    ) -> list[PlanRecord]:
        """Newest first. Without operations for a list of versions: `plan.operations` is then empty, and it is quick."""
        ...

    def get_plan(self, plant: str, number: int) -> PlanRecord: ...

    def current_plan(self, plant: str) -> PlanRecord:
        """The plan in force. Raises UnknownPlan where none is."""
        ...


class PlanBook(PlanReader, Protocol):
    """Stores plan versions, and puts one of them in force."""

    def add_plan(
        self,
        plant: str,
        new: NewPlan,
        at: dt.datetime,
        *,
        release_by: str | None = None,
        news: MessageType = "plan.proposed",
        term: int | None = None,
    ) -> PlanRecord:
        """Store a version as `proposed`, or, where the check refuses it, as rejected by "check" (and never released);
        with `release_by`, release it in the same transaction.

        What the check passed is told there too: as `plan.released`, or as `news` where it is only proposed.

        term : of the desk that publishes it. Raises DeskTaken (nothing stored) where another desk has begun since,
        StalePlan (nothing stored) when releasing on an older base than the plan in force has, and
        PlanNotFeasible when releasing what the check refused.
        """
        ...

    def release_plan(self, plant: str, number: int, by: str, at: dt.datetime, reason: str | None = None) -> PlanRecord:
        """A person puts it in force, and it is kept for them; told, and the one in force before is superseded.

        Raises StalePlan, PlanNotFeasible.
        """
        ...

    def reject_plan(
        self, plant: str, number: int, by: str, at: dt.datetime, reason: str | None = None
    ) -> PlanRecord: ...

    def note_plan(self, plant: str, number: int, text: str, at: dt.datetime) -> None:
        """Note what came of it. What was noted last is not noted again; the newest `MOST_NOTES` are kept."""
        ...

    def rebase_plan(self, plant: str, number: int, revision: int, term: int | None = None) -> PlanRecord:
        """A plan in force or proposed still holds at a later `revision` of the log: from now on it is based on that.

        Its operations stay as they are. An earlier `revision` changes nothing. Raises StalePlan where the plan is
        neither in force nor proposed any more, DeskTaken as `add_plan`.
        """
        ...

    def begin_term(self, plant: str) -> int:
        """A desk begins its work: the number of its term. What a desk of an earlier term publishes is refused."""
        ...
