"""What each type of event asks of the plan in force: one table, each row with its reason in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from scheduler.domain.events import EVENT_TYPES, Event
from scheduler.domain.orders import Receipt
from scheduler.domain.plans import OperationKey, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.lists.describe_event import name_event

FELT = 15
"""Minutes by which work is early before the gap that it leaves is worth another plan."""


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
    """need, and why: 'speed changed'."""

    need: Need
    reason: str

    @property
    def searches(self) -> bool:
        return self.need >= Need.improve


@dataclass(frozen=True, slots=True)
class Trigger:
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
    "machine.down": Reaction(Need.improve, "its work is delayed or moved"),
    "order.created": Reaction(Need.improve, "it needs a place"),
    "promise.reserved": Reaction(Need.improve, "a place is kept for it"),
    "promise.released": Reaction(Need.improve, "its place is free"),
    "order.cancelled": Reaction(Need.improve, "its place is free"),
    "promise.reserved, over": Reaction(Need.improve, "a place that was kept is free again"),
    "clock.corrected": Reaction(Need.improve, "it is earlier than was thought"),
    "operation.added": Reaction(Need.improve, "it needs a place"),
    "operation.pinned": Reaction(Need.improve, "a person has fixed its place"),
    "operation.unpinned": Reaction(Need.improve, "its place is free to choose again"),
    "operation.put_aside": Reaction(Need.improve, "its machine is free, and it needs a place"),
    "doubt.corrected": Reaction(Need.improve, "it is not as was thought"),
    "quality.held": Reaction(Need.improve, "it must not be worked on"),
    "quality.released": Reaction(Need.improve, "it may be worked on again"),
    "order.changed": Reaction(Need.improve, "what it needs or is worth has changed"),
    "routing.changed": Reaction(Need.improve, "it is made in another way"),
    "machine.up": Reaction(Need.improve, "its time can be used again"),
    "machine.added": Reaction(Need.improve, "it can take over work"),
    "machine.speed": Reaction(Need.improve, "speed changed"),
    "calendar.changed": Reaction(Need.improve, "working hours changed"),
    "pool.changed": Reaction(Need.improve, "more or less can be done at once"),
    "receipt.changed": Reaction(Need.improve, "delivery time or quantity changed"),
    "receipt.arrived, short": Reaction(Need.improve, "less came than was expected"),
    "receipt.arrived, early": Reaction(Need.improve, "what waited for it may start earlier"),
    "receipt.arrived, more": Reaction(Need.improve, "more came than was expected"),
    "material.counted": Reaction(Need.improve, "stock count corrected"),
    "operation.finished, not planned": Reaction(Need.improve, "its machine is free"),
    "operation.finished, early": Reaction(Need.improve, "it leaves a gap"),
    "order.created, reserved": Reaction(Need.repair, "it takes the place that was kept for it"),
    "operation.finished, scrap": Reaction(Need.repair, "less came out than was counted on"),
    "operation.progressed, scrap": Reaction(Need.repair, "less comes out than was counted on"),
    "operation.started, elsewhere": Reaction(Need.repair, "it keeps another machine than planned"),
    "operation.paused": Reaction(Need.repair, "it keeps its machine and ends later"),
    "operation.finished, late": Reaction(Need.repair, "what follows waits"),
    "operation.progressed, late": Reaction(Need.repair, "running late"),
    "operation.started, late": Reaction(Need.repair, "it ends later and what follows waits"),
    "operation.started, early": Reaction(Need.repair, "it ends sooner and what follows moves up"),
    "operation.resumed": Reaction(Need.repair, "it goes on"),
    "receipt.arrived, in part": Reaction(Need.repair, "the rest comes later"),
    "material.issued": Reaction(Need.repair, "stock fell outside the plan"),
    "clock.ticked, not begun": Reaction(Need.repair, "work that should have begun has not"),
    "operation.finished": Reaction(Need.keep, "work goes on"),
    "operation.started": Reaction(Need.keep, "work goes on"),
    "operation.progressed": Reaction(Need.keep, "work goes on"),
    "receipt.arrived": Reaction(Need.keep, "it came as expected"),
    "material.issued, planned": Reaction(Need.keep, "taken for work that is planned"),
    "operation.pinned, as planned": Reaction(Need.keep, "it is planned there already"),
    "doubt.confirmed": Reaction(Need.keep, "it is as was thought"),
    "clock.ticked": Reaction(Need.keep, "time has passed"),
}
"""In the order of their weight: of several events the one whose row stands first speaks for all of them."""
WEIGHT: Mapping[str, int] = {row: place for place, row in enumerate(REACTIONS)}
assert list(REACTIONS.values()) == sorted(REACTIONS.values(), key=lambda r: -r.need), "the strongest stand first"
assert {key.split(",")[0] for key in REACTIONS} == {*EVENT_TYPES, "first plan", "policy"}


REPORTS = ("operation.started", "operation.progressed", "operation.finished")
"""What the plan in force says something of."""


def pins(event: Event) -> bool:
    """It speaks of where an operation is to stand, not of what the floor has done."""
    return event.type in ("operation.pinned", "operation.unpinned")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Which of several events speaks for all of them: its row of the table, and what happened in a few words.

    event : None where the policy has changed.
    """

    row: str
    event: Event | None
    cause: str

    @property
    def reaction(self) -> Reaction:
        return REACTIONS[self.row]


TAKES_A_PLACE = "order.created, reserved"
FIRST_PLAN = Speaker("first plan", None, "first plan")


def speaker_of(
    events: Sequence[Event],
    plan: Sequence[PlannedOperation],
    receipts: Mapping[str, Receipt] | None = None,
    state: PlantState | None = None,
) -> Speaker:
    """The first event of the row that weighs most. No event: the policy has changed.

    Where `plan` is empty nothing is early or late. receipts : the deliveries that were expected before the events;
    None: nobody knows, and what came is taken to be what was expected. state : after the events; with it, work that is
    over without a report of its end leaves a gap as well.
    """
    if not events:
        return Speaker("policy", None, "a change of policy")
    operations = {e.data["operation"] for e in events if e.type.startswith("operation.")}
    places = {o.key: o for o in plan if o.operation in operations} if operations else {}
    begun = {(e.data["order"], e.data["operation"]) for e in events if e.type.startswith("operation.") and not pins(e)}
    expected = dict(receipts or {})
    rows = []
    for event in events:
        rows.append(row_of(event, places, expected, state))
        _follow(event, expected)
    if any(e.type == "clock.ticked" for e in events):
        before, now = min(e.time for e in events), max(e.time for e in events)
        if any(before <= o.start < now and o.key not in begun for o in plan):
            last = max(i for i, e in enumerate(events) if e.type == "clock.ticked")
            rows[last] = "clock.ticked, not begun"
    over = None if state is None else _over_early(events, plan, state)
    if over is not None:
        rows[over] = min(rows[over], "operation.finished, early", key=WEIGHT.__getitem__)
    if state is not None and _has_lapsed(events, plan, state):
        rows[-1] = min(rows[-1], "promise.reserved, over", key=WEIGHT.__getitem__)
    best = min(range(len(events)), key=lambda i: (WEIGHT[rows[i]], i))
    if REACTIONS[rows[best]].need is Need.keep:
        best = len(events) - 1  # nothing stands out: the latest
    words = name_event(events[best])
    more = len(events) - 1
    cause = words if not more else f"{words} and {more} more report{'s' if more > 1 else ''}"
    return Speaker(rows[best], events[best], cause)


def reaction_to(
    events: Sequence[Event],
    plan: Sequence[PlannedOperation],
    receipts: Mapping[str, Receipt] | None = None,
    state: PlantState | None = None,
) -> Reaction:
    """What the events ask together of the plan in force, see `speaker_of`."""
    return speaker_of(events, plan, receipts, state).reaction


def cause_of(
    events: Sequence[Event],
    plan: Sequence[PlannedOperation] = (),
    receipts: Mapping[str, Receipt] | None = None,
    state: PlantState | None = None,
) -> str:
    """What happened, in a few words: 'DMG-01 down and 3 more reports', see `speaker_of`."""
    return speaker_of(events, plan, receipts, state).cause


def _follow(event: Event, expected: dict[str, Receipt]) -> None:
    """What is expected after the event: of a delivery that has come, no more than its rest."""
    name = str(event.data.get("receipt"))
    known = expected.get(name)
    if event.type not in ("receipt.changed", "receipt.arrived") or known is None:
        return
    if event.type == "receipt.changed":
        del expected[name]  # the change itself has asked for what it asks
    elif event.data.get("complete", True):
        del expected[name]
    else:
        expected[name] = replace(known, quantity=max(0.0, known.quantity - float(event.data["quantity"])))


def _frees_a_slot(event: Event, state: PlantState) -> bool:
    """Whether work has ended that stood in no plan, as its order is on hold or cancelled, but kept its machine."""
    if event.type != "operation.finished":
        return False
    order = state.orders.get(event.data["order"])
    return order is None or order.status == "hold"


def _over_early(events: Sequence[Event], plan: Sequence[PlannedOperation], state: PlantState) -> int | None:
    """Which event speaks of an order that has work over since the events, and sooner than planned; None: none."""
    orders = {e.data["order"]: i for i, e in enumerate(events) if e.type.startswith("operation.") and not pins(e)}
    since = min(e.time for e in events)
    for place in plan if orders else ():
        work = state.progress.get(place.key) if place.order in orders else None
        over = work is not None and work.status == "done" and work.finished is not None
        if work is not None and over and since <= (work.finished or 0) <= place.end - FELT:
            return orders[place.order]
    return None


def _has_lapsed(events: Sequence[Event], plan: Sequence[PlannedOperation], state: PlantState) -> bool:
    """Whether the plan keeps a place of something that is gone, and no event says so: a reservation whose end has
    passed. An order goes by an event that names it, or has a reservation's place now."""
    gone = {row.order for row in plan} - state.orders.keys()
    if not gone:
        return False
    gone -= {str(e.data[name]) for e in events for name in ("order", "reservation") if name in e.data}
    gone -= {order.reservation for order in state.orders.values()}
    return bool(gone)


def row_of(
    event: Event,
    places: Mapping[OperationKey, PlannedOperation],
    expected: Mapping[str, Receipt] | None = None,
    state: PlantState | None = None,
) -> str:
    """The row of the table for an event, by what the plan in force says of its operation.

    expected : the deliveries expected before it, by name.   state : after it.
    """
    if event.type == "receipt.arrived":
        return _row_of_arrival(event, expected or {})
    if event.type == "material.issued":
        return "material.issued, planned" if "order" in event.data and "operation" in event.data else event.type
    if state is not None and _frees_a_slot(event, state):
        return "operation.finished, not planned"
    if event.type == "operation.pinned" and state is not None and _stands_there(event, places, state):
        return "operation.pinned, as planned"
    if event.type == "order.created" and state is not None and _takes_a_place(event, state):
        return TAKES_A_PLACE
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
        if event.time > place.start:
            return "operation.started, late"
        return "operation.started, early" if event.time <= place.start - FELT else event.type
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


def _takes_a_place(event: Event, state: PlantState) -> bool:
    order = state.orders.get(str(event.data["order"]))
    return order is not None and bool(order.reservation)


def _stands_there(event: Event, places: Mapping[OperationKey, PlannedOperation], state: PlantState) -> bool:
    """Whether the plan in force keeps what is fixed of the operation after the event."""
    key = str(event.data["order"]), int(event.data["operation"])
    place, pin = places.get(key), state.pins.get(key)
    return place is not None and pin is not None and pin.holds(place.machine, place.start)


def _row_of_arrival(event: Event, expected: Mapping[str, Receipt]) -> str:
    """As expected; else short, in part (the rest is still to come), more, or early."""
    if not event.data.get("complete", True):
        return "receipt.arrived, in part"
    known = expected.get(str(event.data["receipt"]))
    if known is None:
        return event.type
    quantity = float(event.data["quantity"])
    if quantity < known.quantity:
        return "receipt.arrived, short"
    if quantity > known.quantity:
        return "receipt.arrived, more"
    return "receipt.arrived, early" if event.time <= known.expected - FELT else event.type


def subject_of(event: Event) -> str:
    """What the event is about: the order and operation, or the machine, delivery, calendar and so on; "" for none."""
    data = event.data
    if event.type.startswith("promise."):
        return str(data["reservation"])
    for name in ("machine", "receipt", "material", "calendar", "pool", "routing"):
        if name in data and "order" not in data:
            return str(data[name])
    if "order" in data:
        return f"{data['order']}/{data['operation']}" if "operation" in data else str(data["order"])
    return ""
