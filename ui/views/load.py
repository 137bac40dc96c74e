"""How full the machines are: minutes of work and changeover against open minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    first, last = board["now"], board["now"] + days * 1440
    zero = parse(board["origin"])
    shut: dict[str, list[tuple[int, int]]] = {}
    for known in machines:
        away = (*known["closed"], *known["outages"])
        shut[known["machine"]] = _merged(
            [(minutes_after(zero, x["start"]), minutes_after(zero, x["end"])) for x in away]
        )
    o = board["operations"]
    work = [0] * len(board["machines"])
    changeover = [0] * len(board["machines"])
    for m, start, end, setup in zip(o["machine"], o["start"], o["end"], o["setup_start"], strict=True):
        if end <= first or start >= last:
            continue
        holes = shut.get(board["machines"][m], [])
        work[m] += _open_minutes(max(start, first), min(end, last), holes)
        if setup is not None and setup < start:
            changeover[m] += _open_minutes(max(setup, first), min(start, last), holes)
    return [
        Load(
            name, board["work_centers"][m], work[m], changeover[m], _open_minutes(first, last, shut.get(name, [])), days
        )
        for m, name in enumerate(board["machines"])
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
