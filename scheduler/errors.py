"""Every error that Rejig raises on purpose, as one tree.

A fault of the data is an `Issue` in a list, raised together as `InvalidScenario`; a fault of ours raises;
"no plan exists" is neither, it is an answer with reasons. Each error says where, what was found, what was
expected and the nearest remedy. Nothing here knows of HTTP.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

LONGEST_LIKENED = 255
"""A longer name is likened to none: that takes the square of its length."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of the data, for the person who can fix it.

    file : the file, sheet or field it stands in ("routing_machines.csv").
    row : the line as the planner's editor counts it (header = 1), or None where no single row is at fault.
    """

    file: str
    row: int | None
    column: str | None
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f" row {self.row}"
        if self.column:
            where += f", {self.column}"
        return f"{where}: found {self.found}, expected {self.expected}; {self.remedy}"


class RejigError(Exception):
    """Anything that Rejig refuses, in words."""


class BadInput(RejigError):
    """What was given cannot be used as it is; nothing was changed."""


class InvalidScenario(BadInput):
    """A scenario with faults; `issues` lists the first of them, `count` is how many there are in all."""

    def __init__(self, issues: Sequence[Issue], count: int = 0) -> None:
        self.issues = tuple(issues)
        self.count = max(count, len(self.issues))
        lines = [f"  {i}" for i in self.issues]
        if self.count > len(self.issues):
            lines.append(f"  and {self.count - len(self.issues):,} more")
        super().__init__(f"{faults(self.count)} in the scenario:\n" + "\n".join(lines))


class InvalidConnections(BadInput):
    """A file of connections that cannot be used; nothing was started."""


class ConnectionAway(RejigError):
    """Another system cannot be reached now."""


class WrongField(BadInput):
    """What one field says cannot be used.

    field : which; None: no single one.
    found, expected : what it says and what it should say; None where the sentence says it in another way.
    """

    def __init__(
        self, message: str, field: str | None = None, found: str | None = None, expected: str | None = None
    ) -> None:
        self.field, self.found, self.expected = field, found, expected
        super().__init__(message)

    @classmethod
    def of(cls, field: str, found: str, expected: str, remedy: str = "", place: str | None = None) -> Self:
        """'to: found nothing, expected a moment; leave it out'. place : the field as the sentence names it."""
        then = f"; {remedy}" if remedy else ""
        return cls(f"{place or field}: found {found}, expected {expected}{then}", field, found, expected)


class InvalidEvent(WrongField):
    """An event that cannot be taken in."""


class UnreadablePlan(BadInput):
    """A plan file that cannot be read against its scenario."""


class BadRequest(WrongField):
    """A request whose values make no sense together; `field` names the one to change."""


class NotFound(RejigError):
    """A name that is not known here."""


class UnknownPlant(NotFound):
    """No plant of that name is loaded."""


class UnknownPlan(NotFound):
    """No plan version of that number."""


class UnknownWhatIf(NotFound):
    """No what-if of that id."""


class UnknownJob(NotFound):
    """No job of that id."""


class UnknownWebhook(NotFound):
    """No webhook of that id."""


class UnknownConnection(NotFound):
    """No connection of that name."""


class UnknownQuarantine(NotFound):
    """No event of that number in quarantine."""


class UnknownOrder(NotFound):
    """No order of that name in the plant."""


class UnknownReservation(NotFound):
    """No reservation of that name in the plant."""


class UnknownMachine(NotFound):
    """No machine or work center of that name."""


class UnknownKey(NotFound):
    """No API key of that id."""


class NotSignedIn(RejigError):
    """The call needs a key, and none, or none that is valid, was sent."""


class NotAllowed(RejigError):
    """The caller is known and may not do that."""


class TooMuchOpen(RejigError):
    """So much is under way, or kept, that nothing more is taken until some of it has ended."""


class TooManyCalls(RejigError):
    """One caller asks more than its share; `retry_after` says in how many seconds it may again."""

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Conflict(RejigError):
    """The world has moved on since the caller last looked."""


class StalePlan(Conflict):
    """The plan is based on an older revision than the one in force."""


class PlanNotFeasible(Conflict):
    """The check found violations, so the plan cannot be released."""


class DeskTaken(Conflict):
    """Another process runs the desk, or serves the data."""


class InternalFault(RejigError):
    """A fault of ours, never of the caller's."""


class StorageAway(RejigError):
    """The database cannot be reached, or gives no answer; nothing was changed, and it is worth trying again."""


class StorageFull(RejigError):
    """There is no room for what was to be kept; nothing was changed."""


class UnfoldableEvent(InternalFault):
    """An event of the log that was taken in once makes no state now; `plant`, `revision` and `reason` name it."""

    def __init__(self, message: str, plant: str, revision: int, reason: str) -> None:
        self.plant, self.revision, self.reason = plant, revision, reason
        super().__init__(message)


class WorkersClosed(RejigError):
    """The workers were closed while something was on its way: it has not failed, it is to be asked for again."""


def faults(number: int) -> str:
    """1 fault, 7 faults."""
    return f"{number:,} fault" + ("" if number == 1 else "s")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'did you mean 'lathe-1'?' for the nearest known name, else how many there are to choose from."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6) if len(name) <= LONGEST_LIKENED else []
    if near:
        return f"did you mean '{near[0]}'?"
    if not names:
        return "there is none yet"
    shown = ", ".join(f"'{n}'" for n in names[:5])
    return f"known: {shown}" + (f" and {len(names) - 5} more" if len(names) > 5 else "")
