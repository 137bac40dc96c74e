"""What the planner sees first: how old the data are, what has happened and what it costs, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ui import format as say
from ui.answers import Board, LoggedEvent, MachineTimes, Plan, Plant
from ui.views.selection import clock, when
from ui.views.tables import Row

FROM_ERP = ("order.", "receipt.", "material.", "calendar.", "pool.", "routing.")
FROM_MES = ("machine.", "operation.", "quality.")
NEXT_HOURS = 8
DOWN = "DOWN"


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


def next_hours(board: Board, machines: Sequence[MachineTimes] = (), hours: int = NEXT_HOURS) -> list[Row]:
    """Per machine: what runs now, what comes next and when, and how much of the time is taken.

    Where a machine is down that stands first, whatever it has begun; `is_down` tells such a row.
    """
    o, now = board["operations"], board["now"]
    last = now + 60 * hours
    per_machine: list[list[int]] = [[] for _ in board["machines"]]
    for i, machine in enumerate(o["machine"]):
        if o["end"][i] > now and o["start"][i] < last and board["statuses"][o["status"][i]] != "done":
            per_machine[machine].append(i)
    closed, down = _closed(board, machines), down_now(board, machines)
    rows = []
    for m, items in enumerate(per_machine):
        name = board["machines"][m]
        items.sort(key=lambda i: o["start"][i])
        running = [i for i in items if o["start"][i] <= now]
        coming = [i for i in items if o["start"][i] > now]
        busy = sum(min(o["end"][i], last) - max(o["start"][i], now) for i in items)
        work = " + ".join(f"{_label(board, i)} until {_until(board, i)}" for i in running)
        first = coming[0] if coming else None
        rows.append(
            {
                "Machine": name,
                "Now": "; ".join(x for x in (down.get(name, ""), work) if x) or closed.get(name, "idle"),
                "Starts": None if first is None else clock(board, o["start"][first]),
                "Next": say.NOTHING if first is None else _label(board, first),
                "Then": _from(board, coming[1]) if len(coming) > 1 else say.NOTHING,
                "More": max(0, len(coming) - 2),
                "Load": 100 * busy / (60 * hours),
            }
        )
    return rows


def is_down(row: Row) -> bool:
    return str(row["Now"]).startswith(DOWN)


def down_now(board: Board, machines: Sequence[MachineTimes]) -> dict[str, str]:
    """Machines that are down now: "DOWN until 10:00 (spindle)"; an end that nobody has given is said so."""
    now = say.parse(board["origin"]) + dt.timedelta(minutes=board["now"])
    found = {}
    for known in machines:
        for out in known["outages"]:
            if say.parse(out["start"]) <= now < say.parse(out["end"]):
                until = say.parse(out["end"])
                time = f"{until:%H:%M}" if until.date() == now.astimezone(until.tzinfo).date() else say.moment(until)
                end = "end unknown" if out["end_assumed"] else f"until {time}"
                kind = DOWN if out["kind"] == "breakdown" else f"{DOWN} for maintenance"
                reason = f" ({out['reason']})" if out["reason"] else ""
                found[known["machine"]] = f"{kind}{',' if out['end_assumed'] else ''} {end}{reason}"
    return found


def _closed(board: Board, machines: Sequence[MachineTimes]) -> dict[str, str]:
    """Machines that are closed now, and until when."""
    now = say.parse(board["origin"]) + dt.timedelta(minutes=board["now"])
    return {
        known["machine"]: f"closed until {say.moment(shut['end'])}"
        for known in machines
        for shut in known["closed"]
        if say.parse(shut["start"]) <= now < say.parse(shut["end"])
    }


def _label(board: Board, i: int) -> str:
    o = board["operations"]
    return f"{board['orders']['name'][o['order'][i]]}/{o['operation'][i]}"


def _until(board: Board, i: int) -> str:
    end = board["operations"]["end"][i]
    said = when(board, end)
    return said.split()[-1] if end - board["now"] < 720 else said


def _from(board: Board, i: int) -> str:
    return f"{_label(board, i)} at {when(board, board['operations']['start'][i]).split()[-1]}"
