"""Ten things that happen to a plant in the middle of its work, one after the other, drawn from a seed.

Between them the floor works as planned: what begins or ends by the plan in force is reported as it happens.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from scheduler.commands.replay_loop import reports
from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY, Minute, iso
from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState
from scheduler.simulation.future import brought_along

KINDS = (
    "breakdown", "return", "rush order", "late receipt", "short receipt",
    "hold", "speed", "cancel", "due date", "count",
)  # fmt: skip
APART = 20
"""Minutes of the plant from one event to the next."""
SOURCE = "/bench"


def happening(state: PlantState, kind: str, seed: int, at: Minute) -> list[Event]:
    """What is posted when something of `kind` happens at a minute; none where it cannot happen to this plant."""
    rng = random.Random(f"{seed}|{kind}")
    return [
        Event(f"{kind}-{seed}-{number}", SOURCE, type_, at, data)
        for number, (type_, data) in enumerate(_said(state, kind, rng, at, seed))
    ]


def work_until(state: PlantState, at: Minute) -> list[Event]:
    """Reports of the work that begins and ends before a minute, where the plan in force goes as planned."""
    said = []
    for event in reports(state.plan, at):
        status = state.status_of(event.data["order"], event.data["operation"])
        if status == "done" or (status == "running" and event.type == "operation.started"):
            continue
        said.append(replace(event, source=SOURCE, time=max(event.time, state.now)))
    return said


def _said(
    state: PlantState, kind: str, rng: random.Random, at: Minute, seed: int
) -> Sequence[tuple[str, dict[str, object]]]:
    if kind == "breakdown":
        soon = [o for o in state.plan if at <= o.start < at + DAY // 2] or list(state.plan)
        up = iso(at + 480, state.zone)
        return [("machine.down", {"machine": rng.choice(soon).machine, "expected_up": up, "reason": "spindle"})]
    if kind == "return":
        down = [d.machine for d in state.downtimes if d.kind == "breakdown" and d.start <= at]
        return [("machine.up", {"machine": down[-1]})] if down else []
    if kind == "rush order":
        return _rush(state, rng, at, f"RUSH-{seed}")
    if kind == "speed":
        machine = rng.choice(sorted({o.machine for o in state.plan}))
        return [("machine.speed", {"machine": machine, "efficiency": 0.8 * state.machines[machine].efficiency})]
    if kind in ("late receipt", "short receipt"):
        coming = [r for r in state.receipts.values() if r.quantity > 0 and at < r.expected]
        if not coming:
            return []
        due = rng.choice(sorted(coming, key=lambda r: (r.expected, r.name))[:8])
        change = (
            {"expected": iso(due.expected + 2 * DAY, state.zone)}
            if kind == "late receipt"
            else {"quantity": 0.8 * due.quantity}
        )
        return [("receipt.changed", {"receipt": due.name, **change})]
    if kind == "count":
        there = sorted(m.name for m in state.materials.values() if m.on_hand > 0)
        if not there:
            return []
        name = rng.choice(there)
        return [("material.counted", {"material": name, "on_hand": 0.9 * state.materials[name].on_hand})]
    order = rng.choice(_untouched(state))
    if kind == "hold":
        return [("quality.held", {"order": order.name, "reason": "a crack"})]
    if kind == "cancel":
        return [("order.cancelled", {"order": order.name})]
    sooner = max(at + DAY // 2, order.due - DAY)
    return [("order.changed", {"order": order.name, "due": iso(sooner, state.zone)})]


def _untouched(state: PlantState) -> list[Order]:
    """Planned orders that no work has been done on; the soonest due half of them."""
    begun = {name for name, _ in state.progress}
    planned = {o.order for o in state.plan} - begun
    found = sorted((o for o in state.orders.values() if o.name in planned), key=lambda o: (o.due, o.name))
    return found[: max(1, len(found) // 2)] or list(state.orders.values())


def _rush(state: PlantState, rng: random.Random, at: Minute, name: str) -> list[tuple[str, dict[str, object]]]:
    """Half of a known order again, due in a day, dear; with the parts that it takes."""
    like = rng.choice(sorted((o for o in state.orders.values() if o.status != "hold"), key=lambda o: o.name))
    rush = replace(like, name=name, quantity=float(max(1, round(like.quantity / 2))))
    said: list[tuple[str, dict[str, object]]] = [
        ("material.counted", {"material": p.material, "on_hand": state.materials[p.material].on_hand + p.quantity})
        for p in brought_along(state, rush, at)
    ]
    data = {
        "order": rush.name, "material": rush.material, "quantity": rush.quantity, "routing": rush.routing,
        "due": iso(at + DAY, state.zone), "priority": 10.0,
    }  # fmt: skip
    return [*said, ("order.created", data)]
