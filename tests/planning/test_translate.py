"""The plant as tables. The shop opens at Monday 06:00, which is minute 0."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Progress
from scheduler.domain.plans import Objective, PlannedOperation, Unplanned
from scheduler.domain.resources import Downtime, Machine, Pool, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.problem import Problem
from scheduler.planning.tables.translate import translate
from tests.builders import MONDAY_SIX, at, full_plant, named, tiny_plant


def _row(problem: Problem, order: str, number: int) -> list[int]:
    return list(problem.ops[problem.index[order, number]].tolist())


def _windows(problem: Problem, machine: str) -> list[tuple[int, int]]:
    row = problem.machines[problem.machine_names.index(machine)]
    return [(a, b) for a, b, _ in problem.windows[row[c.WIN0] : row[c.WIN1]].tolist()]


def test_operations_stand_in_the_order_of_orders_and_routings() -> None:
    problem = translate(tiny_plant())
    assert problem.keys == (("SHAFT-1", 10), ("SHAFT-1", 20), ("SHAFT-2", 10), ("SHAFT-2", 20), ("PIN-1", 10))
    assert [problem.index[key] for key in problem.keys] == [0, 1, 2, 3, 4]
    assert problem.ops[:, c.EARLIEST].tolist() == [0, 0, 0, 0, 120]  # the pin is released at 08:00
    assert problem.orders[:, c.DUE].tolist() == [480, 480 + DAY, 480 + 2 * DAY]
    assert problem.weights.tolist() == [1.0, 2.0, 1.0]


def test_run_minutes_are_those_of_quantity_and_efficiency() -> None:
    problem = translate(tiny_plant(machines=named(Machine("saw", "s", "early"), Machine("lathe", "t", "early", 0.8))))
    assert problem.modes[:, c.RUN].tolist() == [20, 63, 20, 63, 38]  # 50 / 0.8 = 62.5, 30 / 0.8 = 37.5
    assert problem.modes[:, c.SETUP].tolist() == [0, 15, 0, 15, 0]


def test_windows_begin_now_and_leave_outages_out() -> None:
    down = (Downtime("saw", at(0, 5), at(0, 7)), Downtime("saw", at(0, 13), None), Downtime("lathe", at(0, 4), None))
    problem = translate(replace(tiny_plant(downtimes=down, default_repair_minutes=30), now=at(0, 6, 30)))
    assert _windows(problem, "saw")[:2] == [(30, 390), (420, 450)]  # an unknown end: half an hour from its start
    assert _windows(problem, "lathe")[:2] == [(30, 450), (1410, 1890)]  # half an hour from now: it began before


def test_working_minutes_add_up_over_the_windows_of_a_machine() -> None:
    problem = translate(tiny_plant())
    row = problem.machines[1]
    assert problem.windows[row[c.WIN0] : row[c.WIN1], c.BEFORE].tolist()[:4] == [0, 480, 960, 1440]


def test_an_order_on_hold_or_left_out_is_not_planned_but_its_running_work_is() -> None:
    plant = tiny_plant(progress={("SHAFT-1", 10): Progress("SHAFT-1", 10, "running", "saw", at(0, 5), None, 40)})
    held = replace(plant, orders={**plant.orders, "SHAFT-1": replace(plant.orders["SHAFT-1"], status="hold")})
    problem = translate(held)
    assert problem.order_names == ("SHAFT-2", "PIN-1")
    assert _windows(problem, "saw")[0] == (40, 480)  # it keeps the saw until 06:40
    problem = translate(plant, [Unplanned("SHAFT-1", 20, "for this test"), Unplanned("PIN-1", 10, "too")])
    assert problem.keys == (("SHAFT-1", 10), ("SHAFT-2", 10), ("SHAFT-2", 20))
    assert problem.weights.tolist() == [0.0, 2.0]  # an order that is not planned to its end costs nothing


def test_running_work_is_fixed_where_it_runs_and_ends_after_what_remains() -> None:
    running = Progress("SHAFT-1", 10, "running", "saw", at(0, 5), None, 490)
    row = _row(translate(tiny_plant(progress={("SHAFT-1", 10): running})), "SHAFT-1", 10)
    assert (row[c.FIXED], row[c.FIX_START], row[c.FIX_END]) == (1, -60, 1450)  # ten minutes into Tuesday
    assert row[c.MODE1] - row[c.MODE0] == 1


def test_finished_work_is_a_bound_for_what_follows_and_leaves_the_longest_wait_behind() -> None:
    plant = full_plant()  # SHAFT-1/10 ended at 06:00; SHAFT-1/20 waits at least 5 minutes, SHAFT-2/10 runs
    problem = translate(plant)
    assert _row(problem, "SHAFT-1", 20)[c.EARLIEST] == 5
    assert _row(problem, "SHAFT-1", 20)[c.PRED1] == _row(problem, "SHAFT-1", 20)[c.PRED0]
    assert _row(problem, "SHAFT-2", 20)[c.MAX_WAIT] == 600
    assert problem.orders[0, c.DONE_END] == 0


def test_an_order_that_is_over_costs_its_lateness_whatever_is_planned() -> None:
    done = {
        ("PIN-1", 10): Progress("PIN-1", 10, "done", "lathe", at(0, 5), at(0, 5, 30)),
    }
    plant = tiny_plant(progress=done, objective=Objective(tardiness=2.0))
    late = replace(plant, orders={**plant.orders, "PIN-1": replace(plant.orders["PIN-1"], due=at(0, 5), priority=3.0)})
    assert translate(plant).fixed_cost == 0.0
    assert translate(late).fixed_cost == 2.0 * 3.0 * 30


def test_changeovers_know_the_empty_and_the_unknown_family() -> None:
    plant = full_plant()  # brass -> steel 30, * -> * 10; the lathe stands in brass
    problem = translate(plant)
    stride = problem.families + 2
    row = problem.machines[1]
    table = problem.changeovers[row[c.MATRIX] :].reshape(stride, stride)
    brass, steel, unknown = 1, 2, 3
    assert row[c.INITIAL] == brass
    assert problem.machines[0, c.INITIAL] == unknown
    assert problem.machines[0, c.MATRIX] == c.NONE  # sawing has no matrix
    assert (table[brass, steel], table[steel, brass], table[steel, steel]) == (30, 10, 0)
    assert (table[0, steel], table[steel, 0], table[unknown, steel], table[unknown, 0]) == (0, 0, 10, 0)


def test_what_the_plan_in_force_says_stands_with_each_operation() -> None:
    plan = (
        PlannedOperation("SHAFT-1", 10, "saw", at(0, 5), at(0, 6)),
        PlannedOperation("PIN-1", 10, "scrapped", at(0, 8), at(0, 9)),
    )
    problem = translate(tiny_plant(plan=plan))
    assert _row(problem, "SHAFT-1", 10)[c.OLD_MACHINE : c.OLD_START + 1] == [0, -60]
    assert _row(problem, "SHAFT-2", 10)[c.OLD_MACHINE] == c.NONE
    assert _row(problem, "PIN-1", 10)[c.OLD_MACHINE] == c.NONE  # that machine is gone


def test_pools_have_their_capacity_only_on_duty() -> None:
    step = Operation(10, machines=(EligibleMachine("saw", 1.0),), pools=(PoolNeed("crew", 1.5), PoolNeed("crane", 1.0)))
    plant = tiny_plant(pools=named(Pool("crew", 2.0, "early"), Pool("crane", 1.0)), routings=tiny_plant().routings)
    routings = {**plant.routings, "pin": Routing("pin", (step,))}
    problem = translate(replace(plant, routings=routings))
    row = _row(problem, "PIN-1", 10)
    assert problem.pool_needs[row[c.POOL0] : row[c.POOL1]].tolist() == [0, 1]
    assert problem.pool_quantity[row[c.POOL0] : row[c.POOL1]].tolist() == [1.5, 1.0]
    crew = problem.pool_steps[:, 0] == 0
    today = [int(t) for t in problem.pool_steps[crew, 1] if 0 <= t <= 1440]
    assert today == [0, 480, 1440]
    assert problem.pool_steps[~crew, 1].tolist() == [-c.FAR]


def test_supply_counts_only_what_somebody_takes() -> None:
    problem = translate(tiny_plant())
    supply = problem.supply
    assert supply.materials == ("bar",)
    assert supply.on_hand.tolist() == [5.0]
    assert supply.receipts.tolist() == [[0, DAY + 120]]
    assert supply.receipt_quantity.tolist() == [20.0]
    assert supply.output.tolist() == [c.NONE] * 3
    assert (supply.demands.tolist(), supply.demand_quantity.tolist()) == ([[4, 0]], [10.0])


def test_work_that_runs_has_taken_its_components_and_an_order_adds_what_is_still_to_come() -> None:
    plant = tiny_plant()
    pin = plant.routings["pin"].operations[0]
    takes_shafts = replace(pin, components=(Component("shaft", 2.0),))
    plant = replace(plant, routings={**plant.routings, "pin": Routing("pin", (takes_shafts,))})
    assert translate(plant).supply.output.tolist() == [0, 0, c.NONE]
    assert translate(plant).supply.output_quantity.tolist() == [10.0, 10.0, 0.0]
    reported = {("SHAFT-1", 20): Progress("SHAFT-1", 20, "running", "lathe", at(0, 5), None, 9, 4.0, 1.0)}
    assert translate(replace(plant, progress=reported)).supply.output_quantity.tolist() == [5.0, 10.0, 0.0]
    runs = {("PIN-1", 10): Progress("PIN-1", 10, "running", "lathe", at(0, 5), None, 9)}
    assert translate(replace(plant, progress=runs)).supply.demands.tolist() == []


def test_the_grid_reaches_as_far_as_the_work_could_need_and_as_far_as_it_is_asked() -> None:
    assert translate(tiny_plant()).end == 14 * DAY  # as plant.toml says
    assert translate(tiny_plant(horizon_days=40)).end == 40 * DAY
    assert translate(tiny_plant(), horizon_days=3).end == 3 * DAY
    much = {name: replace(order, quantity=10_000.0) for name, order in tiny_plant().orders.items()}
    assert translate(tiny_plant(orders=much)).end > 90 * DAY  # 130,000 minutes on a lathe of 2,400 a week
    with pytest.raises(InternalFault, match="longer than the 4000 days"):
        translate(tiny_plant(), horizon_days=4001)


def test_a_matrix_of_a_work_center_without_machines_harms_nothing() -> None:
    problem = translate(tiny_plant(setup_matrices={"painting": SetupMatrix("painting", {("*", "*"): 5})}))
    assert set(problem.machines[:, c.MATRIX].tolist()) == {c.NONE}
    assert problem.now == MONDAY_SIX
