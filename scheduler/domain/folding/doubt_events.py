"""doubt.confirmed and doubt.corrected: a named person answers doubts, one or many."""

from __future__ import annotations

from scheduler.domain.doubts import Doubt
from scheduler.domain.events import Event
from scheduler.domain.folding.doubting import ENDS, closed, open_doubts
from scheduler.domain.folding.leaps import LEAP, Fold, take_in
from scheduler.domain.folding.lookup import refuse, refuse_value
from scheduler.domain.folding.quantity import opened_again
from scheduler.domain.plant import PlantState


def doubt_confirmed(state: PlantState, event: Event, fold: Fold) -> PlantState:
    """What was inferred is so. A report held for its time is taken in with it."""
    meant, by, reason = _meant(state, event), _line(event, "by"), _line(event, "reason")
    held = [doubt for doubt in meant if doubt.rule == LEAP]
    state = closed(state, [d for d in meant if d.rule != LEAP], "confirmed", event.time, by, reason)
    return take_in(state, held, "confirmed", event, by, reason, fold)


def doubt_corrected(state: PlantState, event: Event, _fold: Fold) -> PlantState:
    """What was inferred is not so: work taken to be over is open again, with the rest of its pieces; a report held for
    its time is dropped. What is so instead, a report says."""
    meant = _meant(state, event)
    for doubt in meant:
        state = _open_again(state, doubt) if doubt.rule in ENDS else state
    return closed(state, meant, "corrected", event.time, _line(event, "by"), _line(event, "reason"))


def _open_again(state: PlantState, doubt: Doubt) -> PlantState:
    work = state.progress.get((doubt.order, doubt.operation or 0))
    return state if work is None or work.status != "done" else opened_again(state, work)


def _line(event: Event, name: str) -> str:
    """A text of the event on one line."""
    return " ".join(str(event.data.get(name) or "").split())


def _meant(state: PlantState, event: Event) -> list[Doubt]:
    """The open doubts that the event names: by id, or all of an order, a machine, a rule (each that is given)."""
    data = event.data
    ids = [str(id) for id in data.get("doubts") or ()]
    unknown = [id for id in ids if id not in state.doubts]
    if unknown:
        message = f"no doubt '{unknown[0]}' in the plant; ask for GET …/doubts"
        raise refuse(event, message, "doubts", f"'{unknown[0]}'", "a doubt of the plant")
    if not ids and not any(data.get(name) for name in ("order", "machine", "rule")):
        raise refuse_value(event, "none of doubts, order, machine, rule", "at least one", "doubts")
    wanted = set(ids)
    return [
        doubt
        for doubt in open_doubts(state)
        if (not ids or doubt.id in wanted)
        and all(getattr(doubt, name) == data[name] for name in ("order", "machine", "rule") if data.get(name))
    ]
