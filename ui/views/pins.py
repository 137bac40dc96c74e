"""What a person fixes of an operation: a machine, a start, or a bound of its start, as an event of the contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ui import format as say
from ui.answers import Board
from ui.format import parse
from ui.views.assumptions import Assumption

WHENS: Mapping[str, str] = {
    "start": "starts exactly",
    "not_before": "not before",
    "not_after": "not after",
    "": "on that machine, any time",
}
"""The field of `operation.pinned`, and its words."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody wants an operation.   label : "MO-12/30".   machines : that can do it, its present one among them.

    start : by the plant's clock, without an offset.   pinned : it is pinned already.   plan : that was looked at.
    """

    label: str
    machine: str
    start: dt.datetime
    machines: tuple[str, ...]
    pinned: bool
    plan: int

    @property
    def order(self) -> str:
        return self.label.rpartition("/")[0]

    @property
    def operation(self) -> int:
        return int(self.label.rpartition("/")[2])


def place_of(board: Board, asked: Mapping[str, Any]) -> Place | None:
    """What the board asks for (`pin`, `machine`, `start` in minutes after its origin); None: the plan lacks it."""
    row = row_of(board, str(asked["pin"]))
    if row is None:
        return None
    at = parse(board["origin"]).astimezone(dt.UTC) + dt.timedelta(minutes=int(asked["start"]))
    start = at.astimezone(ZoneInfo(board["timezone"])).replace(tzinfo=None)
    o = board["operations"]
    able = dict.fromkeys(board["machines"][m] for m in board["eligible_sets"][o["eligible"][row]])
    machines = tuple(able | {board["machines"][o["machine"][row]]: None})
    return Place(str(asked["pin"]), str(asked["machine"]), start, machines, row in board["pinned"], board["plan"])


def planned_place(board: Board, label: str) -> Place | None:
    """Where the plan has an operation that nobody has begun; None: no such operation."""
    row = row_of(board, label)
    if row is None:
        return None
    o = board["operations"]
    if board["statuses"][o["status"][row]] not in ("planned", "frozen"):
        return None
    return place_of(board, {"pin": label, "machine": board["machines"][o["machine"][row]], "start": o["start"][row]})


def row_of(board: Board, label: str) -> int | None:
    order, _, number = label.rpartition("/")
    names, o = board["orders"]["name"], board["operations"]
    if order not in names or not number.isdigit():
        return None
    at = names.index(order)
    return next((i for i, x in enumerate(o["order"]) if x == at and o["operation"][i] == int(number)), None)


def pinned(place: Place, machine: str | None, when: str, start: dt.datetime, by: str, reason: str) -> Assumption:
    """machine None: any.   when : a field of WHENS."""
    data: dict[str, Any] = {"order": place.order, "operation": place.operation}
    words = []
    if machine is not None:
        data["machine"] = machine
        words.append(f"on {machine}")
    if when:
        data[when] = start.isoformat(timespec="minutes")
        words.append(f"{WHENS[when].removeprefix('starts ')} {say.moment(start)}")
    data |= {k: v for k, v in (("by", by), ("reason", reason)) if v}
    return Assumption(f"{place.label} is pinned {', '.join(words)}", "operation.pinned", data)


def unpinned(place: Place, by: str, reason: str) -> Assumption:
    data: dict[str, Any] = {"order": place.order, "operation": place.operation}
    data |= {k: v for k, v in (("by", by), ("reason", reason)) if v}
    return Assumption(f"{place.label} is pinned no more", "operation.unpinned", data)
