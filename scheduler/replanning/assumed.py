"""Minutes that only were assumed: time has passed over what nobody reported, and the plan is judged as if it had been
reported as planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.calendars import working_time
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_events
from scheduler.domain.folding.running import remaining_minutes, worked_minutes
from scheduler.domain.machine_times import MachineTimes, end_of_running
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Progress
from scheduler.domain.plans import OperationKey, PlannedOperation, Violation
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.errors import InvalidEvent
from scheduler.planning.judge.rules.one_at_a_time import CHANGEOVER
from scheduler.replanning.reactions import FELT


@dataclass(frozen=True, slots=True)
class Assumed:
    """state : as if what is overdue, but not felt, had been reported as planned.   changes_over : operations whose
    changeover should be under way, which nobody ever reports."""

    state: PlantState
    changes_over: frozenset[OperationKey] = frozenset()

    def excuses(self, breach: Violation) -> bool:
        """The changeover that a row lacks from now on has begun before now."""
        return breach.rule == CHANGEOVER and (breach.order, breach.operation) in self.changes_over


def only_ticks(events: Sequence[Event]) -> bool:
    """Whether nothing but time has passed. Then a plan is made from the one that was in force when something was last
    said, not from those that only were assumed since: so it is the same whether an hour passed in one tick or in sixty.
    """
    return bool(events) and all(event.type == "clock.ticked" for event in events)


def as_assumed(events: Sequence[Event], state: PlantState, plan: Sequence[PlannedOperation]) -> Assumed | None:
    """What the plan is judged on where nothing but ticks has come since; None: on the state as it stands.

    A row is overdue that should have begun, or have ended, and nobody said that it has: the report may be on its way,
    and each minute would make another plan that says the same a minute later. So do work that stands still and an
    outage without an end, whose ends move on with now. Once one of them is more than FELT minutes behind the plan, that
    is made anew; work past its end may then run over by as much again as it did. Its minutes are those that its
    machine works: while that is closed, another plan says the same.

    plan : what of it is still to be done. All that is not overdue itself is judged as ever.
    """
    if not only_ticks(events):
        return None
    late = list(_overdue(state, plan))
    if any(row.minutes > row.patience for row in late):
        return None
    under_way = frozenset(_changes_over(state, plan))
    if not late and not under_way:
        return None
    due = {row.key for row in plan if late and row.start == state.now}  # it begins this minute, as planned
    try:
        return Assumed(_imagined(state, late), under_way | due)
    except InvalidEvent:
        return None


def overdue(state: PlantState, plan: Sequence[PlannedOperation]) -> bool:
    """Whether a row of the plan, or its changeover, should have begun or ended before now, and nobody said so."""
    return any(late.minutes > 0 for late in _overdue(state, plan)) or any(True for _ in _changes_over(state, plan))


@dataclass(frozen=True, slots=True)
class _Overdue:
    """By how many minutes something is behind the plan, how many are left unfelt, and what it is: a row of the plan,
    with what is known of its work, or an outage that is assumed to end."""

    minutes: int
    patience: int
    row: PlannedOperation | None = None
    work: Progress | None = None
    outage: Downtime | None = None
    back: Minute = 0


def _overdue(state: PlantState, plan: Sequence[PlannedOperation]) -> Iterator[_Overdue]:
    down = {d.machine: d for d in state.downtimes if d.end is None and d.start <= state.now}
    rows_of: dict[str, list[PlannedOperation]] = {}
    times = MachineTimes(state, max((row.end for row in plan), default=state.now))
    for row in (*plan, *_standing_still(state, plan)):
        work = state.progress.get(row.key)
        patience = FELT
        if row.machine in down:
            rows_of.setdefault(row.machine, []).append(row)
        if work is None or work.status == "aside":
            minutes = state.now - row.start
        elif work.status == "running" and work.drifting_since is not None:
            machine = work.machine or row.machine
            minutes = worked_minutes(state, machine, row.end, state.now)
            patience = max(FELT, worked_minutes(state, machine, work.drifting_since, row.end))
        elif work.status == "paused" and row.machine not in down:
            minutes = _slip(state, times, work, row)
        else:
            continue
        if minutes > 0:
            yield _Overdue(minutes, patience, row, work)
    for machine, rows in rows_of.items():
        yield _outage(state, times, down[machine], rows)


def _standing_still(state: PlantState, plan: Sequence[PlannedOperation]) -> Iterator[PlannedOperation]:
    """Paused work that no plan holds, its order being on hold or cancelled: until what the plan has behind it."""
    for work in state.progress.values():
        order = state.orders.get(work.order)
        if work.status == "paused" and work.machine and order is not None and order.status == "hold":
            behind = [_begins(row) for row in plan if row.machine == work.machine]
            if behind:
                began = state.now if work.started is None else work.started
                yield PlannedOperation(work.order, work.operation, work.machine, began, min(behind))


def _begins(row: PlannedOperation) -> Minute:
    return row.start if row.setup_start is None else row.setup_start


def _outage(state: PlantState, times: MachineTimes, outage: Downtime, rows: Sequence[PlannedOperation]) -> _Overdue:
    """How far its assumed end has moved into what the plan has on its machine, and where the plan had it.

    Work on the machine says that to the minute; else it ended as much earlier as is not felt.
    """
    back = outage.until(state.now, state.default_repair_minutes)
    for row in rows:
        work = state.progress.get(row.key)
        if work is not None and work.keeps_machine:
            minutes = _slip(state, times, work, row)
            return _Overdue(minutes, FELT, outage=outage, back=back - minutes)
    begins = min(map(_begins, rows))
    minutes = max(0, back - begins) if begins > state.now else 0
    return _Overdue(minutes, FELT, outage=outage, back=back - FELT)


def _slip(state: PlantState, times: MachineTimes, work: Progress, row: PlannedOperation) -> int:
    """Minutes of its machine's calendar by which work that stands still ends behind the plan, were it to go on now."""
    end = end_of_running(state, times, work, row.machine)
    if end is None or end <= row.end:
        return 0
    return working_time(state.calendar_of(row.machine), state.zone, row.end, end).between(row.end, end)


def _imagined(state: PlantState, late: Sequence[_Overdue]) -> PlantState:
    """The state after the reports that did not come: starts and ends as planned, and ends that were assumed before."""
    downtimes, progress, reports = list(state.downtimes), dict(state.progress), list[Event]()
    for found in late:
        if found.outage is not None:
            back = max(found.back, found.outage.start + 1)
            downtimes[downtimes.index(found.outage)] = replace(found.outage, end=back)
        elif found.row is None:
            continue
        elif found.work is not None and found.work.status == "paused" and found.row.end > state.now:
            left = remaining_minutes(state, found.work) - found.minutes
            progress[found.row.key] = replace(found.work, remaining_minutes=left, told_minutes=None)
        else:
            reports += _as_planned(found.row, found.work, state.now)
    known = replace(state, downtimes=tuple(downtimes), progress=progress)
    return fold_events(known, sorted(reports, key=lambda event: (event.time, event.type)))


def _as_planned(row: PlannedOperation, work: Progress | None, now: int) -> Iterator[Event]:
    data = {"order": row.order, "operation": row.operation, "machine": row.machine}
    if work is None or work.status == "aside":
        yield Event(f"{row.order}/{row.operation} begins", "/plan", "operation.started", row.start, data)
    if row.end <= now:
        yield Event(f"{row.order}/{row.operation} ends", "/plan", "operation.finished", row.end, data)


def _changes_over(state: PlantState, plan: Sequence[PlannedOperation]) -> Iterator[OperationKey]:
    """Whose changeover should have begun before now: their work is to start within the next minutes."""
    return (
        row.key
        for row in plan
        if row.setup_start is not None and row.setup_start < state.now <= row.start and state.waits(*row.key)
    )
