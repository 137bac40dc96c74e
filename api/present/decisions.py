"""What a person decides on, and what came of it, as answers."""

from __future__ import annotations

from collections.abc import Iterable

from api.models.decisions import PreviewModel, Release, RuleChangeModel, StartChangeModel
from api.models.what_ifs import AdoptionModel, TakenBackModel, WhatIfColumn, WhatIfColumns
from api.present.plans import comparison_model, kpis_model, order_changes, plan_version, promises_model
from api.present.times import Times
from scheduler.domain.plans import Kpis
from scheduler.domain.promises import Promises
from scheduler.ports import Adoption, PlanRecord
from scheduler.usecases.as_of_now import Shown
from scheduler.usecases.assumed_rules import RuleChange
from scheduler.usecases.compare import Beside
from scheduler.usecases.release_plan import Released


def preview_model(shown: Shown, times: Times, rules: Iterable[RuleChange] = ()) -> PreviewModel:
    """rules : what changes of the policy with it."""
    found = shown.preview
    return PreviewModel(
        preview=shown.name,
        plan=shown.plan,
        revision=shown.revision,
        plan_in_force=None if shown.in_force is None else shown.in_force.number,
        retimed=shown.candidate.retimed,
        until=times(found.until),
        starts=[
            StartChangeModel(
                order=c.order,
                operation=c.operation,
                machine_before=c.machine_before,
                machine_after=c.machine_after,
                start_before=times(c.start_before),
                start_after=times(c.start_after),
            )
            for c in found.starts
        ],
        moved=len(found.comparison.moved),
        machines=list(found.machines),
        newly_late=order_changes(found.newly_late, times),
        rescued=order_changes(found.rescued, times),
        left_out=list(found.left_out),
        taken_in=list(found.taken_in),
        rules=[RuleChangeModel(rule=r.rule, before=r.before, after=r.after) for r in rules],
        before=kpis_model(found.comparison.before),
        after=kpis_model(found.comparison.after),
    )


def adoption_model(adoption: Adoption | None, times: Times) -> AdoptionModel | None:
    if adoption is None:
        return None
    back = adoption.taken_back
    return AdoptionModel(
        by=adoption.by,
        reason=adoption.reason,
        at=times.wall(adoption.at),
        before=adoption.before,
        after=adoption.after,
        plan=adoption.plan,
        plan_before=adoption.plan_before,
        taken_back=None
        if back is None
        else TakenBackModel(
            by=back.by,
            reason=back.reason,
            at=times.wall(back.at),
            revision=back.revision,
            plan=back.plan,
            left=list(back.left),
        ),
    )


def what_if_columns(plan: PlanRecord | None, beside: Beside) -> WhatIfColumns:
    """plan : the what-if's."""
    base = beside.base
    return WhatIfColumns(
        in_force=None if base is None else _column(base.plan, base.kpis, base.promises, None),
        do_nothing=None if beside.do_nothing is None else _column_of(beside.do_nothing),
        what_if=None if plan is None else _column_of(plan),
    )


def _column_of(plan: PlanRecord) -> WhatIfColumn:
    verdict = plan.verdict
    return _column(plan.number, verdict.kpis, verdict.promises, plan.plan.kpis.solve_seconds)


def _column(plan: int, kpis: Kpis, promises: Promises | None, seconds: float | None) -> WhatIfColumn:
    return WhatIfColumn(plan=plan, kpis=kpis_model(kpis), promises=promises_model(promises), seconds=seconds)


def release_model(done: Released, times: Times) -> Release:
    version = plan_version(done.record, times)
    asked, replaced = done.asked.number, None if done.replaced is None else done.replaced.number
    return Release(
        **{name: getattr(version, name) for name in type(version).model_fields},
        asked=asked,
        retimed=done.retimed,
        against_asked=None
        if done.against_asked is None
        else comparison_model(asked, version.id, done.against_asked, times),
        against_replaced=None
        if done.against_replaced is None
        else comparison_model(replaced, version.id, done.against_replaced, times),
    )
