"""What the floor's reports say to another system: what is new in a state beside the one before it.

Quantities are increments, so that what was told adds up to what was reported, a correction included: it is negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from scheduler.domain.events import Event
from scheduler.domain.minutes import iso
from scheduler.domain.orders import Progress
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState

OutKind: TypeAlias = Literal["confirmations", "stock", "plan"]
CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Told:
    """One message to another system. subject : the order or material; those of one subject go out in order."""

    kind: OutKind
    subject: str
    body: dict[str, Any] = field(default_factory=dict)


def reported(before: PlantState, after: PlantState, event: Event) -> list[Told]:
    """What one event has made true of work and stock; an answer to a doubt names no order, so all work is looked at."""
    order = event.data.get("order")
    keys: list[OperationKey] = []
    if after.progress is not before.progress:
        both = {**before.progress, **after.progress}
        keys = [key for key in both if key[0] == order] if isinstance(order, str) else list(both)
        keys = [key for key in keys if before.progress.get(key) != after.progress.get(key)]
    only = {key[0] for key in keys}
    order = order if isinstance(order, str) else only.pop() if len(only) == 1 else ""
    return [*confirmations(before, after, keys, event), *movements(before, after, event, order)]


def confirmations(before: PlantState, after: PlantState, keys: Iterable[OperationKey], event: Event) -> Iterator[Told]:
    for key in keys:
        was, now = before.progress.get(key), after.progress.get(key)
        good = (now.quantity_good if now else 0.0) - (was.quantity_good if was else 0.0)
        scrap = (now.quantity_scrap if now else 0.0) - (was.quantity_scrap if was else 0.0)
        what = _what(was, now, good, scrap)
        if not what:
            continue
        last = now or was
        state = after if key[0] in after.orders else before
        assert last is not None
        yield Told(
            "confirmations",
            key[0],
            {
                "order": key[0],
                "operation": key[1],
                "material": state.orders[key[0]].material if key[0] in state.orders else "",
                "machine": last.machine or "",
                "what": what,
                "at": iso(event.time, after.zone),
                "quantity_good": _rounded(good),
                "quantity_scrap": _rounded(scrap),
                "total_good": last.quantity_good if now else 0.0,
                "total_scrap": last.quantity_scrap if now else 0.0,
            },
        )


def movements(before: PlantState, after: PlantState, event: Event, order: str) -> Iterator[Told]:
    """How stock has moved. order : by whose work, "" where it is not known."""
    if after.materials is before.materials:
        return
    for name, material in after.materials.items():
        old = before.materials.get(name)
        if old is material:
            continue
        moved = material.on_hand - (old.on_hand if old else 0.0)
        if abs(moved) > CLOSE:
            yield Told(
                "stock",
                name,
                {
                    "material": name,
                    "quantity": _rounded(moved),
                    "on_hand": _rounded(material.on_hand),
                    "unit": material.unit,
                    "order": order,
                    "at": iso(event.time, after.zone),
                    "cause": event.type,
                },
            )


def _what(was: Progress | None, now: Progress | None, good: float, scrap: float) -> str:
    """The most that has happened, in one word; "" where there is nothing to tell."""
    if now is not None and now.status == "done" and (was is None or was.status != "done"):
        return "finished"
    if now is None or good < -CLOSE or scrap < -CLOSE or (was and was.status == "done" and now.status != "done"):
        return "corrected" if was is not None and (now is None or abs(good) + abs(scrap) > CLOSE) else "reopened"
    if now.status == "done":
        return "counted" if good or scrap else ""
    if was is None:
        return "started"
    return "progressed" if good > CLOSE or scrap > CLOSE else ""


def _rounded(quantity: float) -> float:
    """Without the dust of subtraction."""
    return round(quantity, 9) + 0.0
