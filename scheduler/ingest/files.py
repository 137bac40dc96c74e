"""The port `ScenarioFiles`, over the functions of this floor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.ingest.plan_files import plan_csv
from scheduler.ingest.scenario import Scenario, read_scenario
from scheduler.ingest.scenario_files import scenario_zip
from scheduler.limits import STANDARD, Limits


class ContractFiles:
    """Plants as files by the data contract."""

    def __init__(self, limits: Limits = STANDARD) -> None:
        self._limits = limits

    def read(self, source: Path | bytes) -> Scenario:
        return read_scenario(source, limits=self._limits)

    def write_zip(self, state: PlantState) -> bytes:
        return scenario_zip(state)

    def plan_csv(self, operations: Sequence[PlannedOperation], state: PlantState) -> str:
        return plan_csv(operations, state)
