"""Whoever makes a plan does not judge it: what `translate` gets wrong, the judge finds in the plan.

One small shop in which everything that a translation says matters to the very next plan. Each fault is planted in what
`translate` returns, as a translation would have it that read one thing wrongly; the plan is made from that, in earnest,
and judged against the plant as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plans import Unplanned, Verdict
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine, Pool, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.planning import layout as c
from scheduler.planning.judge.check import check_plan
from scheduler.planning.problem import Problem
from scheduler.planning.tables.translate import translate
from scheduler.solving import first_plan as first_plans
from scheduler.solving.first_plan import first_plan
from tests.builders import EARLY_SHIFT, at, named, tiny_plant

Fault = Callable[[PlantState, Problem], Problem]


def shop() -> PlantState:
    """Monday 06:00, early shifts. Turning changes over between steel and brass; the lathe works at 80 % and is closed
    on Monday from 09:00 to 10:00, the oven is down from 08:00 to 10:00.

    Shafts are sawn and, a quarter of an hour later, turned; rings take bars, of which more come at 12:00; gauges wait
    for an inspector, who comes at 08:00; blocks are milled and finished half an hour later; castings must be in the
    oven, which does not pause, within the hour, and one setter serves the mill and the oven; kits take shafts. One
    shaft comes with 6 pieces of 10, a rod runs, a plate was put aside, and a cancelled order runs on the mill.
    """
    shaft = Routing(
        "shaft",
        (
            Operation(10, machines=(EligibleMachine("saw", 2.0, 10),)),
            Operation(20, "", (10,), "steel", min_wait=15, machines=(EligibleMachine("lathe", 4.0),)),
        ),
    )
    ring = Routing(
        "ring",
        (Operation(10, "", (), "brass", machines=(EligibleMachine("lathe", 2.0),), components=(Component("bar", 1),)),),
    )
    gauge = Routing(
        "gauge", (Operation(10, machines=(EligibleMachine("bench", 1.0),), pools=(PoolNeed("inspector"),)),)
    )
    block = Routing(
        "block",
        (
            Operation(10, machines=(EligibleMachine("mill", 3.0, 15),)),
            Operation(20, "", (10,), min_wait=30, machines=(EligibleMachine("bench", 1.0),)),
        ),
    )
    casting = Routing(
        "casting",
        (
            Operation(10, machines=(EligibleMachine("mill", 4.0, 15),), pools=(PoolNeed("setter"),)),
            Operation(20, "", (10,), "", False, 0, 60, (EligibleMachine("oven", 11.0),), pools=(PoolNeed("setter"),)),
        ),
    )
    kit = Routing(
        "kit", (Operation(10, machines=(EligibleMachine("bench", 1.0),), components=(Component("shaft", 1.0),)),)
    )
    rod = Routing("rod", (Operation(10, machines=(EligibleMachine("saw", 3.0),)),))
    plate = Routing("plate", (Operation(10, machines=(EligibleMachine("press", 30.0),)),))
    early = at(1, 14)
    return tiny_plant(
        calendars=named(EARLY_SHIFT, Calendar("duty", tuple(WeeklyWindow(day, 480, 840) for day in range(5)))),
        machines=named(
            Machine("saw", "sawing", "early"),
            Machine("lathe", "turning", "early", 0.8, "tin", 0.0, (CalendarException(at(0, 9), at(0, 10), "closed"),)),
            Machine("mill", "milling", "early"),
            Machine("oven", "heat", "early"),
            Machine("bench", "benches", "early"),
            Machine("press", "presses", "early"),
        ),
        setup_matrices={
            "turning": SetupMatrix("turning", {("brass", "steel"): 30, ("steel", "brass"): 20, ("*", "brass"): 15})
        },
        downtimes=(Downtime("oven", at(0, 8), at(0, 10)),),
        materials=named(Material("bar", on_hand=10.0), Material("shaft")),
        receipts=named(Receipt("PO", "bar", 20.0, at(0, 12))),
        pools=named(Pool("setter", 1.0), Pool("inspector", 1.0, "duty")),
        routings=named(shaft, ring, gauge, block, casting, kit, rod, plate),
        orders=named(
            Order("SHAFT-1", "shaft", 10.0, early, "shaft"),
            Order("SHAFT-2", "shaft", 10.0, early, "shaft", release=at(0, 7)),
            Order("SHORT", "shaft", 10.0, early, "shaft"),
            Order("RING-1", "ring", 10.0, early, "ring"),
            Order("RING-2", "ring", 10.0, early, "ring", priority=0.5),
            Order("GAUGE", "gauge", 10.0, early, "gauge"),
            Order("BLOCK", "block", 10.0, early, "block"),
            Order("CAST-1", "casting", 10.0, early, "casting"),
            Order("CAST-2", "casting", 10.0, early, "casting"),
            Order("KIT", "kit", 24.0, early, "kit"),
            Order("ROD", "rod", 10.0, early, "rod"),
            Order("PLATE", "plate", 10.0, early, "plate"),
            Order("GONE", "casting", 10.0, early, "casting", status="hold", cancelled=True),
        ),
        progress={
            ("SHORT", 10): Progress("SHORT", 10, "done", "saw", at(0, 5), at(0, 6), None, 6.0, 4.0, passed_on=6.0),
            ("ROD", 10): Progress("ROD", 10, "running", "saw", at(0, 5, 30), None, 20),
            ("PLATE", 10): Progress("PLATE", 10, "aside", "press", at(0, 5), None, 460),
            ("GONE", 10): Progress("GONE", 10, "running", "mill", at(0, 5, 50), None, 30),
        },
    )


def judged(monkeypatch: pytest.MonkeyPatch, fault: Fault | None, state: PlantState) -> Verdict:
    """What the judge says of the first plan that is made of the plant with that fault in its translation."""

    def with_fault(plant: PlantState, unplanned: Any = (), **more: Any) -> Problem:
        problem = translate(plant, unplanned, **more)
        return problem if fault is None else fault(plant, problem)

    monkeypatch.setattr(first_plans, "translate", with_fault)
    start = first_plan(state)
    return check_plan(state, start.builder.operations(start.first), start.problem.unplanned)


def test_without_a_fault_the_plan_is_a_good_one_and_holds_every_order(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = judged(monkeypatch, None, shop())
    assert [v.message for v in verdict.violations] == []
    assert verdict.unplanned == ()


# -- faults: rows of the tables ---------------------------------------------------------------------------------------


def op(order: str, number: int, **columns: int) -> Fault:
    """An operation with other values in its row."""

    def fault(_: PlantState, problem: Problem) -> Problem:
        ops = problem.ops.copy()
        for name, value in columns.items():
            ops[problem.index[order, number], getattr(c, name)] = value
        return replace(problem, ops=ops)

    return fault


def mode(order: str, number: int, column: int, by: int) -> Fault:
    """An operation whose first machine has another value, by so much."""

    def fault(_: PlantState, problem: Problem) -> Problem:
        modes = problem.modes.copy()
        modes[problem.ops[problem.index[order, number], c.MODE0], column] += by
        return replace(problem, modes=modes)

    return fault


def machine(name: str, **columns: int) -> Fault:
    def fault(_: PlantState, problem: Problem) -> Problem:
        machines = problem.machines.copy()
        for column, value in columns.items():
            machines[problem.machine_names.index(name), getattr(c, column)] = value
        return replace(problem, machines=machines)

    return fault


def hours(name: str, by: int) -> Fault:
    """A calendar that is off by so many minutes."""

    def fault(_: PlantState, problem: Problem) -> Problem:
        windows = problem.windows.copy()
        first, behind = problem.machines[problem.machine_names.index(name), [c.WIN0, c.WIN1]]
        windows[first:behind, [c.START, c.END]] += by
        windows[first:behind] = np.maximum(windows[first:behind], 0)
        return replace(problem, windows=windows)

    return fault


def supply(**fields: Callable[[Any], Any]) -> Fault:
    """Stock, receipts, output or demands, each made anew from what it is."""

    def fault(_: PlantState, problem: Problem) -> Problem:
        new = {name: make(getattr(problem.supply, name)) for name, make in fields.items()}
        return replace(problem, supply=replace(problem.supply, **new))

    return fault


def table(name: str, make: Callable[[Any], Any]) -> Fault:
    return lambda _, problem: replace(problem, **{name: make(getattr(problem, name))})


def one_machine_too_many(_: PlantState, problem: Problem) -> Problem:
    """The bench can do what only the lathe can, in no time."""
    at = problem.index["SHAFT-1", 20]
    ops = problem.ops.copy()
    new = np.array([[problem.machine_names.index("bench"), 1, 0]])
    ops[at, [c.MODE0, c.MODE1]] = len(problem.modes), len(problem.modes) + 1
    return replace(problem, ops=ops, modes=np.concatenate((problem.modes, new)))


def lost_predecessor(_: PlantState, problem: Problem) -> Problem:
    ops = problem.ops.copy()
    ops[problem.index["BLOCK", 20], c.PRED1] = ops[problem.index["BLOCK", 20], c.PRED0]
    ops[problem.index["BLOCK", 10], c.SUCC1] = ops[problem.index["BLOCK", 10], c.SUCC0]
    return replace(problem, ops=ops)


def one_component_lost(_: PlantState, problem: Problem) -> Problem:
    s = problem.supply
    kept = s.demands[:, 0] != problem.index["KIT", 10]
    return replace(problem, supply=replace(s, demands=s.demands[kept], demand_quantity=s.demand_quantity[kept]))


# -- faults: a plant read wrongly -------------------------------------------------------------------------------------


def read_as(change: Callable[[PlantState], PlantState]) -> Fault:
    """What a translation returns that takes the plant for another one."""
    return lambda state, problem: translate(change(state), problem.unplanned)


def order_as(name: str, **changes: Any) -> Fault:
    return read_as(lambda s: replace(s, orders={**s.orders, name: replace(s.orders[name], **changes)}))


def machine_as(name: str, **changes: Any) -> Fault:
    return read_as(lambda s: replace(s, machines={**s.machines, name: replace(s.machines[name], **changes)}))


def progress_as(order: str, number: int, **changes: Any) -> Fault:
    key = order, number
    return read_as(lambda s: replace(s, progress={**s.progress, key: replace(s.progress[key], **changes)}))


def without_progress(*key: Any) -> Fault:
    return read_as(lambda s: replace(s, progress={k: p for k, p in s.progress.items() if k != key}))


def pool_as(name: str, **changes: Any) -> Fault:
    return read_as(lambda s: replace(s, pools={**s.pools, name: replace(s.pools[name], **changes)}))


def left_out(name: str, said: bool) -> Fault:
    """An order that the plan does not hold; `said`: the planner names it, with a reason of its own."""

    def fault(state: PlantState, problem: Problem) -> Problem:
        without = translate(state, [*problem.unplanned, Unplanned(name, 10, "no machine can do it")])
        return without if said else replace(without, unplanned=problem.unplanned)

    return fault


COMPLETE, ELIGIBLE, DURATION, OVERLAP, CHANGEOVER = (
    "1 complete",
    "2 eligible",
    "3 duration",
    "4 overlap",
    "4 changeover",
)
SEQUENCE, MAX_WAIT, NOT_BEFORE, RUNS = "5 sequence", "5 max wait", "6 not before", "6 running"
MATERIAL, POOL = "7 material", "8 pool"

FAULTS: dict[str, tuple[str, Fault]] = {
    "a run too short": (DURATION, mode("SHAFT-1", 10, c.RUN, -1)),
    "a run too long": (DURATION, mode("SHAFT-1", 10, c.RUN, 1)),
    "a machine too many": (ELIGIBLE, one_machine_too_many),
    "the wrong machine": (ELIGIBLE, mode("GAUGE", 10, c.MACHINE, 1)),
    "efficiency forgotten": (DURATION, machine_as("lathe", efficiency=1.0)),
    "a wrong quantity": (DURATION, order_as("SHAFT-2", quantity=9.0)),
    "lost pieces forgotten": (DURATION, progress_as("SHORT", 10, passed_on=None)),
    "work put aside begun anew": (DURATION, without_progress("PLATE", 10)),
    "work that may not pause does": (DURATION, op("CAST-1", 20, PAUSABLE=1)),
    "a calendar an hour early": (DURATION, hours("lathe", -60)),
    "a calendar an hour late": (DURATION, hours("press", 60)),
    "the plant's clock of another zone": (DURATION, read_as(lambda s: replace(s, zone=ZoneInfo("Asia/Tokyo")))),
    "an outage lost": (DURATION, read_as(lambda s: replace(s, downtimes=()))),
    "a machine's own closing lost": (DURATION, machine_as("lathe", exceptions=())),
    "own setup lost": (CHANGEOVER, mode("SHAFT-1", 10, c.SETUP, -10)),
    "own setup too short": (CHANGEOVER, mode("BLOCK", 10, c.SETUP, -1)),
    "a setup matrix of noughts": (CHANGEOVER, table("changeovers", np.zeros_like)),
    "a setup matrix lost": (CHANGEOVER, machine("lathe", MATRIX=c.NONE)),
    "the family that stands on a machine": (CHANGEOVER, machine_as("lathe", initial_setup="brass")),
    "an operation's family lost": (CHANGEOVER, op("SHORT", 20, FAMILY=0)),
    "running work that a cancelled order left": (OVERLAP, without_progress("GONE", 10)),
    "a predecessor lost": (SEQUENCE, lost_predecessor),
    "the least wait lost": (SEQUENCE, op("BLOCK", 20, MIN_WAIT=0)),
    "the longest wait lost": (MAX_WAIT, op("CAST-2", 20, MAX_WAIT=c.NONE)),
    "the longest wait too long": (MAX_WAIT, op("CAST-2", 20, MAX_WAIT=400)),
    "a release lost": (NOT_BEFORE, order_as("SHAFT-2", release=None)),
    "a release a day early": (NOT_BEFORE, op("SHAFT-2", 10, EARLIEST=0)),
    "running work moved": (ELIGIBLE, mode("ROD", 10, c.MACHINE, 1)),
    "running work that ends too soon": (RUNS, op("ROD", 10, FIX_END=10)),
    "running work that began at another time": (RUNS, op("ROD", 10, FIX_START=-60)),
    "running work begun anew": (RUNS, without_progress("ROD", 10)),
    "a component lost": (MATERIAL, one_component_lost),
    "a demand halved": (MATERIAL, supply(demand_quantity=lambda q: q / 2)),
    "stock too high": (MATERIAL, supply(on_hand=lambda pieces: pieces + 10.0)),
    "stock lost": (COMPLETE, supply(on_hand=lambda pieces: pieces - 5.0)),
    "a delivery three hours early": (MATERIAL, supply(receipts=lambda rows: rows - [[0, 180]])),
    "a delivery lost": (COMPLETE, supply(receipt_quantity=np.zeros_like)),
    "more made than is": (MATERIAL, supply(output_quantity=lambda pieces: pieces * 3)),
    "a pool lost": (POOL, op("CAST-1", 10, POOL1=0, POOL0=0)),
    "a pool too large": (POOL, pool_as("setter", capacity=2.0)),
    "a pool on duty too early": (POOL, pool_as("inspector", calendar=None)),
    "an order lost": (COMPLETE, left_out("SHAFT-1", said=False)),
    "an order left out for no reason": (COMPLETE, left_out("SHAFT-1", said=True)),
    "a cancelled order taken for open": (COMPLETE, order_as("GONE", status="released")),
    "done work planned again": (COMPLETE, without_progress("SHORT", 10)),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_translation_is_found_by_the_judge(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rule, fault = FAULTS[name]
    assert rule in judged(monkeypatch, fault, shop()).by_rule()
