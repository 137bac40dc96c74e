"""Why a plan was made, in a planner's words: how, after which events, what they ask for, and what has kept it since."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ui import format as say
from ui.answers import ListChange, LoggedEvent, Need, Plan, Reaction
from ui.views.blame import DISTURBANCES
from ui.views.tables import Row
from ui.views.words import event_words, in_words

ASKS: Mapping[Need, str] = {
    "keep": "keep the plan while it holds",
    "repair": "repair",
    "improve": "repair, then look for a better plan",
    "replan": "repair, then full re-plan",
}
"""What the table of reactions asks for."""
HOW = {
    "repaired": "Repaired",
    "improved": "Improved",
    "fully re-planned": "Full re-plan",
    "planned anew": "Full re-plan",
    "planned": "First plan",
    "asked for": "Requested",
    "what if": "What-if",
    "promoted": "Adopted what-if",
    "adopted": "Adopted what-if",
    "adoption taken back": "Taken back",
    "rolled back": "Rolled back",
    "re-timed": "Recalculated",
    "came with": "Came with the plant",
}
"""How a plan's cause begins, and what is said of it."""
NO_LONGER_FEASIBLE = re.compile(" (?:is no longer feasible|held no longer): ")
"""Stands in a reason between the plan before and what it broke; the second in plans of earlier releases."""
CHANGES = {
    "new": "new on the list",
    "moved": "other machine",
    "resequenced": "overtaken",
    "retimed": "other start",
    "started": "started",
    "finished": "finished",
    "gone": "off the list",
}


@dataclass(frozen=True, slots=True)
class Why:
    """how: "Repaired".   after: the event that speaks for all, "" for none.   reason: in words.   asked: by the table.

    kept: through how many later events.
    """

    how: str
    after: str
    reason: str
    asked: str
    kept: int

    def sentence(self) -> str:
        """Repaired after mill-1 is down (spindle) and 2 more reports: its work is delayed or moved."""
        after = f" after {self.after}" if self.after else ""
        return f"{self.how}{after}" + (f": {self.reason}" if self.reason else "")

    def since(self) -> str:
        """Kept through 3 reports since; "" where there were none."""
        return f"Kept through {say.count(self.kept, 'report')} since" if self.kept else ""


def how_made(plan: Plan) -> str:
    return next((words for start, words in HOW.items() if plan["cause"].startswith(start)), "Made")


def headline(plan: Plan) -> str:
    """Repaired after mill-1 down: its work is delayed or moved."""
    cause = in_words(plan["cause"])
    for start, words in HOW.items():
        if cause.startswith(start):
            rest = cause[len(start) :]
            return words + (rest if rest.startswith((" after", ":")) else rest[rest.find(":") :] if ":" in rest else "")
    return cause


def why(plan: Plan, events: Sequence[LoggedEvent]) -> Why:
    """events : of the log, those that led to the plan among them."""
    trigger = plan["trigger"]
    if trigger is None:
        _, _, rest = plan["cause"].partition(": ")
        return Why(how_made(plan), "", rest, "", 0)
    behind = led_to(plan, events)
    speaker = next((e for e in behind if e["event"]["type"] in DISTURBANCES), None) or (behind[-1] if behind else None)
    more = trigger["until"] - trigger["after"] - 1
    after = ""
    if speaker is not None:
        after = _said(speaker["summary"]) + (f" and {say.count(more, 'more report')}" if more > 0 else "")
    kept = max(0, plan["revision"] - trigger["until"])
    return Why(how_made(plan), after, trigger["reason"], ASKS[trigger["need"]], kept)


def decision_words(plan: Plan) -> list[str]:
    """Who decided and why, whose release it goes on with, and what came of it since; a sentence each."""
    found = []
    if plan["decided_by"]:
        reason = f": {plan['reason']}" if plan["reason"] else ""
        found.append(f"Decided by {plan['decided_by']}, {say.moment(plan['decided_at'])}{reason}")
    if plan["kept_for"] and plan["kept_for"] != plan["decided_by"]:
        found.append(f"Goes on with what {plan['kept_for']} released")
    if plan["made_from"]:
        found.append(f"Recalculated from plan {plan['made_from']}")
    return found + [f"{say.moment(note['at'])}: {note['text']}" for note in plan["notes"]]


def led_to(plan: Plan, events: Sequence[LoggedEvent]) -> list[LoggedEvent]:
    """The events that led to a plan, oldest first."""
    trigger = plan["trigger"]
    if trigger is None:
        return []
    return sorted(
        (e for e in events if trigger["after"] < e["revision"] <= trigger["until"]), key=lambda e: e["revision"]
    )


def _said(summary: str) -> str:
    """The same inside a sentence: names keep their capitals."""
    first, _, rest = summary.partition(" ")
    return f"{first.lower()} {rest}" if first in ("Order", "Delivery", "Time") else summary


def history_rows(plans: Sequence[Plan], events: Sequence[LoggedEvent]) -> list[Row]:
    """Plan versions with their reasons, the newest first; plans of what-ifs are none of the plant's."""
    rows = []
    for plan in plans:
        told, kept = why(plan, events), plan["promises"]
        rows.append(
            {
                "Plan": plan["id"],
                "Made": say.clock(plan["created_at"]),
                "Status": plan["status"],
                "How": told.how,
                "After": told.after or say.NOTHING,
                "Why": NO_LONGER_FEASIBLE.split(told.reason)[-1] or say.NOTHING,
                "Moved": plan["kpis"]["moved_operations"],
                "Late": plan["kpis"]["late_orders"] if kept is None else kept["late"],
                "Decided by": plan["decided_by"] or say.NOTHING,
                "Reason": plan["reason"] or say.NOTHING,
            }
        )
    return rows


def reaction_rows(reactions: Sequence[Reaction]) -> list[Row]:
    return [{"Event": event_words(r["event"]), "Reaction": ASKS[r["need"]], "Because": r["reason"]} for r in reactions]


def change_rows(changes: Sequence[ListChange]) -> list[Row]:
    """What has become of the rows of a confirmed dispatch list."""
    return [
        {
            "Operation": f"{c['order']}/{c['operation']}",
            "What": CHANGES[c["what"]],
            "Start now": say.clock(c["start_after"]),
            "Now": _place(c["position_after"], c["machine_after"]),
            "Start confirmed": say.clock(c["start_before"]),
            "Confirmed": _place(c["position_before"], c["machine_before"]),
            "Why": in_words(c["reason"]),
        }
        for c in changes
    ]


def _place(position: int | None, machine: str | None) -> str:
    """no. 3, mill-1; a dash where it stands nowhere."""
    parts = [f"no. {position}" if position is not None else "", machine or ""]
    return ", ".join(p for p in parts if p) or say.NOTHING
