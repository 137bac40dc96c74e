"""Minutes that pass over what nobody reports, at the desk of the tiny plant."""

from __future__ import annotations

from scheduler.ports import Policy
from scheduler.usecases.desk import Desk
from scheduler.usecases.dispatch_lists import serve_list
from scheduler.usecases.post_events import post_events
from tests.builders import at, event, tiny_plan, tiny_plant
from tests.usecases.shop import Shop
from tests.usecases.test_desk import desk_of


def test_ten_ticks_over_an_unreported_changeover_make_no_plan_and_no_list(shop: Shop) -> None:
    """The lathe changes over from 06:05 for work at 06:20: it says so, and its list stays the version that it was."""
    shop.load("auto", state=tiny_plant(plan=tiny_plan().operations))
    desk = desk_of(shop)
    shop.post(event("s", "operation.started", order="SHAFT-1", operation=10, machine="saw"))
    desk.look()
    said, versions = [], set()
    for minute in range(6, 16):
        shop.post(event(f"t{minute}", time=at(0, 6, minute)))
        desk.look()
        listed = serve_list(shop.tools, "tiny", "lathe").listing
        said.append(listed.rows[0].state)
        versions.add(listed.version)
    assert shop.versions() == [("released", "came with the scenario")]
    assert shop.in_force().revision == shop.ledger.plant("tiny").revision
    assert said == ["setting up"] * 10
    assert len(versions) == 1


def test_plans_made_by_ticks_come_from_what_was_planned_before_them(shop: Shop) -> None:
    """An hour in sixty ticks over work that nobody reports: plans at 06:16, 06:32 and 06:48, as one tick makes it."""
    plans = []
    for steps in (range(1, 61), (48,)):
        name = f"tiny-{len(steps)}"
        shop.load("auto", name, state=tiny_plant(plan=tiny_plan().operations))
        shop.ledger.change_plant(name, policy=Policy(improve_seconds=0))
        desk = Desk(shop.tools, name)
        for minute in steps:
            post_events(shop.tools, name, [event(f"t{minute}", time=at(0, 6, minute))])
            desk.look()
        plans.append(shop.ledger.current_plan(name).plan.operations)
    assert plans[0] == plans[1]
