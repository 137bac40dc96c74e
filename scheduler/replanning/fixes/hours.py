"""Longer days and extra shifts: closed time of a machine or a crew that is opened, the latest in time first.

The latest, because what is done sooner than it is needed helps no more; and what lies behind `until` helps nobody.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.calendars import Calendar, WeeklyWindow, WorkingTime, working_time
from scheduler.domain.minutes import DAY, Minute, iso, spoken, spoken_duration, to_datetime, to_minute
from scheduler.domain.plant import PlantState
from scheduler.replanning.fixes.change import Assumed, Change, Ladder, Opened, Steps, events_of

BREAK = 120
"""Closed time shorter than that is a break of the day, not its end."""
SUNDAY = 6
SHIFT = 480
"""Minutes of an extra shift behind the last one of a day."""

Stretch = tuple[Minute, Minute]


@dataclass(frozen=True, slots=True)
class Team:
    """Who has to be there for work: machines, and the calendars of the crews that it takes.

    about : the machine or the crew that it is done for.   hours : whose closed time is opened.
    """

    about: str
    hours: Calendar
    machines: tuple[str, ...]
    calendars: tuple[str, ...] = ()


def team_of_machine(state: PlantState, machine: str, pools: Sequence[str]) -> Team:
    """The machine and the crews of these pools that have hours."""
    calendars = [state.pools[p].calendar for p in pools if p in state.pools]
    return Team(machine, state.calendar_of(machine), (machine,), tuple(sorted({c for c in calendars if c is not None})))


def team_of_pool(state: PlantState, pool: str, machines: Sequence[str]) -> Team | None:
    """The crew and the machines that it works on; None where it has no hours."""
    calendar = state.pools[pool].calendar
    if calendar is None:
        return None
    return Team(pool, state.calendars[calendar], tuple(sorted(set(machines))), (calendar,))


def overtime(state: PlantState, team: Team, until: Minute, steps: Steps, blame: int) -> Ladder | None:
    """A longer day, the last evening before `until` first; None where there is none."""
    evenings: list[tuple[Minute, int]] = []
    for start, end in reversed(_closed(state, team.hours, until)):
        room = (min(end, until, start + steps.overtime_a_day) - start) // steps.overtime
        if end - start >= BREAK and room > 0:
            evenings.append((start, room))
    most = min(sum(room for _, room in evenings), max(1, steps.overtime_most // steps.overtime))
    if most == 0:
        return None

    def change(step: int) -> Change:
        left, taken = step, list[Stretch]()
        for start, room in evenings:
            if left:
                taken.append((start, start + min(left, room) * steps.overtime))
            left -= min(left, room)
        minutes = step * steps.overtime
        told = f"Overtime on {team.about}: {spoken_duration(minutes)}, {_said(state, taken)}"
        return _opened(state, team, taken, "overtime", told, float(minutes))

    return Ladder("overtime", team.about, most, change, blame)


def extra_shifts(state: PlantState, team: Team, until: Minute, steps: Steps, blame: int) -> Ladder | None:
    """Whole shifts more, the last before `until` first; None where there is no room for one."""
    found = list(_shifts(state, team.hours, until))[: steps.shifts]
    if not found:
        return None

    def change(step: int) -> Change:
        taken = found[:step]
        told = f"{step} extra shift{'s' if step > 1 else ''} on {team.about}: {_said(state, taken)}"
        return _opened(state, team, taken, "extra_shift", told, float(step))

    return Ladder("extra_shift", team.about, len(found), change, blame)


def _closed(state: PlantState, calendar: Calendar, until: Minute) -> list[Stretch]:
    """Closed stretches that begin in [now, until), each to its end, in the order of time."""
    first, last = state.now, max(until, state.now) + 4 * DAY
    shut = WorkingTime([(first, last)]).minus(working_time(calendar, state.zone, first, last).stretches)
    return [(a, b) for a, b in shut.stretches if a < until]


def _shifts(state: PlantState, calendar: Calendar, until: Minute) -> Iterator[Stretch]:
    """Shifts that closed time has room for, the latest first: the usual ones of a day that has none, and one behind the
    last shift of a day that has. A Sunday is left free where it always is."""
    free = set() if any(w.weekday == SUNDAY for w in calendar.windows) else {SUNDAY}
    closed, found = _closed(state, calendar, until), list[Stretch]()
    for start, end in closed:
        if start > state.now and end - start >= SHIFT:
            found.append((start, start + SHIFT))
        day = to_datetime(start, state.zone).date()
        while _at(day, 0, state) < end:
            found += [
                (a, b)
                for w in _usual(calendar)
                if day.weekday() not in free
                and start <= (a := _at(day, w.start, state))
                and a < (b := _at(day, _end(w), state)) <= end
                and a < until
            ]
            day += dt.timedelta(days=1)
    before: Minute | None = None
    for a, b in sorted(found, reverse=True):
        if before is None or b <= before:
            yield a, b
            before = a


def _usual(calendar: Calendar) -> tuple[WeeklyWindow, ...]:
    """The windows of most of its days; only those of at least half a shift."""
    days: dict[int, list[tuple[int, int]]] = {}
    for w in calendar.windows:
        if _end(w) - w.start >= SHIFT // 2:
            days.setdefault(w.weekday, []).append((w.start, w.end))
    common = Counter(tuple(sorted(set(windows))) for windows in days.values()).most_common(1)
    return tuple(WeeklyWindow(0, start, end) for start, end in common[0][0]) if common else ()


def _end(window: WeeklyWindow) -> int:
    return window.end if window.end > window.start else window.end + DAY


def _at(day: dt.date, minutes: int, state: PlantState) -> Minute:
    day += dt.timedelta(days=minutes // DAY)
    moment = dt.datetime(day.year, day.month, day.day, minutes % DAY // 60, minutes % 60)
    return to_minute(moment, state.zone)


def _opened(
    state: PlantState,
    team: Team,
    stretches: Sequence[Stretch],
    kind: Literal["overtime", "extra_shift"],
    words: str,
    amount: float,
) -> Change:
    """A calendar that crews keep is opened for all that keep it; a machine's own hours are its own."""
    assumed, opened = list[Assumed](), list[Opened]()
    reason = kind.replace("_", " ")
    for start, end in sorted(stretches):
        span = {
            "start": iso(start, state.zone),
            "end": iso(end, state.zone),
            "kind": "open",
            "reason": reason,
        }
        wide = [c for c in team.calendars if _more(state, state.calendars[c], start, end)]
        alone = [m for m in team.machines if not _follows(state, m, wide) and _more_of(state, m, start, end)]
        assumed += [("calendar.changed", {"calendar": c, **span}) for c in wide]
        assumed += [("calendar.changed", {"machine": m, **span}) for m in alone]
        machines = dict.fromkeys((*alone, *(m for m in state.machines if _follows(state, m, wide))))
        opened += [Opened(m, start, end, more) for m in machines if (more := _more_of(state, m, start, end))]
        opened += [
            Opened(p.name, start, end, _more(state, state.calendars[p.calendar], start, end))
            for p in state.pools.values()
            if p.calendar in wide
        ]
    also = [name for name in dict.fromkeys(o.who for o in opened) if name != team.about]
    if also:
        words += f" (with {', '.join(also[:3])}{f' and {len(also) - 3} more' if len(also) > 3 else ''})"
    unit: Literal["minutes", "shifts"] = "minutes" if kind == "overtime" else "shifts"
    return Change(kind, team.about, words, events_of(state, assumed), amount, unit, tuple(opened))


def _follows(state: PlantState, machine: str, calendars: Sequence[str]) -> bool:
    """Whether it is opened with one of these calendars: unless it has changes of its own, which come after them."""
    known = state.machines[machine]
    return known.calendar in calendars and not any(x.kind == "closed" for x in known.exceptions)


def _more_of(state: PlantState, machine: str, start: Minute, end: Minute) -> int:
    return _more(state, state.calendar_of(machine), start, end)


def _more(state: PlantState, calendar: Calendar, start: Minute, end: Minute) -> int:
    """Minutes of [start, end) in which the calendar is closed now."""
    return end - start - working_time(calendar, state.zone, start, end).between(start, end)


def _said(state: PlantState, stretches: Sequence[Stretch]) -> str:
    """Mon 2 Mar 22:00 to Tue 3 Mar 00:30, and 2 more; the first in time is named."""
    start, end = min(stretches)
    day, last = to_datetime(start, state.zone), to_datetime(end, state.zone)
    until = f"{last:%H:%M}" if day.date() == last.date() else spoken(end, state.zone)
    more = f", and {len(stretches) - 1} more" if len(stretches) > 1 else ""
    return f"{spoken(start, state.zone)} to {until}{more}"
