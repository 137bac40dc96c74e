"""Connections to other systems, as rows and words."""

from __future__ import annotations

from collections.abc import Sequence

from ui import format as say
from ui.answers import Connection, ConnectionDetail
from ui.views.tables import Row

STATES = {"done": "read", "asked": "needs an answer", "failed": "failed", "waiting": "being read"}
OUT_STATES = {"waiting": "waiting", "held": "for approval", "dead": "given up", "sent": "sent"}
FIELDS = {
    "orders": "orders",
    "receipts": "deliveries",
    "stock": "stock",
    "confirmations": "confirmations",
    "plan": "plan",
}


def feed_lines(connections: Sequence[Connection]) -> list[str]:
    """A line for each that a planner should know of: it fails, is silent, or needs an answer."""
    lines = []
    for one in connections:
        if one["state"] == "failing":
            lines.append(f"{one['name']} cannot be reached: {one['trouble']}")
        elif one["silent"]:
            read = ", ".join(FIELDS[kind] for kind in one["reads"])
            verb = "is" if len(one["reads"]) == 1 and one["reads"][0] == "stock" else "are"
            lines.append(f"{one['name']}: {read} {verb} from {say.moment(one['data_at'])}")
        if needs := needed(one):
            lines.append(f"{one['name']}: {needs}")
    return lines


def needed(one: Connection) -> str:
    """What waits for a person; "" where nothing does."""
    gone = len(one["vanished"])
    parts = [
        f"{say.count(one['asked'], 'file')} to be answered" if one["asked"] else "",
        f"{say.count(gone, 'order')} no longer listed" if gone else "",
        f"{say.count(one['rejected_rows'], 'row')} rejected" if one["rejected_rows"] else "",
        f"{say.count(one['dead_letters'], 'message')} not sent" if one["dead_letters"] else "",
        f"{say.count(one['held'], 'message')} for approval" if one["held"] else "",
    ]
    return ", ".join(part for part in parts if part)


def standing(one: Connection) -> str:
    """How it stands, in one line."""
    if one["state"] == "no plant":
        return "its plant is not loaded"
    if one["state"] == "failing":
        return f"cannot be reached: {one['trouble']}"
    parts = [f"last read {say.moment(one['read_at'])}"] if one["reads"] else []
    parts += [f"last sent {say.moment(one['wrote_at'])}"] if one["writes"] else []
    parts += [f"{say.count(one['waiting'], 'message')} waiting"] if one["waiting"] else []
    return " · ".join(parts) or "nothing set up"


def abilities(one: Connection) -> str:
    """What comes in, what goes back, and what it can do."""
    reads = ", ".join(FIELDS[kind] for kind in one["reads"]) or "nothing"
    writes = ", ".join(FIELDS[kind] for kind in one["writes"]) or "nothing"
    can = ", ".join(name.replace("_", " ") for name in one["can"])
    return f"in: {reads} · back: {writes}" + (f" · can: {can}" if can else "")


def message_rows(one: ConnectionDetail) -> list[Row]:
    return [
        {
            "#": m["number"],
            "Came": say.clock(m["received_at"]),
            "From": m["outer_id"].rpartition("@")[0] or m["outer_id"],
            "Result": STATES[m["state"]],
            "Report": "; ".join(m["said"].splitlines()[1:]),
        }
        for m in one["messages"]
    ]


def rejected_rows(one: ConnectionDetail) -> list[Row]:
    return [
        {
            "Message": r["message"],
            "Of": FIELDS.get(r["kind"], r["kind"]),
            "Name": r["name"],
            "Rule": r["rule"],
            "Why": r["reason"],
        }
        for r in one["rejected"]
    ]


def outgoing_rows(one: ConnectionDetail) -> list[Row]:
    return [
        {
            "#": m["number"],
            "Since": say.clock(m["created_at"]),
            "Tells of": "a released plan" if m["kind"] == "plan" else f"{FIELDS[m['kind']]} {m['subject']}",
            "State": OUT_STATES[m["state"]],
            "Tried": m["attempts"],
            "Answer": m["reason"],
        }
        for m in one["outgoing"]
    ]
