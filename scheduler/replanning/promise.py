"""Capable to promise: the earliest date that an order not yet there can be given, and what it costs the others.

A date is safe where the order, put in with that date as its due date by the very repair that answers `order.created`,
is delivered by then, in a plan that passes the check. Nothing is added and nothing is estimated: what is promised is a
delivery of such a plan. So it holds as long as nothing else happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import DAY, Minute, iso
from scheduler.domain.orders import Order
from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.errors import BadRequest, did_you_mean
from scheduler.planning.judge.check import check_plan
from scheduler.planning.lists.order_outlook import order_ends
from scheduler.planning.tables.broken_pins import broken_pins
from scheduler.replanning.promise_basis import Basis, rests_on
from scheduler.replanning.promise_parts import MOST_PARTS, parts_to_make, routing_of

Repair = Callable[[PlantState], Plan]
"""The plan in force (`state.plan`), re-timed at once, with what it lacks put in: `Planner.repair`."""

LATER_DATES = 4
"""Of the curve, each a day behind the one before; with the earliest that makes five."""
TRIES, TRIES_OF_A_LATER_DATE = 6, 3
"""How often the delivery of one plan is tried as the due date of the next."""
SOURCE = "/promise"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.   wished : not wanted before; None: as early as can be.   routing : None: the material's."""

    material: str
    quantity: float
    priority: float = 1.0
    wished: Minute | None = None
    routing: str | None = None
    customer: str = ""


@dataclass(frozen=True, slots=True)
class PromisedDate:
    """A safe date, and what it costs the other orders against the plan without the order.

    delivery : when the plan for that date delivers, no later than that.
    begins : when the first work for it begins, changeover included; the order must be there by then.
    newly_late : orders in time before that are late then.   left_out : orders that get no material then.
    minutes_later : by which other orders end later, added up over those that do.   minutes_late : minutes late that
    are more than before, added up over all others; negative: less.
    """

    date: Minute
    delivery: Minute
    begins: Minute
    newly_late: tuple[str, ...]
    left_out: tuple[str, ...]
    orders_later: int
    minutes_later: int
    minutes_late: int


@dataclass(frozen=True, slots=True)
class Promise:
    """date : what can be promised: the wish, or the next safe date behind it; None: none, see `reason`.

    order, parts : what the date stands for: the order as it would come, and the orders for its components that must
    come with it.   curve : the earliest date, then later ones, a day or more apart, all of them safe.   plan : for
    `date`.   basis : what its components come from.
    """

    wish: Wish
    order: Order
    parts: tuple[Order, ...]
    date: Minute | None
    reason: str | None
    curve: tuple[PromisedDate, ...] = ()
    plan: Plan | None = None
    basis: tuple[Basis, ...] = ()

    @property
    def chosen(self) -> PromisedDate | None:
        """The point of the curve that is promised."""
        return next((point for point in self.curve if point.date == self.date), None)

    @property
    def earliest(self) -> Minute | None:
        return self.curve[0].date if self.curve else None

    @property
    def orders(self) -> tuple[Order, ...]:
        """The order first, then its parts."""
        return self.order, *self.parts


@dataclass(frozen=True, slots=True)
class _Tried:
    """The plan in which the orders are due at a date."""

    date: Minute
    plan: Plan
    state: PlantState
    delivery: Minute | None
    reason: str
    passes: bool

    @property
    def safe(self) -> bool:
        return self.passes and self.delivery is not None and self.delivery <= self.date


def find_promise(
    state: PlantState,
    wish: Wish,
    repair: Repair,
    name: str = "promise",
    enough: Callable[[], bool] = lambda: False,
) -> Promise:
    """The promise for a wish on the plant as it is, the plan in force in `state.plan`.

    name : of the order; one that no order has.   enough : whether no more of the later dates is to be looked for.
    Raises BadRequest where nobody knows how the material is made, or the wished date is past.
    """
    order = _wanted(state, wish, name)
    before = _as_it_stands(state, repair)
    state = replace(state, plan=before.operations)  # what the desk has in force by the time that the order comes
    parts = parts_to_make(state, order, {row.order for row in before.operations})
    if len(parts) == MOST_PARTS:
        return Promise(wish, order, parts, None, f"it needs {MOST_PARTS} or more orders for its components")
    tries: dict[Minute, _Tried] = {}

    def tried(date: Minute) -> _Tried:
        if date not in tries:
            tries[date] = _try(state, (order, *parts), date, repair)
        return tries[date]

    first = tried(state.now)
    if first.delivery is None:
        return Promise(wish, order, parts, None, first.reason)
    earliest = _earliest(first, tried)
    if earliest is None:
        return Promise(wish, order, parts, None, first.reason or "no plan in which it is put in passes the check")
    found = {earliest.date: earliest}
    last = earliest.date
    for _ in range(LATER_DATES):
        if enough():
            break
        later = _safe_from(last + DAY, tried, TRIES_OF_A_LATER_DATE)
        last = last + DAY if later is None else later.date
        if later is not None:
            found[later.date] = later
    chosen = earliest
    if wish.wished is not None and wish.wished > earliest.date:
        chosen = _safe_from(wish.wished, tried, TRIES) or earliest
        found[chosen.date] = chosen
    ends = order_ends(state, before.operations)
    curve = tuple(_priced(found[date], before, ends, state) for date in sorted(found))
    names = {o.name for o in (order, *parts)}
    return Promise(
        wish,
        replace(order, due=chosen.date),
        tuple(replace(part, due=chosen.date) for part in parts),
        chosen.date,
        None,
        curve,
        chosen.plan,
        rests_on(chosen.state, chosen.plan.operations, names),
    )


def holds(state: PlantState, name: str, date: Minute, repair: Repair) -> bool:
    """Whether an order that is in the state by now is still delivered by the date."""
    plan = repair(state)
    delivery = _delivery(plan, name)
    return delivery is not None and delivery <= date and _passes(state, plan)


def created(orders: Iterable[Order], state: PlantState) -> list[Event]:
    """The events by which the orders come."""
    return [
        Event(
            f"{SOURCE} {order.name}",
            SOURCE,
            "order.created",
            state.now,
            {
                "order": order.name,
                "material": order.material,
                "quantity": order.quantity,
                "due": iso(order.due, state.zone),
                "priority": order.priority,
                "routing": order.routing,
                "status": order.status,
            },
        )
        for order in orders
    ]


def _wanted(state: PlantState, wish: Wish, name: str) -> Order:
    known = [n for n, routing in state.routings.items() if routing.operations]
    routing = wish.routing or routing_of(state, wish.material)
    if routing is None or routing not in known:
        asked = wish.routing or wish.material
        raise BadRequest.of(
            "routing" if wish.routing else "material",
            f"'{asked}'",
            "a material that is made here" if not wish.routing else "a routing of the plant",
            did_you_mean(asked, known),
        )
    if wish.wished is not None and wish.wished < state.now:
        found, now = iso(wish.wished, state.zone), iso(state.now, state.zone)
        raise BadRequest.of(
            "wished", found, f"a moment from the plant's now on, {now}", "leave it out for the earliest"
        )
    return Order(name, wish.material, wish.quantity, state.now, routing, priority=wish.priority, customer=wish.customer)


def _as_it_stands(state: PlantState, repair: Repair) -> Plan:
    """The plan without the order: the one in force where it still holds, else as it is repaired."""
    left = state.unfinished(state.plan)
    lost = broken_pins(state, left)
    verdict = check_plan(state, left, broken_pins=lost)
    kept = Plan(left, verdict.unplanned, verdict.kpis, broken_pins=lost)
    return kept if verdict.feasible else repair(state)


def _try(state: PlantState, orders: Sequence[Order], date: Minute, repair: Repair) -> _Tried:
    """As if they came now, due at `date`."""
    with_them = fold_events(state, created((replace(order, due=date) for order in orders), state))
    plan = repair(with_them)
    names = [order.name for order in orders]
    stuck = next((u for u in plan.unplanned if u.order in names), None)
    if stuck is not None:
        stopped = orders[names.index(stuck.order)]
        where = "" if stuck.operation is None else f"operation {stuck.operation}: "
        of = "" if stopped is orders[0] else f"of its component '{stopped.material}', "
        return _Tried(date, plan, with_them, None, f"{of}{where}{stuck.reason}", False)
    return _Tried(date, plan, with_them, _delivery(plan, names[0]), "", _passes(with_them, plan))


def _passes(state: PlantState, plan: Plan) -> bool:
    return check_plan(state, plan.operations, plan.unplanned, broken_pins=plan.broken_pins).feasible


def _delivery(plan: Plan, name: str) -> Minute | None:
    return max((row.end for row in plan.operations if row.order == name), default=None)


def _earliest(first: _Tried, tried: Callable[[Minute], _Tried]) -> _Tried | None:
    """The earliest safe date that is found, beginning from a plan in which the order is as urgent as can be.

    Where the way from delivery to delivery leads to none, dates further and further behind are tried. From a safe date
    it goes back for as long as the plan for it delivers sooner.
    """
    assert first.delivery is not None
    found, step = _safe_from(first.delivery, tried, TRIES), DAY
    while found is None and step <= 64 * DAY:
        found = _safe_from(first.delivery + step, tried, 1)
        step *= 2
    for _ in range(TRIES):
        if found is None or found.delivery is None or found.delivery >= found.date:
            break
        sooner = tried(found.delivery)
        if not sooner.safe:
            break
        found = sooner
    return found


def _safe_from(date: Minute, tried: Callable[[Minute], _Tried], tries: int) -> _Tried | None:
    """The first safe date that is met on the way from delivery to delivery; None: none within so many tries.

    A plan in which an order is due later need not deliver by then: fewer moves, or less lateness of others, may be
    worth more than its own. Then its delivery is the next date to try.
    """
    for _ in range(tries):
        one = tried(date)
        if one.safe or one.delivery is None:
            return one if one.safe else None
        date = max(one.delivery, one.date + 1)
    return None


def _priced(one: _Tried, before: Plan, ends: Mapping[str, Minute], state: PlantState) -> PromisedDate:
    """What the others lose against the plan without the orders.   one : with a delivery.   ends : of that plan."""
    after = order_ends(state, one.plan.operations)
    others = [order for name, order in state.orders.items() if name in after]
    later = [after[o.name] - ends[o.name] for o in others if after[o.name] > ends.get(o.name, after[o.name])]
    late = sum(max(0, after[o.name] - o.due) - max(0, ends[o.name] - o.due) for o in others if o.name in ends)
    newly = [o.name for o in others if after[o.name] > o.due and ends.get(o.name, o.due) <= o.due]
    without = {u.order for u in before.unplanned}
    own = [row for row in one.plan.operations if row.order not in state.orders]
    assert one.delivery is not None
    return PromisedDate(
        date=one.date,
        delivery=one.delivery,
        begins=min(_begins(row) for row in own),
        newly_late=tuple(sorted(newly)),
        left_out=tuple(u.order for u in one.plan.unplanned if u.order not in without),
        orders_later=len(later),
        minutes_later=sum(later),
        minutes_late=late,
    )


def _begins(row: PlannedOperation) -> Minute:
    return row.start if row.setup_start is None else row.setup_start
