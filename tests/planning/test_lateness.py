"""Why an order is late: each cause in a plant small enough to check by hand, and what has slack is no cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.calendars import CalendarException
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.pins import Pin
from scheduler.domain.plans import PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine, Pool, PoolStretch, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.errors import UnknownOrder
from scheduler.planning.lists.lateness import Lateness, why_late
from scheduler.planning.lists.lateness_words import said, sentence, totals
from tests.builders import EARLY_SHIFT, MONDAY_SIX, UTC, at, named, tiny_plan, tiny_plant


def told(chain: Lateness) -> list[tuple[int, str]]:
    """(minutes, words) of each stretch."""
    return [(w.minutes, said(w)) for w in chain.waits]


def step(number: int, machine: str, minutes: float, **more: Any) -> Operation:
    before = (number - 10,) if number > 10 else ()
    return Operation(number, predecessors=before, machines=(EligibleMachine(machine, 0.0, 0, minutes),), **more)


def shop(*routings: Routing, **changes: Any) -> PlantState:
    """A saw and a lathe from 06:00 to 14:00; an order of one piece of each routing, of the same name, due at noon."""
    orders = [Order(r.name, r.name, 1.0, at(0, 12), r.name) for r in routings]
    state = PlantState(
        name="shop",
        zone=UTC,
        now=MONDAY_SIX,
        calendars=named(EARLY_SHIFT),
        machines=named(Machine("saw", "sawing", "early"), Machine("lathe", "turning", "early")),
        materials=named(Material("bar"), *(Material(r.name) for r in routings)),
        orders=named(*orders),
        routings=named(*routings),
    )
    return replace(state, **changes)


def on(order: str, number: int, machine: str, start: Minute, end: Minute) -> PlannedOperation:
    return PlannedOperation(order, number, machine, start, end)


A = Routing("A", (step(10, "saw", 60),))
B = Routing("B", (step(10, "saw", 60),))
A_FIRST = on("A", 10, "saw", at(0, 6), at(0, 7))


def test_an_order_waits_for_machines_that_are_busy_and_for_changeovers() -> None:
    chain = why_late(tiny_plant(), tiny_plan().operations, "SHAFT-2")
    assert told(chain) == [
        (20, "saw busy with SHAFT-1/10"),
        (20, "SHAFT-2/10 on saw"),
        (30, "lathe busy with SHAFT-1/20"),
        (15, "changeover on lathe"),
        (50, "SHAFT-2/20 on lathe"),
    ]
    assert (chain.since, chain.delivery, chain.minutes) == (at(0, 6), at(0, 8, 15), 135)
    assert chain.late_minutes == at(0, 8, 15) - at(1, 14)
    assert sentence(chain, UTC) == (
        "SHAFT-2 ends Mon 2 Mar 08:15, 1 d 5 h early: lathe busy with SHAFT-1, 30 min; saw busy with SHAFT-1, 20 min; "
        "changeovers on lathe, 15 min. The rest: 1 h 10 min work."
    )


def test_an_order_waits_from_its_release_for_a_delivery() -> None:
    chain = why_late(tiny_plant(), tiny_plan().operations, "PIN-1")
    assert told(chain) == [(1440, "waits for bar, PO-7"), (30, "PIN-1/10 on lathe")]
    assert chain.since == at(0, 8)


def test_the_step_before_late_parts_has_slack_and_is_no_cause() -> None:
    c = Routing("C", (step(10, "saw", 60), step(20, "lathe", 30, components=(Component("bar", 1.0),))))
    state = shop(B, c, receipts=named(Receipt("PO-1", "bar", 5.0, at(0, 10))))
    plan = [
        on("B", 10, "saw", at(0, 6), at(0, 7)),
        on("C", 10, "saw", at(0, 7), at(0, 8)),
        on("C", 20, "lathe", at(0, 10), at(0, 10, 30)),
    ]
    assert told(why_late(state, plan, "C")) == [(240, "waits for bar, PO-1"), (30, "C/20 on lathe")]


def test_parts_that_come_while_the_machine_is_busy_are_no_cause() -> None:
    c = Routing("C", (step(10, "saw", 30, components=(Component("bar", 1.0),)),))
    state = shop(A, c, receipts=named(Receipt("PO-1", "bar", 5.0, at(0, 6, 40))))
    plan = [A_FIRST, on("C", 10, "saw", at(0, 7), at(0, 7, 30))]
    assert told(why_late(state, plan, "C")) == [(60, "saw busy with A/10"), (30, "C/10 on saw")]


def test_a_delivery_that_others_use_up_is_not_the_one_that_is_waited_for() -> None:
    takes = (Component("bar", 1.0),)
    c, d = (
        Routing("C", (step(10, "saw", 30, components=takes),)),
        Routing("D", (step(10, "lathe", 30, components=takes),)),
    )
    receipts = named(Receipt("PO-1", "bar", 1.0, at(0, 7)), Receipt("PO-2", "bar", 1.0, at(0, 9)))
    plan = [on("C", 10, "saw", at(0, 7), at(0, 7, 30)), on("D", 10, "lathe", at(0, 9), at(0, 9, 30))]
    assert told(why_late(shop(c, d, receipts=receipts), plan, "D"))[0] == (180, "waits for bar, PO-2")


def test_the_chain_leads_through_the_order_that_makes_the_part() -> None:
    part = Routing("part", (step(10, "saw", 60),))
    final = Routing("final", (step(10, "lathe", 30, components=(Component("part", 1.0),)),))
    down = Downtime("saw", at(0, 6), at(0, 9), "breakdown", "blade")
    state = shop(part, final, downtimes=(down,))
    plan = [on("part", 10, "saw", at(0, 9), at(0, 10)), on("final", 10, "lathe", at(0, 10), at(0, 10, 30))]
    chain = why_late(state, plan, "final")
    assert told(chain) == [(180, "saw down (blade)"), (60, "part/10 on saw"), (30, "final/10 on lathe")]
    assert chain.through == ("part", "final")
    released = replace(state, orders={**state.orders, "final": replace(state.orders["final"], release=at(0, 8))})
    assert why_late(released, plan, "final").since == at(0, 6), "the breakdown came before the release"


def test_a_component_order_that_is_released_late_is_a_cause() -> None:
    part = Routing("part", (step(10, "saw", 60),))
    final = Routing("final", (step(10, "lathe", 30, components=(Component("part", 1.0),)),))
    state = shop(part, final)
    state = replace(state, orders={**state.orders, "part": replace(state.orders["part"], release=at(0, 8))})
    plan = [on("part", 10, "saw", at(0, 8), at(0, 9)), on("final", 10, "lathe", at(0, 9), at(0, 9, 30))]
    assert told(why_late(state, plan, "final"))[0] == (120, "part not released yet")


def test_a_breakdown_before_other_work_delays_what_waits_behind_it() -> None:
    state = shop(A, B, downtimes=(Downtime("saw", at(0, 6, 30), at(0, 8), "breakdown", "blade"),))
    plan = [on("A", 10, "saw", at(0, 6), at(0, 8, 30)), on("B", 10, "saw", at(0, 8, 30), at(0, 9, 30))]
    assert told(why_late(state, plan, "B")) == [
        (30, "saw busy with A/10"),
        (90, "saw down (blade)"),
        (30, "saw busy with A/10"),
        (60, "B/10 on saw"),
    ]


def test_closed_hours_are_told_apart_from_a_closing_with_a_reason() -> None:
    shut = CalendarException(at(1, 6), at(1, 14), "closed", "stocktaking")
    state = shop(A, B, calendars=named(replace(EARLY_SHIFT, exceptions=(shut,))))
    plan = [on("A", 10, "saw", at(0, 6), at(0, 7)), on("B", 10, "saw", at(2, 6), at(2, 7))]
    long = replace(state, routings={**state.routings, "B": Routing("B", (step(10, "saw", 450, pausable=False),))})
    plan[1] = on("B", 10, "saw", at(2, 6), at(2, 13, 30))
    assert told(why_late(long, plan, "B")) == [
        (60, "saw busy with A/10"),
        (420, "saw closed (too short before closing)"),
        (960, "saw closed"),
        (480, "saw closed (stocktaking)"),
        (960, "saw closed"),
        (450, "B/10 on saw"),
    ]
    assert totals(why_late(long, plan, "B").waits)[0].words == "closed hours"


def test_a_gap_that_is_too_short_belongs_to_the_work_behind_it() -> None:
    """Between A and C the saw has 40 min and B needs 60. With 30 it could go between them: then nobody is to blame."""
    plan = [
        A_FIRST,
        on("C", 10, "saw", at(0, 7, 40), at(0, 8)),
        on("B", 10, "saw", at(0, 8), at(0, 9)),
    ]
    state = shop(A, B, Routing("C", (step(10, "saw", 20),)))
    assert told(why_late(state, plan, "B")) == [
        (60, "saw busy with A/10"),
        (60, "saw busy with C/10"),
        (60, "B/10 on saw"),
    ]
    short = replace(state, routings={**state.routings, "B": Routing("B", (step(10, "saw", 30),))})
    plan[2] = on("B", 10, "saw", at(0, 8), at(0, 8, 30))
    assert told(why_late(short, plan, "B"))[1] == (40, "B/10 could start earlier, nothing stands in its way")


def test_time_that_a_step_leaves_unused_belongs_to_what_keeps_the_next_one() -> None:
    """C could be sawn from 06:00 on, but the lathe is busy until 09:00: until then nothing is lost."""
    c, d = Routing("C", (step(10, "saw", 60), step(20, "lathe", 30))), Routing("D", (step(10, "lathe", 180),))
    plan = [
        on("D", 10, "lathe", at(0, 6), at(0, 9)),
        on("C", 10, "saw", at(0, 8), at(0, 9)),
        on("C", 20, "lathe", at(0, 9), at(0, 9, 30)),
    ]
    assert told(why_late(shop(c, d), plan, "C")) == [
        (120, "lathe busy with D/10"),
        (60, "C/10 on saw"),
        (30, "C/20 on lathe"),
    ]
    late = shop(c, d, receipts=named(Receipt("PO-1", "bar", 5.0, at(0, 9))))
    parts = Routing("C", (step(10, "saw", 60), step(20, "lathe", 30, components=(Component("bar", 1.0),))))
    late = replace(late, routings={**late.routings, "C": parts})
    assert told(why_late(late, plan[1:], "C"))[0] == (120, "waits for bar, PO-1")


def test_the_changeover_of_other_work_is_told() -> None:
    families = {"A": "red", "C": "blue", "B": "blue"}
    routings = [Routing(n, (step(10, "saw", 60, setup_family=f),)) for n, f in families.items()]
    matrix = SetupMatrix("sawing", {("red", "blue"): 30, ("blue", "red"): 30})
    plan = [A_FIRST, on("C", 10, "saw", at(0, 7, 30), at(0, 8, 30)), on("B", 10, "saw", at(0, 8, 30), at(0, 9, 30))]
    assert told(why_late(shop(*routings, setup_matrices={"sawing": matrix}), plan, "B"))[:3] == [
        (60, "saw busy with A/10"),
        (30, "changeover on saw for C/10"),
        (60, "saw busy with C/10"),
    ]


def test_a_pool_is_short_because_others_use_it_or_because_somebody_is_ill() -> None:
    crew = (PoolNeed("crew", 1.0),)
    c, d = Routing("C", (step(10, "saw", 60, pools=crew),)), Routing("D", (step(10, "lathe", 60, pools=crew),))
    plan = [on("C", 10, "saw", at(0, 6), at(0, 7)), on("D", 10, "lathe", at(0, 7), at(0, 8))]
    state = shop(c, d, pools=named(Pool("crew", 1.0)))
    assert told(why_late(state, plan, "D"))[0] == (60, "crew short, in use by C/10")
    ill = replace(state, pools=named(Pool("crew", 2.0, None, (PoolStretch(at(0, 6), at(0, 7), 1.0, "ill"),))))
    assert told(why_late(ill, plan, "D"))[0] == (60, "crew short (ill), in use by C/10")


def test_a_prescribed_wait_and_a_step_that_must_follow_soon() -> None:
    c = Routing("C", (step(10, "saw", 30), step(20, "lathe", 30, min_wait=45)))
    plan = [on("C", 10, "saw", at(0, 6), at(0, 6, 30)), on("C", 20, "lathe", at(0, 7, 15), at(0, 7, 45))]
    assert told(why_late(shop(c), plan, "C"))[1] == (45, "prescribed wait before C/20")
    d = Routing("D", (step(10, "saw", 30), step(20, "lathe", 30, max_wait=0)))
    other = Routing("E", (step(10, "lathe", 90),))
    plan = [
        on("E", 10, "lathe", at(0, 6), at(0, 7, 30)),
        on("D", 10, "saw", at(0, 7), at(0, 7, 30)),
        on("D", 20, "lathe", at(0, 7, 30), at(0, 8)),
    ]
    assert told(why_late(shop(d, other), plan, "D")) == [
        (60, "lathe busy with E/10"),
        (30, "D/10 on saw"),
        (30, "D/20 on lathe"),
    ]


def test_frozen_work_in_the_way_and_an_order_that_is_frozen_itself() -> None:
    plan = (A_FIRST, on("B", 10, "saw", at(0, 8), at(0, 9)))
    state = shop(A, B, frozen_minutes=180, plan=plan)
    assert told(why_late(state, plan, "B")) == [
        (60, "saw busy with A/10 (frozen)"),
        (60, "frozen by the plan in force"),
        (60, "B/10 on saw"),
    ]
    assert told(why_late(replace(state, frozen_minutes=120), plan, "B"))[1][1].startswith("B/10 could start earlier")


def test_a_pin_holds_an_operation_back_and_other_work_behind_it() -> None:
    pin = Pin("B", 10, start=at(0, 9), by="m.keller", reason="first article")
    plan = [A_FIRST, on("B", 10, "saw", at(0, 9), at(0, 10)), on("C", 10, "saw", at(0, 10), at(0, 13, 30))]
    state = shop(A, B, Routing("C", (step(10, "saw", 210),)), pins={("B", 10): pin})
    assert told(why_late(state, plan, "B")) == [
        (180, "B/10 pinned at Mon 2 Mar 09:00, by m.keller (first article)"),
        (60, "B/10 on saw"),
    ]
    assert told(why_late(state, plan, "C")) == [
        (60, "saw busy with A/10"),
        (180, "saw busy with B/10 (pinned)"),
        (210, "C/10 on saw"),
    ]


def test_running_work_keeps_its_machine_also_of_an_order_on_hold() -> None:
    state = shop(A, B, progress={("A", 10): Progress("A", 10, "running", "saw", at(0, 5), None, 45)})
    plan = [on("A", 10, "saw", at(0, 5), at(0, 6, 45)), on("B", 10, "saw", at(0, 6, 45), at(0, 7, 45))]
    expected = [(45, "saw busy with A/10 (running)"), (60, "B/10 on saw")]
    assert told(why_late(state, plan, "B")) == expected
    assert told(why_late(state, plan, "A")) == [(45, "A/10 on saw")], "what it has done before now is history"
    held = replace(state, orders={**state.orders, "A": replace(state.orders["A"], status="hold")})
    assert told(why_late(held, plan[1:], "B")) == expected


def test_an_order_without_a_planned_end_says_why() -> None:
    state = shop(A, B)
    missing = why_late(state, [A_FIRST], "B", [Unplanned("B", 10, "no saw is left")])
    assert (missing.delivery, missing.waits) == (None, ())
    assert sentence(missing, UTC) == "B has no planned end: no saw is left."
    held = replace(state, orders={**state.orders, "B": replace(state.orders["B"], status="hold")})
    assert sentence(why_late(held, [A_FIRST], "B"), UTC) == "B has no planned end: it is on hold."
    with pytest.raises(UnknownOrder, match="no order 'C'"):
        why_late(state, [A_FIRST], "C")


def test_an_order_that_is_done_waits_for_nothing() -> None:
    done = Progress("A", 10, "done", "saw", at(0, 4), at(0, 5), None, 1.0)
    chain = why_late(shop(A, progress={("A", 10): done}), [], "A")
    assert (chain.delivery, chain.waits, chain.minutes) == (at(0, 5), (), 0)
    assert sentence(chain, UTC) == "A ends Mon 2 Mar 05:00, 7 h early. All of its work is done."
