"""Which event the planner cannot live with: found among those since the last plan, set aside, and told of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from scheduler.domain.plant import PlantState
from scheduler.ports import LoggedEvent
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.poison")


class PlanningFailed(Exception):
    """Repair and search have both raised over a state. `__cause__` is what the search raised."""


def find_culprit(
    tools: Tools, plant: str, since: int, events: Sequence[LoggedEvent], plan: Callable[[PlantState], object]
) -> tuple[LoggedEvent, str] | None:
    """The first event with which `plan` raises PlanningFailed, and what it said; None where no event is to blame.

    since : the revision that was planned last.   events : those after it, oldest first; the state after all of them
    cannot be planned. With none of them it must go: otherwise the fault lies elsewhere, and nothing is set aside.
    """

    def fault(count: int) -> str | None:
        try:
            plan(tools.ledger.state_at(plant, events[count - 1].revision if count else since))
        except PlanningFailed as failed:
            return str(failed)
        return None

    if not events or fault(0) is not None:
        return None
    good, bad = 0, len(events)
    while bad - good > 1:
        middle = (good + bad) // 2
        if fault(middle) is None:
            good = middle
        else:
            bad = middle
    said = fault(bad)  # once more, so that a passing fault blames nobody
    return None if said is None else (events[bad - 1], said)


def set_aside(tools: Tools, plant: str, revision: int, reason: str) -> None:
    """Out of the state, into quarantine; the desk plans on without it."""
    tools.ledger.set_aside(plant, revision, reason, tools.clock())
    log.error("event.set_aside", plant=plant, revision=revision, reason=reason)
    tools.meters.count("events_set_aside", plant=plant)
    tools.publish(plant, "event.set_aside", {"revision": revision, "reason": reason})
