"""What-ifs: start, watch, stop, promote."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.common import ID, PlantName, ServicesOf, ToolsOf, answer, problems
from api.models.events import CloudEvent
from api.models.work import Promotion, WhatIf, WhatIfAsk, WhatIfList, WhatIfSummary
from api.present.plans import comparison_model, plan_version, progress_models
from api.present.times import Times
from scheduler.domain.event_reading import event_json
from scheduler.errors import UnknownPlan
from scheduler.ports import WhatIfRecord
from scheduler.usecases.compare import compare_what_if
from scheduler.usecases.plan_requests import asked_by_a_person
from scheduler.usecases.promote import promote
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import start_what_if, stop_what_if

router = APIRouter(tags=["what-ifs"])

WhatIfId = Annotated[str, Path(description="What-if", examples=["w-3f2a"], pattern=ID)]


@router.post("/v1/plants/{plant}/what-ifs", response_model=WhatIf, status_code=202, responses=problems(404, 422, 429))
def start(plant: PlantName, wish: WhatIfAsk, services: ServicesOf) -> Response:
    """Fold assumptions on a copy of the plant and plan it. 422 names the assumption that cannot be taken in."""
    tools = services.tools
    snapshot = tools.snapshot(plant)
    weights = wish.objective.model_dump(exclude_none=True) if wish.objective else None
    limits = wish.limits.model_dump() if wish.limits else None
    request = asked_by_a_person(
        snapshot, wish.time_limit_seconds, weights=weights, limits=limits, iterations=wish.iterations
    )
    record = start_what_if(tools, services.searches, plant, wish.events, request, wish.name, wish.mode)
    return answer(_whole(tools, record), 202, {"Location": f"/v1/plants/{plant}/what-ifs/{record.id}"})


@router.get("/v1/plants/{plant}/what-ifs", response_model=WhatIfList, responses=problems(404))
def list_what_ifs(
    plant: PlantName,
    tools: ToolsOf,
    limit: Annotated[int, Query(description="At most so many", examples=[200], ge=1, le=1000)] = 200,
    skip: Annotated[int, Query(description="So many of the newest are left out", examples=[0], ge=0, le=2**31)] = 0,
) -> Response:
    """What-ifs, newest first."""
    times = Times(tools.snapshot(plant).state.zone)
    found = tools.ledger.what_ifs(plant, limit=limit, skip=skip)
    return answer(WhatIfList(what_ifs=[WhatIfSummary(**_summary(r, times)) for r in found]))


@router.get("/v1/plants/{plant}/what-ifs/{id}", response_model=WhatIf, responses=problems(404))
def get(plant: PlantName, id: WhatIfId, tools: ToolsOf) -> Response:
    """State, progress, then its plan and what that changes against the plan in force."""
    return answer(_whole(tools, tools.ledger.what_if(plant, id)))


@router.delete("/v1/plants/{plant}/what-ifs/{id}", response_model=WhatIf, status_code=202, responses=problems(404))
def stop(plant: PlantName, id: WhatIfId, services: ServicesOf) -> Response:
    """Stop it; the best plan found so far stays. One that has ended stays as it is."""
    return answer(_whole(services.tools, stop_what_if(services.tools, services.searches, plant, id)), 202)


@router.post("/v1/plants/{plant}/what-ifs/{id}/promote", response_model=Promotion, responses=problems(404, 409, 422))
def promote_it(plant: PlantName, id: WhatIfId, tools: ToolsOf) -> Response:
    """Its assumptions become events, its plan the proposal, which a person releases (in `auto` too)."""
    done = promote(tools, plant, id)
    times = Times(tools.snapshot(plant).state.zone)
    return answer(
        Promotion(
            what_if=id,
            revision=done.revision,
            accepted=done.accepted,
            plan=plan_version(done.plan, times),
            retimed=done.retimed,
        )
    )


def _summary(record: WhatIfRecord, times: Times) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "state": record.state,
        "mode": record.mode,
        "revision": record.revision,
        "plan_id": record.plan_number,
        "promoted": record.promoted,
        "error": record.error,
        "created_at": times.wall(record.created_at),
        "time_limit_seconds": record.request.time_limit_seconds,
        "progress": progress_models(record.progress),
        "events": [CloudEvent.model_validate(event_json(e, times.zone)) for e in record.events],
    }


def _whole(tools: Tools, record: WhatIfRecord) -> WhatIf:
    times = Times(tools.snapshot(record.plant).state.zone)
    plan, comparison = None, None
    if record.plan_number is not None:
        stored = tools.ledger.get_plan(record.plant, record.plan_number)
        plan = plan_version(stored, times)
        try:
            before, compared = compare_what_if(tools, record, stored)
            comparison = comparison_model(before, stored.number, compared, times)
        except UnknownPlan:
            comparison = None
    return WhatIf(**_summary(record, times), plan=plan, comparison=comparison)
