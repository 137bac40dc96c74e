"""Whatever the floor reports, in whatever order: the state can be written out, read again and planned; no order goes.

The plant is the small machine of `tests/builders.py`; the judges are the check and the referee.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import iso
from scheduler.ingest import read_scenario, write_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.solving.planner import RejigPlanner
from tests.builders import tiny_plant
from tests.referee.judging import Case, Judges

ORDERS = st.sampled_from(["SHAFT-1", "SHAFT-2", "PIN-1"])
OPERATIONS = {"SHAFT-1": (10, 20), "SHAFT-2": (10, 20), "PIN-1": (10,)}
MACHINES = st.sampled_from(["saw", "lathe"])
PIECES = st.integers(0, 14)
MINUTES = st.sampled_from([0, 0, 1, 7, 45, 300, 1500])
LATE = st.sampled_from([0, 0, 0, 10, 200])


class Floor(RuleBasedStateMachine):
    """Reports about a plant, well-formed, true or not."""

    judges: Judges

    def __init__(self) -> None:
        super().__init__()
        self.state = tiny_plant()
        self.count = 0
        self.planner = RejigPlanner()

    def post(self, type_: str, passed: int, late: int, **data: Any) -> None:
        self.count += 1
        now = self.state.now + passed
        event = Event(f"e{self.count}", "/mes", type_, max(now - late, 0), data)
        self.state = fold_event(fold_event(self.state, Event(f"t{self.count}", "/c", "clock.ticked", now)), event)

    @rule(order=ORDERS, which=st.integers(0, 1), machine=MACHINES, passed=MINUTES, late=LATE)
    def started(self, order: str, which: int, machine: str, passed: int, late: int) -> None:
        self.post("operation.started", passed, late, order=order, operation=_operation(order, which), machine=machine)

    @rule(order=ORDERS, which=st.integers(0, 1), good=PIECES, left=st.none() | PIECES, passed=MINUTES, late=LATE)
    def progressed(self, order: str, which: int, good: int, left: int | None, passed: int, late: int) -> None:
        data = {"quantity_good": good} | ({} if left is None else {"remaining_minutes": left})
        self.post("operation.progressed", passed, late, order=order, operation=_operation(order, which), **data)

    @rule(order=ORDERS, which=st.integers(0, 1), good=st.none() | PIECES, on=st.none() | MACHINES, late=LATE)
    def finished(self, order: str, which: int, good: int | None, on: str | None, late: int) -> None:
        data: dict[str, Any] = {} if good is None else {"quantity_good": good, "quantity_scrap": 1}
        data |= {} if on is None else {"machine": on}
        self.post("operation.finished", 5, late, order=order, operation=_operation(order, which), **data)

    @rule(order=ORDERS, which=st.integers(0, 1), passed=MINUTES)
    def put_aside(self, order: str, which: int, passed: int) -> None:
        self.post("operation.put_aside", passed, 0, order=order, operation=_operation(order, which))

    @rule(order=ORDERS, quantity=st.integers(1, 20))
    def changed(self, order: str, quantity: int) -> None:
        self.post("order.changed", 0, 0, order=order, quantity=quantity)

    @rule(order=ORDERS, machine=MACHINES, number=st.sampled_from([15, 30]))
    def added(self, order: str, machine: str, number: int) -> None:
        rows = [{"machine": machine, "run_minutes_per_unit": 1}]
        self.post("operation.added", 0, 0, order=order, operation=number, machine_rows=rows)

    @rule(machine=MACHINES, up=st.booleans(), passed=MINUTES)
    def broke(self, machine: str, up: bool, passed: int) -> None:
        self.post("machine.up" if up else "machine.down", passed, 0, machine=machine)

    @rule(back=st.sampled_from([5, 400]))
    def clock(self, back: int) -> None:
        self.post("clock.corrected", 0, 0, now=iso(self.state.now - back, self.state.zone), reason="wrong")

    @rule(rule_=st.sampled_from(["put_aside", "all_made", "successor_finished"]), right=st.booleans())
    def answered(self, rule_: str, right: bool) -> None:
        self.post("doubt.confirmed" if right else "doubt.corrected", 0, 0, by="anna", rule=rule_)

    @invariant()
    def no_order_has_gone(self) -> None:
        assert set(self.state.orders) == set(OPERATIONS)

    @invariant()
    def a_machine_runs_one_thing(self) -> None:
        running = [p.machine for p in self.state.progress.values() if p.status == "running"]
        assert len(set(running)) == len(running)

    @invariant()
    def it_comes_back_and_can_be_planned(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_scenario(self.state, Path(folder))
            back = read_scenario(Path(folder)).state
            assert back == replace(self.state, frozen_machines=(), plan=self.state.unfinished(self.state.plan))
            plan = self.planner.repair(self.state)
            verdict = check_plan(self.state, plan.operations, plan.unplanned)
            assert verdict.feasible, verdict.violations
            case = Case(Path(folder), self.state, self.judges.referee.Scenario(folder), plan.operations)
            if not plan.unplanned:
                assert self.judges.theirs(case, plan.operations) == self.judges.ours(case, plan.operations)
            self.state = replace(self.state, plan=plan.operations)


def _operation(order: str, which: int) -> int:
    numbers = OPERATIONS[order]
    return numbers[which % len(numbers)]


@pytest.mark.shared
def test_any_reports_leave_a_plant_that_can_be_written_read_and_planned(judges: Judges) -> None:
    Floor.judges = judges
    run_state_machine_as_test(
        Floor,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
