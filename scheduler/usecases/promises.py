"""Promise a date, and keep the place for it: capable to promise on the plant as it is now."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute, iso, spoken
from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import Reservation, in_places_taken
from scheduler.errors import BadRequest, Conflict, UnknownReservation, did_you_mean
from scheduler.planning.lists.order_outlook import order_ends
from scheduler.ports import Appended
from scheduler.replanning.promise import Promise, Wish, find_promise, holds
from scheduler.usecases.base_plan import base_plan
from scheduler.usecases.post_events import post_events
from scheduler.usecases.release_by_mode import plans_nothing
from scheduler.usecases.snapshots import Snapshot
from scheduler.usecases.tools import Tools

SOURCE = "/rejig/promises"
PATIENCE = dt.timedelta(seconds=20)
"""A repair that finds no place for an order takes seconds to say why; then no more later dates are looked for."""
_naming = threading.Lock()
"""Held from the choice of a reservation's name until it stands in the log."""


@dataclass(frozen=True, slots=True)
class Keep:
    """That the place is to be kept.   until : at the longest.   no_later_than : for no later date; None: for any."""

    until: Minute
    no_later_than: Minute | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """as_of : revision that the date was worked out on, `plan` being the plan in force (or proposed) then.

    reservation : under which name the place is kept; None: it is not.   revision : of the log after that.
    """

    promise: Promise
    state: PlantState
    as_of: int
    plan: int
    reservation: str | None = None
    until: Minute | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A reservation, the order that stands for it, and when the plan in force would deliver it; None: not planned."""

    reservation: Reservation
    order: Order
    planned_end: Minute | None


def promise_date(tools: Tools, plant: str, wish: Wish, keep: Keep | None = None) -> Promised:
    """The promise for a wish; with `keep`, its place is kept from now on.

    Raises BadRequest where the wish makes no sense, Conflict where there is no plan to put it in, or where the date
    cannot be kept any more when it is to be reserved; nothing is reserved then.
    """
    snapshot = tools.snapshot(plant)
    if keep is not None and keep.until <= snapshot.state.now:
        zone, now = snapshot.state.zone, snapshot.state.now
        raise BadRequest.of("reserve.until", iso(keep.until, zone), f"a moment after the plant's now, {iso(now, zone)}")
    plan, state = _state_to_promise_on(tools, snapshot)
    until = tools.clock() + PATIENCE
    name = f"PR-{snapshot.revision + 1}"
    promise = find_promise(state, wish, tools.planner.repair, name, lambda: tools.clock() > until)
    told = Promised(promise, state, snapshot.revision, plan)
    if keep is None or promise.date is None:
        return told
    return _kept(tools, plant, told, keep)


def release_promise(tools: Tools, plant: str, reservation: str, by: str = "", reason: str = "") -> int:
    """The place is free again, and those of its parts; the revision after that. Raises UnknownReservation."""
    state = tools.snapshot(plant).state
    if reservation not in state.reservations:
        near = did_you_mean(reservation, state.reservations)
        raise UnknownReservation(f"no reservation '{reservation}' in the plant; {near}")
    data = {"reservation": reservation, "by": by, "reason": reason}
    event = Event(f"{reservation} released {uuid.uuid4().hex[:8]}", SOURCE, "promise.released", state.now, data)
    return _posted(tools, plant, [event]).revision


def promises_of(tools: Tools, plant: str) -> tuple[Snapshot, list[Kept]]:
    """What is reserved now, soonest due first."""
    snapshot = tools.snapshot(plant)
    state = snapshot.state
    ends = order_ends(state, state.plan)
    kept = [Kept(r, state.orders[r.order], ends.get(r.order)) for r in state.reservations.values()]
    return snapshot, sorted(kept, key=lambda k: (k.order.due, k.order.name))


def reserving(orders: Sequence[Order], state: PlantState, keep: Keep) -> list[Event]:
    """The events by which places are kept: of the order first, then of its parts."""
    top = orders[0].name
    return [
        Event(
            f"{order.name} reserved {uuid.uuid4().hex[:8]}",
            SOURCE,
            "promise.reserved",
            state.now,
            {
                "reservation": order.name,
                "material": order.material,
                "quantity": order.quantity,
                "due": iso(order.due, state.zone),
                "until": iso(keep.until, state.zone),
                "routing": order.routing,
                "priority": order.priority,
                "customer": order.customer,
                "by": keep.by,
                "reason": keep.reason,
                **({"part_of": top} if order.name != top else {}),
            },
        )
        for order in orders
    ]


def _state_to_promise_on(tools: Tools, snapshot: Snapshot) -> tuple[int, PlantState]:
    """The plan that the answer to `order.created` would be made from, and the state with it. Raises Conflict."""
    record, state = snapshot.record, snapshot.state
    if record.plan_in_force is not None and plans_nothing(record):
        return record.plan_in_force, state
    base = base_plan(tools.ledger, snapshot)
    if base is not None and base.status in ("released", "proposed"):
        return base.number, replace(state, plan=in_places_taken(state, base.plan.operations))
    if record.plan_in_force is not None:
        return record.plan_in_force, state
    raise Conflict(f"plant '{record.plant}' has no plan to put an order in; ask for one, or set its mode to auto")


def _kept(tools: Tools, plant: str, told: Promised, keep: Keep) -> Promised:
    """Where the plant has moved on since, the date is looked at once more: it is reserved only where it still holds."""
    promise, zone = told.promise, told.state.zone
    date = promise.date
    assert date is not None
    if keep.no_later_than is not None and date > keep.no_later_than:
        found, wanted = spoken(date, zone), spoken(keep.no_later_than, zone)
        raise Conflict(f"nothing is reserved: {found} is the earliest date now, {wanted} cannot be kept any more")
    with _naming:
        snapshot = tools.snapshot(plant)
        old, new = promise.order.name, f"PR-{snapshot.revision + 1}"
        named = [replace(order, name=new + order.name.removeprefix(old)) for order in promise.orders]
        appended = _posted(tools, plant, reserving(named, snapshot.state, keep))
    alone = appended.accepted[0].revision == told.as_of + 1
    if not alone:
        _, state = _state_to_promise_on(tools, tools.snapshot(plant))
        if new not in state.orders or not holds(state, new, date, tools.planner.repair):
            if new in state.reservations:
                release_promise(tools, plant, new, reason="the plant has moved on")
            raise Conflict(f"nothing is reserved: the plant has moved on, and {spoken(date, zone)} holds no longer")
    renamed = replace(promise, order=named[0], parts=tuple(named[1:]))
    return replace(told, promise=renamed, reservation=new, until=keep.until, revision=appended.revision)


def _posted(tools: Tools, plant: str, events: Sequence[Event]) -> Appended:
    """Raises Conflict where one is refused."""
    appended = post_events(tools, plant, events)
    if appended.rejected:
        raise Conflict(appended.rejected[0].reason)
    return appended
