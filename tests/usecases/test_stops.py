"""What a stop costs: the plan that answered against the one before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY
from scheduler.domain.penalties import Penalty
from scheduler.domain.plans import PlannedOperation
from scheduler.signals.reasons import ReasonTree, StopReason
from scheduler.usecases.desk import Desk
from scheduler.usecases.stop_catalogue import StopCatalogue
from scheduler.usecases.stops import late_orders, late_words, stops
from tests.builders import at, tiny_plant
from tests.usecases.shop import Shop


def place(order: str, end: int) -> PlannedOperation:
    return PlannedOperation(order, 10, "lathe", end - 60, end)


def test_an_order_counts_where_it_is_late_and_later_than_before() -> None:
    plant = tiny_plant()
    one, same, other = sorted(plant.orders)[:3]
    due = {name: order.due for name, order in plant.orders.items()}
    before = [place(one, due[one] - 10), place(same, due[same] + 60), place(other, due[other])]
    after = [place(one, due[one] + 3 * DAY // 2), place(same, due[same] + 60), place(other, due[other] + 30)]
    late = late_orders(plant, before, after, [Penalty(500.0, "EUR", order=one, most=600.0)])
    assert [(x.order, x.before, x.after, x.money) for x in late] == [
        (one, 0, 3 * DAY // 2, 600.0), (other, 0, 30, None),
    ]  # fmt: skip
    assert late_words(late) == f"2 orders late and later than before: {one} by 1.5 days (600 EUR), {other} by 0.0 days"
    assert late_words(()) == ""
    assert late_orders(plant, after, before) == ()


@pytest.fixture
def answered(shop: Shop) -> Shop:
    plant = tiny_plant()
    due = {name: replace(order, due=at(0, 14)) for name, order in plant.orders.items()}
    shop.load(state=replace(plant, orders=due))
    reasons = ReasonTree((StopReason("bearing", "Bearing", "unplanned", owner="maintenance", codes=("B7",)),))
    catalogue = StopCatalogue({"tiny": reasons}, {"": [Penalty(100.0, "EUR")]})
    object.__setattr__(shop.tools, "stops", catalogue)
    Desk(shop.tools, "tiny").look()
    return shop


def test_a_stop_says_which_orders_it_made_late_and_the_plan_says_it_too(answered: Shop) -> None:
    data = {"machine": "lathe", "reason": "B7 [plc]", "expected_up": "2026-03-04T12:00+00:00", "order": "PIN-1"}
    answered.post(Event("d1", "/plc", "machine.down", at(0, 6, 5), data))
    (waiting,) = stops(answered.tools, "tiny")
    assert (waiting.waits, waiting.plan_after, waiting.late) == (True, None, ())
    Desk(answered.tools, "tiny").look()
    (stop,) = stops(answered.tools, "tiny")
    assert (stop.machine, stop.since, stop.lasts, stop.waits) == ("lathe", at(0, 6, 5), True, False)
    assert (stop.plan_before, stop.plan_after, stop.words, stop.order) == (1, 2, "B7", "PIN-1")
    assert stop.reason is not None
    assert stop.reason.owner == "maintenance"
    assert stop.late
    for one in stop.late:
        assert one.after > one.before >= 0
        assert one.money == pytest.approx(100.0 * (one.after - one.before) / DAY, abs=0.01)
    assert stop.money == {"EUR": pytest.approx(sum(one.money or 0.0 for one in stop.late))}
    noted = answered.ledger.get_plan("tiny", 2).notes
    assert [note.text for note in noted] == [late_words(stop.late)]


def test_a_stop_that_is_told_again_is_one_and_ends(answered: Shop) -> None:
    for id, up in (("d1", "2026-03-02T07:00+00:00"), ("d2", "2026-03-02T09:00+00:00")):
        data = {"machine": "lathe", "reason": "B7", "expected_up": up}
        answered.post(Event(id, "/plc", "machine.down", at(0, 6, 5), data))
        Desk(answered.tools, "tiny").look()
    answered.post(Event("u", "/plc", "machine.up", at(0, 6, 40), {"machine": "lathe"}))
    Desk(answered.tools, "tiny").look()
    (stop,) = stops(answered.tools, "tiny")
    assert (stop.since, stop.until, stop.lasts) == (at(0, 6, 5), at(0, 6, 40), False)
