"""The fold: a plant's state and an event make the next state. Nothing else changes a plant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from scheduler.domain.events import Event
from scheduler.domain.folding import (
    added_operation,
    capacity,
    clock,
    doubt_events,
    issues,
    machines,
    new_machine,
    operations,
    orders,
    pinning,
    reservations,
    routings,
    stock,
)
from scheduler.domain.folding.leaps import hold, leaps
from scheduler.domain.folding.lookup import FARTHEST_DAYS
from scheduler.domain.folding.running import advance
from scheduler.domain.minutes import DAY, iso
from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent, did_you_mean

Change: TypeAlias = Callable[[PlantState, Event], PlantState]


def _nothing_else(state: PlantState, _event: Event) -> PlantState:
    return state


CHANGES: Mapping[str, Change] = {
    "clock.ticked": _nothing_else,
    "machine.down": machines.machine_down,
    "machine.up": machines.machine_up,
    "machine.speed": machines.machine_speed,
    "machine.added": new_machine.machine_added,
    "calendar.changed": capacity.calendar_changed,
    "pool.changed": capacity.pool_changed,
    "routing.changed": routings.routing_changed,
    "order.created": orders.order_created,
    "order.changed": orders.order_changed,
    "order.cancelled": orders.order_cancelled,
    "receipt.changed": stock.receipt_changed,
    "receipt.arrived": stock.receipt_arrived,
    "material.issued": issues.material_issued,
    "material.counted": stock.material_counted,
    "operation.started": operations.operation_reported,
    "operation.progressed": operations.operation_reported,
    "operation.finished": operations.operation_reported,
    "operation.paused": operations.operation_reported,
    "operation.resumed": operations.operation_reported,
    "operation.put_aside": operations.operation_reported,
    "operation.added": added_operation.operation_added,
    "operation.pinned": pinning.operation_pinned,
    "operation.unpinned": pinning.operation_unpinned,
    "clock.corrected": clock.clock_corrected,
    "doubt.confirmed": lambda state, event: doubt_events.doubt_confirmed(state, event, _taken_in),
    "doubt.corrected": lambda state, event: doubt_events.doubt_corrected(state, event, _taken_in),
    "quality.held": orders.quality_held,
    "quality.released": orders.quality_released,
    "promise.reserved": reservations.promise_reserved,
    "promise.released": reservations.promise_released,
}


def fold_event(state: PlantState, event: Event) -> PlantState:
    """The state after the event. Pure: the same state and event always make the same next state.

    First time passes: now becomes the latest of now and the event's time (never back), running work loses the minutes
    that its machine worked meanwhile, and reservations go whose end is past. Then the event changes what it names. An
    event may come late; what it says then holds since its own time. A report from more than `max_leap_hours` ahead is
    held as a doubt.

    event : its data as `parse_event` reads it.
    Raises InvalidEvent where it names what the plant does not have, or says what cannot be; nothing is changed then.
    Duplicates (same source and id) are the log's to leave out.
    """
    _look_at(state, event)
    return hold(state, event, _taken_in) if leaps(state, event) else _taken_in(state, event)


def _look_at(state: PlantState, event: Event) -> None:
    """Raises InvalidEvent for a type that is not known, and for a time that no clock of a plant says."""
    if event.type not in CHANGES:
        raise InvalidEvent.of("type", f"'{event.type}'", "a type of disturbance", did_you_mean(event.type, CHANGES))
    if event.time > state.now + FARTHEST_DAYS * DAY:
        latest = (
            f"at most {FARTHEST_DAYS} days after the plant's now, {iso(state.now, state.zone)}, as it never goes back"
        )
        raise InvalidEvent.of("time", iso(event.time, state.zone), latest, "correct the sender's clock")


def _taken_in(state: PlantState, event: Event) -> PlantState:
    return CHANGES[event.type](_later(state, event), event)


def _later(state: PlantState, event: Event) -> PlantState:
    return reservations.without_lapsed(advance(state, event.time))


class Folder:
    """Folds events one after the other, each as `fold_event` does.

    The states between are its own, to be looked at and not kept. So orders that come in a row share one table, where
    each would copy the table of all others: 100,000 orders that way took four minutes.
    """

    def __init__(self, state: PlantState) -> None:
        self.state = state
        self._orders: dict[str, Order] | None = None

    def fold(self, event: Event) -> PlantState:
        """The state after the event. Raises InvalidEvent; nothing is changed then."""
        if event.type == "order.created" and not event.data.get("reservation") and not leaps(self.state, event):
            return self._with_order(event)
        self.state = fold_event(self.state, event)
        return self.state

    def _with_order(self, event: Event) -> PlantState:
        _look_at(self.state, event)
        later = _later(self.state, event)
        order, routings = orders.new_order(later, event)
        if later.orders is not self._orders:
            self._orders = dict(later.orders)
        self._orders[order.name] = order
        self.state = replace(later, orders=self._orders, routings=routings)
        return self.state


def fold_events(state: PlantState, events: Iterable[Event]) -> PlantState:
    """The state after all of them, in their order."""
    folder = Folder(state)
    for event in events:
        folder.fold(event)
    return folder.state
