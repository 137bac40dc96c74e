"""What the product asks of a plant's log: events are taken in once, kept in order, and never lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute
from scheduler.domain.plant import PlantState

QuarantineState: TypeAlias = Literal["waiting", "taken", "dismissed"]


MOST_HEARD = 10_000


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """set_aside : the revision at which it was taken out of the state again; None: it counts."""

    revision: int
    event: Event
    accepted_at: dt.datetime
    set_aside: int | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that was not taken in, and why. quarantine : the number that it is kept under; None: it cannot be."""

    id: str
    source: str
    reason: str
    quarantine: int | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An event that could not be taken in, kept until it can be or a person dismisses it.

    event : the CloudEvents object.   tries : how often it was posted or tried again.
    revision : where it stood in the log, or stands now that it is taken in; None: it was never in the log.
    """

    plant: str
    number: int
    state: QuarantineState
    id: str
    source: str
    type: str
    event: Mapping[str, Any]
    reason: str
    tries: int
    first_at: dt.datetime
    last_at: dt.datetime
    revision: int | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a batch: taken in, known already, refused; and the log's revision after it."""

    revision: int
    accepted: tuple[LoggedEvent, ...]
    duplicates: tuple[Event, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What one source has sent. reports : of the kind asked for; in_day : those since the day began.

    first, last : its events of any kind that are not ahead of now; now where there is none.
    """

    source: str
    reports: int
    in_day: int
    first: Minute
    last: Minute


@dataclass(frozen=True, slots=True)
class LogCheck:
    """A plant's log folded anew. loaded_revision, revision : where that began and ended.

    events, set_aside : in the log since, and those of them that do not count.   compared : states that were there
    to compare with.   digest : SHA-256 of the state that was folded.   wrong : what is not as the log says.
    """

    plant: str
    loaded_revision: int
    revision: int
    events: int
    set_aside: int
    compared: int
    digest: str
    wrong: tuple[str, ...]


class LogReader(Protocol):
    """Looks at a plant's log, and at what waits in quarantine."""

    def state_at(self, plant: str, revision: int) -> PlantState:
        """The state at an earlier revision, without the events set aside since, with the plan that is in force now."""
        ...

    def events(self, plant: str, after: int = 0, limit: int = 500) -> list[LoggedEvent]:
        """The log, oldest first, revisions > `after`."""
        ...

    def heard(self, plant: str, kind: str, since: Minute, day: Minute, now: Minute) -> list[Heard]:
        """By source, events after `since` that count; `kind` : how the type of a report begins. Looks at the newest
        `MOST_HEARD` events only."""
        ...

    def quarantine(self, plant: str, waiting: bool = False, limit: int = 500) -> list[Quarantined]:
        """Newest first; all, or only what still waits."""
        ...

    def quarantined(self, plant: str, number: int) -> Quarantined:
        """Raises UnknownQuarantine."""
        ...


class LogTracer(Protocol):
    """Reads a log as a whole: what it says of one thing, and whether what is stored is what it says."""

    def events_about(self, plant: str, order: str, operation: int, since: dt.datetime, limit: int) -> list[LoggedEvent]:
        """What was taken in since then of an order and of this one of its operations, newest first. Reads the texts of
        all events since then."""
        ...

    def told_by(self, plant: str, source: str, type: str, limit: int) -> list[Event]:
        """What a source has told of that type, without what was set aside, newest first."""
        ...

    def verify_log(self, plant: str) -> LogCheck:
        """Folds the log from the load on, and compares with the states that are stored, and that this process has in
        memory, byte by byte; looks for revisions that are missing. Raises UnknownPlant, UnfoldableEvent."""
        ...


class EventLog(LogReader, Protocol):
    """Takes events in, and out again. Each method is one transaction."""

    def append(self, plant: str, events: Sequence[object], at: dt.datetime) -> Appended:
        """Take events in, in order: known (source, id) are duplicates, what cannot be read or folded is rejected.

        events : each an Event, or a CloudEvents object as posted.
        What is rejected waits in quarantine; an operation that was told of before its order is taken in with the order.
        The stream is told `event.accepted` in the same transaction. After the return every accepted event is durable.
        """
        ...

    def append_all(self, plant: str, posts: Sequence[Sequence[object]], at: dt.datetime) -> list[Appended]:
        """As `append`, several in one transaction, in their order."""
        ...

    def set_aside(self, plant: str, revision: int, reason: str, at: dt.datetime) -> int:
        """Take the event at `revision` out of the state and into quarantine. It keeps its place in the log.

        Takes the next revision, and returns it. Later events that cannot be without it go with it. Setting aside twice
        changes nothing.
        """
        ...

    def dismiss(self, plant: str, number: int, by: str, at: dt.datetime) -> Quarantined:
        """It will not be taken in. Raises UnknownQuarantine, Conflict where it was taken in meanwhile."""
        ...

    def retaken(self, plant: str, number: int, by: str, at: dt.datetime) -> Quarantined:
        """One that was set aside stands in the log again, under another id: it waits no more."""
        ...

    def decide_all(
        self, plant: str, numbers: Sequence[int], state: Literal["dismissed", "taken"], by: str, at: dt.datetime
    ) -> int:
        """As `dismiss` or `retaken`, all of these that still wait; how many that were."""
        ...
