"""What we read from a scenario is what the referee reads from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from scheduler.ingest import read_scenario
from tests.ingest.conftest import PLANTS

pytestmark = [pytest.mark.shared, pytest.mark.parametrize(("family", "seed"), PLANTS)]
Generated = Callable[[str, int], Path]


def test_every_machine_works_in_the_same_windows(
    referee: ModuleType, generated: Generated, family: str, seed: int
) -> None:
    theirs = referee.Scenario(generated(family, seed))
    state = read_scenario(generated(family, seed)).state
    first, last = state.now - 30 * 1440, state.horizon_end()
    assert set(state.machines) == set(theirs.open)
    for machine in state.machines:
        ours = state.machine_time(machine, first, last).minus([(0, first), (last, 2**40)])
        assert list(ours.stretches) == [
            (max(s, first), min(e, last)) for s, e in theirs.open[machine].pairs if e > first and s < last
        ]


def test_every_operation_takes_the_same_minutes(
    referee: ModuleType, generated: Generated, family: str, seed: int
) -> None:
    theirs = referee.Scenario(generated(family, seed))
    state = read_scenario(generated(family, seed)).state
    ours = {
        (name, operation.number, machine.machine): state.run_minutes(name, operation.number, machine.machine)
        for name, order in state.orders.items()
        for operation in state.routings[order.routing].operations
        for machine in operation.machines
    }
    assert ours == {
        (order, number, machine): theirs.run_minutes(order, number, machine)
        for order in theirs.orders
        for number in theirs.routing[theirs.routing_of(order)]
        for machine in theirs.can[theirs.routing_of(order), number]
    }
    assert len(ours) > 30


def test_every_operation_has_the_same_predecessors(
    referee: ModuleType, generated: Generated, family: str, seed: int
) -> None:
    theirs = referee.Scenario(generated(family, seed))
    state = read_scenario(generated(family, seed)).state
    assert {
        name: {o.number: list(o.predecessors) for o in routing.operations} for name, routing in state.routings.items()
    } == {name: {n: theirs.predecessors(name, n) for n in numbers} for name, numbers in theirs.routing.items()}


def test_every_changeover_takes_the_same_minutes(
    referee: ModuleType, generated: Generated, family: str, seed: int
) -> None:
    theirs = referee.Scenario(generated(family, seed))
    state = read_scenario(generated(family, seed)).state
    families = sorted({o.setup_family for r in state.routings.values() for o in r.operations})
    for machine in state.machines:
        for before in (None, *families):
            for after in families:
                assert state.changeover(machine, before, after, 7) == theirs.setup(machine, before, after, 7)
