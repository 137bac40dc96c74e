"""operation.started, operation.progressed, operation.finished: what the floor says of work."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import find_machine, find_operation, find_row, refuse
from scheduler.domain.folding.orders import without_finished_cancelled
from scheduler.domain.folding.running import (
    full_minutes,
    remaining_minutes,
    running_on,
    scaled,
    standing_in,
    with_progress,
    worked_minutes,
)
from scheduler.domain.folding.stock import put_in_stock, take_components
from scheduler.domain.material_flow import good_pieces, scrapped_pieces
from scheduler.domain.orders import Order, Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation


def operation_started(state: PlantState, event: Event) -> PlantState:
    """Work begins and takes its components; on another machine than before it has moved and takes none.

    Moved work keeps the share that is left, or starts again where it cannot pause. `remaining_minutes` says what is
    left where it is not that: more, where the changeover has only begun. A late message counts what the machine has
    worked since.
    """
    order, operation = find_operation(state, event)
    machine = find_machine(state, event)
    row = find_row(event, order, operation, machine)
    before = state.progress.get((order.name, operation.number))
    if before is not None and before.status == "done":
        raise refuse(
            event, f"operation {operation.number} of order '{order.name}' is done; it cannot start again", "operation"
        )
    if before is not None and before.machine == machine.name:
        return state
    if order.cancelled and before is None:
        raise refuse(event, f"order '{order.name}' is cancelled and starts no more work", "order")
    other = next(running_on(state, machine.name), None)
    if other is not None:
        raise refuse(
            event,
            f"machine '{machine.name}' still runs operation {other.operation} of order '{other.order}'; "
            "report that one finished first",
            "machine",
        )
    full = row.run_minutes(order.quantity, machine.efficiency)
    left, reported = full, event.data.get("remaining_minutes")
    if reported is not None:
        left = max(1, math.ceil(reported))
    elif before is not None and operation.pausable:
        left = scaled(remaining_minutes(state, before), full / full_minutes(state, before))
    running = replace(
        before or Progress(order.name, operation.number, "running"),
        machine=machine.name,
        started=event.time,
        remaining_minutes=max(1, left - worked_minutes(state, machine.name, event.time, state.now)),
        drifting_since=None,
    )
    after = with_progress(state, running)
    if before is None:
        after = take_components(after, order, operation)
    return standing_in(after, machine.name, operation.setup_family)


def operation_progressed(state: PlantState, event: Event) -> PlantState:
    """Pieces made so far (totals, not increments) and what is left, for work that runs; finished work is corrected."""
    order, operation = find_operation(state, event)
    before = state.progress.get((order.name, operation.number))
    if before is None:
        raise refuse(
            event,
            f"operation {operation.number} of order '{order.name}' has not started; send operation.started first",
            "operation",
        )
    left = event.data.get("remaining_minutes")
    after = _with_totals(before, event.data)
    if left is not None and before.status == "done" and left > 0:
        raise refuse(
            event, f"operation {operation.number} of order '{order.name}' is done, nothing remains", "remaining_minutes"
        )
    if left is not None and before.status == "running":
        since = worked_minutes(state, before.machine, event.time, state.now) if before.machine else 0
        after = replace(after, remaining_minutes=max(1, math.ceil(left) - since), drifting_since=None)
    return _with_output(state, with_progress(state, after), order, operation)


def operation_finished(state: PlantState, event: Event) -> PlantState:
    """Work is done; what it made is in stock. Work that nobody reported started takes its components now.

    Without `quantity_good`, everything that was not scrapped is good. Finished work is only corrected in its totals.
    """
    order, operation = find_operation(state, event)
    before = state.progress.get((order.name, operation.number))
    machine = before.machine if before else None
    if event.data.get("machine"):
        named = find_machine(state, event)
        find_row(event, order, operation, named)
        machine = named.name
    if before is not None and before.status == "done":
        return _with_output(state, with_progress(state, _with_totals(before, event.data)), order, operation)
    if before is None and order.cancelled:
        raise refuse(event, f"order '{order.name}' is cancelled and starts no more work", "order")
    done = _with_totals(before or Progress(order.name, operation.number, "done"), event.data)
    done = replace(
        done, status="done", machine=machine, finished=event.time, remaining_minutes=None, drifting_since=None
    )
    after = with_progress(state, done)
    if event.data.get("quantity_good") is None:
        made = max(done.quantity_good, order.quantity - scrapped_pieces(after, order))
        after = with_progress(after, replace(done, quantity_good=made))
    if before is None:
        after = take_components(after, order, operation)
    after = _with_output(state, after, order, operation)
    after = standing_in(after, machine, operation.setup_family)
    return without_finished_cancelled(after, order.name)


def _with_totals(progress: Progress, data: Mapping[str, Any]) -> Progress:
    good, scrap = data.get("quantity_good"), data.get("quantity_scrap")
    return replace(
        progress,
        quantity_good=progress.quantity_good if good is None else float(good),
        quantity_scrap=progress.quantity_scrap if scrap is None else float(scrap),
    )


def _with_output(before: PlantState, after: PlantState, order: Order, operation: Operation) -> PlantState:
    """Puts the finished pieces that the report adds in stock."""
    if operation.number not in before.routings[order.routing].last_operations():
        return after
    return put_in_stock(after, order.material, good_pieces(after, order) - good_pieces(before, order))
