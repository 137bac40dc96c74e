"""Every error that Rejig raises on purpose, as one tree.

A fault of the data is an `Issue` in a list, raised together as `InvalidScenario`; a fault of ours raises;
"no plan exists" is neither, it is an answer with reasons. Each error says where, what was found, what was
expected and the nearest remedy. Nothing here knows of HTTP.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


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
    """A scenario with faults; `issues` lists them all."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__(f"{faults(len(self.issues))} in the scenario:\n" + "\n".join(f"  {i}" for i in self.issues))


class InvalidEvent(BadInput):
    """An event that cannot be taken in; `field` names what is wrong with it."""

    def __init__(self, message: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)


class UnreadablePlan(BadInput):
    """A plan file that cannot be read against its scenario."""


class BadRequest(BadInput):
    """A request whose values make no sense together; `field` names the one to change."""

    def __init__(self, message: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)


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


class UnknownQuarantine(NotFound):
    """No event of that number in quarantine."""


class UnknownMachine(NotFound):
    """No machine or work center of that name."""


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


class UnfoldableEvent(InternalFault):
    """An event of the log that was taken in once makes no state now; `plant`, `revision` and `reason` name it."""

    def __init__(self, message: str, plant: str, revision: int, reason: str) -> None:
        self.plant, self.revision, self.reason = plant, revision, reason
        super().__init__(message)


class WorkersClosed(RejigError):
    """The workers were closed while something was on its way: it has not failed, it is to be asked for again."""


def faults(number: int) -> str:
    """1 fault, 7 faults."""
    return f"{number} fault" + ("" if number == 1 else "s")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'did you mean 'lathe-1'?' for the nearest known name, else how many there are to choose from."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if not names:
        return "there is none yet"
    shown = ", ".join(f"'{n}'" for n in names[:5])
    return f"known: {shown}" + (f" and {len(names) - 5} more" if len(names) > 5 else "")
