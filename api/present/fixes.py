"""What would help as an answer."""

from __future__ import annotations

from collections.abc import Iterable

from api.models.fixes import AssumedEvent, ChangeModel, FixesModel, FixModel, OpenedModel
from api.present.times import Times
from scheduler.domain.events import Event
from scheduler.replanning.fixes.find import Fix
from scheduler.replanning.fixes.words import sentence
from scheduler.usecases.fixes import FoundFixes


def fixes_model(found: FoundFixes, iterations: int) -> FixesModel:
    times, fixes = Times(found.state.zone), found.fixes
    return FixesModel(
        plan=found.plan,
        order=fixes.chain.order,
        sentence=sentence(fixes, found.state),
        due=times(fixes.chain.due),
        delivery=times(fixes.chain.delivery),
        late_minutes=fixes.chain.late_minutes,
        iterations=iterations,
        trials=fixes.trials,
        fixes=[_fix(f, found.assumed, times) for f in fixes.fixes],
        no_help=[ChangeModel(**t.told()) for t in fixes.no_help],
        untried=[c.words for c in fixes.untried],
    )


def _fix(fix: Fix, assumed: Iterable[Event], times: Times) -> FixModel:
    price, change = fix.price, fix.change
    return FixModel(
        **fix.trial.told(),
        on_time=fix.trial.on_time,
        delivery=times(fix.trial.delivery),
        smaller=fix.smaller,
        events=[AssumedEvent(type=e.type, data=dict(e.data)) for e in (*assumed, *change.events)],
        opened=[
            OpenedModel(who=o.who, start=times(o.start), end=times(o.end), minutes=o.minutes) for o in change.opened
        ],
        newly_late=list(price.newly_late),
        rescued=list(price.rescued),
        left_out=list(price.left_out),
        later_minutes=price.later_minutes,
        earlier_minutes=price.earlier_minutes,
        overtime_minutes=price.overtime_minutes,
        moved_operations=price.moved,
        moved_within_24_h=price.moved_soon,
        weighted_late_minutes=price.weighted_late,
        score=price.score,
    )
