"""What putting a plan in force would change for the floor, for the person who answers for it; and whether that is still
what was shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.plans import Comparison, Kpis, OperationKey, OrderChange, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.planning.lists.comparison import compare_plans
from scheduler.replanning.modes import touched_machines
from scheduler.replanning.reactions import subject_of
from scheduler.replanning.worth import SOON

SLACK = 15
"""Minutes by which a start may have moved since it was shown: work that is under way moves what follows by a little
all the time, and who has seen the plan has seen that too."""

WORK_GOES_ON = frozenset(
    {
        "clock.ticked",
        "operation.started",
        "operation.progressed",
        "operation.finished",
        "operation.paused",
        "operation.resumed",
        "material.issued",
        "receipt.arrived",
        "doubt.confirmed",
    }
)
"""Events after which a plan that was shown may still be what it was; any other is news to who has seen it."""


@dataclass(frozen=True, slots=True)
class StartChange:
    """An operation that starts at another time or place, comes or goes; None: it is not in that plan."""

    order: str
    operation: int
    machine_before: str | None
    machine_after: str | None
    start_before: Minute | None
    start_after: Minute | None

    @property
    def key(self) -> OperationKey:
        return self.order, self.operation

    @property
    def large(self) -> bool:
        """True where it changes its machine, comes or goes, or shifts by more than a few minutes."""
        if self.start_before is None or self.start_after is None:
            return True
        return self.machine_before != self.machine_after or abs(self.start_after - self.start_before) > SLACK


@dataclass(frozen=True, slots=True)
class Preview:
    """One plan in place of another, on one state.

    until : the end of the next 24 hours.   starts : what changes of those by either plan, in order of time.
    machines : whose rows change at any time.   left_out, taken_in : orders that it plans no longer, and again.
    comparison : against the plan in force.
    """

    until: Minute
    starts: tuple[StartChange, ...]
    machines: tuple[str, ...]
    left_out: tuple[str, ...]
    taken_in: tuple[str, ...]
    comparison: Comparison

    @property
    def newly_late(self) -> tuple[OrderChange, ...]:
        return self.comparison.newly_late

    @property
    def rescued(self) -> tuple[OrderChange, ...]:
        return self.comparison.rescued


def preview_of(
    state: PlantState,
    before: Sequence[PlannedOperation],
    after: Sequence[PlannedOperation],
    kpis: tuple[Kpis, Kpis],
    unplanned: tuple[Iterable[Unplanned], Iterable[Unplanned]] = ((), ()),
    until: Minute | None = None,
) -> Preview:
    """`after` in force in place of `before`, on `state`.

    kpis, unplanned : of both, before and after.   until : None: 24 hours from now.
    """
    until = state.now + SOON if until is None else until
    before, after = state.unfinished(before), state.unfinished(after)
    out, back = ({u.order for u in side} for side in unplanned)
    return Preview(
        until=until,
        starts=_starts(state, before, after, until),
        machines=tuple(sorted(touched_machines(state, before, after))),
        left_out=tuple(sorted(back - out)),
        taken_in=tuple(sorted((out - back) & set(state.orders))),
        comparison=compare_plans(state, before, after, *kpis),
    )


def what_differs(shown: Preview, now: Preview, state: PlantState) -> str | None:
    """The first thing that it would do now and that was not shown, in words; None: it is what was shown.

    state : the plant now.   Work that has begun since moves no more, and is no difference.
    """
    for words, was, is_ in (
        ("is late by it now", _names(shown.newly_late), _names(now.newly_late)),
        ("is left out by it now", set(shown.left_out), set(now.left_out)),
    ):
        if more := sorted(is_ - was):
            return f"{more[0]} {words}"
    if gone := sorted(_names(shown.rescued) - _names(now.rescued)):
        return f"{gone[0]} is on time by it no longer, or anyhow"
    old: Mapping[OperationKey, StartChange] = {change.key: change for change in shown.starts}
    for change in now.starts:
        was_shown = old.get(change.key)
        told = f"{change.order}/{change.operation}"
        if was_shown is None:
            if change.large:
                return f"{told} changes by it too"
        elif not _near(was_shown, change):
            if change.start_after is None:
                return f"{told} is in it no longer"
            return f"{told} would now start {spoken(change.start_after, state.zone)} on '{change.machine_after}'"
    known = {change.key for change in now.starts}
    for change in shown.starts:
        if change.large and change.key not in known and state.waits(*change.key) and change.order in state.orders:
            return f"{change.order}/{change.operation} does not change by it any more"
    return None


def news(events: Iterable[Event]) -> str | None:
    """The first event that a person who saw the preview before it does not expect, in words; None: work goes on."""
    event = next((e for e in events if e.type not in WORK_GOES_ON), None)
    return None if event is None else f"{event.type} {subject_of(event)}".strip()


def _starts(
    state: PlantState, before: Sequence[PlannedOperation], after: Sequence[PlannedOperation], until: Minute
) -> tuple[StartChange, ...]:
    old, new = ({o.key: o for o in plan if state.waits(*o.key)} for plan in (before, after))
    found = []
    for key in old.keys() | new.keys():
        a, b = old.get(key), new.get(key)
        same = a is not None and b is not None and (a.machine, a.start) == (b.machine, b.start)
        if same or min(o.start for o in (a, b) if o is not None) >= until:
            continue
        found.append(
            StartChange(
                *key,
                machine_before=None if a is None else a.machine,
                machine_after=None if b is None else b.machine,
                start_before=None if a is None else a.start,
                start_after=None if b is None else b.start,
            )
        )
    return tuple(sorted(found, key=_when))


def _when(change: StartChange) -> tuple[Minute, str, int]:
    moment = change.start_before if change.start_after is None else change.start_after
    assert moment is not None
    return moment, *change.key


def _names(changes: Iterable[OrderChange]) -> set[str]:
    return {change.order for change in changes}


def _near(a: StartChange, b: StartChange) -> bool:
    return a.machine_after == b.machine_after and (
        a.start_after == b.start_after
        or (a.start_after is not None and b.start_after is not None and abs(a.start_after - b.start_after) <= SLACK)
    )
