"""A state written out as a scenario and read again is the same state."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow
from scheduler.domain.doubts import Doubt
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plans import Objective, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import Reservation
from scheduler.domain.resources import Downtime, Machine, Pool, PoolStretch, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.domain.texts import addressable
from scheduler.ingest import read_scenario, scenario_zip, write_scenario
from tests.ingest.conftest import PLANTS
from tests.ingest.workshop import read

NOW = 13_700_000  # in January 2026
letters = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), max_size=8)
text = letters.map(lambda t: unicodedata.normalize("NFC", t))
name = text.filter(lambda t: t not in ("", "*") and addressable(t))
prose = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12).map(str.strip)
amount = st.floats(0, 1e9) | st.integers(0, 1000).map(float)
moment = st.integers(NOW - 500_000, NOW + 500_000)
zones = st.sampled_from(["Europe/Zurich", "America/New_York", "UTC", "Australia/Lord_Howe"]).map(ZoneInfo)


def named(count: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(name, min_size=1, max_size=count, unique=True)


@st.composite
def plants(draw: st.DrawFn) -> PlantState:
    calendars = {
        n: Calendar(
            n,
            tuple(
                draw(
                    st.lists(
                        st.builds(WeeklyWindow, st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1440)),
                        min_size=1,
                        max_size=3,
                    )
                )
            ),
            tuple(
                CalendarException(
                    start, start + draw(st.integers(1, 9999)), draw(st.sampled_from(["open", "closed"])), draw(prose)
                )
                for start in draw(st.lists(moment, max_size=2))
            ),
        )
        for n in draw(named())
    }
    length, kind = st.integers(1, 9999), st.sampled_from(["open", "closed"])
    changes = st.lists(
        st.builds(lambda a, n, *x: CalendarException(a, a + n, *x), moment, length, kind, prose), max_size=2
    ).map(tuple)
    stretches = st.lists(
        st.builds(lambda a, n, *x: PoolStretch(a, a + n, *x), moment, length, amount, prose), max_size=2
    ).map(tuple)
    machines = {
        n: Machine(
            n,
            draw(name),
            draw(st.sampled_from(sorted(calendars))),
            draw(st.floats(0.01, 9)),
            "",
            draw(amount),
            draw(changes),
        )
        for n in draw(named())
    }
    materials = {n: Material(n, draw(prose), draw(text), draw(amount)) for n in draw(named())}
    pools = {
        n: Pool(n, draw(amount), draw(st.none() | st.sampled_from(sorted(calendars))), draw(stretches))
        for n in draw(named())
    }
    routings = {}
    for routing in draw(named()):
        numbers = sorted(draw(st.sets(st.integers(0, 99), min_size=1, max_size=4)))
        operations = []
        for i, number in enumerate(numbers):
            least = draw(st.integers(0, 50))
            operations.append(
                Operation(
                    number,
                    draw(prose),
                    tuple(draw(st.lists(st.sampled_from(numbers[:i]), unique=True))) if i else (),
                    draw(text.filter(lambda t: t != "*")),
                    draw(st.booleans()),
                    least,
                    draw(st.none() | st.integers(least, 999)),
                    tuple(
                        EligibleMachine(m, draw(amount), draw(st.integers(0, 99)), draw(amount))
                        for m in draw(st.lists(st.sampled_from(sorted(machines)), unique=True))
                    ),
                    tuple(
                        Component(m, draw(amount))
                        for m in draw(st.lists(st.sampled_from(sorted(materials)), max_size=2))
                    ),
                    tuple(
                        PoolNeed(p, draw(amount)) for p in draw(st.lists(st.sampled_from(sorted(pools)), max_size=2))
                    ),
                )
            )
        routings[routing] = Routing(routing, tuple(operations))
    orders = {
        n: Order(
            n,
            draw(name),
            draw(amount),
            draw(moment),
            draw(st.sampled_from(sorted(routings))),
            draw(st.none() | moment),
            draw(amount),
            draw(st.sampled_from(["planned", "released", "hold"])),
            draw(prose),
            draw(st.booleans()),
            draw(st.just("") | name),
        )
        for n in draw(named())
    }
    touched = draw(st.sampled_from([(o, s) for o in orders for s in routings[orders[o].routing].operations]))
    progress = {}
    if touched[1].machines and draw(st.booleans()):
        progress[touched[0], touched[1].number] = Progress(
            touched[0], touched[1].number, draw(st.sampled_from(["running", "paused", "aside"])),
            touched[1].machines[0].machine,
            draw(moment.filter(lambda m: m <= NOW)), None, draw(st.integers(0, 999)), draw(amount), draw(amount),
            told_minutes=draw(st.none() | st.integers(1, 999)), pieces_taken=draw(st.none() | amount),
            counted=draw(st.none() | moment),
        )  # fmt: skip
    elif draw(st.booleans()):
        progress[touched[0], touched[1].number] = Progress(
            touched[0], touched[1].number, "done", finished=draw(moment), passed_on=draw(amount)
        )
    machine = draw(st.sampled_from(sorted(machines)))
    start = draw(moment)
    return PlantState(
        name=draw(name),
        zone=draw(zones),
        now=NOW,
        horizon_days=draw(st.integers(1, 400)),
        clock=draw(st.sampled_from(["events", "wall"])),
        frozen_minutes=draw(st.integers(0, 999)),
        default_repair_minutes=draw(st.integers(0, 999)),
        objective=Objective(*(draw(amount) for _ in range(5))),
        calendars=calendars,
        machines=machines,
        downtimes=(
            Downtime(machine, start, draw(st.none() | st.integers(start, start + 99)), "breakdown", draw(prose)),
        ),
        materials=materials,
        receipts={
            n: Receipt(n, draw(st.sampled_from(sorted(materials))), draw(amount), draw(moment)) for n in draw(named())
        },
        orders=orders,
        routings=routings,
        # A row from any family to any: every changeover has its minutes.
        setup_matrices={
            m.work_center: SetupMatrix(m.work_center, {("*", "*"): draw(st.integers(0, 99))})
            for m in machines.values()
        },
        pools=pools,
        progress=progress,
        lost_report_minutes=draw(st.integers(1, 999)),
        max_leap_hours=draw(st.integers(1, 999)),
        increment_sources=tuple(draw(st.lists(name, max_size=2))),
        doubts={
            str(n): Doubt(
                str(n), "lost_report", draw(prose), draw(moment), draw(text), draw(st.none() | st.just(10)),
                draw(text), draw(text), draw(text), draw(st.sampled_from(["open", "settled"])), draw(text),
                draw(prose), draw(st.none() | moment),
            )
            for n in range(1, draw(st.integers(1, 3)))
        },
        reservations={
            n: Reservation(n, draw(st.none() | moment), draw(st.just("") | name), draw(prose), draw(prose))
            for n in draw(st.lists(st.sampled_from(sorted(orders)), unique=True))
        },
        plan=(PlannedOperation(touched[0], touched[1].number, machine, start, start + 5, draw(st.none() | moment)),),
    )  # fmt: skip


@given(plants())
@settings(max_examples=60, deadline=None)
def test_any_plant_comes_back_as_it_was_but_for_the_history_in_its_plan(plant: PlantState) -> None:
    assert read_scenario(scenario_zip(plant)).state == replace(plant, plan=plant.unfinished(plant.plan))


@pytest.mark.shared
@pytest.mark.parametrize(("family", "seed"), PLANTS)
def test_a_generated_plant_comes_back_as_it_was(
    generated: Callable[[str, int], Path], tmp_path: Path, family: str, seed: int
) -> None:
    scenario = read_scenario(generated(family, seed))
    write_scenario(scenario.state, tmp_path)
    assert read_scenario(tmp_path).state == scenario.state
    assert scenario_zip(read_scenario(tmp_path).state) == scenario_zip(scenario.state)


def test_nothing_of_an_older_state_stays_in_the_folder(tmp_path: Path) -> None:
    state = read().state
    (tmp_path / "progress.csv").write_text("order,operation,status\nMO-1,10,done\n")
    write_scenario(state, tmp_path)
    assert read_scenario(tmp_path).state == state
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".")]
