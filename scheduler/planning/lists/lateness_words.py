"""Why an order is late, as a planner says it: each stretch in a few words, and one sentence for the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import spoken, spoken_duration
from scheduler.planning.lists.lateness import Lateness
from scheduler.planning.lists.waits import Cause, Wait

NAMED = 3
"""So many causes stand in the sentence."""
ORDERS_NAMED = 2
"""So many orders stand behind a machine that is busy."""


@dataclass(frozen=True, slots=True)
class Total:
    """How much of the chain one cause fills, all of its stretches together."""

    words: str
    cause: Cause
    minutes: int


def said(wait: Wait) -> str:
    """mill-1 busy with SO-7/10 (frozen); mill-1 down (spindle); waits for bar-40, PO-7123."""
    machine = wait.machine or "its machine"
    why = f" ({wait.reason})" if wait.reason else ""
    match wait.cause:
        case "processing":
            return f"{wait.order}/{wait.operation} on {machine}"
        case "machine":
            held = f" ({wait.held})" if wait.held else ""
            return f"{machine} busy with {_key(wait)}{held}"
        case "changeover":
            return f"changeover on {machine}" + (f" for {_key(wait)}" if wait.other else "")
        case "closed":
            return f"{machine} closed{why}"
        case "breakdown":
            return f"{machine} down{why}"
        case "maintenance":
            return f"maintenance on {machine}{why}"
        case "material":
            return f"waits for {wait.name}" + (f", {wait.supply}" if wait.supply else "")
        case "pool":
            return f"{wait.name} short{why}" + (f", in use by {_key(wait)}" if wait.other else "")
        case "frozen":
            return "frozen by the plan in force"
        case "pin":
            return f"{wait.order}/{wait.operation} pinned {wait.reason}"
        case "min_wait":
            return f"prescribed wait before {wait.order}/{wait.operation}"
        case "max_wait":
            return f"held back for {_key(wait)}, which must follow soon"
        case "release":
            return f"{wait.order} not released yet"
        case "unused":
            return f"{wait.order}/{wait.operation} could start earlier, nothing stands in its way"
        case _:
            assert_never(wait.cause)


def totals(waits: Iterable[Wait]) -> list[Total]:
    """Each cause once, the longest first: of a machine's other work, and of its changeovers, all together; regular
    closed hours of all machines are one."""
    minutes: dict[tuple[str, Cause], int] = {}
    busy: dict[str, dict[str, int]] = {}
    for wait in waits:
        head = _in_all(wait)
        minutes[head, wait.cause] = minutes.get((head, wait.cause), 0) + wait.minutes
        if wait.cause == "machine" and wait.other is not None:
            orders = busy.setdefault(head, {})
            held = f" ({wait.held})" if wait.held else ""
            orders[wait.other[0] + held] = orders.get(wait.other[0] + held, 0) + wait.minutes
    found = [Total(head + _most(busy.get(head, {})), cause, n) for (head, cause), n in minutes.items()]
    return sorted(found, key=lambda t: (-t.minutes, t.words))


def _most(orders: Mapping[str, int]) -> str:
    """with SO-7, SO-9 and 3 more"""
    names = sorted(orders, key=lambda name: (-orders[name], name))
    more = f" and {len(names) - ORDERS_NAMED} more" if len(names) > ORDERS_NAMED else ""
    return f" with {', '.join(names[:ORDERS_NAMED])}{more}" if names else ""


def sentence(lateness: Lateness, zone: ZoneInfo) -> str:
    """SO-1 ends Thu 5 Mar 16:00, 2 h late: waits for bar-40, PO-7, 51 h; mill-1 busy with SO-7, 3 h."""
    if lateness.delivery is None:
        return f"{lateness.order} has no planned end: {lateness.reason}."
    late = lateness.late_minutes or 0
    when = f"{spoken_duration(abs(late))} {'late' if late > 0 else 'early'}" if late else "on time"
    head = f"{lateness.order} ends {spoken(lateness.delivery, zone)}, {when}"
    if not lateness.waits:
        return f"{head}. All of its work is done."
    blamed = totals(w for w in lateness.waits if w.cause != "processing" and not w.regular)
    named = [f"{t.words}, {spoken_duration(t.minutes)}" for t in blamed[:NAMED]]
    if len(blamed) > NAMED:
        named.append(f"{len(blamed) - NAMED} more, {spoken_duration(sum(t.minutes for t in blamed[NAMED:]))}")
    work = sum(w.minutes for w in lateness.waits if w.cause == "processing")
    closed = sum(w.minutes for w in lateness.waits if w.regular)
    rest = [f"{spoken_duration(n)} {what}" for n, what in ((work, "work"), (closed, "closed hours")) if n]
    if not named:
        return f"{head}. It never waits: {' and '.join(rest)}."
    return f"{head}: {'; '.join(named)}." + (f" The rest: {' and '.join(rest)}." if rest else "")


def _in_all(wait: Wait) -> str:
    """The words of a cause in all."""
    if wait.regular:
        return "closed hours"
    if wait.cause == "processing":
        return f"{wait.order} in work"
    if wait.cause == "machine":
        return f"{wait.machine} busy"
    if wait.cause == "changeover":
        return f"changeovers on {wait.machine}"
    if wait.cause == "pool":
        return f"{wait.name} short"
    return said(wait)


def _key(wait: Wait) -> str:
    return f"{wait.other[0]}/{wait.other[1]}" if wait.other else "other work"
