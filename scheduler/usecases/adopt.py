"""Adopt a what-if: its assumptions become events and its plan goes in force, in one step; and take that back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.events import Event
from scheduler.domain.plant import PlantState
from scheduler.errors import Conflict, InvalidEvent, PlanNotFeasible
from scheduler.planning.lists.comparison import compare_plans
from scheduler.ports import Adoption, NewPlan, PlanRecord, TakenBack, WhatIfRecord
from scheduler.replanning.inverse import TakingBack, take_back
from scheduler.usecases.as_of_now import Shown, same_as_shown, shown_now
from scheduler.usecases.release_plan import Released, a_person, carrying_out, told, unhurried
from scheduler.usecases.snapshots import Snapshot, as_planned
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import assumed_state


@dataclass(frozen=True, slots=True)
class Decided:
    """What a what-if has become: its record, what is in force, and the log's revision after `accepted` events.

    left : what could not be taken back, in words.
    """

    record: WhatIfRecord
    released: Released
    revision: int
    accepted: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WayBack:
    """How an adoption would be taken back now.   shown : None where nothing of it can be."""

    taking: TakingBack
    shown: Shown | None


def preview_adoption(tools: Tools, plant: str, id: str) -> Shown:
    """What adopting it would change now. Raises Conflict where it cannot be adopted, PlanNotFeasible."""
    record, plan = _adoptable(tools, plant, id)
    return shown_now(tools, tools.snapshot(plant), plan, _with_assumptions(record))


def adopt(tools: Tools, plant: str, id: str, by: str, reason: str, preview: str) -> Decided:
    """Its assumptions into the log and its plan in force, both or neither. In every mode it stays as any release.

    preview : the name of what the person has seen.
    Raises StalePlan where it would do something else by now; Conflict where it has no plan, has become events already,
    or an assumption is refused; PlanNotFeasible; BadRequest where `by` is no person.
    """
    a_person(by)

    def attempt() -> Decided:
        record, plan = _adoptable(tools, plant, id)
        snapshot, build = tools.snapshot(plant), _with_assumptions(record)
        shown = same_as_shown(tools, snapshot, preview, plan, build)

        def adopted(revision: int, number: int) -> WhatIfRecord:
            in_force = snapshot.record.plan_in_force
            said = Adoption(by, reason, tools.clock(), snapshot.revision, revision, number, in_force)
            return replace(record, promoted=True, adoption=said)

        cause = f"adopted from what-if: {record.name}"
        state = build(snapshot.state)
        return _decided(tools, snapshot, shown, plan, record.events, cause, by, reason, id, adopted, state)

    return unhurried(attempt)


def preview_way_back(tools: Tools, plant: str, id: str) -> WayBack:
    """How its adoption would be taken back now. Raises Conflict where it was not adopted, or is taken back already."""
    record, adoption = _taken(tools, plant, id)
    snapshot = tools.snapshot(plant)
    taking = _way_back(tools, record, adoption, snapshot.state)
    if record.events and not taking.events:
        return WayBack(taking, None)
    plan = tools.ledger.get_plan(plant, adoption.plan_before or adoption.plan)
    shown = shown_now(tools, snapshot, plan, lambda state: _way_back(tools, record, adoption, state).state)
    return WayBack(taking, shown)


def take_adoption_back(tools: Tools, plant: str, id: str, by: str, reason: str, preview: str | None = None) -> Decided:
    """Inverse events where the world still allows them, and the plan from before the adoption, re-timed.

    What can no longer be is told, and stays. Raises Conflict where nothing of it can be taken back, or as
    `preview_way_back`; StalePlan where `preview` has shown something else; PlanNotFeasible, BadRequest.
    """
    a_person(by)

    def attempt() -> Decided:
        record, adoption = _taken(tools, plant, id)
        snapshot = tools.snapshot(plant)
        taking = _way_back(tools, record, adoption, snapshot.state)
        if record.events and not taking.events:
            why = "; ".join(taking.left) or "nothing of it is in force any more"
            raise Conflict(
                f"what-if '{id}' can be taken back no longer: {why}. Roll back to a plan from before instead"
            )

        def build(state: PlantState) -> PlantState:
            return _way_back(tools, record, adoption, state).state

        plan = tools.ledger.get_plan(plant, adoption.plan_before or adoption.plan)
        if preview is None:
            shown = shown_now(tools, snapshot, plan, build)
        else:
            shown = same_as_shown(tools, snapshot, preview, plan, build)

        def back(revision: int, number: int) -> WhatIfRecord:
            said = TakenBack(by, reason, tools.clock(), revision, number, taking.left)
            return replace(record, adoption=replace(adoption, taken_back=said))

        cause = f"adoption taken back: {record.name}"
        done = _decided(tools, snapshot, shown, plan, taking.events, cause, by, reason, id, back, taking.state)
        return replace(done, left=taking.left)

    return unhurried(attempt)


def _decided(
    tools: Tools,
    snapshot: Snapshot,
    shown: Shown,
    plan: PlanRecord,
    events: Sequence[Event],
    cause: str,
    by: str,
    reason: str,
    id: str,
    what_if: Callable[[int, int], WhatIfRecord],
    state: PlantState,
) -> Decided:
    """Both at once, or neither.   state : the plant after the events."""
    plant, found = snapshot.record.plant, shown.candidate.found
    new = NewPlan(
        found.plan,
        found.verdict,
        snapshot.revision,
        cause,
        plan.objective,
        reason=reason,
        kept_for=by,
        made_from=plan.number,
    )
    revision, record = carrying_out(
        lambda: tools.ledger.decide(
            plant, events, new, tools.clock(), by=by, on_revision=snapshot.revision, what_if=what_if
        )
    )
    tools.meters.count("plans_released", plant=plant)
    if events:
        tools.meters.count("events", len(events), plant=plant, result="accepted")
    tools.bell.ring(plant)
    after = record.plan.operations
    released = Released(
        record,
        plan,
        retimed=shown.candidate.retimed,
        against_asked=compare_plans(state, plan.plan.operations, after, plan.verdict.kpis, record.verdict.kpis),
        replaced=shown.in_force,
        against_replaced=None if shown.in_force is None else shown.preview.comparison,
    )
    return Decided(tools.ledger.what_if(plant, id), told(tools, plant, released), revision, len(events))


def _adoptable(tools: Tools, plant: str, id: str) -> tuple[WhatIfRecord, PlanRecord]:
    record = tools.ledger.what_if(plant, id)
    if record.promoted:
        how = "adopted" if record.adoption else "promoted"
        raise Conflict(f"what-if '{id}' has been {how} already")
    if record.plan_number is None or record.state in ("queued", "running"):
        raise Conflict(
            f"what-if '{id}' has no plan yet (it is {record.state}); wait for it, or stop it to keep its best"
        )
    plan = tools.ledger.get_plan(plant, record.plan_number)
    if not plan.verdict.feasible:
        raise PlanNotFeasible(f"the plan of what-if '{id}' breaks {len(plan.verdict.violations)} rule(s); refresh it")
    return record, plan


def _with_assumptions(record: WhatIfRecord) -> Callable[[PlantState], PlantState]:
    def build(state: PlantState) -> PlantState:
        try:
            return assumed_state(state, record.events)
        except InvalidEvent as refused:
            raise Conflict(f"what-if '{record.id}': {refused}") from refused

    return build


def _taken(tools: Tools, plant: str, id: str) -> tuple[WhatIfRecord, Adoption]:
    record = tools.ledger.what_if(plant, id)
    if record.adoption is None:
        raise Conflict(f"what-if '{id}' has not been adopted; there is nothing to take back")
    if record.adoption.taken_back is not None:
        raise Conflict(f"what-if '{id}' has been taken back already, by {record.adoption.taken_back.by}")
    return record, record.adoption


def _way_back(tools: Tools, record: WhatIfRecord, adoption: Adoption, now: PlantState) -> TakingBack:
    before = as_planned(tools.ledger.state_at(record.plant, adoption.before), tools.ledger.plant(record.plant))
    return take_back(before, record.events, now, f"/what-if/{record.id}/take-back")
