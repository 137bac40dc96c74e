"""A machine's dispatch list as JSON, for whoever carries it to the machine."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute, iso
from scheduler.planning.lists.dispatch_list import DispatchRow
from scheduler.planning.lists.list_changes import RowChange
from scheduler.usecases.dispatch_lists import ServedList


def list_body(plant: str, served: ServedList, revision: int, rows: int) -> str:
    """The first rows of it, and what has changed against the list that the machine confirmed last.

    `revision` rises with whatever happens in the plant: of two lists the one with the larger is the newer. `version` is
    what a machine confirms. `changes` null: nothing was confirmed, or nobody knows those rows any more.
    """
    zone, listing = served.zone, served.listing
    body = {
        "plant": plant,
        "machine": listing.target,
        "revision": revision,
        "plan": served.plan,
        "version": listing.version,
        "now": iso(served.now, zone),
        "operations": len(listing.rows),
        "lines": [_line(row, zone) for row in listing.rows[:rows]],
        "changes": None if served.changes is None else [_change(change, zone) for change in served.changes],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _line(row: DispatchRow, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "position": row.position,
        "order": row.order,
        "operation": row.operation,
        "description": row.description,
        "material": row.material,
        "customer": row.customer,
        "quantity": row.quantity,
        "setup_family": row.setup_family,
        "setup_start": _at(row.setup_start, zone),
        "start": iso(row.start, zone),
        "end": iso(row.end, zone),
        "due": iso(row.due, zone),
        "late_minutes": row.late_minutes,
        "state": "running" if row.status == "running" else "next",
        "material_ready": row.material_ready,
        "missing": [
            {"material": m.material, "quantity": m.quantity, "expected": _at(m.expected, zone)} for m in row.missing
        ],
    }


def _change(change: RowChange, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "order": change.order,
        "operation": change.operation,
        "what": change.what,
        "machine_before": change.machine_before,
        "machine_after": change.machine_after,
        "position_before": change.position_before,
        "position_after": change.position_after,
        "start_before": _at(change.start_before, zone),
        "start_after": _at(change.start_after, zone),
        "plan": change.plan,
        "reason": change.reason,
    }


def _at(minute: Minute | None, zone: ZoneInfo) -> str | None:
    return None if minute is None else iso(minute, zone)
