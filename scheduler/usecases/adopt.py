"""Adopt a what-if: its assumptions become events and its plan goes in force, in one step; and take that back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.events import Event
from scheduler.domain.plant import PlantState
from scheduler.errors import Conflict, InvalidEvent, PlanNotFeasible
from scheduler.planning.lists.comparison import compare_plans
from scheduler.ports import Adoption, Decision, NewPlan, PlanRecord, Policy, TakenBack, WhatIfRecord
from scheduler.replanning.inverse import TakingBack, take_back
from scheduler.usecases.as_of_now import Shown, same_as_shown, shown_now
from scheduler.usecases.assumed_rules import RuleChange, assumed, kept_before, restored, rule_changes
from scheduler.usecases.release_plan import Released, a_person, carrying_out, told, unhurried
from scheduler.usecases.snapshots import Snapshot, as_planned, with_policy
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
    """How an adoption would be taken back now.

    shown : None where nothing of it can be.   rules : weights and frozen zone that change back.
    """

    taking: TakingBack
    shown: Shown | None
    rules: tuple[RuleChange, ...] = ()


def preview_adoption(tools: Tools, plant: str, id: str) -> tuple[Shown, tuple[RuleChange, ...]]:
    """What adopting it would change now, and of how the plant is planned. Raises Conflict where it cannot be adopted,
    PlanNotFeasible."""
    record, plan = _adoptable(tools, plant, id)
    snapshot = tools.snapshot(plant)
    rules = rule_changes(snapshot.state, record.rules.on(snapshot.state))
    return shown_now(tools, snapshot, plan, _with_assumptions(record)), rules


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
            rules = kept_before(snapshot.record.policy, record.rules)
            now = tools.clock()
            said = Adoption(by, reason, now, snapshot.revision, revision, number, in_force, rules_before=rules)
            return replace(record, promoted=True, adoption=said)

        def policy(policy: Policy) -> Policy:
            return assumed(policy, record.rules)

        cause = f"adopted from what-if: {record.name}"
        state = build(snapshot.state)
        return _decided(tools, snapshot, shown, plan, record.events, cause, by, reason, id, adopted, state, policy)

    return unhurried(attempt)


def preview_way_back(tools: Tools, plant: str, id: str) -> WayBack:
    """How its adoption would be taken back now. Raises Conflict where it was not adopted, or is taken back already."""
    record, adoption = _taken(tools, plant, id)
    snapshot = tools.snapshot(plant)
    back = _back(tools, snapshot, record, adoption)
    if back.nothing:
        return WayBack(back.taking, None)
    plan = tools.ledger.get_plan(plant, adoption.plan_before or adoption.plan)
    return WayBack(back.taking, shown_now(tools, snapshot, plan, back.build), back.rules)


def take_adoption_back(tools: Tools, plant: str, id: str, by: str, reason: str, preview: str | None = None) -> Decided:
    """Inverse events where the world still allows them, and the plan from before the adoption, re-timed.

    What can no longer be is told, and stays. Raises Conflict where nothing of it can be taken back, or as
    `preview_way_back`; StalePlan where `preview` has shown something else; PlanNotFeasible, BadRequest.
    """
    a_person(by)

    def attempt() -> Decided:
        record, adoption = _taken(tools, plant, id)
        snapshot = tools.snapshot(plant)
        back = _back(tools, snapshot, record, adoption)
        taking = back.taking
        if back.nothing:
            why = "; ".join(taking.left) or "nothing of it is in force any more"
            raise Conflict(
                f"what-if '{id}' can be taken back no longer: {why}. Roll back to a plan from before instead"
            )

        plan = tools.ledger.get_plan(plant, adoption.plan_before or adoption.plan)
        if preview is None:
            shown = shown_now(tools, snapshot, plan, back.build)
        else:
            shown = same_as_shown(tools, snapshot, preview, plan, back.build)

        def taken(revision: int, number: int) -> WhatIfRecord:
            said = TakenBack(by, reason, tools.clock(), revision, number, taking.left)
            return replace(record, adoption=replace(adoption, taken_back=said))

        cause = f"adoption taken back: {record.name}"
        state = back.build(snapshot.state)

        def policy(policy: Policy) -> Policy:
            return restored(policy, record, adoption)[0]

        done = _decided(tools, snapshot, shown, plan, taking.events, cause, by, reason, id, taken, state, policy)
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
    policy: Callable[[Policy], Policy],
) -> Decided:
    """Both at once, or neither.   state : the plant after the events.   policy : what becomes of the plant's."""
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
    decision = Decision(events, new, by, snapshot.revision, what_if, policy)
    revision, record = carrying_out(lambda: tools.ledger.decide(plant, decision, tools.clock()))
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
            return record.rules.on(assumed_state(state, record.events))
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


@dataclass(frozen=True, slots=True)
class _Back:
    """How an adoption is taken back now.

    build : from the plant to what it becomes.   nothing : nothing of it can be taken back.
    """

    taking: TakingBack
    rules: tuple[RuleChange, ...]
    nothing: bool
    build: Callable[[PlantState], PlantState]


def _back(tools: Tools, snapshot: Snapshot, record: WhatIfRecord, adoption: Adoption) -> _Back:
    before = as_planned(tools.ledger.state_at(record.plant, adoption.before), snapshot.record)
    policy, left = restored(snapshot.record.policy, record, adoption)
    changed = policy != snapshot.record.policy
    own = with_policy(tools.ledger.state_at(record.plant, snapshot.revision), policy)

    def taken(state: PlantState) -> TakingBack:
        return take_back(before, record.events, state, f"/what-if/{record.id}/take-back")

    def build(state: PlantState) -> PlantState:
        state = taken(state).state
        return replace(state, objective=own.objective, frozen_minutes=own.frozen_minutes) if changed else state

    taking = taken(snapshot.state)
    rules = rule_changes(snapshot.state, build(snapshot.state)) if changed else ()
    nothing = not taking.events and not changed and bool(record.events or adoption.rules_before)
    return _Back(replace(taking, left=(*taking.left, *left)), rules, nothing, build)
