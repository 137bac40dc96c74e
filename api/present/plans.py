"""Plans, their operations, comparisons and jobs as answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import cast

from api.models.comparison import ComparisonModel, MovedModel, OrderChangeModel
from api.models.jobs import Job, ProgressModel
from api.models.plans import (
    BrokenPinModel,
    EngineFailureModel,
    KpisModel,
    MilestoneModel,
    Need,
    NoteModel,
    OperationStatus,
    PlanOperation,
    PlanOperations,
    PlanVersion,
    PromisesModel,
    TriggerModel,
    UnplannedModel,
    ViolationModel,
)
from api.present.plants import objective_model
from api.present.times import Times
from scheduler.domain.plans import Comparison, Kpis, Milestone, OrderChange, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.promises import Promises
from scheduler.planning.lists.order_outlook import order_ends
from scheduler.ports import JobRecord, PlanRecord, SolveProgress, Trigger

SHOWN_VIOLATIONS = 100


def kpis_model(kpis: Kpis) -> KpisModel:
    return KpisModel(**{name: getattr(kpis, name) for name in KpisModel.model_fields})


def plan_version(record: PlanRecord, times: Times) -> PlanVersion:
    """Figures as the check computed them; the bound and the solving time are the solver's to say."""
    plan, verdict = record.plan, record.verdict
    bound = plan.kpis.lower_bound
    kpis = kpis_model(verdict.kpis).model_copy(update={"lower_bound": bound, "solve_seconds": plan.kpis.solve_seconds})
    return PlanVersion(
        id=record.number,
        status=record.status,
        revision=record.revision,
        cause=record.cause,
        created_at=times.wall(record.created_at),
        decided_at=times.wall(record.decided_at),
        decided_by=record.decided_by,
        reason=record.reason,
        kept_for=record.kept_for,
        made_from=record.made_from,
        notes=[NoteModel(at=times.wall(note.at), text=note.text) for note in record.notes],
        what_if=record.what_if,
        trigger=None if record.trigger is None else _trigger(record.trigger),
        feasible=verdict.feasible,
        violations=[
            ViolationModel(rule=v.rule, message=v.message, order=v.order, operation=v.operation)
            for v in verdict.violations[:SHOWN_VIOLATIONS]
        ],
        violations_by_rule=dict(verdict.by_rule()),
        unplanned=[UnplannedModel(order=u.order, operation=u.operation, reason=u.reason) for u in plan.unplanned],
        broken_pins=[BrokenPinModel(order=b.order, operation=b.operation, reason=b.reason) for b in plan.broken_pins],
        kpis=kpis,
        promises=promises_model(verdict.promises),
        lower_bound=bound,
        gap=SolveProgress(0.0, kpis.cost, bound, "").gap,
        objective=objective_model(record.objective),
        engine=plan.engine,
        cost_at=_milestones(plan.cost_at),
        history=_milestones(plan.history),
        engine_failures=[
            EngineFailureModel(engine=f.engine, reason=f.reason, seconds=f.seconds, times=f.times)
            for f in plan.engine_failures
        ],
    )


def _trigger(trigger: Trigger) -> TriggerModel:
    need = cast(Need, trigger.need)
    return TriggerModel(need=need, reason=trigger.reason, after=trigger.after, until=trigger.until)


def _milestones(milestones: Iterable[Milestone]) -> list[MilestoneModel]:
    return [MilestoneModel(seconds=m.seconds, cost=m.cost, engine=m.engine) for m in milestones]


def operation_status(state: PlantState, planned: PlannedOperation) -> OperationStatus:
    """As the floor has it; else, work put aside too, frozen inside the frozen zone of the plant's now."""
    on_floor = state.status_of(planned.order, planned.operation)
    if on_floor == "done":
        return "done"
    if on_floor == "running":
        return "paused" if state.progress[planned.key].status == "paused" else "running"
    return "frozen" if planned.start < state.now + state.frozen_minutes else "planned"


def plan_operations(record: PlanRecord, state: PlantState) -> PlanOperations:
    """The operations exactly as the version holds them, with what `state` knows of them."""
    times = Times(state.zone)
    ends = order_ends(state, record.plan.operations)
    lines = []
    for planned in record.plan.operations:
        order, step = state.orders.get(planned.order), state.operation(planned.order, planned.operation)
        lines.append(
            PlanOperation.model_construct(
                order=planned.order,
                operation=planned.operation,
                description=step.description if step else "",
                machine=planned.machine,
                setup_start=times(planned.setup_start),
                start=times(planned.start),
                end=times(planned.end),
                late_minutes=ends[planned.order] - order.due if order else 0,
                status=operation_status(state, planned),
                setup_family=step.setup_family if step else "",
                customer=order.customer if order else "",
                material=order.material if order else "",
                quantity=order.quantity if order else 0.0,
                due=times(order.due) if order else None,
                predecessors=list(step.predecessors) if step else [],
                pinned=pin.said(state.zone) if (pin := state.pins.get(planned.key)) else None,
            )
        )
    return PlanOperations.model_construct(plan=record.number, revision=record.revision, operations=lines)


def order_changes(items: Iterable[OrderChange], times: Times) -> list[OrderChangeModel]:
    return [
        OrderChangeModel(
            order=c.order,
            end_before=times(c.end_before),
            end_after=times(c.end_after),
            lateness_before=c.lateness_before,
            lateness_after=c.lateness_after,
        )
        for c in items
    ]


def comparison_model(before: int | None, after: int, comparison: Comparison, times: Times) -> ComparisonModel:
    return ComparisonModel(
        plan_before=before,
        plan_after=after,
        before=kpis_model(comparison.before),
        after=kpis_model(comparison.after),
        deltas=_numbers(comparison.deltas),
        moved=[
            MovedModel(
                order=m.order,
                operation=m.operation,
                machine_before=m.machine_before,
                machine_after=m.machine_after,
                start_before=times(m.start_before),
                start_after=times(m.start_after),
                shift_minutes=m.start_after - m.start_before,
            )
            for m in comparison.moved
        ],
        newly_late=order_changes(comparison.newly_late, times),
        rescued=order_changes(comparison.rescued, times),
        changed=order_changes(comparison.changed, times),
    )


def _numbers(deltas: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in deltas.items()}


def progress_models(progress: Iterable[SolveProgress]) -> list[ProgressModel]:
    return [
        ProgressModel(seconds=p.seconds, cost=p.cost, lower_bound=p.lower_bound, gap=p.gap, engine=p.engine)
        for p in progress
    ]


def job_model(record: JobRecord, times: Times) -> Job:
    return Job(
        id=record.id,
        state=record.state,
        time_limit_seconds=record.request.time_limit_seconds,
        progress=progress_models(record.progress),
        plan=record.plan_number,
        error=record.error,
        created_at=times.wall(record.created_at),
    )


def promises_model(promises: Promises | None) -> PromisesModel | None:
    return None if promises is None else PromisesModel(**asdict(promises))
