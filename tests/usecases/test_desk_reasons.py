"""Why the desk replaces a plan that the table of reactions would keep."""

from __future__ import annotations

from scheduler.ports import Trigger
from tests.builders import at, event, tiny_plan, tiny_plant
from tests.usecases.shop import Shop
from tests.usecases.test_desk import desk_of


def test_a_plan_that_was_to_be_kept_and_holds_no_longer_says_what_broke_it(shop: Shop) -> None:
    shop.load("auto", state=tiny_plant(plan=tiny_plan().operations))
    desk = desk_of(shop)
    # At 06:10 the lathe has 10 minutes until SHAFT-1/20, and nobody reports the 15 of changeover that began at 06:05.
    shop.post(event("st", "operation.started", order="SHAFT-1", operation=10, machine="saw"))
    shop.post(event("t", time=at(0, 6, 10)))
    desk.look()
    words = (
        "plan 1 is no longer feasible: operation 20 of order 'SHAFT-1' on 'lathe' needs 15 min of changeover before "
        "its start at Mon 2 Mar 06:20; the machine has 10 min"
    )
    assert shop.in_force().trigger == Trigger("repair", words, after=1, until=3)
    assert shop.in_force().cause == f"repaired after time passing and 1 more report: {words}"


def test_a_changeover_that_is_reported_as_begun_does_not_begin_anew_with_every_event(shop: Shop) -> None:
    shop.load("auto", state=tiny_plant(plan=tiny_plan().operations))
    desk = desk_of(shop)
    for n, (order, number, machine, start, end) in enumerate(
        (
            ("SHAFT-1", 10, "saw", at(0, 6), at(0, 6, 20)),
            ("SHAFT-2", 10, "saw", at(0, 6, 20), at(0, 6, 40)),
            ("SHAFT-1", 20, "lathe", at(0, 6, 20), at(0, 7, 10)),
        )
    ):
        work = {"order": order, "operation": number, "machine": machine}
        shop.post(event(f"s{n}", "operation.started", start, **work), event(f"f{n}", "operation.finished", end, **work))
    # At 07:10 the lathe is set up for SHAFT-2: 15 minutes, then 50 of turning until 08:15.
    began = {"order": "SHAFT-2", "operation": 20, "machine": "lathe", "remaining_minutes": 65}
    shop.post(event("setup", "operation.started", at(0, 7, 10), **began))
    desk.look()
    plan = shop.in_force().number
    for minute in (12, 18, 24, 31):
        shop.post(event(f"t{minute}", time=at(0, 7, minute)))
        desk.look()
    assert shop.in_force().number == plan, "kept through every tick"
    assert next(o.end for o in shop.in_force().plan.operations if o.key == ("SHAFT-2", 20)) == at(0, 8, 15)
