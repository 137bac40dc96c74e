"""What has happened and what it has cost: a line for each batch of events that one plan has answered.

Only plans that were in force are compared, each with the one that it replaced, so that no event is blamed for a
proposal or praised for what a search has gained before or after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ui import format as say
from ui.answers import LoggedEvent, Plan

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
WORTH_TELLING = 60
"""Minutes late, of all orders together; less is not shown."""
NAMED = 2
"""Events of a batch that are told each by itself."""
DAY = 1440


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A batch: when it began, what it was, and its effect in words.

    revision : of its first event.   worse : it has cost more than was gained back since.
    prefill : of its events the one that opens a what-if.
    """

    revision: int
    when: str
    what: str
    effect: str
    worse: bool
    prefill: LoggedEvent


def disturbances(
    events: Sequence[LoggedEvent],
    plans: Sequence[Plan],
    limit: int = 12,
    opens: Callable[[LoggedEvent], bool] = bool,
) -> list[Disturbance]:
    """The newest first. opens : whether a what-if can begin with an event."""
    ran = sorted((p for p in plans if p["status"] in ("released", "superseded")), key=lambda p: p["id"])
    known = {plan["id"]: _knew(plan, events) for plan in ran}
    batches: dict[tuple[str, int], list[LoggedEvent]] = {}
    for event in sorted(events, key=lambda e: e["revision"]):
        if event["event"]["type"] in DISTURBANCES:
            batches.setdefault(_answer(event["revision"], ran, known), []).append(event)
    answered = {number for how, number in batches if how == "answered"}
    found = []
    for (how, number), batch in batches.items():
        effect, worse = _effect(how, number, ran, answered)
        first = next((e for e in batch if opens(e)), batch[0])
        told = say.moment(batch[0]["event"]["time"])
        found.append(Disturbance(batch[0]["revision"], told, _told(batch), effect, worse, first))
    return sorted(found, key=lambda d: -d.revision)[:limit]


def _knew(plan: Plan, events: Sequence[LoggedEvent]) -> int:
    """The revision for which a plan was made: its own rises while it is kept. A plan that a person has asked for knew
    what had come in before it was stored."""
    if plan["trigger"] is not None:
        return plan["trigger"]["until"]
    made = say.parse(plan["created_at"])
    later = [e["revision"] for e in events if say.parse(e["accepted_at"]) > made]
    return min([plan["revision"], *(at - 1 for at in later)])


def _answer(revision: int, ran: Sequence[Plan], known: dict[int, int]) -> tuple[str, int]:
    """How an event was met: answered by a plan, kept through by one, or waiting (the number is then 0)."""
    place = next((i for i, p in enumerate(ran) if known[p["id"]] >= revision), len(ran))
    if place and ran[place - 1]["revision"] >= revision:
        return "kept", ran[place - 1]["id"]
    return ("answered", ran[place]["id"]) if place < len(ran) else ("waiting", 0)


def _effect(how: str, number: int, ran: Sequence[Plan], answered: set[int]) -> tuple[str, bool]:
    if how == "waiting":
        return "not yet planned", True
    if how == "kept":
        return f"no effect: plan {number} holds", False
    at = next(i for i, p in enumerate(ran) if p["id"] == number)
    plan = ran[at]
    if at == 0:
        return f"known to plan {number}", False
    late, minutes = _difference(ran[at - 1], plan)
    moved = plan["kpis"]["moved_operations"]
    parts = _words(late, minutes) + ([f"{say.count(moved, 'operation')} moved"] if moved else [])
    searched = " with a new search" if is_searched(plan) else ""
    words = f"{', '.join(parts) or 'no effect'}{searched} · plan {number}"
    gained_late, gained_minutes, last = 0, 0, None
    for before, after in pairwise(ran[at:]):
        if after["id"] in answered:
            break
        if is_searched(after):
            more_late, more_minutes = _difference(before, after)
            gained_late, gained_minutes, last = gained_late + more_late, gained_minutes + more_minutes, after
    if last is not None and (gain := _words(gained_late, gained_minutes)):
        words += f" · the search since: {', '.join(gain)} · plan {last['id']}"
    return words, late + gained_late > 0 or minutes + gained_minutes >= WORTH_TELLING


def is_searched(plan: Plan) -> bool:
    """Whether a search has made it; a repair only answers what has happened."""
    return not plan["cause"].startswith("repaired")


def _difference(before: Plan, after: Plan) -> tuple[int, int]:
    """Late orders, and minutes late of all together; sub-assemblies apart where both plans tell them apart."""
    a, b = before["promises"], after["promises"]
    if a is None or b is None:
        return after["kpis"]["late_orders"] - before["kpis"]["late_orders"], 0
    return b["late"] - a["late"], b["minutes_late"] - a["minutes_late"]


def _words(late: int, minutes: int) -> list[str]:
    parts = []
    if late:
        parts.append(f"{abs(late)} {'more' if late > 0 else 'fewer'} late {'order' if abs(late) == 1 else 'orders'}")
    if abs(minutes) >= WORTH_TELLING:
        size = say.duration(abs(minutes)) if abs(minutes) < DAY else f"{abs(minutes) / DAY:.1f} d"
        parts.append(f"{size} {'later' if minutes > 0 else 'sooner'} in all")
    return parts


def _told(batch: Sequence[LoggedEvent]) -> str:
    """mill-1 is down; Order A-9 is new: 3 of flange; and 2 more."""
    named = [e["summary"] for e in batch[:NAMED]]
    more = len(batch) - NAMED
    return "; ".join([*named, f"and {more} more"] if more > 0 else named)
