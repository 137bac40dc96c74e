"""Which orders a plan may leave out, judged from the plant's state and the plan alone (docs/decisions/0004).

The planner finds for itself what it cannot plan (`tables/obstacles.py`). Nothing of that is read here: a planner that
reads the plant wrongly would excuse itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from scheduler.domain.calendars import working_time
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Order
from scheduler.domain.plans import GIVEN_UP, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Pool
from scheduler.domain.routings import Operation
from scheduler.planning.judge.placed import demanded
from scheduler.planning.judge.supply import Supply, waits_for_itself
from scheduler.planning.judge.workable import Workable

LONG_DAYS = 100
"""Work of more than so many days, all of them open, may have no room behind the rest."""
BROUGHT = "the plan that was brought leaves it out"


def judged(
    state: PlantState, operations: Sequence[PlannedOperation], unplanned: Sequence[Unplanned]
) -> tuple[tuple[Unplanned, ...], tuple[Unplanned, ...]]:
    """(those left out with an excuse, those without) of what the planner left out.

    An excuse is that no plan can hold the order; that what the plan holds leaves it too little material; that it may
    fit nowhere, which cannot always be proven; or that the planner says that it has failed (`GIVEN_UP`).
    """
    if not unplanned:
        return (), ()
    excused = _excuses(state, operations, unplanned)
    rest = [u for u in unplanned if u.order not in excused]
    wanted = {order.name for order, _, _ in demanded(state)} if rest else ()
    return tuple(u for u in unplanned if u.order in excused), tuple(u for u in rest if u.order in wanted)


def left_out_by(state: PlantState, operations: Sequence[PlannedOperation]) -> tuple[Unplanned, ...]:
    """The orders that a plan without a plan.json leaves out as a whole and may: nobody knows any more why."""
    planned = {o.order for o in operations}
    absent = sorted({order.name for order, _, _ in demanded(state)} - planned)
    excused = _excuses(state, operations, [Unplanned(name, None, BROUGHT) for name in absent])
    return tuple(excused[name] for name in state.orders if name in excused)


def impossible(state: PlantState, absent: Collection[str], planned: Collection[str]) -> tuple[Unplanned, ...]:
    """The absent orders that no plan can hold, and those for which the planned ones leave too little material."""
    workable, supply = Workable(state), Supply(state, planned, planned)
    orders = [order for name, order in state.orders.items() if name in absent]
    found = (workable.impossible(order) or supply.lacking(order) for order in orders)
    return tuple(u for u in found if u is not None)


def _excuses(
    state: PlantState, operations: Sequence[PlannedOperation], unplanned: Sequence[Unplanned]
) -> dict[str, Unplanned]:
    """The excuse of each order that has one, as the judge words it; where only the planner knows, in its words.

    What an order was to take that turned out to fit nowhere was promised to it when others went without: it counts as
    taken.
    """
    planned = {o.order for o in operations} - {u.order for u in unplanned}
    workable, supply = Workable(state), Supply(state, planned, planned)
    found: dict[str, Unplanned] = {}
    tried: set[str] = set()
    for said in unplanned:
        order = state.orders.get(said.order)
        given_up = said.reason.startswith(GIVEN_UP)  # then its data may stop the judge too
        if not given_up and order is not None and (certain := supply.lacking(order) or workable.impossible(order)):
            found[said.order] = certain
        elif given_up or (order is not None and _may_fit_nowhere(state, order)):
            found[said.order] = said
            tried.add(said.order)
    if tried:
        supply = Supply(state, planned, planned | tried)
        for said in unplanned:
            order = None if said.order in found else state.orders.get(said.order)
            if order is not None and (lacking := supply.lacking(order)):
                found[said.order] = lacking
    return found


def _may_fit_nowhere(state: PlantState, order: Order) -> bool:
    """True where open work of the order is tied to other work, to shifts that are not its machine's, to one stretch of
    its machines alone, or to itself."""
    return waits_for_itself(state, order) or any(
        operation.max_wait is not None
        or any(_varies(state.pools[need.pool]) for need in operation.pools)
        or not _fits_an_ordinary_week(state, order, operation)
        for operation in state.routings[order.routing].operations
        if state.waits(order.name, operation.number)
    )


def _varies(pool: Pool) -> bool:
    return pool.calendar is not None or bool(pool.stretches)


def _fits_an_ordinary_week(state: PlantState, order: Order, operation: Operation) -> bool:
    """True where a machine takes the operation in any week; else only what opens it once lets it in, and that may be
    taken or be over. Work of more than `LONG_DAYS` fits into no week, and may have no room behind the rest."""
    for row in operation.machines:
        machine = state.machines[row.machine]
        run = row.run_minutes(order.quantity, machine.efficiency)
        if operation.pausable:
            if run <= LONG_DAYS * DAY:
                return True
            continue
        ordinary = replace(state.calendars[machine.calendar], exceptions=())
        weeks = working_time(ordinary, state.zone, state.now, state.now + 3 * 7 * DAY)
        if any(b - a >= run for a, b in weeks.stretches):
            return True
    return False
