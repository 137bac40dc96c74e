"""What the planner sees first: how old the data are, what has happened and what it costs, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ui import format as say
from ui.answers import Board, LoggedEvent, MachineTimes, Plan, Plant
from ui.views.selection import when
from ui.views.tables import Row

FROM_ERP = ("order.", "receipt.", "material.", "calendar.", "pool.", "routing.")
FROM_MES = ("machine.", "operation.", "quality.")
DISTURBANCES = (
    "machine.down",
    "machine.speed",
    "calendar.changed",
    "pool.changed",
    "routing.changed",
    "order.created",
    "order.changed",
    "order.cancelled",
    "receipt.changed",
    "material.counted",
    "operation.paused",
    "quality.held",
    "promise.reserved",
)
NEXT_HOURS = 8
WORTH_TELLING = 3
"""Minutes of weighted tardiness; less is not shown."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Something that may have cost time: what, when, and its effect in words. prefill: the event itself."""

    revision: int
    when: str
    what: str
    effect: str
    kind: str
    worse: bool
    prefill: LoggedEvent


def ages(plant: Plant, events: Sequence[LoggedEvent], plan: Plan | None, now: dt.datetime) -> dict[str, str]:
    """How old ERP data, MES data and the plan are; `now` is the wall clock."""

    def since(prefixes: tuple[str, ...]) -> str:
        told = [e["accepted_at"] for e in events if e["event"]["type"].startswith(prefixes)]
        at = max((say.parse(t) for t in told), default=say.parse(plant["loaded_at"]))
        return say.age((now - at).total_seconds())

    found = {"ERP": since(FROM_ERP), "MES": since(FROM_MES)}
    if plan is None:
        found["Plan"] = "none in force"
    else:
        made = say.age((now - say.parse(plan["decided_at"] or plan["created_at"])).total_seconds())
        behind = plant["revision"] - plan["revision"]
        knows = "up to date" if behind <= 0 else f"{say.count(behind, 'report')} not yet planned"
        found["Plan"] = f"no. {plan['id']}, {made}, {knows}"
    return found


def disturbances(events: Sequence[LoggedEvent], plans: Sequence[Plan], limit: int = 12) -> list[Disturbance]:
    """The newest first, each with the difference between the last plan that did not know it and the first that does."""
    real = sorted((p for p in plans if p["what_if"] is None), key=lambda p: (p["revision"], p["id"]))
    found: list[Disturbance] = []
    for event in sorted(events, key=lambda e: -e["revision"]):
        if event["event"]["type"] in DISTURBANCES and len(found) < limit:
            effect, worse = _effect(event["revision"], real, events)
            when_said = say.moment(event["event"]["time"])
            kind = event["event"]["type"]
            found.append(Disturbance(event["revision"], when_said, event["summary"], effect, kind, worse, event))
    return found


def _effect(revision: int, plans: Sequence[Plan], events: Sequence[LoggedEvent]) -> tuple[str, bool]:
    """The last plan before it against the best of the first ones that know it (a repair, then improvements); then what
    was improved since, until the next disturbance was planned for."""
    knowing = next((p["revision"] for p in plans if p["revision"] >= revision), None)
    if knowing is None:
        return "no plan knows of it yet", True
    after = [p for p in plans if p["revision"] == knowing][-1]
    before = [p for p in plans if p["revision"] < revision]
    if not before:
        return f"known to plan {after['id']}", False
    last = before[-1]["revision"]
    disturbed = [e["revision"] for e in events if e["event"]["type"] in DISTURBANCES]
    company = sum(1 for at in disturbed if last < at <= knowing) - 1
    moved = after["kpis"]["moved_operations"]
    parts = _change(before[-1], after) + ([f"{say.count(moved, 'operation')} moved"] if moved else [])
    shared = f" · together with {say.count(company, 'more event')}" if company else ""
    words = f"{', '.join(parts) or 'no effect'} · plan {after['id']}{shared}"
    following = min((at for at in disturbed if at > knowing), default=None)
    settled = [p for p in plans if p["revision"] >= knowing and (following is None or p["revision"] < following)][-1]
    if since := _change(after, settled):
        words += f" · since then {', '.join(since)} · plan {settled['id']}"
    late, tardy = _differences(before[-1], settled)
    return words, late > 0 or tardy >= WORTH_TELLING


def _differences(before: Plan, after: Plan) -> tuple[int, float]:
    """Late orders, and minutes of weighted tardiness."""
    a, b = before["kpis"], after["kpis"]
    return b["late_orders"] - a["late_orders"], b["weighted_tardiness"] - a["weighted_tardiness"]


def _change(before: Plan, after: Plan) -> list[str]:
    late, tardy = _differences(before, after)
    parts = []
    if late:
        parts.append(f"{abs(late)} {'more' if late > 0 else 'fewer'} late {'order' if abs(late) == 1 else 'orders'}")
    if abs(tardy) >= WORTH_TELLING:
        parts.append(f"{say.signed(say.hours(tardy), tardy)} tardiness")
    return parts


def next_hours(board: Board, machines: Sequence[MachineTimes] = (), hours: int = NEXT_HOURS) -> list[Row]:
    """Per machine: what runs now, what comes next, and how much of the time is taken."""
    o, now = board["operations"], board["now"]
    last = now + 60 * hours
    per_machine: list[list[int]] = [[] for _ in board["machines"]]
    for i, machine in enumerate(o["machine"]):
        if o["end"][i] > now and o["start"][i] < last and board["statuses"][o["status"][i]] != "done":
            per_machine[machine].append(i)
    away = _away(board, machines)
    rows = []
    for m, items in enumerate(per_machine):
        items.sort(key=lambda i: o["start"][i])
        running = [i for i in items if o["start"][i] <= now]
        coming = [i for i in items if o["start"][i] > now]
        busy = sum(min(o["end"][i], last) - max(o["start"][i], now) for i in items)
        rows.append(
            {
                "Machine": board["machines"][m],
                "Now": " + ".join(f"{_label(board, i)} until {_until(board, i)}" for i in running)
                or away.get(board["machines"][m], "idle"),
                "Next": _from(board, coming[0]) if coming else say.NOTHING,
                "Then": _from(board, coming[1]) if len(coming) > 1 else say.NOTHING,
                "More": max(0, len(coming) - 2),
                "Load": 100 * busy / (60 * hours),
            }
        )
    return rows


def _away(board: Board, machines: Sequence[MachineTimes]) -> dict[str, str]:
    """Machines that cannot work now, and until when."""
    now = say.parse(board["origin"]) + dt.timedelta(minutes=board["now"])
    found = {}
    for known in machines:
        for word, times in (("closed", known["closed"]), ("down", known["outages"])):
            for time in times:
                if say.parse(time["start"]) <= now < say.parse(time["end"]):
                    found[known["machine"]] = f"{word} until {say.moment(time['end'])}"
    return found


def _label(board: Board, i: int) -> str:
    o = board["operations"]
    return f"{board['orders']['name'][o['order'][i]]}/{o['operation'][i]}"


def _until(board: Board, i: int) -> str:
    end = board["operations"]["end"][i]
    said = when(board, end)
    return said.split()[-1] if end - board["now"] < 720 else said


def _from(board: Board, i: int) -> str:
    return f"{_label(board, i)} at {when(board, board['operations']['start'][i]).split()[-1]}"
