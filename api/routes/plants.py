"""Plants: load, look, change, take out."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import on_disk
from api.common import PlantName, ServicesOf, ToolsOf, answer, problems, tagged
from api.door import Guarded, caller_of
from api.models.machines import MachineList
from api.models.materials import MaterialList
from api.models.orders import OrderList
from api.models.plants import Mode, PlantChange, PlantDetail, PlantList
from api.models.pools import PoolModel, PoolsAnswer
from api.present.plants import machine_list, material_list, order_list, plant_detail, plant_summary
from api.present.times import Times
from scheduler.domain.minutes import DAY, YEARS, Minute, credible, parse_minute
from scheduler.domain.texts import sayable
from scheduler.errors import BadRequest, NotAllowed, UnknownPlan
from scheduler.planning.lists.material_outlook import material_outlook
from scheduler.planning.lists.order_outlook import order_outlook
from scheduler.ports import PlanRecord
from scheduler.usecases.change_plant import change_plant
from scheduler.usecases.delete_plant import delete_plant
from scheduler.usecases.load_plant import load_plant
from scheduler.usecases.tools import Tools
from scheduler.usecases.written_out import written_out

router = APIRouter(route_class=Guarded, tags=["plants"])

NEVER_NULL = {
    "time_limit_seconds": "seconds",
    "improve_seconds": "seconds",
    "time_fence_minutes": "minutes",
    "expected_delay_minutes": "minutes",
    "gain_over_person": "a share of the cost",
    "keep_machines": "true or false",
}
"""What each of these fields of a policy expects; in the others null means something."""

LONGEST_SPAN = 400 * DAY

SCENARIO = {
    "requestBody": {
        "required": True,
        "description": "A scenario: a zip of its folder, or the .xlsx workbook; the content decides which",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in (
                "application/zip",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/octet-stream",
            )
        },
    }
}


@router.get("/v1/plants", response_model=PlantList)
def list_plants(request: Request, tools: ToolsOf) -> Response:
    """What is loaded, as far as the caller's key opens it."""
    clock, caller = tools.clock(), caller_of(request)
    opened = [record.plant for record in tools.ledger.plants() if caller.opens(record.plant)]
    plants = [plant_summary(tools.snapshot(plant), clock) for plant in opened]
    return answer(PlantList(plants=plants))


@router.put("/v1/plants/{plant}", response_model=PlantDetail, responses=problems(413, 422, 429), openapi_extra=SCENARIO)
async def put_plant(
    plant: PlantName,
    request: Request,
    services: ServicesOf,
    mode: Annotated[
        Mode | None, Query(description="Its mode from now on; left out: as it was, at first observe", examples=["auto"])
    ] = None,
) -> Response:
    """Load or replace a plant. All or nothing: 422 lists the faults (the first hundred, and how many there are) with
    file, row, column and remedy. A plan that comes with it is put in force by who may release, else it is proposed."""
    tools, caller = services.tools, caller_of(request)
    if mode is not None and not caller.may("settings"):
        raise NotAllowed(f"'{caller.name}' may load a plant, and not say its mode; leave `mode` out")
    loads: asyncio.Lock = request.app.state.loads
    async with on_disk(request) as source, loads:  # one is read at a time: each takes its hundreds of megabytes
        loaded = await run_in_threadpool(load_plant, tools, plant, source, mode, caller.may("release"))
    snapshot = await run_in_threadpool(tools.snapshot, plant)
    return answer(plant_detail(snapshot, tools.clock(), loaded.notices))


@router.get("/v1/plants/{plant}", response_model=PlantDetail, responses=problems(404))
def get_plant(plant: PlantName, tools: ToolsOf) -> Response:
    """Sizes, now, revision, age of the data, policy."""
    return answer(plant_detail(tools.snapshot(plant), tools.clock()))


@router.patch("/v1/plants/{plant}", response_model=PlantDetail, responses=problems(404, 422))
def patch_plant(plant: PlantName, change: PlantChange, tools: ToolsOf) -> Response:
    """Change the mode or the policy; what is left out stays as it is."""
    policy = change.policy.model_dump(exclude_unset=True, exclude={"objective"}) if change.policy else {}
    for name, expected in NEVER_NULL.items():
        if name in policy and policy[name] is None:
            raise BadRequest.of(f"policy.{name}", "null", expected)
    objective = (
        change.policy.objective.model_dump(exclude_none=True) if change.policy and change.policy.objective else {}
    )
    change_plant(tools, plant, change.mode, policy or None, objective or None, change.work_center_modes)
    return answer(plant_detail(tools.snapshot(plant), tools.clock()))


@router.delete("/v1/plants/{plant}", status_code=204, responses=problems(404))
def remove_plant(plant: PlantName, services: ServicesOf) -> Response:
    """Take it out for good, with its log, plans, what-ifs and webhooks. Loaded again it is a new plant."""
    delete_plant(services.tools, services.searches, plant)
    return Response(status_code=204)


@router.get(
    "/v1/plants/{plant}/scenario",
    response_class=Response,
    responses={**problems(404), 200: {"description": "A zip of a scenario folder", "content": {"application/zip": {}}}},
)
def get_scenario(plant: PlantName, tools: ToolsOf) -> Response:
    """The present state, plan in force included, as a zip of a scenario folder. What is overdue in the plan, and not
    reported, is re-timed from now on."""
    snapshot = tools.snapshot(plant)
    headers = {"Content-Disposition": f'attachment; filename="{plant}-{snapshot.revision}.zip"'}
    return Response(
        tools.files.write_zip(written_out(snapshot.state, tools.planner)), headers=headers, media_type="application/zip"
    )


@router.get("/v1/plants/{plant}/machines", response_model=MachineList, responses=problems(404, 422))
def get_machines(
    plant: PlantName,
    request: Request,
    tools: ToolsOf,
    first: Annotated[
        str | None, Query(alias="from", description="Beginning; left out: now", examples=["2026-03-02T06:00"])
    ] = None,
    last: Annotated[
        str | None, Query(alias="to", description="End; left out: 14 days later", examples=["2026-03-16T06:00"])
    ] = None,
    start: Annotated[str | None, Query(description="As `from`", examples=["2026-03-02T06:00"])] = None,
    end: Annotated[str | None, Query(description="As `to`", examples=["2026-03-16T06:00"])] = None,
) -> Response:
    """Machines with their closed time and outages between two moments."""
    snapshot = tools.snapshot(plant)
    times = Times(snapshot.state.zone)
    since = _moment("from", first or start, snapshot.state.now, times)
    until = _moment("to", last or end, since + 14 * DAY, times)
    if not since < until <= since + LONGEST_SPAN:
        found = last or end or "nothing"
        raise BadRequest.of("to", found, "a moment after 'from', at most 400 days later")
    return tagged(request, machine_list(snapshot, since, until))


@router.get("/v1/plants/{plant}/orders", response_model=OrderList, responses=problems(404))
def get_orders(plant: PlantName, request: Request, tools: ToolsOf) -> Response:
    """Orders with their planned end and lateness under the plan in force."""
    snapshot = tools.snapshot(plant)
    plan = _in_force(tools, plant)
    unplanned = plan.plan.unplanned if plan else ()
    return tagged(request, order_list(snapshot, order_outlook(snapshot.state, snapshot.state.plan, unplanned)))


@router.get("/v1/plants/{plant}/materials", response_model=MaterialList, responses=problems(404))
def get_materials(plant: PlantName, request: Request, tools: ToolsOf) -> Response:
    """Materials with deliveries and projected stock under the plan in force."""
    snapshot = tools.snapshot(plant)
    plan = _in_force(tools, plant)
    unplanned = plan.plan.unplanned if plan else ()
    return tagged(request, material_list(snapshot, material_outlook(snapshot.state, snapshot.state.plan, unplanned)))


def _in_force(tools: Tools, plant: str) -> PlanRecord | None:
    try:
        return tools.ledger.current_plan(plant)
    except UnknownPlan:
        return None


def _moment(field: str, text: str | None, default: Minute, times: Times) -> Minute:
    if text is None:
        return default
    try:
        moment = parse_minute(text.replace(" ", "+"), times.zone)
        if credible(moment):
            return moment
    except (ValueError, OverflowError):
        pass
    expected = f"a moment of the years {YEARS} like 2026-03-02T06:00+01:00"
    raise BadRequest.of(field, f"'{sayable(text, 60)}'", expected)


@router.get("/v1/plants/{plant}/pools", response_model=PoolsAnswer, responses=problems(404))
def pools(plant: PlantName, tools: ToolsOf) -> Response:
    """Crews and tools, and how many there are; `pool.changed` says otherwise, for a while or for good."""
    state = tools.snapshot(plant).state
    found = [
        PoolModel(pool=p.name, capacity=p.room(state.now), usual=p.capacity, calendar=p.calendar)
        for p in sorted(state.pools.values(), key=lambda p: p.name)
    ]
    return answer(PoolsAnswer(pools=found))
