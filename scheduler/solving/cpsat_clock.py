"""Machines' own clocks in the CP-SAT model: working minutes, tied to the plant's minutes by a literal per stretch.

Machines that are open at the same times, as far as the operation reaches, share one clock: when the operation works is
then known before it is known where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from scheduler.solving.cpsat_reach import Place, Reach

Stretch = tuple[int, int]


@dataclass(slots=True)
class Shift:
    """When one operation is at work on machines that are open at the same times.

    literal : it is done on one of them.   stretches : (start, end), within what it reaches.
    begins, ends : stretch -> literal that it starts, or ends, in it; ends is None for work that does not pause, which
    ends where it begins.
    """

    literal: Any
    stretches: tuple[Stretch, ...]
    begins: dict[int, Any]
    ends: dict[int, Any] | None


@dataclass(slots=True)
class Clock:
    """One operation on one machine. literal : it is done here.   work : the machine's working minute of its start."""

    place: Place
    literal: Any
    work: Any


def clocks_of(
    model: cp_model.CpModel,
    reach: Reach,
    op: int,
    pausable: bool,
    literals: dict[int, Any],
    start: Any,
    finish: Any,
) -> tuple[dict[int, Clock], list[Shift]]:
    """Tie start and end of an operation to the working minutes of its machines."""
    places = reach.places[op]
    low = reach.start[op][0]
    alike: dict[tuple[Stretch, ...], list[int]] = {}
    for mode, place in places.items():
        alike.setdefault(_stretches(reach, op, place.machine), []).append(mode)
    clocks: dict[int, Clock] = {}
    shifts = []
    for stretches, modes in alike.items():
        here = literals[modes[0]]
        if len(alike) > 1 and len(modes) > 1:
            here = model.new_bool_var("")
            model.add(sum(literals[m] for m in modes) == here)
        elif len(alike) == 1:
            here = True
        offset = {mode: reach.minutes_before(places[mode].machine, low) for mode in modes}
        first = min(places[mode].first - offset[mode] for mode in modes)
        last = max(places[mode].last - offset[mode] for mode in modes)
        runs = [places[mode].run for mode in modes]
        begin = model.new_int_var(first, last, "")
        shift = Shift(here, stretches, {}, {} if pausable else None)
        counted, rows = 0, []
        for a, b in stretches:
            rows.append((a, b, counted))
            counted += b - a
        stay = 1 if pausable else min(runs)
        _piecewise(
            model, here, start, begin, shift.begins,
            [_bounds(k, a, b - stay, a - n, first, last, reach.start[op]) for k, (a, b, n) in enumerate(rows)],
        )  # fmt: skip
        run: Any = runs[0]
        if min(runs) < max(runs):
            run = sum(places[mode].run * literals[mode] for mode in modes)
        if shift.ends is not None:
            end = model.new_int_var(first + min(runs), last + max(runs), "")
            ended = model.add(end == begin + run)
            _piecewise(
                model, here, finish, end, shift.ends,
                [
                    _bounds(k, a + 1, b, a - n, first + min(runs), last + max(runs), reach.finish[op])
                    for k, (a, b, n) in enumerate(rows)
                ],
            )  # fmt: skip
        else:
            ended = model.add(finish == start + run)
            for k, inside in shift.begins.items():
                model.add(finish <= rows[k][1]).only_enforce_if(inside)
        ended.only_enforce_if(here)
        for mode in modes:
            place, n = places[mode], offset[mode]
            clocks[mode] = Clock(place, literals[mode], begin + n)
            if place.first - n > first or place.last - n < last:
                bounded = model.add_linear_constraint(begin, place.first - n, place.last - n)
                bounded.only_enforce_if(literals[mode])
        shifts.append(shift)
    return clocks, shifts


def _stretches(reach: Reach, op: int, machine: int) -> tuple[Stretch, ...]:
    low, high = reach.start[op][0], reach.finish[op][1]
    return tuple((max(a, low), min(b, high)) for a, b, _ in reach.rows[machine] if a < high and b > low)


def _bounds(
    k: int, a: int, b: int, closed: int, first: int, last: int, moments: tuple[int, int]
) -> tuple[int, int, int, int]:
    """(stretch, first moment, last moment, closed minutes before it)."""
    return k, max(a, moments[0], first + closed), min(b, moments[1], last + closed), closed


def _piecewise(
    model: cp_model.CpModel,
    literal: Any,
    moment: Any,
    work: Any,
    inside: dict[int, Any],
    rows: list[tuple[int, int, int, int]],
) -> None:
    """moment == work + what is closed before the stretch, for one of the stretches."""
    rows = [row for row in rows if row[1] <= row[2]]
    if not rows:
        model.add_bool_or([] if literal is True else [literal.negated()])
        return
    for k, opens, shuts, closed in rows:
        here = literal if len(rows) == 1 else model.new_bool_var("")
        inside[k] = here
        model.add_linear_constraint(moment, opens, shuts).only_enforce_if(here)
        model.add(moment == work + closed).only_enforce_if(here)
    if len(rows) > 1:
        if literal is True:
            model.add_exactly_one(inside.values())
        else:
            model.add_exactly_one([*inside.values(), literal.negated()])
