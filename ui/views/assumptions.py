"""The changes of a what-if: each an event of the contract with its words, made by a form or taken from the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ui import format as say
from ui.answers import Event, MachineTimes, Order, Outage, Stretch

Kind = Literal[
    "breakdown", "rush order", "late material", "other hours", "changed order", "crew", "new machine", "rules"
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Assumption:
    """One line of a what-if: words for the planner, the event for the API."""

    words: str
    type: str
    data: Mapping[str, Any]

    def event(self) -> dict[str, Any]:
        return {"type": self.type, "data": dict(self.data)}


@dataclass(frozen=True, slots=True)
class Prefill:
    """How a form opens: the kind of change and the values it starts with."""

    kind: Kind
    values: Mapping[str, Any] = field(default_factory=dict)


def breakdown(machine: str, up_at: dt.datetime, reason: str = "") -> Assumption:
    data = {"machine": machine, "expected_up": up_at.isoformat(timespec="minutes"), "reason": reason or "what-if"}
    said = f" ({reason})" if reason else ""
    return Assumption(f"{machine} is down until {say.moment(up_at)}{said}", "machine.down", data)


def rush_order(order: str, material: str, quantity: float, due: dt.datetime, priority: float) -> Assumption:
    """A new order of a product whose routing is known."""
    data = {
        "order": order,
        "material": material,
        "quantity": quantity,
        "due": due.isoformat(timespec="minutes"),
        "priority": priority,
    }
    words = f"Rush order {order}: {say.quantity(quantity)} x {material} by {say.moment(due)}, priority {priority:g}"
    return Assumption(words, "order.created", data)


def late_material(receipt: str, material: str, expected: dt.datetime) -> Assumption:
    data = {"receipt": receipt, "expected": expected.isoformat(timespec="minutes")}
    return Assumption(f"{receipt} ({material}) comes {say.moment(expected)}", "receipt.changed", data)


def changed_order(
    order: str, due: dt.datetime | None, priority: float | None, quantity: float | None = None
) -> Assumption:
    """Another due date, priority or quantity; None: as it is."""
    data: dict[str, Any] = {"order": order}
    words = []
    if due is not None:
        data["due"] = due.isoformat(timespec="minutes")
        words.append(f"due {say.moment(due)}")
    if priority is not None:
        data["priority"] = priority
        words.append(f"priority {priority:g}")
    if quantity is not None:
        data["quantity"] = quantity
        words.append(f"{say.quantity(quantity)} pieces")
    return Assumption(f"{order}: {', '.join(words)}", "order.changed", data)


def other_hours(machine: str, start: dt.datetime, end: dt.datetime, *, opened: bool = True) -> Assumption:
    """The machine works in a stretch in which it is closed otherwise (overtime), or is closed in one."""
    data = {
        "machine": machine,
        "start": start.isoformat(timespec="minutes"),
        "end": end.isoformat(timespec="minutes"),
        "kind": "open" if opened else "closed",
        "reason": "overtime" if opened else "what-if",
    }
    does = "works" if opened else "is closed"
    return Assumption(f"{machine} {does} from {say.moment(start)} to {say.moment(end)}", "calendar.changed", data)


def crew_changed(pool: str, capacity: float, start: dt.datetime, end: dt.datetime) -> Assumption:
    """More or fewer of a crew, or of tools, for a while."""
    data = {
        "pool": pool,
        "capacity": capacity,
        "start": start.isoformat(timespec="minutes"),
        "end": end.isoformat(timespec="minutes"),
        "reason": "what-if",
    }
    words = f"{pool}: {say.quantity(capacity)} from {say.moment(start)} to {say.moment(end)}"
    return Assumption(words, "pool.changed", data)


def new_machine(machine: str, like: str) -> Assumption:
    """One more, that can do what another one can."""
    return Assumption(
        f"{machine} is new, and does what {like} does", "machine.added", {"machine": machine, "like": like}
    )


def prefill(event: Event) -> Prefill | None:
    """The form that an event of the log opens; None where no form fits it."""
    data = event["data"]
    match event["type"]:
        case "machine.down" | "machine.up" | "machine.speed":
            return Prefill("breakdown", {"machine": data.get("machine"), "until": data.get("expected_up")})
        case "order.created" | "order.changed":
            return Prefill("rush order", {k: data[k] for k in ("material", "quantity", "due", "priority") if k in data})
        case "receipt.changed":
            return Prefill("late material", {"receipt": data.get("receipt"), "expected": data.get("expected")})
    return None


def with_assumed(times: Sequence[MachineTimes], events: Sequence[Event], now: str) -> list[MachineTimes]:
    """The machines' times with the breakdowns and the longer hours of single machines that a what-if assumes; `now` is
    the plant's, and its offset is used."""
    zone = say.parse(now).tzinfo

    def moment(text: Any) -> dt.datetime:
        at = say.parse(str(text))
        return at if at.tzinfo else at.replace(tzinfo=zone)

    assumed: dict[str, list[Outage]] = {}
    opened: dict[str, list[tuple[dt.datetime, dt.datetime]]] = {}
    for event in events:
        data, machine = event["data"], str(event["data"].get("machine") or "")
        if event["type"] == "machine.down" and machine and data.get("expected_up"):
            end = moment(data["expected_up"])
            outage = Outage(start=now, end=end.isoformat(), end_assumed=False, kind="breakdown", reason="what-if")
            assumed.setdefault(machine, []).append(outage)
        if event["type"] == "calendar.changed" and machine and data.get("kind") == "open":
            opened.setdefault(machine, []).append((moment(data.get("start") or now), moment(data["end"])))
    found = []
    for own in times:
        outages = own["outages"] + assumed.get(own["machine"], [])
        closed = _without(own["closed"], opened.get(own["machine"], []))
        found.append(MachineTimes(**(own | {"outages": outages, "closed": closed})))
    return found


def _without(closed: list[Stretch], opened: Sequence[tuple[dt.datetime, dt.datetime]]) -> list[Stretch]:
    """What stays closed."""
    for start, end in opened:
        left: list[Stretch] = []
        for shut in closed:
            a, b = say.parse(shut["start"]), say.parse(shut["end"])
            if end <= a or b <= start:
                left.append(shut)
                continue
            if a < start:
                left.append(Stretch(start=shut["start"], end=start.isoformat()))
            if end < b:
                left.append(Stretch(start=end.isoformat(), end=shut["end"]))
        closed = left
    return closed


def name_of(assumptions: list[Assumption]) -> str:
    """A name for the what-if: its first change, and how many more."""
    if not assumptions:
        return "No change"
    more = len(assumptions) - 1
    return assumptions[0].words + (f" and {say.count(more, 'more change')}" if more else "")


def fresh_order_name(taken: set[str], stem: str = "RUSH") -> str:
    """RUSH-1, or the first number that no order has."""
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def usual_quantity(orders: Sequence[Order], product: str) -> float:
    """How many of a product are ordered at a time: the median; 1 where nobody has ordered it."""
    known = sorted(o["quantity"] for o in orders if o["material"] == product) or [1.0]
    return float(known[len(known) // 2])


def later_words(planned: dt.datetime, expected: dt.datetime | None) -> str:
    """2 d later than expected now (Tue 3 Mar 10:00)."""
    if expected is None:
        return f"Expected now: {say.moment(planned)}."
    minutes = (expected - planned).total_seconds() / 60
    if not minutes:
        return f"It is expected then already ({say.moment(planned)}): choose another time."
    side = "later" if minutes > 0 else "earlier"
    return f"{say.duration(abs(minutes))} {side} than expected now ({say.moment(planned)})."
