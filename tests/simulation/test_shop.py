"""The floor's physics: what may begin when, and figures counted by hand on the tiny plant."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_events
from scheduler.domain.orders import Progress
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.simulation.atc import Atc
from scheduler.simulation.future import AS_PLANNED, Dials, Future
from scheduler.simulation.outcome import outcome
from scheduler.simulation.right_shift_policy import RightShiftPolicy
from scheduler.simulation.runs import play
from scheduler.simulation.shop import ControlPolicy, Shop
from scheduler.solving.planner import RejigPlanner
from tests.builders import MONDAY_SIX, at, tiny_plan, tiny_plant
from tests.planning.random_plants import random_plant

ROUGH = Dials(spread=0.4, trouble=0.2, up_minutes=600.0, repair_minutes=90.0, rush=0.5, late=0.5, scrap=0.5)


class Listening:
    """A policy that is another one, and keeps what it hears."""

    def __init__(self, policy: ControlPolicy) -> None:
        self.policy = policy
        self.heard: list[Event] = []

    def hear(self, reports: list[Event]) -> None:
        self.heard += reports
        self.policy.hear(reports)

    def direct(self, shop: Shop) -> None:
        self.policy.direct(shop)

    def next_moment(self, shop: Shop) -> int | None:
        return self.policy.next_moment(shop)


def played(state: PlantState, dials: Dials = AS_PLANNED, seed: int = 1) -> tuple[Shop, list[Event]]:
    listening = Listening(Atc())
    return play(state, Future(state, seed, dials), listening), listening.heard


def kept(state: PlantState) -> RightShiftPolicy:
    return RightShiftPolicy(state, tiny_plan().operations, RejigPlanner())


def test_by_the_rule_the_tiny_plant_is_done_as_counted_by_hand() -> None:
    """SHAFT-1 is due a day sooner and goes first: saw 06:00-06:20, lathe 15 min of setup and 50 of work to 07:25;
    SHAFT-2 saw to 06:40, lathe to 08:30. The pin waits for its bars until Tuesday 08:00, which takes 30 minutes."""
    shop, _ = played(tiny_plant())
    assert shop.began == {
        ("SHAFT-1", 10): ("saw", at(0, 6)),
        ("SHAFT-2", 10): ("saw", at(0, 6, 20)),
        ("SHAFT-1", 20): ("lathe", at(0, 6, 35)),
        ("SHAFT-2", 20): ("lathe", at(0, 7, 40)),
        ("PIN-1", 10): ("lathe", at(1, 8)),
    }
    assert shop.ended == {"SHAFT-1": at(0, 7, 25), "SHAFT-2": at(0, 8, 30), "PIN-1": at(1, 8, 30)}
    assert shop.stock == {"bar": 15.0, "shaft": 20.0, "pin": 10.0}


def test_the_figures_are_those_counted_by_hand() -> None:
    """Due at 07:00 both shafts are late: 25 minutes at weight 2 and 90 at weight 1. The machines are open 8 hours on
    Monday and 2:30 on Tuesday; they work 20 + 20 + 50 + 50 + 30 minutes and change over twice 15."""
    orders = {n: replace(o, due=at(0, 7)) if n != "PIN-1" else o for n, o in tiny_plant().orders.items()}
    shop, _ = played(tiny_plant(orders=orders))
    found = outcome("atc", shop, 0.0)
    assert found.weighted_tardiness == 2 * 25 + 90
    assert found.on_time == pytest.approx(1 / 3)
    assert found.flow_hours == pytest.approx((85 + 150 + 24 * 60 + 30) / 60 / 3)
    assert found.setup_hours == 0.5
    assert found.use == pytest.approx(200 / (2 * (480 + 150)))
    assert found.unfinished == 0


def test_where_all_goes_as_planned_the_first_plan_is_what_happens() -> None:
    shop = play(tiny_plant(), Future(tiny_plant(), 1, AS_PLANNED), kept(tiny_plant()))
    assert {key: start for key, (_, start) in shop.began.items()} == {o.key: o.start for o in tiny_plan().operations}


def test_a_kept_sequence_waits_for_its_machine() -> None:
    """The saw is down until 07:00: everything behind it moves by an hour, in its old order."""
    state = tiny_plant(downtimes=(Downtime("saw", at(0, 5), at(0, 7), "breakdown"),))
    shop = play(state, Future(state, 1, AS_PLANNED), kept(state))
    assert shop.began["SHAFT-1", 10] == ("saw", at(0, 7))
    assert shop.began["SHAFT-2", 10] == ("saw", at(0, 7, 20))
    assert shop.began["SHAFT-1", 20] == ("lathe", at(0, 7, 20))


def test_what_runs_at_the_beginning_runs_on() -> None:
    running = Progress("SHAFT-1", 10, "running", "saw", at(0, 5, 50), None, 12)
    shop, _ = played(tiny_plant(progress={("SHAFT-1", 10): running}))
    assert shop.done["SHAFT-1", 10] == at(0, 6, 12)
    assert shop.began["SHAFT-2", 10] == ("saw", at(0, 6, 12))


@pytest.mark.parametrize("seed", range(8))
def test_nothing_begins_before_it_can(seed: int) -> None:
    """Whatever happens: after its predecessors and waits, on an open machine, one at a time, from stock that is there;
    and the log of what was reported folds without a refusal into the same shop."""
    state = random_plant(random.Random(seed))
    shop, heard = played(state, ROUGH, seed)
    lasts: dict[str, list[tuple[int, OperationKey]]] = {}
    for key, (machine, start) in shop.began.items():
        if start < state.now:
            continue
        step, order = shop.step(key), shop.orders[key[0]]
        assert all(shop.done[key[0], p] + step.min_wait <= start for p in step.predecessors)
        assert shop.works[machine].is_open(start)
        assert start >= (order.release or 0)
        lasts.setdefault(machine, []).append((start, key))
    for begun in lasts.values():
        begun.sort()
        assert all(shop.done[a] <= start for (_, a), (start, _) in itertools.pairwise(begun) if a in shop.done)
    assert all(amount >= -1e-6 for amount in shop.stock.values())
    twin = fold_events(state, heard)
    assert {k for k, p in twin.progress.items() if p.status == "done"} == set(shop.done)
    for material, amount in shop.stock.items():
        known = twin.materials.get(material)
        assert (known.on_hand if known else 0.0) == pytest.approx(amount)


def test_the_same_seed_is_the_same_future_for_each_policy() -> None:
    """Failures, run times, rush orders and deliveries are what they were under another policy."""
    state = tiny_plant()
    dials = replace(ROUGH, scrap=0.0)
    by_rule = play(state, Future(state, 3, dials), first := Listening(Atc()))
    by_plan = play(state, Future(state, 3, dials), second := Listening(kept(state)))

    def outside(heard: list[Event], until: int) -> list[tuple[object, ...]]:
        own = ("machine.", "order.created", "receipt.")
        return [
            (e.time, e.type, sorted(e.data.items(), key=str))
            for e in heard
            if e.type.startswith(own) and e.time < until
        ]

    until = min(max(by_rule.ended.values()), max(by_plan.ended.values()))
    assert outside(first.heard, until) == outside(second.heard, until)
    assert outside(first.heard, until)
    assert by_rule.orders.keys() == by_plan.orders.keys() > state.orders.keys()


def test_another_seed_is_another_future() -> None:
    state = tiny_plant()
    assert played(state, ROUGH, 1)[0].ended != played(state, ROUGH, 2)[0].ended
    assert played(state, ROUGH, 1)[0].ended == played(state, ROUGH, 1)[0].ended


def test_a_run_time_depends_on_order_operation_and_machine_alone() -> None:
    future = Future(tiny_plant(), 7, ROUGH)
    drawn = future.minutes("SHAFT-1", 10, "saw", 1000)
    assert drawn == Future(tiny_plant(now=MONDAY_SIX + 600), 7, ROUGH).minutes("SHAFT-1", 10, "saw", 1000)
    assert len({drawn, future.minutes("SHAFT-2", 10, "saw", 1000), future.minutes("SHAFT-1", 20, "saw", 1000)}) == 3
