"""The schedule builder times any order of work by the rules of the contract.

The shop opens at 06:00 on Monday and works until 14:00, five days a week; minute 0 is Monday 06:00, so Tuesday opens
at minute 1440. One piece is one minute of work unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine, Pool, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.planning import layout as c
from scheduler.planning.builder import OFF_GRID, OK, WAIT_BROKEN, Builder, Timing
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables.translate import translate
from tests.builders import MONDAY_SIX, at, named, tiny_plant

SAW, LATHE = EligibleMachine("saw", 1.0), EligibleMachine("lathe", 1.0)


def step(number: int = 10, *machines: EligibleMachine, **more: Any) -> Operation:
    return Operation(number, machines=machines or (SAW,), **more)


def shop(*orders: tuple[float, Iterable[Operation]], **changes: Any) -> PlantState:
    """Orders A, B, C, … of so many pieces, each with its own routing and due at minute 0."""
    names = "ABCDEFGH"[: len(orders)]
    made = [Order(n, n, quantity, MONDAY_SIX, n) for n, (quantity, _) in zip(names, orders, strict=True)]
    routings = [Routing(n, tuple(steps)) for n, (_, steps) in zip(names, orders, strict=True)]
    empty: dict[str, Any] = {"materials": {}, "receipts": {}, "objective": Objective(tardiness=1.0)}
    return replace(tiny_plant(orders=named(*made), routings=named(*routings)), **{**empty, **changes})


def build(state: PlantState, *wanted: str, gaps: bool = False) -> tuple[Builder, Timing]:
    """Blocks in the order of the named orders; each operation where it ends first."""
    builder = Builder(translate(state))
    p = builder.problem
    heads = p.block_ops[p.block_ptr[:-1]].tolist()
    blocks = sorted(range(p.blocks), key=lambda i: (wanted.index(p.keys[heads[i]][0]), i))
    return builder, builder.build(np.array(blocks), np.full(p.operations, c.NONE), gaps)


def places(state: PlantState, *wanted: str, gaps: bool = False) -> dict[str, tuple[int, int]]:
    """(start, end) by 'order/operation', having passed the check."""
    builder, timing = build(state, *wanted, gaps=gaps)
    assert timing.status == OK
    operations = builder.operations(timing)
    assert [v.message for v in check_plan(state, operations).violations] == []
    return {f"{o.order}/{o.operation}": (o.start - state.now, o.end - state.now) for o in operations}


# -- duration and calendars -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pieces", "end"), [(479, 479), (480, 480), (481, 1441), (960, 1920), (961, 2881)])
def test_pausable_work_goes_on_the_next_morning(pieces: int, end: int) -> None:
    assert places(shop((pieces, [step()])), "A")["A/10"] == (0, end)


@pytest.mark.parametrize(("pieces", "second"), [(60, (420, 480)), (61, (1440, 1501))])
def test_work_that_must_not_pause_waits_for_the_shift_that_holds_it(pieces: int, second: tuple[int, int]) -> None:
    state = shop((420, [step()]), (pieces, [step(pausable=False)]))
    assert places(state, "A", "B")["B/10"] == second


def test_a_slower_machine_takes_the_contract_s_minutes_rounded_up() -> None:
    machines = named(Machine("saw", "sawing", "early", efficiency=0.7))
    assert places(shop((5, [step()]), machines=machines), "A")["A/10"] == (0, 8)  # 5 / 0.7 = 7.14


def test_work_over_an_outage_pauses_and_work_that_must_not_waits() -> None:
    outage = (Downtime("saw", at(0, 6, 30), at(0, 7)),)
    assert places(shop((40, [step()]), downtimes=outage), "A")["A/10"] == (0, 70)
    assert places(shop((40, [step(pausable=False)]), downtimes=outage), "A")["A/10"] == (60, 100)
    assert places(shop((30, [step(pausable=False)]), downtimes=outage), "A")["A/10"] == (0, 30)


def test_of_two_machines_work_goes_where_it_ends_first() -> None:
    state = shop((30, [step()]), (30, [step(10, SAW, EligibleMachine("lathe", 1.9))]))
    assert places(state, "A", "B")["B/10"] == (0, 57)  # on the saw it would end at 60
    state = shop((30, [step()]), (30, [step(10, SAW, EligibleMachine("lathe", 2.1))]))
    assert places(state, "A", "B")["B/10"] == (30, 60)


# -- changeovers ------------------------------------------------------------------------------------------------------


MATRIX = {"sawing": SetupMatrix("sawing", {("red", "blue"): 30, ("*", "red"): 5, ("*", "*"): 12})}


def _two(first: str, second: str, pieces: int = 20, **changes: Any) -> PlantState:
    changes.setdefault("setup_matrices", MATRIX)
    changes.setdefault("machines", named(Machine("saw", "sawing", "early", initial_setup=first)))
    return shop((pieces, [step(setup_family=first)]), (10, [step(setup_family=second)]), **changes)


@pytest.mark.parametrize(
    ("first", "second", "start"),
    [
        ("red", "blue", 50),  # its own row
        ("blue", "red", 25),  # * -> red
        ("blue", "green", 32),  # * -> *
        ("red", "red", 20),  # the same family needs none, though * -> red says 5
        ("red", "", 20),  # no family, no changeover
        ("", "blue", 20),
    ],
)
def test_a_changeover_lies_between_two_families(first: str, second: str, start: int) -> None:
    assert places(_two(first, second), "A", "B")["B/10"] == (start, start + 10)


@pytest.mark.parametrize(("pieces", "start"), [(450, 1440), (449, 479), (451, 1441), (480, 1470)])
def test_a_changeover_counts_working_minutes_only(pieces: int, start: int) -> None:
    """30 minutes before 14:00 it is done overnight; what is left of it is done on Tuesday."""
    assert places(_two("red", "blue", pieces), "A", "B")["B/10"][0] == start


@pytest.mark.parametrize(("stands_in", "start"), [("red", 30), ("blue", 0), ("", 12)])
def test_the_first_work_follows_what_the_machine_stands_in(stands_in: str, start: int) -> None:
    machines = named(Machine("saw", "sawing", "early", initial_setup=stands_in))
    state = shop((10, [step(setup_family="blue")]), machines=machines, setup_matrices=MATRIX)
    assert places(state, "A")["A/10"][0] == start  # an unknown state matches only *


def test_without_a_matrix_each_operation_brings_its_own_setup_minutes() -> None:
    row = EligibleMachine("saw", 1.0, setup_minutes=15)
    found = places(shop((10, [step(10, row)]), (10, [step(10, row)])), "A", "B")
    assert found == {"A/10": (15, 25), "B/10": (40, 50)}


def test_a_changeover_may_run_while_the_order_is_still_elsewhere() -> None:
    turned = step(20, EligibleMachine("lathe", 1.0, setup_minutes=15), predecessors=(10,))
    assert places(shop((20, [step(), turned])), "A")["A/20"] == (20, 40)  # set up from 5 to 20


def test_the_setup_begins_as_late_as_it_can() -> None:
    state = _two("red", "blue", 450, orders=shop((450, ()), (10, ())).orders)
    builder, timing = build(state, "A", "B")
    second = next(o for o in builder.operations(timing) if o.order == "B")
    assert second.start == at(1, 6)
    assert second.setup_start == at(0, 13, 30)


# -- waits ------------------------------------------------------------------------------------------------------------


def test_the_shortest_wait_runs_while_the_shop_is_closed() -> None:
    cured = step(20, LATHE, predecessors=(10,), min_wait=960)
    assert places(shop((480, [step(), cured])), "A")["A/20"] == (1440, 1920)  # 14:00 to 06:00 are 960 minutes
    cured = step(20, LATHE, predecessors=(10,), min_wait=961)
    assert places(shop((480, [step(), cured])), "A")["A/20"] == (1441, 2881)


@pytest.mark.parametrize(("longest", "start"), [(40, 0), (39, 1), (0, 40)])
def test_work_starts_later_so_that_its_follower_keeps_the_longest_wait(longest: int, start: int) -> None:
    """The lathe is busy until 60; the saw needs 20 minutes, and then the lathe must come within `longest`."""
    tied = step(20, LATHE, predecessors=(10,), max_wait=longest)
    found = places(shop((60, [step(10, LATHE)]), (20, [step(), tied])), "A", "B")
    assert found["B/10"] == (start, start + 20)
    assert found["B/20"] == (60, 80)


def test_pausable_work_slides_over_a_night_for_a_longest_wait() -> None:
    # the lathe is free on Tuesday at 06:30; the saw's 20 minutes must end within 10 minutes of that
    tied = step(20, LATHE, predecessors=(10,), max_wait=10)
    found = places(shop((510, [step(10, LATHE)]), (20, [step(), tied])), "A", "B")
    assert found == {"A/10": (0, 1470), "B/10": (1440, 1460), "B/20": (1470, 1490)}


def test_a_wait_for_several_predecessors_counts_from_each() -> None:
    joined = step(30, LATHE, predecessors=(10, 20), min_wait=5, max_wait=25)
    found = places(shop((30, [step(), step(20, LATHE, predecessors=()), joined])), "A")
    assert found["A/30"] == (35, 65)
    late = step(30, SAW, predecessors=(10, 20), max_wait=25)
    found = places(shop((30, [step(10, EligibleMachine("lathe", 3.0)), step(20), late])), "A")
    assert found["A/20"][1] >= found["A/30"][0] - 25  # the lathe ends at 90, so the saw waits for it
    assert found["A/30"][0] == 90


def test_work_tied_to_running_work_that_comes_too_late_is_told() -> None:
    tied = step(20, SAW, predecessors=(10,), max_wait=10)
    progress = {("A", 10): Progress("A", 10, "running", "lathe", MONDAY_SIX, None, 10)}
    state = shop((20, [step(10, LATHE), tied]), (21, [step()]), progress=progress)
    builder, timing = build(state, "B", "A")
    assert timing.status == WAIT_BROKEN  # the saw is free at 21, A/20 had to start by 20
    assert builder.problem.keys[builder.problem.block_ops[builder.problem.block_ptr[timing.fault]]] == ("A", 20)
    assert timing.cost == float("inf")
    assert places(state, "A", "B") == {"A/10": (0, 10), "A/20": (10, 30), "B/10": (30, 51)}


# -- order, release, running work -------------------------------------------------------------------------------------


def test_an_order_that_comes_first_in_the_list_but_waits_for_another_is_placed_when_it_can() -> None:
    state = shop((20, [step(10, SAW), step(20, LATHE, predecessors=(10,))]))
    builder = Builder(translate(state))
    timing = builder.build(np.array([1, 0]), np.full(2, c.NONE))
    assert timing.status == OK
    assert timing.sequence.tolist() == [0, 1]


def test_nothing_starts_before_its_release() -> None:
    state = shop((10, [step()]), (10, [step()]))
    orders = {**state.orders, "A": replace(state.orders["A"], release=at(0, 7))}
    assert places(replace(state, orders=orders), "A", "B") == {"A/10": (60, 70), "B/10": (70, 80)}
    assert places(replace(state, orders=orders), "B", "A") == {"A/10": (60, 70), "B/10": (0, 10)}


def test_running_work_keeps_its_machine_until_it_ends_and_its_family_counts() -> None:
    progress = {("A", 10): Progress("A", 10, "running", "saw", at(0, 5), None, 25)}
    state = _two("red", "blue", progress=progress)
    assert places(state, "A", "B") == {"A/10": (-60, 25), "B/10": (55, 65)}


def test_running_work_of_an_order_on_hold_keeps_its_machine_though_it_stands_in_no_plan() -> None:
    progress = {("A", 10): Progress("A", 10, "running", "saw", at(0, 5), None, 25)}
    state = shop((30, [step()]), (10, [step()]), progress=progress)
    held = replace(state, orders={**state.orders, "A": replace(state.orders["A"], status="hold")})
    assert places(held, "B") == {"B/10": (25, 35)}


def test_work_behind_finished_work_waits_from_its_end() -> None:
    progress = {("A", 10): Progress("A", 10, "done", "saw", at(0, 5), at(0, 5, 50))}
    state = shop((30, [step(), step(20, LATHE, predecessors=(10,), min_wait=45)]), progress=progress)
    assert places(state, "A") == {"A/20": (35, 65)}


# -- gaps -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pieces", "start"), [(60, 0), (61, 80)])
def test_a_gap_takes_what_fits(pieces: int, start: int) -> None:
    """The saw idles until 60, when A comes from the lathe."""
    state = shop((20, [step(10, EligibleMachine("lathe", 3.0)), step(20, SAW, predecessors=(10,))]), (pieces, [step()]))
    assert places(state, "A", "B", gaps=True)["B/10"] == (start, start + pieces)
    assert places(state, "A", "B")["B/10"][0] == 80  # without looking for gaps, behind all that is placed


@pytest.mark.parametrize(("pieces", "start"), [(30, 0), (31, 85)])
def test_a_gap_must_leave_the_next_work_its_changeover(pieces: int, start: int) -> None:
    red_later = step(20, SAW, predecessors=(10,), setup_family="blue")
    state = shop(
        (20, [step(10, EligibleMachine("lathe", 3.0)), red_later]),
        (pieces, [step(setup_family="red")]),
        machines=named(Machine("saw", "sawing", "early", initial_setup="red"), Machine("lathe", "turning", "early")),
        setup_matrices=MATRIX,
    )
    assert places(state, "A", "B", gaps=True)["B/10"][0] == start  # behind A there are 5 minutes to red


# -- pools ------------------------------------------------------------------------------------------------------------


def _crewed(quantity: float = 1.0, capacity: float = 1.0, calendar: str | None = None, **changes: Any) -> PlantState:
    need = {"pools": (PoolNeed("crew", quantity),)}
    pools = {"pools": named(Pool("crew", capacity, calendar))}
    return shop((30, [step(10, SAW, **need)]), (30, [step(10, LATHE, **need)]), **{**pools, **changes})


@pytest.mark.parametrize(("quantity", "start"), [(1.0, 0), (1.5, 0), (1.6, 30)])
def test_a_crew_of_three_works_at_two_machines_while_it_is_large_enough(quantity: float, start: int) -> None:
    assert places(_crewed(quantity, 3.0), "A", "B")["B/10"] == (start, start + 30)


def test_a_crew_on_duty_until_ten_lets_pausable_work_wait_for_its_whole_time() -> None:
    state = _crewed()
    calendars = {**state.calendars, "crew": Calendar("crew", tuple(WeeklyWindow(d, 360, 419) for d in range(5)))}
    state = replace(state, calendars=calendars, pools=named(Pool("crew", 1.0, "crew")))
    assert places(state, "A", "B") == {"A/10": (0, 30), "B/10": (1440, 1470)}  # 59 minutes a day hold one of them


def test_while_work_pauses_its_crew_works_elsewhere() -> None:
    half_an_hour = (Downtime("saw", at(0, 6, 10), at(0, 6, 40)),)
    assert places(_crewed(downtimes=half_an_hour), "A", "B") == {"A/10": (0, 60), "B/10": (10, 40)}
    a_minute_less = (Downtime("saw", at(0, 6, 10), at(0, 6, 39)),)
    assert places(_crewed(downtimes=a_minute_less), "A", "B") == {"A/10": (0, 59), "B/10": (59, 89)}


def test_running_work_that_overruns_its_crew_is_excused_and_others_wait() -> None:
    progress = {("A", 10): Progress("A", 10, "running", "saw", at(0, 5), None, 20)}
    assert places(_crewed(2.0, 1.0, progress=progress, orders=_only("A")), "A") == {"A/10": (-60, 20)}
    assert places(_crewed(1.0, 1.0, progress=progress), "A", "B")["B/10"] == (20, 50)


def _only(name: str) -> dict[str, Order]:
    return {name: _crewed().orders[name]}


# -- materials --------------------------------------------------------------------------------------------------------


def _assembly(on_hand: float, *receipts: Receipt, takes: float = 1.0) -> PlantState:
    """A makes 30 pieces of material A in an hour on the lathe, due at 08:00; B takes `takes` for each of its 30."""
    slow, part = EligibleMachine("lathe", 2.0), (Component("A", takes),)
    return shop(
        (30, [step(10, slow)]),
        (30, [step(components=part)]),
        materials=named(Material("A", on_hand=on_hand)),
        receipts=named(*receipts),
        orders=named(Order("A", "A", 30.0, at(0, 8), "A"), Order("B", "B", 30.0, at(0, 9), "B")),
    )


def test_an_order_waits_for_the_order_that_makes_its_parts() -> None:
    assert places(_assembly(29.0), "B", "A") == {"A/10": (0, 60), "B/10": (60, 90)}
    assert places(_assembly(30.0), "B", "A")["B/10"] == (0, 30)


def test_an_order_waits_for_a_delivery_that_comes_before_the_parts_are_made() -> None:
    assert places(_assembly(10.0, Receipt("PO", "A", 20.0, at(0, 6, 45))), "B", "A")["B/10"] == (45, 75)
    assert places(_assembly(10.0, Receipt("PO", "A", 19.0, at(0, 6, 45))), "B", "A")["B/10"] == (60, 90)


def test_a_delivery_that_should_have_come_is_taken_to_come_now() -> None:
    assert places(_assembly(10.0, Receipt("PO", "A", 20.0, at(0, 4))), "B", "A")["B/10"] == (0, 30)


def test_a_component_that_never_comes_leaves_no_place_on_the_grid() -> None:
    _, timing = build(_assembly(10.0, takes=2.0), "B", "A")
    assert timing.status == OFF_GRID


# -- cost -------------------------------------------------------------------------------------------------------------


def test_the_cost_is_the_contract_s_sum_and_can_be_counted_by_hand() -> None:
    state = _two("red", "blue", objective=Objective(1.0, 0.1, 0.01, 0.001, 5.0))
    orders = {
        "A": replace(state.orders["A"], due=at(0, 6, 5), priority=2.0),
        "B": replace(state.orders["B"], due=at(0, 7), release=at(0, 6, 10)),
    }
    builder, timing = build(replace(state, orders=orders), "A", "B")
    # A is 15 minutes late twice; 30 minutes of changeover; ends at 60; flows 20 and 60 - 10; nothing was in force
    assert timing.cost == pytest.approx(30 + 3 + 0.6 + 0.07)
    plan = tuple(replace(o, start=o.start + 1) for o in builder.operations(timing)[:1])
    _, timing = build(replace(state, orders=orders, plan=plan), "A", "B")
    assert timing.cost == pytest.approx(30 + 3 + 0.6 + 0.07 + 5)
