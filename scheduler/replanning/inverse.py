"""What takes an event back again, on the plant as it has become since, or why that can no longer be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduler.domain.calendars import Calendar, WorkingTime, working_time
from scheduler.domain.event_reading import parse_event
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import Minute, iso
from scheduler.domain.orders import Order
from scheduler.domain.pins import Pin
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent

BACK = "taken back"
"""The reason that an inverse gives where its type has one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An event, the plant right before and right after it, and the plant now."""

    event: Event
    before: PlantState
    after: PlantState
    now: PlantState

    @property
    def data(self) -> Mapping[str, Any]:
        return self.event.data


@dataclass(frozen=True, slots=True)
class Inverse:
    """events : (type, data) of each that takes it back.   left : what can no longer be, in words; both may be empty."""

    events: tuple[tuple[str, dict[str, Any]], ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakingBack:
    """events : to be posted, in order.   left : what can no longer be taken back, in words.   state : after them."""

    events: tuple[Event, ...]
    left: tuple[str, ...]
    state: PlantState = field(repr=False)


def take_back(before: PlantState, events: Sequence[Event], now: PlantState, source: str) -> TakingBack:
    """What takes `events` back, the last one first.

    before : the plant without them.   now : with them, and with all that has happened since.
    source : of the inverses.
    """
    seen: list[tuple[Event, PlantState, PlantState]] = []
    for event in events:
        after = fold_event(before, event)
        seen.append((event, before, after))
        before = after
    made: list[Event] = []
    left: list[str] = []
    for event, was, after in reversed(seen):
        inverse = INVERSES.get(event.type, _a_fact)(Seen(event, was, after, now))
        left += inverse.left
        for type_, data in inverse.events:
            raw = {
                "specversion": "1.0",
                "id": str(len(made) + 1),
                "source": source,
                "type": type_,
                "time": iso(now.now, now.zone),
                "data": data,
            }
            try:
                undo = parse_event(raw, now.zone, now.now)
                now = fold_event(now, undo)
            except InvalidEvent as refused:
                left.append(str(refused))
            else:
                made.append(undo)
    return TakingBack(tuple(made), tuple(left), now)


def _one(type_: str, **data: Any) -> Inverse:
    return Inverse(((type_, data),))


def _left(words: str) -> Inverse:
    return Inverse(left=(words,))


def _nothing(_: Seen) -> Inverse:
    return Inverse()


def _a_fact(seen: Seen) -> Inverse:
    about = seen.data.get("order") or seen.data.get("material") or seen.data.get("receipt") or seen.data.get("routing")
    return _left(f"{seen.event.type} {about or ''}".strip() + " is a fact of the log; post what is right instead")


def _machine_down(seen: Seen) -> Inverse:
    name = seen.data["machine"]
    opened = [d for d in seen.after.downtimes if d.machine == name and d not in seen.before.downtimes]
    lasts = [d for d in seen.now.downtimes if d.machine == name and _lasts(d.start, d.end, seen.now.now)]
    if not opened or not any(d.start == o.start for d in lasts for o in opened):
        return _left(f"'{name}' is up again already")
    was = next((d for d in seen.before.downtimes if d.machine == name and d.start == opened[0].start), None)
    if was is not None:
        return _one("machine.down", machine=name, expected_up=_said(was.end, seen.now), reason=was.reason or BACK)
    if len(lasts) > 1:
        return _left(f"another outage of '{name}' lasts, and machine.up would end both")
    return _one("machine.up", machine=name)


def _machine_up(seen: Seen) -> Inverse:
    name = seen.data["machine"]
    ended = [d for d in seen.before.downtimes if d.machine == name and d not in seen.after.downtimes]
    until = [d.end for d in ended if d.end is None or d.end > seen.now.now]
    if not until:
        return Inverse()
    if any(d.machine == name and _lasts(d.start, d.end, seen.now.now) for d in seen.now.downtimes):
        return _left(f"'{name}' has gone down anew since")
    end = None if None in until else max(end for end in until if end is not None)
    return _one("machine.down", machine=name, expected_up=_said(end, seen.now), reason=BACK)


def _machine_speed(seen: Seen) -> Inverse:
    name = seen.data["machine"]
    if seen.now.machines[name].efficiency != seen.after.machines[name].efficiency:
        return _left(f"'{name}' has been given another speed since")
    return _one("machine.speed", machine=name, efficiency=seen.before.machines[name].efficiency)


def _machine_added(seen: Seen) -> Inverse:
    return _left(f"machine '{seen.data['machine']}' stands in the plant; close its hours, or load the plant without it")


def _calendar(seen: Seen) -> Inverse:
    """Only the stretches to come that it has opened or closed, and that are still so."""
    whose = {key: seen.data[key] for key in ("machine", "calendar") if seen.data.get(key)}
    end = max((x.end for x in _changes(seen.after, whose)), default=seen.now.now)
    times = [_open(_calendar_of(state, whose), seen.now, end) for state in (seen.before, seen.after, seen.now)]
    before, after, now = times
    opened, closed = after.minus(before.stretches), before.minus(after.stretches)
    if not opened.stretches and not closed.stretches:
        return _left(f"the hours of '{next(iter(whose.values()))}' that it changed are past, or were so anyhow")
    events: list[tuple[str, dict[str, Any]]] = []
    for kind, stretches, still in (
        ("closed", opened.stretches, all(now.between(a, b) == b - a for a, b in opened.stretches)),
        ("open", closed.stretches, all(now.between(a, b) == 0 for a, b in closed.stretches)),
    ):
        if not still:
            return _left(f"the hours of '{next(iter(whose.values()))}' have been changed since")
        for a, b in stretches:
            data = {**whose, "start": _said(a, seen.now), "end": _said(b, seen.now), "kind": kind, "reason": BACK}
            events.append(("calendar.changed", data))
    return Inverse(tuple(events))


def _pool(seen: Seen) -> Inverse:
    name = seen.data["pool"]
    before, after, now = (state.pools[name] for state in (seen.before, seen.after, seen.now))
    new = [s for s in after.stretches if s not in before.stretches]
    if not new:
        if now.capacity != after.capacity:
            return _left(f"pool '{name}' has been given another capacity since")
        return _one("pool.changed", pool=name, capacity=before.capacity, reason=BACK)
    stretch = new[0]
    if stretch.end <= seen.now.now:
        return _left(f"the stretch of pool '{name}' is past")
    if stretch not in now.stretches:
        return _left(f"pool '{name}' has been given another capacity in that stretch since")
    was = next((s for s in before.stretches if (s.start, s.end) == (stretch.start, stretch.end)), None)
    beside = [s for s in before.stretches if s.start < stretch.end and stretch.start < s.end]
    if was is None and any(s.capacity > before.capacity for s in beside):
        return _left(f"the stretch of pool '{name}' lies over another one with more capacity")
    return _one(
        "pool.changed",
        pool=name,
        capacity=before.capacity if was is None else was.capacity,
        start=_said(stretch.start, seen.now),
        end=_said(stretch.end, seen.now),
        reason=BACK,
    )


def _order_created(seen: Seen) -> Inverse:
    name = seen.data["order"]
    if name not in seen.now.orders or seen.now.orders[name].cancelled:
        return _left(f"order '{name}' is finished or cancelled already")
    if any(order == name for order, _ in seen.now.progress):
        return _left(f"work on order '{name}' has begun")
    return _one("order.cancelled", order=name)


def _order_changed(seen: Seen) -> Inverse:
    name = seen.data["order"]
    was, became, is_ = (state.orders.get(name) for state in (seen.before, seen.after, seen.now))
    if is_ is None or is_.cancelled or was is None or became is None:
        return _left(f"order '{name}' is finished or cancelled already")
    data: dict[str, Any] = {}
    left = []
    for key in ("quantity", "due", "priority", "status", "release", "customer"):
        old = getattr(was, key)
        if old == getattr(became, key):
            continue
        if getattr(is_, key) != getattr(became, key):
            left.append(f"the {key} of order '{name}' has been changed since")
        elif key == "customer" and not old:
            left.append(f"order '{name}' had no customer, which no event says")
        else:
            data[key] = _said(old, seen.now) if key in ("due", "release") else old
    return Inverse((("order.changed", {"order": name, **data}),) if data else (), tuple(left))


def _order_cancelled(seen: Seen) -> Inverse:
    name = seen.data["order"]
    was = seen.before.orders[name]
    if any(order == name for order, _ in seen.before.progress):
        return _left(f"what was reported of order '{name}' went with it; create a new order for the rest")
    if name in seen.now.orders:
        return _left(f"there is an order '{name}' again already")
    pins = tuple(("operation.pinned", _pin(pin, seen.now)) for key, pin in seen.before.pins.items() if key[0] == name)
    return Inverse((("order.created", _row(was, seen.now)), *pins))


def _receipt_changed(seen: Seen) -> Inverse:
    name = seen.data["receipt"]
    was, became, is_ = (state.receipts.get(name) for state in (seen.before, seen.after, seen.now))
    if is_ is None or became is None:
        return _left(f"delivery '{name}' has arrived already")
    if was is None:
        return _one("receipt.changed", receipt=name, quantity=0)
    if (is_.expected, is_.quantity) != (became.expected, became.quantity):
        return _left(f"delivery '{name}' has been changed since")
    return _one("receipt.changed", receipt=name, expected=_said(was.expected, seen.now), quantity=was.quantity)


def _issued(seen: Seen) -> Inverse:
    kept = {key: seen.data[key] for key in ("material", "order", "operation") if seen.data.get(key) is not None}
    return _one("material.issued", **kept, quantity=-float(seen.data["quantity"]), reason=BACK)


def _pinned(seen: Seen) -> Inverse:
    key = (seen.data["order"], int(seen.data["operation"]))
    told = f"{key[0]}/{key[1]}"
    if not seen.now.waits(*key):
        return _left(f"{told} has begun already")
    if seen.now.pins.get(key) != seen.after.pins.get(key):
        return _left(f"the pin of {told} has been changed since")
    was = seen.before.pins.get(key)
    if was is not None:
        return _one("operation.pinned", **_pin(was, seen.now))
    if key not in seen.now.pins:
        return Inverse()
    return _one("operation.unpinned", order=key[0], operation=key[1])


def _paused(seen: Seen) -> Inverse:
    return _work_goes(seen, "running", "paused", "operation.resumed")


def _resumed(seen: Seen) -> Inverse:
    return _work_goes(seen, "paused", "running", "operation.paused")


def _work_goes(seen: Seen, was: str, is_: str, undo: str) -> Inverse:
    key = (seen.data["order"], int(seen.data["operation"]))
    before, now = seen.before.progress.get(key), seen.now.progress.get(key)
    if before is None or before.status != was:
        return _a_fact(seen)  # the state has followed the report further than an inverse leads back
    if now is None or now.status != is_:
        return _left(f"{key[0]}/{key[1]} is {is_} no longer")
    return _one(undo, order=key[0], operation=key[1], reason=BACK)


INVERSES: Mapping[str, Callable[[Seen], Inverse]] = {
    "clock.ticked": _nothing,
    "machine.down": _machine_down,
    "machine.up": _machine_up,
    "machine.speed": _machine_speed,
    "machine.added": _machine_added,
    "calendar.changed": _calendar,
    "pool.changed": _pool,
    "order.created": _order_created,
    "order.changed": _order_changed,
    "order.cancelled": _order_cancelled,
    "quality.held": _order_changed,
    "quality.released": _order_changed,
    "receipt.changed": _receipt_changed,
    "material.issued": _issued,
    "operation.pinned": _pinned,
    "operation.unpinned": _pinned,
    "operation.paused": _paused,
    "operation.resumed": _resumed,
}
"""By type of event; any other is a fact that nothing takes back."""


def _lasts(start: Minute, end: Minute | None, now: Minute) -> bool:
    return start <= now and (end is None or end > now)


def _said(moment: Minute | None, state: PlantState) -> str | None:
    return None if moment is None else iso(moment, state.zone)


def _changes(state: PlantState, whose: Mapping[str, str]) -> Sequence[Any]:
    if "machine" in whose:
        return state.machines[whose["machine"]].exceptions
    return state.calendars[whose["calendar"]].exceptions


def _calendar_of(state: PlantState, whose: Mapping[str, str]) -> Calendar:
    if "machine" in whose:
        return state.calendar_of(whose["machine"])
    return state.calendars[whose["calendar"]]


def _open(calendar: Calendar, now: PlantState, end: Minute) -> WorkingTime:
    """What is open from now to `end`."""
    first, last = now.now, max(end, now.now + 1)
    time = working_time(calendar, now.zone, first, last)
    return WorkingTime((max(a, first), min(b, last)) for a, b in time.stretches if a < last and b > first)


def _row(order: Order, now: PlantState) -> dict[str, Any]:
    return {
        "order": order.name,
        "material": order.material,
        "quantity": order.quantity,
        "due": _said(order.due, now),
        "routing": order.routing,
        "release": _said(order.release, now),
        "priority": order.priority,
        "status": order.status,
        "customer": order.customer,
    }


def _pin(pin: Pin, now: PlantState) -> dict[str, Any]:
    return {
        "order": pin.order,
        "operation": pin.operation,
        "machine": pin.machine,
        "start": _said(pin.start, now),
        "not_before": _said(pin.not_before, now),
        "not_after": _said(pin.not_after, now),
        "by": pin.by,
        "reason": pin.reason,
    }
