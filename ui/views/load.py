"""How full the machines are: minutes of work and changeover against open minutes."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ui.answers import Board, MachineTimes
from ui.format import parse
from ui.views.payload import minutes_after

WINDOW_DAYS = 5


@dataclass(frozen=True, slots=True)
class Load:
    """A machine over the next days: minutes of work and changeover, and open ones; share = their ratio."""

    machine: str
    work_center: str
    work: int
    changeover: int
    open: int
    days: int

    @property
    def share(self) -> float:
        return (self.work + self.changeover) / self.open if self.open else 0.0


def loads(board: Board, machines: Sequence[MachineTimes], days: int = WINDOW_DAYS) -> list[Load]:
    """Per machine of the board, from now on. A pause over closed time is no work."""
    (found,) = _loads(board, machines, [board["now"], board["now"] + days * 1440])
    return found


def daily_loads(board: Board, machines: Sequence[MachineTimes], days: int) -> list[tuple[dt.date, list[Load]]]:
    """The same for each day of the plant's calendar, the first from now on."""
    zone, zero = ZoneInfo(board["timezone"]), parse(board["origin"])
    today = (zero + dt.timedelta(minutes=board["now"])).astimezone(zone).date()
    dates = [today + dt.timedelta(days=n) for n in range(days)]
    midnights = [dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), zone) for date in dates]
    bounds = [board["now"], *(minutes_after(zero, midnight.isoformat()) for midnight in midnights)]
    return list(zip(dates, _loads(board, machines, bounds), strict=True))


def _loads(board: Board, machines: Sequence[MachineTimes], bounds: Sequence[int]) -> list[list[Load]]:
    """Per machine, for each stretch between two neighbouring bounds (minutes after the board's origin, ascending)."""
    zero = parse(board["origin"])
    shut: dict[str, list[tuple[int, int]]] = {}
    for known in machines:
        away = (*known["closed"], *known["outages"])
        shut[known["machine"]] = _merged(
            [(minutes_after(zero, x["start"]), minutes_after(zero, x["end"])) for x in away]
        )
    count = len(bounds) - 1
    work = [[0] * len(board["machines"]) for _ in range(count)]
    changeover = [[0] * len(board["machines"]) for _ in range(count)]
    o = board["operations"]
    for m, start, end, setup in zip(o["machine"], o["start"], o["end"], o["setup_start"], strict=True):
        holes = shut.get(board["machines"][m], [])
        begins = start if setup is None else min(setup, start)
        for k in range(max(0, bisect_right(bounds, begins) - 1), min(count, bisect_left(bounds, end))):
            first, last = bounds[k], bounds[k + 1]
            work[k][m] += _open_minutes(max(start, first), min(end, last), holes)
            changeover[k][m] += _open_minutes(max(begins, first), min(start, last), holes)
    return [
        [
            Load(
                machine=name,
                work_center=board["work_centers"][m],
                work=work[k][m],
                changeover=changeover[k][m],
                open=_open_minutes(bounds[k], bounds[k + 1], shut.get(name, [])),
                days=max(1, round((bounds[k + 1] - bounds[k]) / 1440)),
            )
            for m, name in enumerate(board["machines"])
        ]
        for k in range(count)
    ]


def bottleneck(found: Sequence[Load]) -> Load | None:
    """The fullest machine; None where nothing is open."""
    return max((x for x in found if x.open), key=lambda x: (x.share, x.machine), default=None)


def _merged(holes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(holes):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _open_minutes(start: int, end: int, holes: list[tuple[int, int]]) -> int:
    if end <= start:
        return 0
    return end - start - sum(max(0, min(end, b) - max(start, a)) for a, b in holes)
