"""A released plan, into Tryton: the days of a production, and the work centre of each of its works.

A day cannot be changed while a production is waiting, so it goes back to draft and waits again. That makes its works
anew, each on a centre drawn at random; they are read anew, and each is given its machine. What stands there already is
not written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from scheduler.connect.tryton_notes import Notes, Planned
from scheduler.connect.tryton_rpc import Record, TrytonRefuses, TrytonServer
from scheduler.connect_ports import Outgoing

log = structlog.get_logger("rejig.connections")

PLANNABLE = ("draft", "waiting", "assigned", "running")
DATED = ("draft", "waiting")
"""In these its days can be changed, after all."""


@dataclass(slots=True)
class OrderPlan:
    """Of one order: first and last day, and by operation its machine."""

    start: dt.date
    end: dt.date
    machines: dict[int, str] = field(default_factory=dict)


class PlanWriter:
    def __init__(self, server: TrytonServer, notes: Notes, warehouse: Callable[[], Record]) -> None:
        self._server = server
        self._notes = notes
        self._warehouse = warehouse

    def write(self, message: Outgoing) -> str:
        """Order by order; one that Tryton refuses keeps no other waiting, nor the next plan. Raises ConnectionAway."""
        plans = by_order(message.body.get("rows", ()))
        warehouse = self._warehouse()["id"]
        shape = [["number", "in", list(plans)], ["warehouse", "=", warehouse], ["state", "in", list(PLANNABLE)]]
        fields = ["number", "state", "planned_start_date", "planned_date"]
        productions = self._server.read("production", shape, fields) if plans else []
        centers = self._server.read("production.work.center", [["warehouse", "=", warehouse]], ["name"])
        machines = {row["name"]: row["id"] for row in centers}
        before = self._notes.planned([row["id"] for row in productions])
        refused = 0
        for row in productions:
            plan = plans[row["number"]]
            try:
                self._date(row, plan, before.get(row["id"]), f"{message.lasting_key}/{row['number']}")
                self._place(row, plan, machines)
            except TrytonRefuses as fault:
                refused += 1
                log.warning("tryton.not_planned", connection=message.connection, order=row["number"], reason=str(fault))
        return f"{len(productions) - refused} productions, {refused} refused"

    def _date(self, row: Record, plan: OrderPlan, before: Planned | None, key: str) -> None:
        """The note is left first, so that the day for which it was due is never lost, nor that it was waiting."""
        number, state = row["id"], row["state"]
        if state not in DATED:
            return
        stands = (row["planned_start_date"], row["planned_date"])
        wanted = (plan.start, plan.end)
        noted = self._notes.find(key, "production") if state == "draft" or stands != wanted else None
        if stands != wanted:
            due = before.due if before is not None and row["planned_date"] == before.end else row["planned_date"]
            if noted is None:
                text = f"{Planned(plan.start, plan.end, due or plan.end)}, it was {state}"
                self._notes.leave(key, "production", number, text)
                noted = number, text
            if state == "waiting":
                self._server.call("model.production.draft", [number])
            dates = {"planned_start_date": plan.start, "planned_date": plan.end}
            self._server.call("model.production.write", [number], dates)
        if noted is not None and noted[1].endswith("it was waiting"):
            self._server.call("model.production.wait", [number])

    def _place(self, row: Record, plan: OrderPlan, machines: Mapping[str, int]) -> None:
        fields = ["sequence", "state", "work_center.name"]
        for work in self._server.read("production.work", [["production", "=", row["id"]]], fields):
            wanted = plan.machines.get(work["sequence"])
            there = (work["work_center."] or {}).get("name")
            if wanted is None or wanted == there or work["state"] in ("finished", "done"):
                continue
            if wanted not in machines:
                raise TrytonRefuses(f"no work centre '{wanted}' in this warehouse")
            self._server.call("model.production.work.write", [work["id"]], {"work_center": machines[wanted]})


def by_order(rows: Iterable[Mapping[str, Any]]) -> dict[str, OrderPlan]:
    """The days are those on the clock of the plant."""
    plans: dict[str, OrderPlan] = {}
    for row in rows:
        start, end = _day(row["setup_start"] or row["start"]), _day(row["end"])
        plan = plans.setdefault(row["order"], OrderPlan(start, end))
        plan.start, plan.end = min(plan.start, start), max(plan.end, end)
        plan.machines[int(row["operation"])] = row["machine"]
    return plans


def _day(text: str) -> dt.date:
    return dt.datetime.fromisoformat(text).date()
