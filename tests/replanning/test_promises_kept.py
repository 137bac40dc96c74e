"""What is promised is kept: on any plant, when the order comes with the date and nothing else happens."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import DAY, iso
from scheduler.domain.orders import Order
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import Reservation, in_places_taken
from scheduler.ingest import read_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables.broken_pins import broken_pins
from scheduler.ports import PlanRequest
from scheduler.replanning.promise import Promise, Wish, created, find_promise
from scheduler.replanning.promises_broken import broken_promises
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, tiny_plan, tiny_plant
from tests.ingest.conftest import FAMILIES, load
from tests.planning.random_pins import with_any_pins
from tests.planning.random_plants import random_plant, with_disturbance

PLANNER = RejigPlanner()
REQUEST = PlanRequest(budget=50, workers=1, solver="search")


def planned(state: PlantState) -> PlantState:
    """With a plan in force."""
    return replace(state, plan=PLANNER.plan(state, REQUEST).operations)


def caught_up(state: PlantState) -> PlantState:
    """As a desk leaves it: the plan in force where it holds, else as it is repaired."""
    left = state.unfinished(state.plan)
    if check_plan(state, left, broken_pins=broken_pins(state, left)).feasible:
        return replace(state, plan=left)
    return replace(state, plan=PLANNER.repair(state).operations)


def answered(state: PlantState, events: Sequence[Event]) -> tuple[PlantState, Plan]:
    """The state after the events with the plan in force repaired, which passes the check."""
    after = fold_events(state, events)
    plan = PLANNER.repair(replace(after, plan=in_places_taken(after, state.plan)))
    verdict = check_plan(after, plan.operations, plan.unplanned, broken_pins=plan.broken_pins)
    assert [v.message for v in verdict.violations] == []
    return replace(after, plan=plan.operations), plan


def delivery(plan: Plan, order: str) -> int:
    return max(row.end for row in plan.operations if row.order == order)


def renamed(orders: Sequence[Order], stem: str) -> list[Order]:
    return [replace(order, name=f"{stem}{n}") for n, order in enumerate(orders)]


def reservations(orders: Sequence[Order], state: PlantState) -> list[Event]:
    until = iso(state.now + 2 * DAY, state.zone)
    return [
        Event(
            f"reserve {event.data['order']}",
            "/promise",
            "promise.reserved",
            event.time,
            {**event.data, "reservation": event.data["order"], "until": until},
        )
        for event in created(orders, state)
    ]


def taking(orders: Sequence[Order], places: Sequence[Order], state: PlantState) -> list[Event]:
    return [
        replace(event, id=f"take {place.name}", data={**event.data, "reservation": place.name})
        for event, place in zip(created(orders, state), places, strict=True)
    ]


def keeps_its_word(state: PlantState, found: Promise) -> None:
    """The date holds where the order comes at once, and where it comes in the place that was reserved for it."""
    date = found.date
    assert date is not None
    for point in found.curve:
        orders = [replace(order, due=point.date) for order in renamed(found.orders, "SO-")]
        _, plan = answered(state, created(orders, state))
        assert delivery(plan, "SO-0") <= point.date
    places = renamed(found.orders, "PR-")
    held, plan = answered(state, reservations(places, state))
    assert delivery(plan, "PR-0") <= date
    came = fold_events(held, taking(renamed(found.orders, "SO-"), places, held))
    assert came.reservations == {}
    same = replace(plan, operations=in_places_taken(came, held.plan))
    verdict = check_plan(came, same.operations, same.unplanned, broken_pins=same.broken_pins)
    assert [v.message for v in verdict.violations] == [], "the place is the order's as it stands"
    assert delivery(same, "SO-0") == delivery(plan, "PR-0")


@given(st.randoms(use_true_random=False), st.floats(0.5, 20), st.sampled_from([0.1, 1.0, 10.0]))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_on_any_plant(rng: random.Random, quantity: float, priority: float) -> None:
    """With pins that a person has set, and after something has happened that the plan in force knows of or not."""
    state = planned(with_any_pins(rng, random_plant(rng)))
    if rng.random() < 0.5:
        state = with_disturbance(rng, state)
    material = rng.choice(sorted({order.material for order in state.orders.values()}))
    routing = next(o.routing for o in state.orders.values() if o.material == material)
    if not state.routings[routing].operations:
        return
    found = find_promise(state, Wish(material, round(quantity, 2), priority, routing=routing), PLANNER.repair)
    if found.date is None:
        assert found.reason
    else:
        keeps_its_word(caught_up(state), found)


@pytest.fixture(scope="module")
def generated(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], PlantState]:
    """(family, seed) to a plant of 30 orders in the middle of its work, with a plan in force."""
    maker = load(shared_dir / "plants" / "plantgen.py")

    def plant(family: str, seed: int) -> PlantState:
        folder = tmp_path_factory.mktemp(f"promise-{family}-{seed}")
        maker.Plant(family, 30, seed).make(folder, 6, True)
        return planned(read_scenario(folder).state)

    return plant


@pytest.mark.shared
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("family", FAMILIES)
def test_on_generated_plants(generated: Callable[[str, int], PlantState], family: str, seed: int) -> None:
    state = generated(family, seed)
    makes = sorted({order.material for order in state.orders.values()})
    rng = random.Random(seed)
    dated = 0
    for material in rng.sample(makes, min(3, len(makes))):
        usual = sorted(order.quantity for order in state.orders.values() if order.material == material)
        for priority in (1.0, 10.0):
            wish = Wish(material, usual[len(usual) // 2], priority)
            found = find_promise(state, wish, PLANNER.repair)
            assert found.date is not None or found.reason
            if found.date is not None:
                dated += 1
                keeps_its_word(state, found)
    assert dated, "nothing could be promised, so nothing was tried"


def test_a_reservation_and_the_order_that_took_its_place_are_promises_and_a_part_is_none() -> None:
    """Each is due when the plan delivers it, and the other plan a minute later; PIN-1 is a part, SHAFT-2 was late
    already and gets later still."""
    plant = tiny_plant()
    ends = {"SHAFT-1": at(0, 7, 10), "SHAFT-2": at(0, 8, 15) - 1, "PIN-1": at(1, 8, 30)}
    orders = {name: replace(plant.orders[name], due=due) for name, due in ends.items()}
    state = replace(plant, orders=orders, reservations={"PIN-1": Reservation("PIN-1", None, "SHAFT-1")})
    before = tiny_plan().operations
    after = [replace(o, end=o.end + 1) for o in before]
    assert broken_promises(state, before, after) == []
    taken = replace(state, orders={**orders, "SHAFT-1": replace(orders["SHAFT-1"], reservation="PR-1")})
    assert broken_promises(taken, before, after) == ["SHAFT-1"]
    assert broken_promises(taken, before, before) == []
    kept = replace(state, reservations={name: Reservation(name, at(2, 0)) for name in ("SHAFT-1", "SHAFT-2")})
    assert broken_promises(kept, before, after) == ["SHAFT-1", "SHAFT-2"]
    assert broken_promises(kept, before, before) == []
    assert broken_promises(kept, before, []) == ["SHAFT-1", "SHAFT-2"]
