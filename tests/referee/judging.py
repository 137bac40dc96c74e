"""A plan before two judges: the check of this house, and the referee that shares nothing with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.minutes import EPOCH, Minute, parse_minute
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario
from scheduler.planning.judge.check import check_plan

FIGURES = (
    "cost",
    "weighted_tardiness",
    "late_orders",
    "orders",
    "setup_minutes",
    "makespan_minutes",
    "flow_minutes",
    "moved_operations",
    "operations",
)


@dataclass(frozen=True)
class Case:
    """A plant as each judge reads it, and a plan."""

    folder: Path
    state: PlantState
    scenario: Any
    plan: tuple[PlannedOperation, ...]


@dataclass(frozen=True)
class Opinion:
    """The rules that a judge finds broken, and the figures that it counts."""

    broken: frozenset[str]
    figures: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Judges:
    referee: ModuleType
    reference: ModuleType
    plantgen: ModuleType

    def case(self, folder: Path, rule: str = "atc") -> Case:
        """The scenario of a folder with the plan of the plain list scheduler."""
        state = read_scenario(folder).state
        scenario, rows = self.reference.solve(folder, rule)
        plan = tuple(
            PlannedOperation(
                row["order"],
                int(row["operation"]),
                row["machine"],
                parse_minute(row["start"], state.zone),
                parse_minute(row["end"], state.zone),
            )
            for row in rows
        )
        return Case(folder, state, scenario, plan)

    def read(self, folder: Path, plan: tuple[PlannedOperation, ...]) -> Case:
        """The scenario of a folder with a plan that was made elsewhere."""
        return Case(folder, read_scenario(folder).state, self.referee.Scenario(folder), plan)

    def theirs(
        self, case: Case, plan: Sequence[PlannedOperation], previous: Sequence[PlannedOperation] = ()
    ) -> Opinion:
        broken, figures = self.referee.judge(case.scenario, rows(plan), rows(previous))
        return Opinion(frozenset(broken), tuple((name, figures[name]) for name in FIGURES))

    def ours(self, case: Case, plan: Sequence[PlannedOperation], previous: Sequence[PlannedOperation] = ()) -> Opinion:
        verdict = check_plan(case.state, plan, (), previous)
        return Opinion(frozenset(verdict.by_rule()), tuple((name, getattr(verdict.kpis, name)) for name in FIGURES))


def as_lived(plan: Sequence[PlannedOperation], until: Minute) -> list[Event]:
    """What the floor reports when everything goes by the plan; at one minute, ends come before starts."""
    told = []
    for placed in plan:
        data = {"order": placed.order, "operation": placed.operation, "machine": placed.machine}
        name = f"{placed.order}/{placed.operation}"
        told.append((placed.end, 0, name, Event(f"{name} ends", "/mes", "operation.finished", placed.end, data)))
        told.append((placed.start, 1, name, Event(f"{name} starts", "/mes", "operation.started", placed.start, data)))
    return [event for moment, _, _, event in sorted(told, key=lambda x: x[:3]) if moment <= until]


def busiest_moment(plan: Sequence[PlannedOperation]) -> Minute:
    """The start at which most operations are under way."""
    return max((p.start for p in plan), key=lambda t: (sum(p.start <= t < p.end for p in plan), -t))


def rows(plan: Sequence[PlannedOperation]) -> list[dict[str, str]]:
    return [
        {
            "order": operation.order,
            "operation": str(operation.operation),
            "machine": operation.machine,
            "start": (EPOCH + dt.timedelta(minutes=operation.start)).isoformat(),
            "end": (EPOCH + dt.timedelta(minutes=operation.end)).isoformat(),
        }
        for operation in plan
    ]
