"""What stops cost: which orders the answering plan made late, by how much, and in money where that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.penalties import Penalty, penalty_of
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.ports import PlanRecord
from scheduler.signals.reasons import StopReason, unmarked
from scheduler.usecases.tools import Tools

EVENTS_LOOKED_AT = 1000
PLANS_LOOKED_AT = 200
NAMED = 3


@dataclass(frozen=True, slots=True)
class LateOrder:
    """An order that a plan ends later than the one before, and late. before, after : minutes behind its due date.

    money : what the more costs; None: nothing is known to be owed.
    """

    order: str
    customer: str
    due: Minute
    before: int
    after: int
    money: float | None = None
    currency: str = ""

    @property
    def days(self) -> float:
        """That it is later than before."""
        return (self.after - self.before) / DAY


@dataclass(frozen=True, slots=True)
class Stop:
    """A breakdown as it was told last, and what it cost.

    until : its end, or the expected one; None: nobody knows.   lasts : it is down.   expected_by : why that is thought.
    order, operation : that it interrupted, where its source knew.
    plan_before, plan_after : that were compared; None: no plan has answered it, or none had to.
    others : disturbances that the same plan answered; the cost is of all of them together.
    """

    revision: int
    machine: str
    since: Minute
    until: Minute | None
    lasts: bool
    words: str
    reason: StopReason | None
    expected_by: str
    order: str
    operation: int | None
    shift: str
    plan_before: int | None
    plan_after: int | None
    waits: bool
    others: int
    late: tuple[LateOrder, ...]

    @property
    def money(self) -> Mapping[str, float]:
        """By currency."""
        sums: dict[str, float] = {}
        for one in self.late:
            if one.money is not None:
                sums[one.currency] = sums.get(one.currency, 0.0) + one.money
        return sums


def stops(tools: Tools, plant: str, limit: int = 50) -> list[Stop]:
    """Those of the newest events, newest first. Raises UnknownPlant."""
    snapshot = tools.snapshot(plant)
    state, after = snapshot.state, max(0, snapshot.revision - EVENTS_LOOKED_AT)
    log = [e for e in tools.ledger.events(plant, after=after, limit=EVENTS_LOOKED_AT) if e.set_aside is None]
    downs: dict[tuple[str, Minute], list[tuple[int, Event]]] = {}
    for logged in log:
        if logged.event.type == "machine.down":
            machine = str(logged.event.data.get("machine"))
            downs.setdefault((machine, _began(state, machine, logged.event)), []).append(
                (logged.revision, logged.event)
            )
    heads = tools.ledger.plans(plant, limit=PLANS_LOOKED_AT, with_operations=False)
    ran = sorted((p for p in heads if p.status in ("released", "superseded")), key=lambda p: p.number)
    revisions = [e.revision for e in log]
    found = []
    for (machine, since), told in downs.items():
        first, (last_revision, last) = told[0][0], told[-1]
        found.append(_stop(tools, plant, state, ran, revisions, machine, since, first, last_revision, last))
    return sorted(found, key=lambda stop: -stop.revision)[:limit]


def _began(state: PlantState, machine: str, event: Event) -> Minute:
    """The start of the outage that it opened or renewed."""
    covers = [
        d.start
        for d in state.downtimes
        if d.machine == machine and d.start <= event.time and (d.end is None or event.time < d.end)
    ]
    return max(covers, default=event.time)


def _stop(
    tools: Tools,
    plant: str,
    state: PlantState,
    ran: Sequence[PlanRecord],
    revisions: Sequence[int],
    machine: str,
    since: Minute,
    first: int,
    last_revision: int,
    last: Event,
) -> Stop:
    before, after = answered(ran, first)
    late: tuple[LateOrder, ...] = ()
    others = 0
    if before is not None and after is not None:
        key = (plant, before.number, after.number)
        late = tools.lists.remember("late by a plan", key, lambda: _late_by(tools, plant, before, after))
        if after.trigger is not None:
            others = sum(after.trigger.after < r <= after.trigger.until for r in revisions) - 1
    outage = next((d for d in state.downtimes if d.machine == machine and d.start == since), None)
    until = outage.end if outage is not None else None
    reason = tools.stops.reasons(plant).find(str(last.data.get("reason") or ""))
    operation = last.data.get("operation")
    return Stop(
        revision=first,
        machine=machine,
        since=since,
        until=until,
        lasts=outage is not None and outage.start <= state.now and (until is None or state.now < until),
        words=unmarked(str(last.data.get("reason") or "")),
        reason=reason,
        expected_by=str(last.data.get("expected_by") or ""),
        order=str(last.data.get("order") or ""),
        operation=operation if isinstance(operation, int) else None,
        shift=str(last.data.get("shift") or ""),
        plan_before=before.number if before is not None else None,
        plan_after=after.number if after is not None else None,
        waits=before is None and after is None and not any(p.revision >= last_revision for p in ran),
        others=max(0, others),
        late=late,
    )


def answered(ran: Sequence[PlanRecord], revision: int) -> tuple[PlanRecord | None, PlanRecord | None]:
    """(the plan in force before an event, the one that was made because of it); None, None: none was, or none yet.

    ran : those that were in force, oldest first.
    """
    for number, plan in enumerate(ran):
        if plan.trigger is not None and plan.trigger.after < revision <= plan.trigger.until:
            return (ran[number - 1], plan) if number else (None, plan)
    return None, None


def _late_by(tools: Tools, plant: str, before: PlanRecord, after: PlanRecord) -> tuple[LateOrder, ...]:
    state = tools.ledger.state_at(plant, after.trigger.until if after.trigger is not None else after.revision)
    plans = [tools.ledger.get_plan(plant, record.number).plan.operations for record in (before, after)]
    return late_orders(state, plans[0], plans[1], tools.stops.penalties(plant))


def late_orders(
    state: PlantState,
    before: Sequence[PlannedOperation],
    after: Sequence[PlannedOperation],
    penalties: Sequence[Penalty] = (),
) -> tuple[LateOrder, ...]:
    """Orders that the plan ends late and later than the one before did, the latest first."""
    ends = [_ends(before), _ends(after)]
    found = []
    for name, end in ends[1].items():
        order = state.orders.get(name)
        if order is None or name not in ends[0]:
            continue
        was, now = max(0, ends[0][name] - order.due), max(0, end - order.due)
        if now <= was:
            continue
        penalty = penalty_of(penalties, order)
        money = None if penalty is None else round(penalty.money(now) - penalty.money(was), 2)
        currency = "" if penalty is None else penalty.currency
        found.append(LateOrder(name, order.customer, order.due, was, now, money, currency))
    return tuple(sorted(found, key=lambda one: (one.before - one.after, one.order)))


def _ends(plan: Sequence[PlannedOperation]) -> dict[str, Minute]:
    ends: dict[str, Minute] = {}
    for place in plan:
        ends[place.order] = max(place.end, ends.get(place.order, place.end))
    return ends


def late_words(late: Sequence[LateOrder]) -> str:
    """ "2 orders later and late: A-1 by 1.5 days (750 EUR), A-2 by 0.3 days"; "": none."""
    if not late:
        return ""
    parts = []
    for one in late[:NAMED]:
        money = "" if one.money is None else f" ({one.money:,.0f} {one.currency})"
        parts.append(f"{one.order} by {one.days:.1f} days{money}")
    more = f" and {len(late) - NAMED} more" if len(late) > NAMED else ""
    return f"{len(late)} order{'' if len(late) == 1 else 's'} late and later than before: {', '.join(parts)}{more}"
