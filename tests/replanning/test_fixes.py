"""What would help a late order: each kind in a plant small enough to check by hand, at the boundary and beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow
from scheduler.domain.fold import fold_events
from scheduler.domain.orders import Order, Progress, Receipt
from scheduler.domain.pins import Pin
from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine, Pool, PoolStretch, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.errors import BadRequest, UnknownOrder
from scheduler.replanning.fixes.change import NOTHING, Steps
from scheduler.replanning.fixes.find import OutOfTime, find_fixes
from scheduler.replanning.fixes.words import sentence
from tests.builders import EARLY_SHIFT, at, named
from tests.replanning.late_shop import by_kind, late_by, made, plan, shop, step

ALWAYS = Calendar("always", tuple(WeeklyWindow(day, 0, 1440) for day in range(7)))


# -- hours --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minute", "overtime"), [(0, 120), (1, 120), (30, 90), (31, 90), (59, 90)])
def test_overtime_is_as_short_as_the_due_date_allows(minute: int, overtime: int) -> None:
    """Ten hours of sawing end on Tuesday at 08:00; due Tuesday 06:00 or a little later."""
    state = shop(made("A", at(1, 6, minute), step(10, "saw", 600)))
    fix = by_kind(find_fixes(state, "A", plan))["overtime"]
    assert (fix.change.amount, fix.change.unit, fix.smaller) == (overtime, "minutes", "all")
    assert late_by(state, fix.change, "A") <= 0
    assert [(o.who, o.start, o.end, o.minutes) for o in fix.change.opened] == [
        ("saw", at(0, 14), at(0, 14) + overtime, overtime)
    ]
    assert fix.price.overtime_minutes == overtime


def test_overtime_in_minutes_is_as_fine_as_asked() -> None:
    state = shop(made("A", at(1, 7, 47), step(10, "saw", 600)))
    fix = by_kind(find_fixes(state, "A", plan, Steps(overtime=1)))["overtime"]
    assert fix.change.amount == 13
    assert fix.change.words == "Overtime on saw: 13 min, Mon 2 Mar 14:00 to 14:13"


def test_the_last_evening_comes_first_and_no_evening_is_longer_than_it_may_be() -> None:
    """On Wednesday at 06:00 sixteen hours are worked: of eighteen, two are left for Tuesday evening; of twenty-one,
    four, and one for Monday's."""
    state = shop(made("A", at(2, 6), step(10, "saw", 1080)))
    fix = by_kind(find_fixes(state, "A", plan))["overtime"]
    assert [(o.start, o.end) for o in fix.change.opened] == [(at(1, 14), at(1, 16))]
    state = shop(made("A", at(2, 6), step(10, "saw", 1260)))
    fix = by_kind(find_fixes(state, "A", plan))["overtime"]
    assert [(o.start, o.end) for o in fix.change.opened] == [(at(0, 14), at(0, 15)), (at(1, 14), at(1, 18))]
    assert fix.change.words == "Overtime on saw: 5 h, Mon 2 Mar 14:00 to 15:00, and 1 more"


def test_overtime_that_is_not_enough_is_no_help() -> None:
    """On Tuesday at 11:00 thirteen of eighteen hours are worked, and the evening is four hours long."""
    state = shop(made("A", at(1, 11), step(10, "saw", 1080)))
    found = find_fixes(state, "A", plan)
    assert "overtime" not in by_kind(found)
    (most,) = [t for t in found.no_help if t.change.kind == "overtime"]
    assert (most.change.amount, most.late_minutes) == (240, 60)
    assert by_kind(find_fixes(state, "A", plan, Steps(overtime_a_day=480)))["overtime"].change.amount == 300


def test_an_extra_shift_is_a_whole_one_and_sunday_is_free() -> None:
    """Forty-one hours end on the next Monday at 07:00; due then at 06:00."""
    state = shop(made("A", at(7, 6), step(10, "saw", 2460)))
    kinds = by_kind(find_fixes(state, "A", plan))
    shift = kinds["extra_shift"].change
    assert (shift.amount, shift.unit) == (1, "shifts")
    assert shift.words == "1 extra shift on saw: Sat 7 Mar 06:00 to 14:00"
    assert [(o.start, o.end) for o in kinds["overtime"].change.opened] == [(at(4, 14), at(4, 15))]
    sundays = Calendar("early", (*EARLY_SHIFT.windows, WeeklyWindow(6, 0, 240)))
    busier = shop(made("A", at(7, 6), step(10, "saw", 2700)), calendars=named(sundays))
    assert "Sun 8 Mar 06:00" in by_kind(find_fixes(busier, "A", plan))["extra_shift"].change.words


def test_overtime_of_a_machine_brings_the_crew_that_its_work_takes() -> None:
    """The crew works the same hours by a calendar of its own, which is opened with the machine."""
    crew = replace(EARLY_SHIFT, name="crew-hours")
    work = made("A", at(1, 7), step(10, "saw", 600, pools=(PoolNeed("crew"),)))
    state = shop(work, calendars=named(EARLY_SHIFT, crew), pools=named(Pool("crew", 1.0, "crew-hours")))
    fix = by_kind(find_fixes(state, "A", plan))["overtime"]
    assert [e.data.get("calendar") or e.data.get("machine") for e in fix.change.events] == ["crew-hours", "saw"]
    assert {(o.who, o.minutes) for o in fix.change.opened} == {("saw", 60), ("crew", 60)}
    assert fix.price.overtime_minutes == 120


def test_a_crew_that_is_off_duty_stays_longer() -> None:
    """Turned until 13:30, A is to be sawn for an hour by a crew that goes home at 14:00; the saw runs day and night."""
    work = made("A", at(0, 15), step(10, "lathe", 450), step(20, "saw", 60, pools=(PoolNeed("crew"),)))
    state = shop(
        work,
        calendars=named(EARLY_SHIFT, ALWAYS, replace(EARLY_SHIFT, name="crew-hours")),
        machines=named(Machine("saw", "sawing", "always"), Machine("lathe", "turning", "early")),
        pools=named(Pool("crew", 1.0, "crew-hours")),
    )
    fix = by_kind(find_fixes(state, "A", plan))["overtime"]
    assert (fix.change.about, fix.change.amount) == ("crew", 30)
    assert [dict(e.data)["calendar"] for e in fix.change.events] == ["crew-hours"]


def test_a_machine_with_a_closing_of_its_own_is_opened_beside_its_crew_s_calendar() -> None:
    """The crew keeps the saw's calendar. A closing of the saw alone counts after the calendar's rows."""
    shut = CalendarException(at(0, 12), at(0, 20), "closed", "audit")
    work = made("A", at(0, 14), step(10, "saw", 480, pools=(PoolNeed("crew"),)))
    saw = Machine("saw", "sawing", "early", exceptions=(shut,))
    state = shop(
        work, machines=named(saw, Machine("lathe", "turning", "early")), pools=named(Pool("crew", 1.0, "early"))
    )
    fix = by_kind(find_fixes(state, "A", plan))["overtime"]
    assert [(o.who, o.start, o.end) for o in fix.change.opened] == [("saw", at(0, 12), at(0, 14))]


# -- supply -------------------------------------------------------------------------------------------------------


def waiting_for_bars(due: int) -> PlantState:
    work = made("A", due, step(10, "saw", 30, components=(Component("bar", 1.0),)))
    return shop(work, receipts=named(Receipt("PO-1", "bar", 5.0, at(2, 10))))


@pytest.mark.parametrize(("minute", "days"), [(29, 2), (30, 1), (31, 1)])
def test_a_delivery_comes_as_few_days_earlier_as_are_needed(minute: int, days: int) -> None:
    """Bars come on Wednesday at 10:00 and are sawn in half an hour; due on Tuesday at half past ten or thereabouts."""
    found = find_fixes(waiting_for_bars(at(1, 10, minute)), "A", plan)
    fix = by_kind(found)["delivery"]
    assert (fix.change.about, fix.change.amount, fix.smaller) == ("PO-1", days * 1440, "all")
    assert {e.type: e.data["receipt"] for e in fix.change.events} == {"receipt.changed": "PO-1"}
    assert found.fixes[0] is fix, "the other changes do nothing, so none is cheaper"


def test_a_delivery_is_as_fine_as_asked() -> None:
    fix = by_kind(find_fixes(waiting_for_bars(at(1, 10, 29)), "A", plan, Steps(delivery=15)))["delivery"]
    assert fix.change.amount == 1455
    assert fix.change.words == "PO-1 (bar) 1 d earlier, Tue 3 Mar 09:45"


def test_an_order_is_released_sooner() -> None:
    state = shop(made("A", at(1, 6, 30), step(10, "saw", 60), release=at(1, 6)))
    fix = by_kind(find_fixes(state, "A", plan))["release"]
    assert (fix.change.about, fix.change.amount) == ("A", 1440)


def test_one_more_of_a_pool_and_of_a_stretch_in_which_it_has_less() -> None:
    crew = (PoolNeed("crew", 2.0),)
    work = (
        made("A", at(0, 7), step(10, "saw", 60, pools=crew)),
        made("B", at(0, 7), step(10, "lathe", 60, pools=crew)),
    )
    state = shop(*work, pools=named(Pool("crew", 3.0)))
    fix = by_kind(find_fixes(state, "B", plan))["capacity"]
    assert (fix.change.amount, fix.smaller, fix.price.later_minutes) == (1, "all", 0)
    ill = replace(state, pools=named(Pool("crew", 4.0, None, (PoolStretch(at(0, 0), at(0, 12), 3.0, "ill"),))))
    ill = replace(ill, plan=plan(replace(ill, plan=())).operations)
    fix = by_kind(find_fixes(ill, "B", plan))["capacity"]
    after = fold_events(ill, fix.change.events).pools["crew"]
    assert (fix.change.amount, after.room(at(0, 6)), after.room(at(0, 11))) == (1, 4.0, 4.0)


# -- orders -------------------------------------------------------------------------------------------------------


def two_on_the_saw() -> PlantState:
    """A and B take four hours each and are due at ten; B is worth more and goes first."""
    return shop(made("A", at(0, 10), step(10, "saw", 240)), made("B", at(0, 10), step(10, "saw", 240), priority=2.5))


def test_a_priority_rises_until_the_order_goes_first_and_others_pay_for_it() -> None:
    fix = by_kind(find_fixes(two_on_the_saw(), "A", plan))["priority"]
    assert (fix.change.amount, fix.smaller, fix.change.words) == (2, "all", "Priority of A from 1 to 3")
    price = fix.price
    assert (price.newly_late, price.rescued, price.later_minutes, price.earlier_minutes) == (("B",), (), 240, 0)
    assert (price.moved, price.moved_soon, price.weighted_late) == (2, 2, 240 * 2.5)
    assert price.score == 600


def test_another_order_that_may_come_later_makes_room_and_is_late_by_what_was_promised() -> None:
    found = find_fixes(two_on_the_saw(), "A", plan)
    fix = by_kind(found)["due"]
    assert (fix.change.about, fix.change.amount) == ("B", 1440)
    assert (fix.price.newly_late, fix.price.later_minutes) == (("B",), 240)
    assert found.fixes[0].change == NOTHING, "B is worth more than A"
    assert found.nothing is not None
    assert (found.nothing.trial.late_minutes, found.nothing.price.score) == (240, 240)
    assert "Doing nothing costs less" in sentence(found, two_on_the_saw())


def test_work_that_is_frozen_is_not_asked_to_wait() -> None:
    state = two_on_the_saw()
    frozen = replace(state, frozen_minutes=480)
    assert by_kind(find_fixes(frozen, "A", plan)) == {}
    assert all(t.change.kind != "due" for t in find_fixes(frozen, "A", plan).no_help)


def test_another_machine_of_the_work_center_is_made_eligible() -> None:
    state = two_on_the_saw()
    state = replace(state, machines={**state.machines, "saw-2": Machine("saw-2", "sawing", "early")})
    fix = by_kind(find_fixes(state, "A", plan))["machine"]
    assert fix.change.words == "A/10 on saw-2 too, with the times of saw"
    assert (fix.price.newly_late, fix.price.later_minutes) == ((), 0)
    changed = fold_events(state, fix.change.events)
    assert [m.machine for m in changed.routings["A"].operations[0].machines] == ["saw", "saw-2"]


def test_a_machine_to_which_no_changeover_is_known_is_no_help() -> None:
    a, b = (
        made(name, at(0, 10), step(10, "saw", 240, setup_family=family), priority=priority)
        for name, family, priority in (("A", "red", 1.0), ("B", "blue", 2.5))
    )
    machines = named(
        Machine("saw", "sawing", "early", initial_setup="blue"),
        Machine("saw-2", "sawing", "early", initial_setup="odd"),
    )
    rows = {(x, y): 0 for x in ("red", "blue") for y in ("red", "blue")}
    state = shop(a, b, machines=machines, setup_matrices={"sawing": SetupMatrix("sawing", rows)})
    found = find_fixes(state, "A", plan)
    assert all(t.change.kind != "machine" for t in (*found.no_help, *(f.trial for f in found.fixes)))


def test_an_order_in_lots_flows_through_its_machines() -> None:
    """Ten pieces, half an hour each on the saw and then on the lathe: in one lot until Tuesday, in two until 13:30."""
    steps = tuple(
        Operation(n, predecessors=p, machines=(EligibleMachine(m, 30.0),))
        for n, p, m in ((10, (), "saw"), (20, (10,), "lathe"))
    )
    order = Order("A", "A", 10.0, at(0, 14), "A")
    found = find_fixes(shop((order, Routing("A", steps))), "A", plan)
    fix = by_kind(found)["split"]
    assert (fix.change.amount, fix.change.lots, fix.change.words) == (2, ("A", "A-2"), "Split A into 2 lots: 5 + 5")
    assert fix.trial.delivery == at(0, 13, 30)
    seven = find_fixes(shop((replace(order, quantity=7.0, due=at(0, 12)), Routing("A", steps))), "A", plan)
    assert by_kind(seven)["split"].change.words.endswith(("4 + 3", "3 + 2 + 2", "2 + 2 + 2 + 1"))


def test_an_order_that_has_begun_is_not_split() -> None:
    state = shop(
        (Order("A", "A", 10.0, at(0, 12), "A"), Routing("A", (step(10, "saw", 60), step(20, "lathe", 600)))),
        progress={("A", 10): Progress("A", 10, "running", "saw", at(0, 5), None, 30)},
    )
    found = find_fixes(state, "A", plan)
    assert all(t.change.kind != "split" for t in (*found.no_help, *(f.trial for f in found.fixes)))


def test_a_pin_is_taken_off() -> None:
    pins = {("A", 10): Pin("A", 10, not_before=at(1, 6), by="m.keller", reason="first article")}
    fix = by_kind(find_fixes(shop(made("A", at(0, 12), step(10, "saw", 60)), pins=pins), "A", plan))["pin"]
    assert fix.change.words == "Take the pin off A/10 (not before Tue 3 Mar 06:00, by m.keller (first article))"


def test_a_part_that_another_order_makes_is_what_is_hurried() -> None:
    """B is put together from what A makes, and A waits for bars."""
    part = made("A", at(0, 12), step(10, "saw", 30, components=(Component("bar", 1.0),)))
    final = made("B", at(1, 8), step(10, "lathe", 60, components=(Component("A", 1.0),)))
    state = shop(part, final, receipts=named(Receipt("PO-1", "bar", 5.0, at(1, 10))))
    fix = by_kind(find_fixes(state, "B", plan))["delivery"]
    assert (fix.change.about, fix.change.amount) == ("PO-1", 1440)
    assert fix.price.rescued == ("A",)


# -- what is answered ---------------------------------------------------------------------------------------------


def test_where_planning_anew_is_enough_nothing_else_is_tried() -> None:
    late = (PlannedOperation("A", 10, "saw", at(1, 6), at(1, 7)),)
    state = shop(made("A", at(0, 12), step(10, "saw", 60)), plan=late)
    found = find_fixes(state, "A", plan)
    (only,) = found.fixes
    assert (only.change, only.trial.on_time, found.trials) == (NOTHING, True, 1)
    assert sentence(found, state).endswith("Re-planning alone brings it in time.")


def test_an_order_in_time_needs_no_help_and_one_past_its_due_date_has_none() -> None:
    state = shop(made("A", at(0, 12), step(10, "saw", 60)))
    found = find_fixes(state, "A", plan)
    assert (found.fixes, found.trials) == ((), 0)
    assert sentence(found, state).endswith("It needs no help.")
    past = replace(state, orders={"A": replace(state.orders["A"], due=at(0, 6))})
    found = find_fixes(past, "A", plan)
    assert ([f.change for f in found.fixes], found.no_help, found.trials) == ([NOTHING], (), 1)
    assert "Its due date is past" in sentence(found, past)
    held = replace(state, orders={"A": replace(state.orders["A"], status="hold")})
    assert "While it is on hold" in sentence(find_fixes(held, "A", plan), held)
    with pytest.raises(UnknownOrder, match="no order 'B'"):
        find_fixes(state, "B", plan)


def test_what_is_not_enough_is_told_with_what_is_still_missing() -> None:
    """Ten hours of work cannot be done by 10:00 on the same day, whatever is changed."""
    state = shop(made("A", at(0, 10), step(10, "saw", 600)))
    found = find_fixes(state, "A", plan)
    assert [f.change for f in found.fixes] == [NOTHING]
    assert {t.change.kind for t in found.no_help} == {"priority"}
    assert all(t.late_minutes is not None and t.late_minutes > 0 for t in found.no_help)
    assert "Of 1 change tried, none brings it in time." in sentence(found, state)


def test_what_there_was_no_time_for_is_named_and_what_was_found_stays() -> None:
    state, calls = shop(made("A", at(1, 7), step(10, "saw", 600))), 0

    def hurried(changed: PlantState) -> Plan:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise OutOfTime
        return plan(changed)

    found = find_fixes(state, "A", hurried)
    assert {kind: fix.smaller for kind, fix in by_kind(found).items()} == {"extra_shift": "all", "overtime": "some"}
    assert (found.trials, [c.kind for c in found.untried]) == (3, ["priority"])
    assert "1 change was not tried for want of time." in sentence(found, state)
    calls = 3
    with pytest.raises(OutOfTime):
        find_fixes(state, "A", hurried)


def test_a_plan_that_breaks_a_rule_proves_nothing() -> None:
    """Where the planning loses an operation, or makes no plan, nothing is offered."""
    state = shop(made("A", at(1, 7), step(10, "saw", 600)))
    wrong = PlannedOperation("A", 10, "saw", at(0, 6), at(0, 7))
    found = find_fixes(state, "A", lambda changed: replace(plan(changed), operations=(wrong,)))
    assert (found.fixes, found.nothing) == ((), None)
    assert all(t.late_minutes is None for t in found.no_help)
    assert find_fixes(state, "A", lambda _: None).fixes == ()


def test_steps_must_be_steps() -> None:
    with pytest.raises(BadRequest, match="overtime: found 0"):
        Steps(overtime=0)
