"""What would help, as a planner says it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute, spoken, spoken_duration
from scheduler.domain.plant import PlantState
from scheduler.replanning.fixes.find import Fix, Fixes

SMALLER = {
    "all": "every smaller amount was tried",
    "next": "the next smaller amount was tried",
    "some": "smaller amounts were not all tried",
}
WHOLE = frozenset({"nothing", "machine", "pin"})
"""Kinds without amounts."""


def sentence(found: Fixes, state: PlantState) -> str:
    """SO-1 ends Thu 5 Mar 16:00, 2 h late. 3 changes bring it in time; the cheapest: PO-7 1 d earlier."""
    chain = found.chain
    if chain.delivery is None:
        return f"{chain.order} has no planned end: {chain.reason}. {_what_helps(found, state)}"
    return (
        f"{chain.order} ends {_comes(chain.delivery, chain.late_minutes or 0, state.zone)}. {_what_helps(found, state)}"
    )


def _what_helps(found: Fixes, state: PlantState) -> str:
    order = state.orders[found.chain.order]
    helping = [f for f in found.fixes if f.trial.on_time]
    if found.chain.late_minutes is not None and found.chain.late_minutes <= 0:
        return "It needs no help."
    if found.nothing is not None and found.nothing.trial.on_time:
        return "Re-planning alone brings it in time."
    if order.status == "hold":
        return "While it is on hold, nothing brings it in time."
    if order.due <= state.now:
        return "Its due date is past, so nothing brings it in time."
    left = len(found.untried)
    untried = f" {_changes(left)} {'was' if left == 1 else 'were'} not tried for want of time." if left else ""
    if not helping:
        return f"Of {_changes(len(found.no_help))} tried, none brings it in time.{untried}"
    verb = "brings" if len(helping) == 1 else "bring"
    cheapest = f"; the cheapest: {helping[0].change.words}" if len(helping) > 1 else f": {helping[0].change.words}"
    dearer = "" if found.fixes[0].trial.on_time else " Doing nothing costs less by the plant's weights."
    return f"{_changes(len(helping))} {verb} it in time{cheapest}.{dearer}{untried}"


def _changes(count: int) -> str:
    return f"{count} change{'' if count == 1 else 's'}"


def when(fix: Fix, zone: ZoneInfo) -> str:
    """Thu 5 Mar 13:00, 1 h early."""
    delivery, late = fix.trial.delivery, fix.trial.late_minutes
    return "not planned to its end" if delivery is None or late is None else _comes(delivery, late, zone)


def _comes(delivery: Minute, late: int, zone: ZoneInfo) -> str:
    how = "on time" if late == 0 else f"{spoken_duration(abs(late))} {'late' if late > 0 else 'early'}"
    return f"{spoken(delivery, zone)}, {how}"


def cost(fix: Fix) -> str:
    """2 orders newly late (SO-7, SO-9), others 3 h later; 2 h of overtime; 12 operations moved, 4 within 24 h."""
    price, parts = fix.price, list[str]()
    for names, how in ((price.newly_late, "newly late"), (price.left_out, "left out"), (price.rescued, "rescued")):
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            parts.append(f"{', '.join(names[:3])}{more} {how}")
    shifts = ((price.later_minutes, "later"), (price.earlier_minutes, "less late"))
    if told := [f"{spoken_duration(minutes)} {how}" for minutes, how in shifts if minutes]:
        parts.append(f"others {', '.join(told)}")
    if price.overtime_minutes:
        parts.append(f"{spoken_duration(price.overtime_minutes)} overtime")
    parts.append(f"{price.moved} moved, {price.moved_soon} of them within 24 h")
    return "; ".join(parts)
