"""Stops of machines: why, how long, and which orders they made late."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.stops import LateByStop, StopList, StopModel, StopReasonModel
from api.present.times import Times
from scheduler.usecases.stops import Stop, late_words, stops

router = APIRouter(route_class=Guarded, tags=["events"])


@router.get("/v1/plants/{plant}/stops", response_model=StopList, responses=problems(404))
def read(
    plant: PlantName,
    tools: ToolsOf,
    limit: Annotated[int, Query(description="At most so many", examples=[50], ge=1, le=200)] = 50,
) -> Response:
    """Breakdowns with their reason, how long they are expected to take, and what they cost: the plan that answered
    against the one before."""
    times = Times(tools.snapshot(plant).state.zone)
    return answer(StopList(stops=[_model(stop, times) for stop in stops(tools, plant, limit)]))


def _model(stop: Stop, times: Times) -> StopModel:
    reason = stop.reason
    return StopModel(
        revision=stop.revision,
        machine=stop.machine,
        since=times(stop.since),
        until=times(stop.until),
        lasts=stop.lasts,
        words=stop.words,
        reason=None
        if reason is None
        else StopReasonModel(
            code=reason.code,
            words=reason.words,
            path=reason.path,
            planned=reason.planned,
            owner=reason.owner,
            cost_centre=reason.cost_centre,
        ),
        expected_by=stop.expected_by,
        order=stop.order,
        operation=stop.operation,
        shift=stop.shift,
        plan_before=stop.plan_before,
        plan_after=stop.plan_after,
        waits=stop.waits,
        others=stop.others,
        late=[
            LateByStop(
                order=one.order,
                customer=one.customer,
                due=times(one.due),
                late_before=one.before,
                late_after=one.after,
                days=round(one.days, 3),
                money=one.money,
                currency=one.currency,
            )
            for one in stop.late
        ],
        money=dict(stop.money),
        cost=late_words(stop.late),
    )
