"""What-ifs: start, name, watch, stop, refresh, promote, adopt, take back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.common import ID, PlantName, ServicesOf, ToolsOf, answer, problems
from api.door import Guarded
from api.models.decisions import AdoptAsk, Adopted, BackAgain, PreviewModel, TakeBackAsk, WayBackModel
from api.models.events import CloudEvent
from api.models.what_ifs import DuplicateAsk, Promotion, RenameAsk, WhatIf, WhatIfAsk, WhatIfList, WhatIfSummary
from api.present.decisions import adoption_model, preview_model, release_model, what_if_columns
from api.present.plans import comparison_model, plan_version, progress_models
from api.present.plants import objective_model
from api.present.times import Times
from scheduler.domain.event_reading import event_json
from scheduler.ports import WhatIfRecord
from scheduler.usecases.adopt import adopt, preview_adoption, preview_way_back, take_adoption_back
from scheduler.usecases.compare import NOTHING_BESIDE, compare_what_if
from scheduler.usecases.plan_requests import asked_by_a_person
from scheduler.usecases.promote import promote
from scheduler.usecases.rename_what_if import duplicate_what_if, rename_what_if
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import refresh_what_if, start_what_if, stop_what_if

router = APIRouter(route_class=Guarded, tags=["what-ifs"])

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
    record = start_what_if(
        tools, services.searches, plant, wish.events, request, wish.name, wish.mode, wish.frozen_minutes
    )
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
    """State, progress, then three columns of one moment (the plan in force, doing nothing, the what-if) and what its
    plan changes against the other two."""
    return answer(_whole(tools, tools.ledger.what_if(plant, id)))


@router.patch("/v1/plants/{plant}/what-ifs/{id}", response_model=WhatIf, responses=problems(404, 422))
def rename(plant: PlantName, id: WhatIfId, asked: RenameAsk, tools: ToolsOf) -> Response:
    """Call it otherwise; nothing else of it changes."""
    return answer(_whole(tools, rename_what_if(tools, plant, id, asked.name)))


@router.post(
    "/v1/plants/{plant}/what-ifs/{id}/duplicate",
    response_model=WhatIf,
    status_code=202,
    responses=problems(404, 422, 429),
)
def duplicate(plant: PlantName, id: WhatIfId, services: ServicesOf, asked: DuplicateAsk | None = None) -> Response:
    """A what-if of its own with the same assumptions, searched on the plant as it is now."""
    name = asked.name if asked else ""
    record = duplicate_what_if(services.tools, services.searches, plant, id, name)
    return answer(_whole(services.tools, record), 202, {"Location": f"/v1/plants/{plant}/what-ifs/{record.id}"})


@router.delete("/v1/plants/{plant}/what-ifs/{id}", response_model=WhatIf, status_code=202, responses=problems(404))
def stop(plant: PlantName, id: WhatIfId, services: ServicesOf) -> Response:
    """Stop it; the best plan found so far stays. One that has ended stays as it is."""
    return answer(_whole(services.tools, stop_what_if(services.tools, services.searches, plant, id)), 202)


@router.post(
    "/v1/plants/{plant}/what-ifs/{id}/refresh",
    response_model=WhatIf,
    status_code=202,
    responses=problems(404, 409, 429),
)
def refresh(plant: PlantName, id: WhatIfId, services: ServicesOf) -> Response:
    """Search the same assumptions anew on the plant as it is now, beside the plan in force now. Until then what it is
    held against stays what it was."""
    record = refresh_what_if(services.tools, services.searches, plant, id)
    return answer(_whole(services.tools, record), 202, {"Location": f"/v1/plants/{plant}/what-ifs/{id}"})


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


@router.get("/v1/plants/{plant}/what-ifs/{id}/preview", response_model=PreviewModel, responses=problems(404, 409))
def preview(plant: PlantName, id: WhatIfId, tools: ToolsOf) -> Response:
    """What adopting it would change now: starts of the next 24 hours, orders newly late and rescued, machines touched.
    409 where it cannot be adopted."""
    shown, rules = preview_adoption(tools, plant, id)
    return answer(preview_model(shown, _times(tools, plant), rules))


@router.post("/v1/plants/{plant}/what-ifs/{id}/adopt", response_model=Adopted, responses=problems(404, 409, 422))
def adopt_it(plant: PlantName, id: WhatIfId, tools: ToolsOf, asked: AdoptAsk) -> Response:
    """Its assumptions become events and its plan goes in force, in one step, by a named person with a reason. 409 where
    it would do something else by now than `preview` has shown: look again."""
    done = adopt(tools, plant, id, asked.by, asked.reason, asked.preview)
    plan = release_model(done.released, _times(tools, plant))
    return answer(Adopted(what_if=id, revision=done.revision, accepted=done.accepted, plan=plan))


@router.get("/v1/plants/{plant}/what-ifs/{id}/take-back", response_model=WayBackModel, responses=problems(404, 409))
def preview_take_back(plant: PlantName, id: WhatIfId, tools: ToolsOf) -> Response:
    """How its adoption would be taken back now, and what of it can no longer be."""
    way, times = preview_way_back(tools, plant, id), _times(tools, plant)
    return answer(
        WayBackModel(
            what_if=id,
            events=[CloudEvent.model_validate(event_json(e, times.zone)) for e in way.taking.events],
            left=list(way.taking.left),
            change=None if way.shown is None else preview_model(way.shown, times, way.rules),
        )
    )


@router.post("/v1/plants/{plant}/what-ifs/{id}/take-back", response_model=BackAgain, responses=problems(404, 409, 422))
def take_back(plant: PlantName, id: WhatIfId, tools: ToolsOf, asked: TakeBackAsk) -> Response:
    """Post what takes the assumptions back, as far as the world still allows it, and put the plan from before in force,
    re-timed and checked, in one step. The answer tells what could not be; 409 where nothing can."""
    done = take_adoption_back(tools, plant, id, asked.by, asked.reason, asked.preview)
    plan = release_model(done.released, _times(tools, plant))
    left = list(done.left)
    return answer(BackAgain(what_if=id, revision=done.revision, accepted=done.accepted, left=left, plan=plan))


def _times(tools: Tools, plant: str) -> Times:
    return Times(tools.snapshot(plant).state.zone)


def _summary(record: WhatIfRecord, times: Times) -> dict[str, Any]:
    weights = record.rules.objective
    return {
        "id": record.id,
        "name": record.name,
        "state": record.state,
        "mode": record.mode,
        "revision": record.revision,
        "plan_id": record.plan_number,
        "promoted": record.promoted,
        "adoption": adoption_model(record.adoption, times),
        "error": record.error,
        "created_at": times.wall(record.created_at),
        "time_limit_seconds": record.request.time_limit_seconds,
        "progress": progress_models(record.progress),
        "objective": None if weights is None else objective_model(weights),
        "frozen_minutes": record.frozen_minutes,
        "events": [CloudEvent.model_validate(event_json(e, times.zone)) for e in record.events],
    }


def _whole(tools: Tools, record: WhatIfRecord) -> WhatIf:
    snapshot = tools.snapshot(record.plant)
    times = Times(snapshot.state.zone)
    plan = None if record.plan_number is None else tools.ledger.get_plan(record.plant, record.plan_number)
    beside = NOTHING_BESIDE if plan is None else compare_what_if(tools, record, plan)
    return WhatIf(
        **_summary(record, times),
        plan=None if plan is None else plan_version(plan, times),
        columns=what_if_columns(plan, beside),
        comparison=None
        if plan is None or beside.base is None or beside.against_base is None
        else comparison_model(beside.base.plan, plan.number, beside.against_base, times),
        against_do_nothing=None
        if plan is None or beside.do_nothing is None or beside.against_nothing is None
        else comparison_model(beside.do_nothing.number, plan.number, beside.against_nothing, times),
        overtime_minutes=beside.overtime_minutes,
        behind=max(0, snapshot.revision - record.revision),
    )
