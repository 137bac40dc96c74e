"""From a plan's board, the machines' times and a compared plan to what the canvas draws: whole minutes in columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ui.answers import Board, MachineTimes
from ui.format import parse

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
STATES = {"done": 2, "running": 1, "paused": 3}
FROZEN, PINNED, MOVED, IN_DOUBT = 1, 2, 4, 8
LOOK_BACK = 1440


def board_payload(
    board: Board,
    machines: Sequence[MachineTimes],
    *,
    compared: Board | None = None,
    work_center: str | None = None,
    focus: tuple[str, int] | None = None,
    height: int = 480,
) -> dict[str, Any]:
    """What `gantt.js` takes. The same arguments give the same payload, so that an unchanged board is not sent twice.

    work_center : only its machines; None: all.   focus : (operation or order to show, a number that rises each time).
    """
    rows = [m for m, center in enumerate(board["work_centers"]) if work_center in (None, center)]
    row_of = {machine: row for row, machine in enumerate(rows)}
    kept = [i for i, machine in enumerate(board["operations"]["machine"]) if machine in row_of]
    origin = minutes_after(EPOCH, board["origin"])
    ops = _operations(board, kept, row_of)
    ghost = _ghosts(board, compared, kept, row_of, origin, ops["flags"]) if compared else _no_ghosts()
    first = max(min(ops["start"], default=board["now"]), board["now"] - LOOK_BACK)
    last = max([board["end"], board["now"] + 480, *ghost["end"]])
    names = [board["machines"][m] for m in rows]
    times = {m["machine"]: m for m in machines}
    return {
        "revision": f"{board['plan']}.{board['revision']}" + (f".{compared['plan']}" if compared else ""),
        "board": f"{board['plant']}/{work_center or ''}",
        "origin": origin,
        "zone": offsets(board["timezone"], origin, first - 2880, last + 2880),
        "now": board["now"],
        "frozen": board["frozen_until"],
        "first": first,
        "last": last,
        "height": height,
        "comparedWith": f"plan {compared['plan']}" if compared else "",
        "focus": {"label": focus[0], "turn": focus[1]} if focus else None,
        "machines": names,
        "groups": [board["work_centers"][m] for m in rows],
        "orders": board["orders"]["name"],
        "op": ops,
        "eligible": [[row_of[m] for m in machines_of if m in row_of] for machines_of in board["eligible_sets"]],
        "details": [_detail(board, i) for i in kept],
        "ghost": ghost,
        **_outages(names, times, board["origin"], board["now"]),
    }


def _operations(board: Board, kept: list[int], row_of: dict[int, int]) -> dict[str, Any]:
    o = board["operations"]
    late = board["orders"]["late_minutes"]
    place = {row: at for at, row in enumerate(kept)}
    status = [board["statuses"][s] for s in o["status"]]
    doubtful, pinned = set(board["in_doubt"]), set(board["pinned"])
    return {
        "order": [o["order"][i] for i in kept],
        "number": [o["operation"][i] for i in kept],
        "machine": [row_of[o["machine"][i]] for i in kept],
        "start": [o["start"][i] for i in kept],
        "end": [o["end"][i] for i in kept],
        "setup": [-1 if (s := o["setup_start"][i]) is None or s >= o["start"][i] else s for i in kept],
        "late": [late[o["order"][i]] for i in kept],
        "state": [STATES.get(status[i], 0) for i in kept],
        "flags": [FROZEN * (status[i] == "frozen") | PINNED * (i in pinned) | IN_DOUBT * (i in doubtful) for i in kept],
        "eligible": [o["eligible"][i] for i in kept],
        "link": [[place[p] for p in o["predecessors"][i] if p in place] for i in kept],
    }


def _detail(board: Board, i: int) -> str:
    o, orders, texts = board["operations"], board["orders"], board["texts"]
    order = o["order"][i]
    said = [texts[o["description"][i]], texts[orders["material"][order]], texts[orders["customer"][order]]]
    return " · ".join(dict.fromkeys(text for text in said if text))


def _no_ghosts() -> dict[str, list[int]]:
    return {"op": [], "machine": [], "start": [], "end": []}


def _ghosts(
    board: Board, compared: Board, kept: list[int], row_of: dict[int, int], origin: int, flags: list[int]
) -> dict[str, list[int]]:
    """Where the compared plan has what moved; marks the moved operations in `flags`."""
    shift = minutes_after(EPOCH, compared["origin"]) - origin
    c, names = compared["operations"], compared["orders"]["name"]
    before = {(names[c["order"][i]], c["operation"][i]): i for i in range(len(c["order"]))}
    rows = {board["machines"][m]: row for m, row in row_of.items()}
    ghost = _no_ghosts()
    o = board["operations"]
    for at, i in enumerate(kept):
        was = before.get((board["orders"]["name"][o["order"][i]], o["operation"][i]))
        if was is None:
            continue
        start, end, machine = c["start"][was] + shift, c["end"][was] + shift, compared["machines"][c["machine"][was]]
        if (start, machine) == (o["start"][i], board["machines"][o["machine"][i]]):
            continue
        flags[at] |= MOVED
        if machine in rows:
            for column, value in zip(ghost.values(), (at, rows[machine], start, end), strict=True):
                column.append(value)
    return ghost


def _outages(names: list[str], times: dict[str, MachineTimes], origin: str, now: int) -> dict[str, Any]:
    zero = parse(origin)
    closed: dict[str, list[int]] = {"machine": [], "start": [], "end": []}
    down: dict[str, list[Any]] = {"machine": [], "start": [], "end": [], "kind": [], "reason": []}
    for row, name in enumerate(names):
        known = times.get(name)
        for shut in known["closed"] if known else []:
            closed["machine"].append(row)
            closed["start"].append(minutes_after(zero, shut["start"]))
            closed["end"].append(minutes_after(zero, shut["end"]))
        for out in known["outages"] if known else []:
            down["machine"].append(row)
            down["start"].append(minutes_after(zero, out["start"]))
            down["end"].append(minutes_after(zero, out["end"]))
            down["kind"].append(int(out["kind"] == "breakdown"))
            down["reason"].append(out["reason"])
    spans = list(zip(down["machine"], down["start"], down["end"], strict=True))
    now_down = [any(at == row and start <= now < end for at, start, end in spans) for row in range(len(names))]
    return {"closed": closed, "down": down, "out": now_down}


def minutes_after(zero: dt.datetime, iso: str) -> int:
    return round((parse(iso) - zero).total_seconds() / 60)


@lru_cache(maxsize=64)
def _offsets(timezone: str, origin: int, first: int, last: int) -> tuple[tuple[int, int], ...]:
    zone = ZoneInfo(timezone)
    found: list[tuple[int, int]] = []
    for minute in range(first - first % 30, last + 30, 30):  # clocks change on full or half hours
        at = (EPOCH + dt.timedelta(minutes=origin + minute)).astimezone(zone)
        offset = round((at.utcoffset() or dt.timedelta()).total_seconds() / 60)
        if not found or found[-1][1] != offset:
            found.append((minute, offset))
    return tuple(found)


def offsets(timezone: str, origin: int, first: int, last: int) -> dict[str, list[int]]:
    """Minutes that the plant's clock is ahead of UTC: from which minute after `origin` on, and how many."""
    found = _offsets(timezone, origin, first, last)
    return {"from": [m for m, _ in found], "offset": [o for _, o in found]}
