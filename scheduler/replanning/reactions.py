"""What each type of event asks of the plan in force: one table, each row with its reason in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from scheduler.domain.events import EVENT_TYPES, Event
from scheduler.domain.plans import OperationKey, PlannedOperation
from scheduler.domain.plant import PlantState

FELT = 15
"""Minutes by which work is early before the gap that it leaves is worth a search."""


class Need(IntEnum):
    """From the least to the most; the strongest of several events counts."""

    keep = 0
    """Nothing is asked; the plan is repaired only if the check finds that it holds no longer."""
    repair = 1
    """It may hold no longer: re-timed where it does not, without a search."""
    improve = 2
    """Repaired at once, then a better plan is searched for, in which a move has its price."""
    replan = 3
    """Repaired at once, then planned anew: a move costs what the plant says, nothing more."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """need, and why: 'its run times are others now'."""

    need: Need
    reason: str

    @property
    def searches(self) -> bool:
        return self.need >= Need.improve


@dataclass(frozen=True, slots=True)
class Occasion:
    """What led to a plan that a desk has made: the events after one revision until another, and what they asked for.

    need : the name of one.   reason : the table's, or what no longer held, or what a better plan gains.
    """

    need: str
    reason: str
    after: int
    until: int


REACTIONS: Mapping[str, Reaction] = {
    "first plan": Reaction(Need.replan, "there is no plan yet"),
    "policy": Reaction(Need.replan, "what a good plan is has changed"),
    "clock.ticked": Reaction(Need.keep, "time has passed"),
    "clock.ticked, not begun": Reaction(Need.repair, "work that should have begun has not"),
    "machine.down": Reaction(Need.improve, "work on it must wait or go elsewhere"),
    "machine.up": Reaction(Need.improve, "its time can be used again"),
    "machine.speed": Reaction(Need.improve, "its run times are others now"),
    "order.created": Reaction(Need.improve, "it needs a place"),
    "order.changed": Reaction(Need.improve, "what it needs or is worth has changed"),
    "order.cancelled": Reaction(Need.improve, "its place is free"),
    "receipt.changed": Reaction(Need.improve, "material comes at another time or in another quantity"),
    "material.counted": Reaction(Need.improve, "there is more or less than was thought"),
    "operation.started": Reaction(Need.keep, "work goes on"),
    "operation.started, late": Reaction(Need.repair, "it ends later and what follows waits"),
    "operation.started, elsewhere": Reaction(Need.repair, "it keeps another machine than planned"),
    "operation.progressed": Reaction(Need.keep, "work goes on"),
    "operation.progressed, late": Reaction(Need.repair, "it drifts past its end and what follows waits"),
    "operation.progressed, scrap": Reaction(Need.repair, "less comes out than was counted on"),
    "operation.finished": Reaction(Need.keep, "work goes on"),
    "operation.finished, late": Reaction(Need.repair, "what follows waits"),
    "operation.finished, early": Reaction(Need.improve, "it leaves a gap"),
    "operation.finished, scrap": Reaction(Need.repair, "less came out than was counted on"),
    "operation.finished, not planned": Reaction(Need.improve, "its machine is free"),
    "operation.put_aside": Reaction(Need.improve, "its machine is free, and it needs a place"),
    "operation.added": Reaction(Need.improve, "it needs a place"),
    "clock.corrected": Reaction(Need.improve, "it is earlier than was thought"),
    "doubt.confirmed": Reaction(Need.keep, "it is as was thought"),
    "doubt.corrected": Reaction(Need.improve, "it is not as was thought"),
    "quality.held": Reaction(Need.improve, "it must not be worked on"),
    "quality.released": Reaction(Need.improve, "it may be worked on again"),
}
assert {key.split(",")[0] for key in REACTIONS} == {*EVENT_TYPES, "first plan", "policy"}


REPORTS = ("operation.started", "operation.progressed", "operation.finished")
"""What the plan in force says something of."""


def reaction_to(events: Sequence[Event], plan: Sequence[PlannedOperation], state: PlantState | None = None) -> Reaction:
    """What the events ask together of the plan in force; the first of those that ask for the most gives the reason.

    No event: the policy has changed. Where `plan` is empty nothing is early or late.
    state : after the events; with it, work that is over without a report of its end leaves a gap as well.
    """
    if not events:
        return REACTIONS["policy"]
    operations = {e.data["operation"] for e in events if e.type.startswith("operation.")}
    places = {o.key: o for o in plan if o.operation in operations} if operations else {}
    ticks = any(e.type == "clock.ticked" for e in events)
    begun = {(e.data["order"], e.data["operation"]) for e in events if e.type.startswith("operation.")}
    found = [REACTIONS[row_of(e, places)] for e in events]
    if ticks:
        before, now = min(e.time for e in events), max(e.time for e in events)
        if any(before <= o.start < now and o.key not in begun for o in plan):
            found.append(REACTIONS["clock.ticked, not begun"])
    if state is not None and _over_early(events, plan, state):
        found.append(REACTIONS["operation.finished, early"])
    if state is not None and any(_frees_a_slot(e, state) for e in events):
        found.append(REACTIONS["operation.finished, not planned"])
    return max(found, key=lambda r: r.need)


def _frees_a_slot(event: Event, state: PlantState) -> bool:
    """Whether work has ended that stood in no plan, as its order is on hold or cancelled, but kept its machine."""
    if event.type != "operation.finished":
        return False
    order = state.orders.get(event.data["order"])
    return order is None or order.status == "hold"


def _over_early(events: Sequence[Event], plan: Sequence[PlannedOperation], state: PlantState) -> bool:
    """Whether work of an order that the events name is over since them, and sooner than planned."""
    orders = {e.data["order"] for e in events if e.type.startswith("operation.")}
    since = min(e.time for e in events)
    for place in plan if orders else ():
        work = state.progress.get(place.key) if place.order in orders else None
        over = work is not None and work.status == "done" and work.finished is not None
        if work is not None and over and since <= (work.finished or 0) <= place.end - FELT:
            return True
    return False


def row_of(event: Event, places: Mapping[OperationKey, PlannedOperation]) -> str:
    """The row of the table for an event, by what the plan in force says of its operation."""
    if event.type not in REPORTS:
        return event.type
    data = event.data
    if float(data.get("quantity_scrap") or 0.0) > 0 and event.type != "operation.started":
        return f"{event.type}, scrap"
    place = places.get((str(data["order"]), int(data["operation"])))
    if place is None:
        return event.type
    if event.type == "operation.started":
        if data.get("machine", place.machine) != place.machine:
            return "operation.started, elsewhere"
        return "operation.started, late" if event.time > place.start else event.type
    if event.type == "operation.progressed":
        if data.get("remaining_minutes") is None:
            return event.type
        slip = event.time + int(data["remaining_minutes"]) - place.end  # closed time makes it later still
    else:
        slip = event.time - place.end
    if slip > 0:
        return f"{event.type}, late"
    # closed time may lie before the end of running work, so only a report of the end says for sure that it is early
    early = event.type == "operation.finished" and slip <= -FELT
    return f"{event.type}, early" if early else event.type


def cause_of(events: Sequence[Event]) -> str:
    """What happened, in a few words: 'machine.down DMG-01', 'machine.down DMG-01 and 3 more events'.

    The first of those events that ask for the most speaks for the rest.
    """
    if not events:
        return "a change of policy"
    most = max(REACTIONS[e.type].need for e in events)
    speaker = next(e for e in events if REACTIONS[e.type].need == most) if most else events[-1]
    words = f"{speaker.type} {subject_of(speaker)}".strip()
    more = len(events) - 1
    return words if not more else f"{words} and {more} more event{'s' if more > 1 else ''}"


def subject_of(event: Event) -> str:
    """What the event is about: the machine, order and operation, receipt or material; "" for none."""
    data = event.data
    for name in ("machine", "receipt", "material"):
        if name in data and "order" not in data:
            return str(data[name])
    if "order" in data:
        return f"{data['order']}/{data['operation']}" if "operation" in data else str(data["order"])
    return ""
