"""Whatever one order's data are, the others are planned, and it is named with its reason."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.orders import Material, Order, Progress
from scheduler.domain.plans import GIVEN_UP
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine, Pool
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.planning.judge import check as judge
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables import obstacles
from scheduler.planning.tables.impossible import machines
from scheduler.planning.tables.impossible.machines import machines_that_cannot
from scheduler.planning.tables.impossible.operations import OperationDoubts
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.ports import PlanRequest
from scheduler.replanning import expected
from scheduler.replanning.expected import expected_cost
from scheduler.solving import finish as finishing
from scheduler.solving import first_plan as planning
from scheduler.solving import planner
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, named, tiny_plant
from tests.planning.random_plants import random_plant, with_odd_rows

PLANNER = RejigPlanner()
ROUTINGS = tiny_plant().routings


def _shift(name: str, start: int, end: int) -> Calendar:
    return Calendar(name, tuple(WeeklyWindow(day, start * 60, end * 60) for day in range(5)))


def _one_order(*machines: Machine, operation: Operation, calendars: tuple[Calendar, ...], **more: object) -> PlantState:
    return tiny_plant(
        calendars=named(*calendars),
        machines=named(*machines),
        orders=named(Order("G1", "ring", 1.0, at(0, 22), "ring")),
        routings=named(Routing("ring", (operation,))),
        **more,
    )


@pytest.mark.parametrize(("minutes", "said"), [(420, 0), (421, 1)])
def test_a_machine_whose_shift_is_too_short_is_left_out_of_the_choice_and_named_once(minutes: int, said: int) -> None:
    operation = Operation(10, pausable=False, machines=(EligibleMachine("A", minutes), EligibleMachine("B", minutes)))
    state = _one_order(
        Machine("A", "grind", "short"),
        Machine("B", "grind", "long"),
        operation=operation,
        calendars=(_shift("short", 6, 13), _shift("long", 13, 22)),
    )
    for plan in (PLANNER.repair(state), PLANNER.plan(state, PlanRequest(budget=20, workers=1))):
        assert plan.unplanned == ()
        assert [o.machine for o in plan.operations] == (["B"] if said else ["A"])
        assert check_plan(state, plan.operations).feasible
    assert (
        machines_that_cannot(state)
        == (
            "machine 'A' can never take operation 10 of routing 'ring': it offers no stretch of 7 h 01 min while it "
            "and the pools of the operation are open; it is left out of the choice",
        )[:said]
    )


def test_a_machine_is_left_out_though_the_last_stretch_that_is_looked_at_is_cut_off() -> None:
    # 14 days of horizon and 14 more end on a Monday at 06:00, inside the night shift of eight hours.
    operation = Operation(10, pausable=False, machines=(EligibleMachine("A", 480.1), EligibleMachine("B", 600)))
    state = _one_order(
        Machine("A", "grind", "night"),
        Machine("B", "grind", "always"),
        operation=operation,
        calendars=(
            Calendar("night", tuple(WeeklyWindow(day, 23 * 60, 7 * 60) for day in range(7))),
            Calendar("always", tuple(WeeklyWindow(day, 0, 1440) for day in range(7))),
        ),
    )
    plan = PLANNER.repair(state)
    assert [(o.machine, o.start) for o in plan.operations] == [("B", at(0, 6))]
    assert len(machines_that_cannot(state)) == 1


def test_a_machine_that_never_works_while_the_pool_is_on_duty_is_left_out_of_the_choice() -> None:
    operation = Operation(10, machines=(EligibleMachine("A", 60), EligibleMachine("B", 90)), pools=(PoolNeed("novak"),))
    state = _one_order(
        Machine("A", "grind", "early"),
        Machine("B", "grind", "late"),
        operation=operation,
        calendars=(_shift("early", 6, 14), _shift("late", 14, 22)),
        pools=named(Pool("novak", 1.0, "late")),
    )
    plan = PLANNER.repair(state)
    assert [(o.machine, o.start) for o in plan.operations] == [("B", at(0, 14))]
    assert len(machines_that_cannot(state)) == 1


def test_an_order_of_a_quantity_that_no_plan_is_long_enough_for_is_named_and_the_others_are_planned() -> None:
    plant = tiny_plant()
    # A shaft takes 2 + 5 minutes; 40 h a week are 342 6/7 minutes a day; 2000 days of them make 97,959 shafts.
    for pieces, fits in ((97_959.0, True), (97_960.0, False), (1e9, False)):
        orders = {**plant.orders, "HUGE": Order("HUGE", "shaft", pieces, at(1, 6), "shaft")}
        plan = PLANNER.repair(replace(plant, orders=orders))
        assert {o.order for o in plan.operations} >= {"SHAFT-1", "SHAFT-2", "PIN-1"}
        assert [u.order for u in plan.unplanned] == ([] if fits else ["HUGE"])
        assert check_plan(replace(plant, orders=orders), plan.operations, plan.unplanned).feasible


def _circle(stock: float) -> PlantState:
    """A makes x of y, B makes y of x, ten of each; FIRST takes x and is due before both."""
    saw = (EligibleMachine("saw", 1.0),)
    routings = (
        Routing("x", (Operation(10, machines=saw, components=(Component("y", 1.0),)),)),
        Routing("y", (Operation(10, machines=saw, components=(Component("x", 0.5),)),)),
        Routing("z", (Operation(10, machines=saw, components=(Component("x", 0.5),)),)),
    )
    return tiny_plant(
        materials=named(Material("x", on_hand=stock), Material("y"), Material("z")),
        receipts={},
        routings=named(*routings),
        orders=named(
            Order("FIRST", "z", 10.0, at(0, 6), "z"), Order("A", "x", 10.0, at(1, 6), "x"),
            Order("B", "y", 10.0, at(1, 6), "y"),
        ),
    )  # fmt: skip


def test_orders_that_supply_each_other_are_planned_where_stock_lets_one_of_them_begin() -> None:
    state = _circle(5.0)
    plan = PLANNER.repair(state)
    assert [o.order for o in plan.operations] == ["B", "A", "FIRST"]
    assert plan.unplanned == ()
    assert check_plan(state, plan.operations).feasible


def test_orders_that_cannot_begin_for_each_other_are_named() -> None:
    state = _circle(4.0)
    plan = PLANNER.repair(state)
    assert plan.operations == ()
    assert {u.order for u in plan.unplanned} == {"FIRST", "A", "B"}


def test_an_order_on_which_planning_itself_fails_is_found_and_the_others_are_planned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = tiny_plant()
    honest = planning.translate

    def fails_with_shaft_2(state: PlantState, unplanned=(), **more):  # type: ignore[no-untyped-def]
        named = {u.order for u in unplanned}
        if state.orders["SHAFT-2"].status != "hold" and "SHAFT-2" not in named:
            raise ArithmeticError("shaft 2 is odd")
        return honest(state, unplanned, **more)

    monkeypatch.setattr(planning, "translate", fails_with_shaft_2)
    plan = PLANNER.plan(state, PlanRequest(budget=20, workers=1))
    assert {o.order for o in plan.operations} == {"SHAFT-1", "PIN-1"}
    assert [(u.order, u.reason.split(": ", 1)[1]) for u in plan.unplanned] == [
        ("SHAFT-2", "ArithmeticError: shaft 2 is odd")
    ]
    assert check_plan(state, plan.operations, plan.unplanned).feasible


def _raises_for_shaft_2(honest: Callable[..., Any]) -> Callable[..., Any]:
    def raises(state: PlantState, *more: Any, **named: Any) -> Any:
        if state.orders["SHAFT-2"].status != "hold":
            raise ArithmeticError("shaft 2 is odd")
        return honest(state, *more, **named)

    return raises


FIRST_TABLES = {
    "what looks for obstacles": ((obstacles, "suspects"),),
    "what looks for material": ((obstacles, "without_material"),),
    "every table of the plant": (
        (obstacles, "suspects"), (planning, "translate"), (planner, "translate"), (expected, "translate"),
        (judge, "fast_check"), (judge, "PlacedPlan"), (finishing, "timed_kpis"), (machines, "able_modes"),
    ),
}  # fmt: skip
RUNS = Progress("SHAFT-2", 10, "running", "saw", at(0, 5), None, 30)


@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize("where", FIRST_TABLES)
def test_an_order_that_stops_what_reads_it_is_named_and_the_others_are_planned(
    monkeypatch: pytest.MonkeyPatch, where: str, running: bool
) -> None:
    state = tiny_plant(progress={("SHAFT-2", 10): RUNS} if running else {})
    whole = PLANNER.repair(state)
    for module, name in FIRST_TABLES[where]:
        monkeypatch.setattr(module, name, _raises_for_shaft_2(getattr(module, name)))
    in_force = replace(state, plan=whole.operations)
    for plan in (
        PLANNER.repair(state),
        PLANNER.repair(in_force),
        PLANNER.plan(in_force, PlanRequest(budget=20, workers=1)),
        PLANNER.plan(in_force, PlanRequest(budget=20, workers=1, expected_delay_minutes=10, move_price=1.0)),
    ):
        assert {o.order for o in plan.operations} - {"SHAFT-2"} == {"SHAFT-1", "PIN-1"}
        assert {o.key for o in plan.operations if o.order == "SHAFT-2"} <= {("SHAFT-2", 10)}
        assert [(u.order, u.reason) for u in plan.unplanned] == [
            ("SHAFT-2", f"{GIVEN_UP}: ArithmeticError: shaft 2 is odd")
        ]
        assert plan.engine_failures or where == "every table of the plant"
        assert plan.kpis.left_out_cost > 0
        verdict = check_plan(state, plan.operations, plan.unplanned)
        assert verdict.feasible
        assert verdict.kpis.left_out_cost == plan.kpis.left_out_cost
    unsaid = check_plan(state, plan.operations)  # the judge shares nothing with what has stopped: it misses the order
    if where == "every table of the plant":  # and it names one that stops itself
        assert {u.order for u in unsaid.unplanned} == {"SHAFT-2"}
    else:
        assert {v.order for v in unsaid.violations} == {"SHAFT-2"}
    assert expected_cost(state, plan.operations, plan.kpis.cost, 60) >= plan.kpis.cost
    assert machines_that_cannot(state) == ()


def test_several_odd_orders_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = OperationDoubts.reason

    def raises(self: OperationDoubts, order: Order, operation: Operation) -> str | None:
        if order.name != "PIN-1":
            raise ArithmeticError(f"{order.name} is odd")
        return honest(self, order, operation)

    bare = {n: replace(r, operations=tuple(replace(o, machines=()) for o in r.operations)) for n, r in ROUTINGS.items()}
    monkeypatch.setattr(OperationDoubts, "reason", raises)
    told: list[str] = []
    found = find_obstacles(tiny_plant(routings=bare), lambda order, fault: told.append(f"{order}: {fault}"))
    assert [(u.order, u.reason) for u in found] == [
        ("SHAFT-1", f"{GIVEN_UP}: ArithmeticError: SHAFT-1 is odd"),
        ("SHAFT-2", f"{GIVEN_UP}: ArithmeticError: SHAFT-2 is odd"),
        ("PIN-1", "no machine is eligible for it"),
    ]
    assert told == ["SHAFT-1: SHAFT-1 is odd", "SHAFT-2: SHAFT-2 is odd"]


def test_what_raises_without_any_order_is_a_fault_of_the_plant(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> object:
        raise ArithmeticError("always")

    monkeypatch.setattr(obstacles, "suspects", fails)
    with pytest.raises(ArithmeticError):
        find_obstacles(tiny_plant())


def test_a_fault_of_the_plant_itself_is_not_blamed_on_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> object:
        raise ArithmeticError("always")

    monkeypatch.setattr(planning, "translate", fails)
    with pytest.raises(ArithmeticError):
        PLANNER.plan(tiny_plant(), PlanRequest(budget=20, workers=1))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_odd_orders_leave_every_other_order_planned_or_named_with_a_reason_that_the_check_accepts(seed: int) -> None:
    rng = random.Random(seed)
    sane = random_plant(rng)
    state = with_odd_rows(rng, replace(sane, plan=PLANNER.repair(sane).operations))
    for plan in (PLANNER.repair(state), PLANNER.plan(state, PlanRequest(budget=40, workers=1))):
        assert [v.message for v in check_plan(state, plan.operations, plan.unplanned).violations] == []
        assert not any(u.reason.startswith(GIVEN_UP) for u in plan.unplanned)
        assert all(u.reason for u in plan.unplanned)


def test_work_that_runs_on_a_machine_that_never_works_again_takes_no_other_order_with_it() -> None:
    plant = tiny_plant()
    state = replace(
        plant,
        calendars={**plant.calendars, "shut": Calendar("shut", ())},
        machines={**plant.machines, "saw": replace(plant.machines["saw"], calendar="shut")},
        progress={("SHAFT-1", 10): Progress("SHAFT-1", 10, "running", "saw", plant.now - 60, remaining_minutes=30)},
    )
    for plan in (PLANNER.repair(state), PLANNER.plan(state, PlanRequest(budget=20, workers=1))):
        assert {o.order for o in plan.operations} == {"PIN-1"}
        assert {u.order for u in plan.unplanned} == {"SHAFT-1", "SHAFT-2"}
        assert any("runs on saw, which never works again" in u.reason for u in plan.unplanned)
        assert check_plan(state, plan.operations, plan.unplanned).feasible
