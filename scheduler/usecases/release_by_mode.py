"""What becomes of a plan that the desk has made: released by itself, or proposed, as plant and work centers want it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.plans import Plan, PlannedOperation, Violation
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.rules.in_time import NOT_BEFORE
from scheduler.ports import PlantRecord
from scheduler.replanning.modes import machine_modes, touched_machines, with_rows_kept
from scheduler.usecases.check_and_store import CheckedPlan, checked


def nothing_excused(_: Violation) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Decision:
    """note : to add to the plan's cause.   keeps : what is in force still holds, and stays until a person decides."""

    plan: CheckedPlan
    release: bool
    note: str = ""
    keeps: bool = False


def releases_some(state: PlantState, record: PlantRecord) -> bool:
    """Whether any machine's rows may change without a person."""
    return "auto" in machine_modes(state, record.mode, record.policy.work_center_modes).values()


def plans_nothing(record: PlantRecord) -> bool:
    return {record.mode, *record.policy.work_center_modes.values()} == {"observe"}


def decide(state: PlantState, record: PlantRecord, candidate: CheckedPlan) -> Decision:
    """state : with the plan in force in `state.plan`.

    Where only rows of work centers in `auto` change, it is released. Where others change too:
      - it is proposed while what is in force is still right, or where nothing is in force;
      - else what is in force is impossible, which is worse than any change: the plan is released with the other rows
        as they were, and if even that is impossible, as it is.
    """
    own = record.policy.work_center_modes
    if not own or not candidate.verdict.feasible:
        return Decision(candidate, record.mode == "auto")
    modes = machine_modes(state, record.mode, own)
    touched = touched_machines(state, state.plan, candidate.plan.operations)
    bound = sorted({state.machines[m].work_center for m in touched if modes[m] != "auto"})
    if not bound:
        return Decision(candidate, "auto" in modes.values())
    if record.plan_in_force is None or "auto" not in modes.values():
        return Decision(candidate, False)
    names = ", ".join(bound)
    if first_breach(state, candidate.plan, state.plan) is None:
        return Decision(candidate, False, f"waits for a person: it changes rows of {names}", keeps=True)
    free = [name for name, mode in modes.items() if mode == "auto"]
    kept = with_rows_kept(state, state.plan, candidate.plan.operations, free)
    found = checked(state, replace(candidate.plan, operations=kept))
    if found.verdict.feasible:
        same = replace(found, plan=replace(found.plan, kpis=found.verdict.kpis))
        return Decision(same, True, f"rows of {names} kept as they were")
    return Decision(candidate, True, f"rows of {names} changed because they had become impossible")


def first_breach(
    state: PlantState,
    plan: Plan,
    rows: Sequence[PlannedOperation],
    excuses: Callable[[Violation], bool] = nothing_excused,
) -> str | None:
    """The first rule that what is left of `rows` breaks, in words; None: it is right still.

    An order that it does not know yet makes it no list of wrong work. plan : names in `unplanned` what cannot be
    planned anyway.
    """
    left = tuple(o for o in rows if state.status_of(o.order, o.operation) != "done")
    known = {*(o.order for o in rows), *(order for order, _ in state.progress), *(u.order for u in plan.unplanned)}
    without_new = replace(state, orders={name: order for name, order in state.orders.items() if name in known})
    return breach_of(checked(without_new, replace(plan, operations=left)), excuses)


def breach_of(judged: CheckedPlan, excuses: Callable[[Violation], bool] = nothing_excused) -> str | None:
    """What a person should hear first of what the check finds; None where it finds nothing.

    Work that should have begun goes before what it breaks.   excuses : what is no breach.
    """
    found = [violation for violation in judged.verdict.violations if not excuses(violation)]
    found.sort(key=lambda violation: violation.rule != NOT_BEFORE)
    return found[0].message if found else None
