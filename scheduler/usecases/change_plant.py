"""Change how a plant is planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scheduler.domain.plans import Objective
from scheduler.ports import Mode, PlanRequest, PlantRecord, Policy
from scheduler.usecases.tools import Tools


def change_plant(
    tools: Tools,
    plant: str,
    mode: Mode | None = None,
    policy: dict[str, Any] | None = None,
    objective: dict[str, float] | None = None,
) -> PlantRecord:
    """`policy` and `objective` hold only the fields to change. Raises UnknownPlant."""
    changed: Policy | None = None
    if policy is not None or objective is not None:
        old = tools.ledger.plant(plant).policy
        changed = replace(old, **(policy or {}))
        if objective is not None:
            changed = replace(changed, objective=replace(tools.snapshot(plant).state.objective, **objective))
    record = tools.ledger.change_plant(plant, mode=mode, policy=changed)
    tools.tell(plant, "plant.changed", {"mode": record.mode})
    return record


def asked_objective(own: Objective, changes: dict[str, float] | None) -> Objective | None:
    """The plant's own weights with some replaced; None where nothing is asked."""
    return replace(own, **changes) if changes else None


def asked_limits(request: PlanRequest, policy: Policy, limits: dict[str, Any] | None) -> PlanRequest:
    """The request with hard limits on moves: those that are asked for, None: the policy's."""
    own = {name: getattr(policy, name) for name in ("max_moves", "nothing_inside_minutes", "keep_machines")}
    return replace(request, **(own if limits is None else limits))
