"""Which plan the next one is made from."""

from __future__ import annotations

from scheduler.ports import PlanReader, PlanRecord
from scheduler.usecases.release_by_mode import releases_some
from scheduler.usecases.snapshots import Snapshot


def base_plan(ledger: PlanReader, snapshot: Snapshot) -> PlanRecord | None:
    """The plan that later events are held against: the one in force; where all is advice, the newest proposal.

    None: there is none yet, or a plant that releases by itself has none in force.
    """
    record = snapshot.record
    plant = record.plant
    in_force = None if record.plan_in_force is None else ledger.get_plan(plant, record.plan_in_force)
    if record.mode == "auto" and in_force is None and not record.policy.work_center_modes:
        return None
    if in_force is not None and releases_some(snapshot.state, record):
        return in_force
    newest = next((p for p in ledger.plans(plant, limit=20, with_operations=False) if _advice(p)), None)
    if newest is not None and (in_force is None or newest.number > in_force.number):
        return ledger.get_plan(plant, newest.number)
    return in_force


def _advice(plan: PlanRecord) -> bool:
    """A plan that a person may still want, or has refused: made for the plant itself and not by the check's refusal."""
    return plan.what_if is None and plan.status in ("proposed", "rejected") and plan.decided_by != "check"
