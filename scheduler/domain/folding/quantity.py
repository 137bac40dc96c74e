"""What begun work of an order does when the order's quantity changes."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.doubts import Doubt
from scheduler.domain.folding.doubting import ALL_MADE, with_doubt
from scheduler.domain.folding.remaining import all_made, pieces_left, resized, told_minutes
from scheduler.domain.folding.report import with_work
from scheduler.domain.folding.stock import asked_by, take_components
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState

SLACK = 1e-6


def with_new_quantity(before: PlantState, after: PlantState, order: str, at: Minute) -> PlantState:
    """`after` with the order's work as its new quantity asks.

    Running work gets longer or shorter by the minutes of the pieces, takes the components of those that are more, and
    is over where none is left. Finished work opens again for the rest of a raised quantity.
    """
    for work in [p for p in before.progress.values() if p.order == order]:
        if work.pieces_taken is None:
            taken = replace(work, pieces_taken=before.quantity_of(order, work.operation))
            after = with_work(after, taken) if asked_by(before, order, work.operation) else after
    routing = before.routings[before.orders[order].routing]
    for number in routing.in_sequence():
        known = after.progress.get((order, number))
        if known is None:
            continue
        more = after.quantity_of(order, number) - before.quantity_of(order, number)
        if known.status != "done":
            after = with_work(after, resized(before, after, known))
            after = _over_where_all_is_made(after, order, number, at)
        elif more > SLACK and pieces_left(after, known) > SLACK:
            after = opened_again(after, known)
        after = take_components(after, order, number)
    return after


def opened_again(state: PlantState, work: Progress) -> PlantState:
    """Finished work is open for the rest of its pieces: put aside on the machine it was on."""
    operation = state.operation(work.order, work.operation)
    machine = work.machine or (operation.machines[0].machine if operation and operation.machines else None)
    if machine is None:
        return state
    work = replace(work, status="aside", machine=machine, finished=None, passed_on=None, told_minutes=None)
    state = with_work(state, work)
    return with_work(state, replace(work, remaining_minutes=told_minutes(state, work)))


def over(state: PlantState, work: Progress, finished: Minute, passed_on: float) -> PlantState:
    """Work is done, and began no later than it ended."""
    began = work.started if work.started is None else min(work.started, finished)
    done = replace(work, status="done", started=began, finished=finished, passed_on=passed_on)
    return with_work(state, replace(done, remaining_minutes=None, told_minutes=None, drifting_since=None))


def _over_where_all_is_made(state: PlantState, order: str, operation: int, at: Minute) -> PlantState:
    work = state.progress[order, operation]
    if not all_made(state, work):
        return state
    words = f"all pieces of the lower quantity were made ({work.quantity_good:g} good), so it is over"
    state = over(state, work, at, work.quantity_good)
    return with_doubt(state, Doubt("", ALL_MADE, words, at, order, operation, work.machine or ""))
