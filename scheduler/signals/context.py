"""What is known of a stop besides the machine: its reason and who owns it, the work it interrupts, its end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from scheduler.domain.calendars import working_time
from scheduler.domain.minutes import DAY, Minute, iso
from scheduler.domain.plant import PlantState
from scheduler.signals.reasons import ReasonTree, expected_stop
from scheduler.signals.signal import Change
from scheduler.signals.told import AtWork, marked


def stop_context(
    state: PlantState, tree: ReasonTree, change: Change, work: AtWork | None, start: Minute, now: Minute
) -> dict[str, Any]:
    """Fields of the data of `machine.down`; what is not known is left out. start, now : by the plant's clock.

    expected_up : by reason and history; null: nobody knows.   expected_by : why that is thought.
    """
    reason = tree.find(change.reason)
    said = change.reason or "stopped"
    data: dict[str, Any] = {"machine": change.machine}
    if reason is not None:
        said = reason.words if said.casefold() == reason.code.casefold() else said
        data |= {"reason_code": reason.code, "reason_path": reason.path, "planned": reason.planned}
        data |= {name: value for name, value in (("owner", reason.owner), ("cost_centre", reason.cost_centre)) if value}
    data["reason"] = f"{said} {marked(change.source)}"
    expected = expected_stop(state, tree, change.machine, change.reason, start, now)
    if expected is not None and start + expected.minutes > now:
        data |= {"expected_up": iso(start + expected.minutes, state.zone), "expected_by": expected.why}
    if work is not None:
        data |= {"order": work.order, "operation": work.operation, "material": state.orders[work.order].material}
    if shift := shift_of(state, change.machine, start):
        data["shift"] = shift
    return data


def shift_of(state: PlantState, machine: str, at: Minute) -> str:
    """The stretch of the machine's calendar that holds the moment, "06:00–14:00"; "": it is not to work then."""
    if machine not in state.machines:
        return ""
    first = at // DAY * DAY - DAY
    for start, end in working_time(state.calendar_of(machine), state.zone, first, first + 3 * DAY).stretches:
        if start <= at < end:
            return f"{_clock(state, start)}–{_clock(state, end)}" if end - start < DAY else ""
    return ""


def _clock(state: PlantState, minute: Minute) -> str:
    return f"{dt.datetime.fromisoformat(iso(minute, state.zone)):%H:%M}"
