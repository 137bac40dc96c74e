"""Change how a plant is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from scheduler.errors import BadRequest, did_you_mean
from scheduler.ports import Mode, MoveLimits, PlantRecord, Policy
from scheduler.usecases.tools import Tools

LIMITS = tuple(f.name for f in fields(MoveLimits))


def change_plant(
    tools: Tools,
    plant: str,
    mode: Mode | None = None,
    policy: dict[str, Any] | None = None,
    objective: dict[str, float] | None = None,
    work_center_modes: Mapping[str, Mode | None] | None = None,
) -> PlantRecord:
    """`policy` (the limits on moves among its fields), `objective` and `work_center_modes` hold only what is to change.

    A mode None: the plant's again.

    Raises UnknownPlant, BadRequest.
    """
    if work_center_modes is not None:
        policy = {**(policy or {}), "work_center_modes": _modes(tools, plant, work_center_modes)}
    changed: Policy | None = None
    if policy is not None or objective is not None:
        old = tools.ledger.plant(plant).policy
        own = dict(policy or {})
        limits = {name: own.pop(name) for name in LIMITS if name in own}
        changed = replace(old, limits=replace(old.limits, **limits), **own)
        if objective is not None:
            changed = replace(changed, objective=replace(tools.snapshot(plant).state.objective, **objective))
    record = tools.ledger.change_plant(plant, mode=mode, policy=changed)
    told = {"mode": record.mode, "work_center_modes": dict(record.policy.work_center_modes)}
    tools.publish(plant, "plant.changed", told)
    return record


def _modes(tools: Tools, plant: str, changes: Mapping[str, Mode | None]) -> dict[str, Mode]:
    known = {m.work_center for m in tools.snapshot(plant).state.machines.values()}
    for name in changes:
        if name not in known:
            raise BadRequest(
                f"work_center_modes: no work center '{name}' in the plant; {did_you_mean(name, known)}",
                "work_center_modes",
                f"'{name}'",
                "a work center of the plant",
            )
    modes = {**tools.ledger.plant(plant).policy.work_center_modes, **changes}
    return {name: mode for name, mode in modes.items() if mode is not None}
