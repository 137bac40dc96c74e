"""What was really delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.minutes import Minute
from scheduler.simulation.mes import Mes
from scheduler.simulation.shop import Shop


@dataclass(frozen=True, slots=True)
class Outcome:
    """One future under one policy.

    weighted_tardiness : minutes late x priority, over all orders.   on_time : share of the orders.
    flow_hours : mean from release (or from when it was known) to the end.   use : share of the machines' working
    minutes until the last end in which they ran or changed over.   list_changes, moves : changed dispatch lists that
    the floor fetched, and operations that had changed places on them; 0 where it has no lists.
    unfinished : orders that had not ended when the simulation did; they count as the plan has them, or as if they ended
    then.
    broken_waits : operations that began later than their longest wait.   refused : reports that the API did not take.
    """

    policy: str
    future: int
    weighted_tardiness: float
    orders: int
    on_time: float
    flow_hours: float
    use: float
    setup_hours: float
    scrapped: int
    list_changes: int
    moves: int
    unfinished: int
    broken_waits: int
    events: int
    refused: int
    seconds: float


def outcome(
    policy: str, shop: Shop, seconds: float, mes: Mes | None = None, expected: Mapping[str, Minute] | None = None
) -> Outcome:
    """Counted over every order that was not on hold, those that came later included.

    expected : when orders end that have not, as the plan in force says; without, they count as if they ended now.
    """
    expected = expected or {}
    orders = [o for o in shop.orders.values() if o.status != "hold" and not _done_before(shop, o.name)]
    ends = {o.name: shop.ended.get(o.name, expected.get(o.name, shop.now)) for o in orders}
    late = {o.name: max(0, ends[o.name] - o.due) for o in orders}
    last = max((shop.ended.get(o.name, shop.now) for o in orders), default=shop.now)
    open_minutes = sum(works.between(shop.state.now, last) for works in shop.works.values())
    busy = sum(shop.run_minutes.values()) + sum(shop.setup_minutes.values())
    count = max(1, len(orders))
    return Outcome(
        policy=policy,
        future=shop.future.seed,
        weighted_tardiness=sum(o.priority * late[o.name] for o in orders),
        orders=len(orders),
        on_time=sum((o.name in shop.ended or o.name in expected) and not late[o.name] for o in orders) / count,
        flow_hours=sum(ends[o.name] - shop.since[o.name] for o in orders) / 60 / count,
        use=busy / max(1, open_minutes),
        setup_hours=sum(shop.setup_minutes.values()) / 60,
        scrapped=sum(shop.scrapped.values()),
        list_changes=mes.fetched - mes.unchanged if mes else 0,
        moves=mes.moves if mes else 0,
        unfinished=sum(o.name not in shop.ended for o in orders),
        broken_waits=shop.broken_waits,
        events=mes.posted if mes else 0,
        refused=len(mes.rejected) if mes else 0,
        seconds=round(seconds, 2),
    )


def _done_before(shop: Shop, order: str) -> bool:
    """Whether all of it was done before the simulation began."""
    steps = shop.state.routings[shop.orders[order].routing].operations
    return order not in shop.ended and all((order, s.number) in shop.done for s in steps)
