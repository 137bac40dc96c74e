"""A row's lineage as the API says it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from api.models.lineage import OriginEvent, OriginPlan, RowLineage
from api.present.times import Times
from scheduler.planning.lists.describe_event import describe_event
from scheduler.ports import PlanRecord
from scheduler.usecases.lineage import Lineage, Origin


def lineage_model(found: Lineage) -> RowLineage:
    times = Times(found.zone)
    return RowLineage(
        order=found.row.order,
        operation=found.row.operation,
        machine=found.row.machine,
        start=times(found.row.start),
        loaded_at=times.wall(found.plant.loaded_at),
        placed_by=_plan(found.placed, times),
        in_force=_plan(found.in_force, times),
        led_to_it=[_event(origin, found.zone) for origin in found.led],
        told_of_it=[_event(origin, found.zone) for origin in found.told],
    )


def _plan(record: PlanRecord | None, times: Times) -> OriginPlan | None:
    if record is None:
        return None
    return OriginPlan(
        plan=record.number,
        cause=record.cause,
        engine=record.plan.engine,
        revision=record.revision,
        created_at=times.wall(record.created_at),
        decided_at=times.wall(record.decided_at),
        decided_by=record.decided_by,
        reason=record.reason,
        what_if=record.what_if,
        made_from=record.made_from,
    )


def _event(origin: Origin, zone: ZoneInfo) -> OriginEvent:
    logged, times = origin.logged, Times(zone)
    by = logged.event.data.get("by")
    return OriginEvent(
        revision=logged.revision,
        id=logged.event.id,
        source=logged.event.source,
        type=logged.event.type,
        time=times(logged.event.time),
        accepted_at=times.wall(logged.accepted_at),
        summary=describe_event(logged.event, zone),
        by=by if isinstance(by, str) else None,
        connection=origin.connection,
        message=origin.message,
        set_aside=logged.set_aside is not None,
    )
