"""The present of a plant, read once per revision and shared by everyone who only looks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from scheduler.domain.plant import PlantState
from scheduler.ports import PlantReader, PlantRecord, Policy
from scheduler.replanning.modes import observed_machines


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A plant at `revision` of its log, its policy applied to `state`, the plan in force in `state.plan`."""

    record: PlantRecord
    revision: int
    state: PlantState


def with_policy(state: PlantState, policy: Policy) -> PlantState:
    """The state as the policy wants it planned: its objective and frozen zone go before plant.toml's."""
    return replace(
        state,
        objective=policy.objective or state.objective,
        frozen_minutes=state.frozen_minutes if policy.frozen_minutes is None else policy.frozen_minutes,
    )


def as_planned(state: PlantState, record: PlantRecord) -> PlantState:
    """As `with_policy`, and rows of work centers that only observe stay where they are."""
    state = with_policy(state, record.policy)
    if own := record.policy.work_center_modes:
        state = replace(state, frozen_machines=observed_machines(state, record.mode, own))
    return state


class Snapshots:
    """The newest snapshot of each plant. What it returns is never older than the call."""

    def __init__(self, plants: PlantReader) -> None:
        self._plants = plants
        self._newest: dict[str, tuple[object, int, PlantState]] = {}
        self._lock = threading.Lock()

    def of(self, plant: str) -> Snapshot:
        """Raises UnknownPlant."""
        record = self._plants.plant(plant)
        key = (record.revision, record.plan_in_force, record.loaded_at)
        with self._lock:
            known = self._newest.get(plant)
        if known is None or known[0] != key:
            revision, state = self._plants.state(plant)
            known = (key, revision, state)
            with self._lock:
                self._newest[plant] = known
        return Snapshot(record, known[1], as_planned(known[2], record))
