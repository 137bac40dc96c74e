"""Notes in Tryton, by which a message is known there: on what it booked, readable for anyone who opens it.

    rejig plant-1.erp.17: 10 pcs

A key is looked up before anything is written under it. What is made first does not count yet (a draft move, a draft
cycle); then it gets its note, then it is made to count, which is safe to do twice. Where the answer to the first step
is lost, a draft without a note is left behind, and goes when its production is done.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from scheduler.connect.tryton_rpc import TrytonServer

_PLANNED = re.compile(r"planned ([\d-]+) to ([\d-]+), due ([\d-]+)")
_TOTALS = re.compile(r"\w+, (\S+) good, (\S+) scrap in all")


def totals_note(what: str, good: float, scrap: float, at: str) -> str:
    return f"{what}, {good!r} good, {scrap!r} scrap in all, {at}"


def totals_in(text: str) -> float | None:
    """How many are good in all; None: it is no such note."""
    return float(found[1]) if (found := _TOTALS.match(text)) else None


@dataclass(frozen=True, slots=True)
class Planned:
    """The days that we have written into a production, and for when it was due before."""

    start: dt.date
    end: dt.date
    due: dt.date

    def __str__(self) -> str:
        return f"planned {self.start} to {self.end}, due {self.due}"


class Notes:
    def __init__(self, server: TrytonServer) -> None:
        self._server = server

    def find(self, key: str, model: str) -> tuple[int, str] | None:
        """What carries the key: (its id, what its note says)."""
        start = f"rejig {key}:"
        shape = [["message", "like", start + "%"], ["resource", "like", f"{model},%"]]
        for note in self._server.read("ir.note", shape, ["message", "resource"]):
            if note["message"].startswith(start):  # _ in a key fits anything
                return int(note["resource"].partition(",")[2]), note["message"][len(start) :].strip()
        return None

    def leave(self, key: str, model: str, number: int, text: str) -> None:
        note = {"resource": f"{model},{number}", "message": f"rejig {key}: {text}"}
        self._server.call("model.ir.note.create", [note])

    def newest(self, model: str, numbers: Collection[int]) -> dict[int, str]:
        """By id, what our last note on it says."""
        found: dict[int, str] = {}
        every = [f"{model},{number}" for number in numbers]
        for first in range(0, len(every), 500):
            shape = [["resource", "in", every[first : first + 500]], ["message", "like", "rejig %"]]
            for note in self._server.read("ir.note", shape, ["message", "resource"]):
                found[int(note["resource"].partition(",")[2])] = note["message"].partition(": ")[2].strip()
        return found

    def planned(self, productions: Collection[int]) -> dict[int, Planned]:
        """By production, what we have written into it last."""
        notes = self.newest("production", productions).items()
        return {n: Planned(*map(dt.date.fromisoformat, m.groups())) for n, text in notes if (m := _PLANNED.match(text))}
