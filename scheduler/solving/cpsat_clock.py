"""A machine's own clock in the CP-SAT model: working minutes, tied to the plant's by a literal per stretch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from scheduler.solving.cpsat_reach import Place, Reach


@dataclass(slots=True)
class Clock:
    """One operation on one machine. work : working minute of its start.   literal : it is done here.

    begins, ends : stretch of the machine -> literal that it starts, or ends, in it.
    """

    place: Place
    work: Any
    literal: Any
    begins: dict[int, Any]
    ends: dict[int, Any]


def clock_of(
    model: cp_model.CpModel, reach: Reach, op: int, pausable: bool, place: Place, literal: Any, start: Any, finish: Any
) -> Clock:
    """Tie start and end to the machine's working minutes."""
    run = place.run
    work = model.new_int_var(place.first, place.last, "")
    begins: dict[int, Any] = {}
    ends: dict[int, Any] = {}
    low, high = reach.start[op]
    soon, late = reach.finish[op]
    rows = reach.rows[place.machine]
    # Where it starts in k, it ends in one of the stretches that run minutes reach from there.
    first_rows = []
    for k, (a, b, counted) in enumerate(rows):
        opens = max(a, low, a + place.first - counted)
        shuts = min(b - (1 if pausable else run), high, a + place.last - counted)
        if opens <= shuts:
            first_rows.append((k, opens, shuts, a - counted))
    last_rows = []
    if pausable:
        for k, (a, b, counted) in enumerate(rows):
            opens = max(a + 1, soon, a + place.first + run - counted)
            shuts = min(b, late, a + place.last + run - counted)
            if opens <= shuts:
                last_rows.append((k, opens, shuts, a - counted))
    _piecewise(model, literal, start, work, 0, first_rows, begins)
    if pausable:
        _piecewise(model, literal, finish, work, run, last_rows, ends)
        for k, begun in begins.items():
            a, b, counted = rows[k]
            _, opens, shuts, _ = next(r for r in first_rows if r[0] == k)
            lowest, highest = counted + opens - a + run, counted + shuts - a + run
            fitting = [
                done
                for j, done in ends.items()
                if rows[j][2] < highest and rows[j][2] + rows[j][1] - rows[j][0] >= lowest
            ]
            if len(fitting) < len(ends):
                model.add_bool_or(fitting).only_enforce_if(begun)
    else:
        model.add(finish == start + run).only_enforce_if(literal)
        ends = begins
    return Clock(place, work, literal, begins, ends)


def _piecewise(
    model: cp_model.CpModel,
    literal: Any,
    moment: Any,
    work: Any,
    run: int,
    rows: list[tuple[int, int, int, int]],
    inside: dict[int, Any],
) -> None:
    """moment == work + run + what is closed before the stretch, for one of the stretches."""
    if not rows:
        model.add_bool_or([] if literal is True else [literal.negated()])
        return
    for k, opens, shuts, closed in rows:
        here = literal if len(rows) == 1 else model.new_bool_var("")
        inside[k] = here
        model.add_linear_constraint(moment, opens, shuts).only_enforce_if(here)
        model.add(moment == work + run + closed).only_enforce_if(here)
    if len(rows) > 1:
        if literal is True:
            model.add_exactly_one(inside.values())
        else:
            model.add_exactly_one([*inside.values(), literal.negated()])
