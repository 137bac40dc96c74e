"""What has become of the rows of a dispatch list that the floor has confirmed, and why, in words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import OperationKey, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.lists.dispatch_list import DispatchList, DispatchRow

What: TypeAlias = Literal["new", "moved", "resequenced", "retimed", "started", "finished", "gone"]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a dispatch list, as far as the floor must be told when it changes."""

    order: str
    operation: int
    machine: str
    position: int
    start: Minute
    status: Literal["running", "next"]

    @property
    def key(self) -> OperationKey:
        return self.order, self.operation


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row against what was confirmed. None on the side where the row does not stand.

    plan : the version that changed it; None: the floor or the order itself did.   reason : in words.
    """

    order: str
    operation: int
    what: What
    machine_before: str | None
    machine_after: str | None
    position_before: int | None
    position_after: int | None
    start_before: Minute | None
    start_after: Minute | None
    plan: int | None
    reason: str


class Blamed(NamedTuple):
    """A plan and why it was made."""

    plan: int
    cause: str


Blame: TypeAlias = Callable[[OperationKey], Blamed | None]
"""The plan that gave an operation the place that it has, or took it away; None: no plan since the confirmation."""


class Placing(NamedTuple):
    """A plan version and its operations."""

    plan: int
    cause: str
    operations: Sequence[PlannedOperation]


def shown_rows(listing: DispatchList) -> tuple[ShownRow, ...]:
    return tuple(ShownRow(r.order, r.operation, r.machine, r.position, r.start, r.status) for r in listing.rows)


def list_changes(
    state: PlantState, shown: Sequence[ShownRow], listing: DispatchList, blame: Blame
) -> tuple[RowChange, ...]:
    """What differs from the rows `shown`, rows that went first, then in the order of the list.

    A row that only moves up because those before it are done has not changed. Where the sequence changes, the fewest
    rows that explain it are named.
    """
    before = {row.key: row for row in shown}
    after = {(row.order, row.operation): row for row in listing.rows}
    changes = [_gone(state, row, blame) for key, row in before.items() if key not in after]
    overtaken = _out_of_order([row.key for row in shown if row.key in after and after[row.key].status == "next"], after)
    for key, row in after.items():
        was = before.get(key)
        what = "new" if was is None else _what(was, row, key in overtaken)
        if what is not None:
            changes.append(_changed(was, row, what, blame(key)))
    return tuple(changes)


def changed_keys(shown: Sequence[ShownRow], listing: DispatchList) -> set[OperationKey]:
    """Rows that differ in anything: those whose plans are worth looking at."""
    rows = set(shown_rows(listing))
    return {row.key for row in rows.symmetric_difference(shown)}


def blame_among(placings: Sequence[Placing], wanted: Collection[OperationKey]) -> Blame:
    """placings : the plan of the confirmed list, then every one in force since, oldest first."""
    places = [{o.key: (o.machine, o.start) for o in p.operations if o.key in wanted} for p in placings]

    def blame(key: OperationKey) -> Blamed | None:
        for n in range(len(placings) - 1, 0, -1):
            if places[n].get(key) != places[n - 1].get(key):
                return Blamed(placings[n].plan, placings[n].cause)
        return Blamed(placings[-1].plan, placings[-1].cause) if len(placings) > 1 else None

    return blame


def _what(was: ShownRow, row: DispatchRow, overtaken: bool) -> What | None:
    if row.status == "running":
        return None if was.status == "running" and was.machine == row.machine else "started"
    if was.machine != row.machine:
        return "moved"
    if overtaken:
        return "resequenced"
    return "retimed" if was.start != row.start else None


def _changed(was: ShownRow | None, row: DispatchRow, what: What, blamed: Blamed | None) -> RowChange:
    if what == "started":
        reason, blamed = f"reported started on {row.machine}", None
    elif blamed is not None:
        reason = f"plan {blamed.plan}: {blamed.cause}"
    else:
        reason = "reported by the floor or the order, not by a plan"
    return RowChange(
        order=row.order,
        operation=row.operation,
        what=what,
        machine_before=was.machine if was else None,
        machine_after=row.machine,
        position_before=was.position if was else None,
        position_after=row.position,
        start_before=was.start if was else None,
        start_after=row.start,
        plan=blamed.plan if blamed else None,
        reason=reason,
    )


def _gone(state: PlantState, was: ShownRow, blame: Blame) -> RowChange:
    """Why a row has left the list: finished, held, cancelled, running elsewhere, or planned elsewhere."""
    progress, order = state.progress.get(was.key), state.orders.get(was.order)
    what: What = "gone"
    machine: str | None = None
    start: Minute | None = None
    blamed: Blamed | None = None
    if order is None:
        reason = f"order {was.order} was finished or cancelled, and is not in the plant any more"
    elif progress is not None and progress.status == "done":
        what, reason = "finished", f"reported finished on {progress.machine or was.machine}"
    elif progress is not None and progress.keeps_machine:
        what, machine, start = "moved", progress.machine, progress.started
        reason = f"reported started on {progress.machine}"
    elif order.status == "hold":
        reason = f"order {was.order} is {'cancelled' if order.cancelled else 'on hold'}"
    else:
        place = next((o for o in state.plan if o.key == was.key), None)
        if place is not None:
            what, machine, start = "moved", place.machine, place.start
        blamed = blame(was.key)
        reason = f"plan {blamed.plan}: {blamed.cause}" if blamed else "it stands in no plan"
    return RowChange(
        order=was.order,
        operation=was.operation,
        what=what,
        machine_before=was.machine,
        machine_after=machine,
        position_before=was.position,
        position_after=None,
        start_before=was.start,
        start_after=start,
        plan=blamed.plan if blamed else None,
        reason=reason,
    )


def _out_of_order(keys: Iterable[OperationKey], after: dict[OperationKey, DispatchRow]) -> set[OperationKey]:
    """The fewest keys without which the rest stand in the same sequence as before (a longest rising run stays)."""
    ends: list[int] = []
    at: list[OperationKey] = []
    before: dict[OperationKey, OperationKey | None] = {}
    listed = list(keys)
    for key in listed:
        position = after[key].position
        n = bisect_left(ends, position)
        before[key] = at[n - 1] if n else None
        if n == len(ends):
            ends.append(position)
            at.append(key)
        else:
            ends[n], at[n] = position, key
    kept: set[OperationKey] = set()
    last = at[-1] if at else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return set(listed) - kept
