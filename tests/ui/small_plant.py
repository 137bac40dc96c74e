"""A plant small enough to check by hand, as the API would answer it, and a large one for the board's speed."""

from __future__ import annotations

import random
from typing import Any, cast

from ui.answers import Board, MachineTimes

STATUSES = ["done", "running", "frozen", "planned"]


def machines() -> list[MachineTimes]:
    """Two mills on a day shift (mill-2 broken on Monday 08:00 to 10:00) and a saw; Monday 2 March 2026 in Zurich."""
    night = [{"start": "2026-03-02T00:00+01:00", "end": "2026-03-02T06:00+01:00"}]
    broken = {
        "start": "2026-03-02T08:00+01:00",
        "end": "2026-03-02T10:00+01:00",
        "end_assumed": True,
        "kind": "breakdown",
        "reason": "spindle",
    }
    rows = [
        {"machine": "mill-1", "work_center": "mill", "efficiency": 1.0, "down": False, "closed": night, "outages": []},
        {
            "machine": "mill-2",
            "work_center": "mill",
            "efficiency": 1.0,
            "down": True,
            "closed": [],
            "outages": [broken],
        },
        {"machine": "saw-1", "work_center": "saw", "efficiency": 1.0, "down": False, "closed": [], "outages": []},
    ]
    return cast(list[MachineTimes], rows)


def board(plan: int = 7, **changes: Any) -> Board:
    """MO-1: saw-1 06:00-07:00 (done), mill-1 08:00-10:00; MO-2: saw-1 07:00-08:30 (running), mill-2 10:00-12:00.

    Now is 08:00, the frozen zone ends 09:00. MO-1 is due 12:00 (2 h early), MO-2 11:00 (1 h late). mill-1 changes over
    from 07:40 on.
    """
    found = {
        "plant": "tiny",
        "plan": plan,
        "revision": 42,
        "timezone": "Europe/Zurich",
        "origin": "2026-03-02T00:00+01:00",
        "now": 480,
        "frozen_until": 540,
        "end": 720,
        "statuses": STATUSES,
        "texts": ["", "saw", "mill", "gear-17", "Keller AG", "alu"],
        "machines": ["mill-1", "mill-2", "saw-1"],
        "work_centers": ["mill", "mill", "saw"],
        "eligible_sets": [[2], [0, 1]],
        "operations": {
            "order": [0, 1, 0, 1],
            "operation": [10, 10, 20, 20],
            "machine": [2, 2, 0, 1],
            "setup_start": [None, None, 460, None],
            "start": [360, 420, 480, 600],
            "end": [420, 510, 600, 720],
            "status": [0, 1, 2, 3],
            "description": [1, 1, 2, 2],
            "setup_family": [0, 0, 5, 5],
            "eligible": [0, 0, 1, 1],
            "predecessors": [[], [], [0], [1]],
        },
        "in_doubt": [],
        "pinned": [],
        "orders": {
            "name": ["MO-1", "MO-2"],
            "customer": [4, 0],
            "material": [3, 3],
            "quantity": [25.0, 10.0],
            "due": [720, 660],
            "priority": [1.0, 2.0],
            "end": [600, 720],
            "late_minutes": [-120, 60],
            "sub_assembly": [False, False],
            "pieces_short": [0.0, 0.0],
        },
    }
    found.update(changes)
    return cast(Board, found)


def large_board(operations: int, machine_count: int = 60, seed: int = 1) -> tuple[Board, list[MachineTimes]]:
    """As many operations as asked for, spread over the machines without overlap, five to an order."""
    r = random.Random(seed)
    names = [f"{center}-{i:02d}" for center in ("CNC", "LATHE", "MILL", "WELD", "PAINT", "ASM") for i in range(1, 11)]
    names = sorted(names[:machine_count])
    ends = [300] * len(names)
    rows: list[tuple[int, int, int, int, int, int | None]] = []
    order_count = max(1, operations // 5)
    for k in range(operations):
        m = r.randrange(len(names))
        setup = r.choice([0, 0, 0, 20, 35])
        start = ends[m] + setup + r.choice([0, 0, 5, 30, 90])
        end = start + r.randrange(25, 200)
        ends[m] = end
        rows.append((start, end, m, k % order_count, 10 * (k // order_count + 1), start - setup if setup else None))
    rows.sort()
    at = {(x[3], x[4]): i for i, x in enumerate(rows)}
    finish = [0] * order_count
    for _, end, _, order, *_ in rows:
        finish[order] = max(finish[order], end)
    due = [end + r.randrange(-400, 2600) for end in finish]
    now = 900
    made = board(
        plant="large",
        now=now,
        frozen_until=now + 120,
        end=max(ends),
        machines=names,
        work_centers=[n.split("-")[0] for n in names],
        eligible_sets=[[0, 1]],
        operations={
            "order": [x[3] for x in rows],
            "operation": [x[4] for x in rows],
            "machine": [x[2] for x in rows],
            "setup_start": [x[5] for x in rows],
            "start": [x[0] for x in rows],
            "end": [x[1] for x in rows],
            "status": [0 if x[1] <= now else 1 if x[0] < now else 2 if x[0] < now + 120 else 3 for x in rows],
            "description": [1] * len(rows),
            "setup_family": [5] * len(rows),
            "eligible": [0] * len(rows),
            "predecessors": [[at[x[3], x[4] - 10]] if x[4] > 10 else [] for x in rows],
        },
        orders={
            "name": [f"WO-{1000 + i}" for i in range(order_count)],
            "customer": [4] * order_count,
            "material": [3] * order_count,
            "quantity": [10.0] * order_count,
            "due": due,
            "priority": [1.0] * order_count,
            "end": finish,
            "late_minutes": [e - d for e, d in zip(finish, due, strict=True)],
            "sub_assembly": [False] * order_count,
            "pieces_short": [0.0] * order_count,
        },
    )
    days = range(max(ends) // 1440 + 2)
    shut = [(f"2026-03-{2 + d:02d}T22:00+01:00", f"2026-03-{3 + d:02d}T05:00+01:00") for d in days if d < 28]
    times = [
        {
            "machine": n,
            "work_center": n.split("-")[0],
            "efficiency": 1.0,
            "down": False,
            "closed": [{"start": a, "end": b} for a, b in shut],
            "outages": [],
        }
        for n in names
    ]
    return made, cast(list[MachineTimes], times)
