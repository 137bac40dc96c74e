"""ISA-95 documents: B2MML out, and in as events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from lxml import etree
from starlette.concurrency import run_in_threadpool

from api.common import PlantName, ToolsOf, problems
from api.door import Guarded
from api.models.events import EventsAnswer
from api.routes.events import take_events
from scheduler.b2mml.documents import written
from scheduler.b2mml.incoming import events_of
from scheduler.b2mml.outgoing import job_list, job_responses, operations_performance, operations_schedule
from scheduler.domain.plant import PlantState
from scheduler.usecases.dispatch_lists import serve_list
from scheduler.usecases.tools import Tools

router = APIRouter(route_class=Guarded, tags=["b2mml"])

XML = "application/xml"
DOCUMENT: dict[int | str, dict[str, Any]] = {
    **problems(404),
    200: {"content": {XML: {}}, "description": "A document that the schema of B2MML accepts"},
    204: {"description": "There is nothing to tell, and B2MML has no empty document"},
}


@router.get(
    "/v1/plants/{plant}/b2mml/job-lists/{target}",
    response_class=Response,
    responses=DOCUMENT,
)
def get_job_list(
    plant: PlantName,
    target: Annotated[str, Path(description="Machine or work center", examples=["DMG-01"], max_length=200)],
    tools: ToolsOf,
) -> Response:
    """A dispatch list as a `JobList`; its Version is the version that is to be acknowledged."""
    served = serve_list(tools, plant, target)
    state = tools.snapshot(plant).state
    return _answer(job_list(state, served.listing) if served.listing.rows else None)


@router.get(
    "/v1/plants/{plant}/b2mml/operations-schedule",
    response_class=Response,
    responses=DOCUMENT,
)
def get_operations_schedule(plant: PlantName, tools: ToolsOf) -> Response:
    """The plan in force as an `OperationsSchedule`."""
    snapshot = tools.snapshot(plant)
    return _answer(operations_schedule(snapshot.state, f"{plant} plan {snapshot.record.plan_in_force}"))


@router.get(
    "/v1/plants/{plant}/b2mml/operations-performance",
    response_class=Response,
    responses=DOCUMENT,
)
def get_operations_performance(plant: PlantName, tools: ToolsOf) -> Response:
    """What the floor has reported of the plant's orders, as an `OperationsPerformance`."""
    return _reported(plant, tools, operations_performance)


@router.get(
    "/v1/plants/{plant}/b2mml/job-responses",
    response_class=Response,
    responses=DOCUMENT,
)
def get_job_responses(plant: PlantName, tools: ToolsOf) -> Response:
    """The same as a `JobResponseList`."""
    return _reported(plant, tools, job_responses)


@router.post(
    "/v1/plants/{plant}/b2mml",
    response_model=EventsAnswer,
    status_code=202,
    responses=problems(404, 413, 422),
    openapi_extra={"requestBody": {"required": True, "content": {XML: {"schema": {"type": "string"}}}}},
)
async def post_document(
    plant: PlantName,
    request: Request,
    tools: ToolsOf,
    source: Annotated[
        str, Query(description="Whose document it is: the source of the events", min_length=1, max_length=200)
    ] = "/b2mml",
) -> Response:
    """An OperationsSchedule (orders), or reports: OperationsPerformance, WorkPerformance, JobResponse(List).

    It is taken as a whole or, where its schema or one of its elements cannot be understood, not at all: the answer
    names the line. The same document twice tells nothing twice. What comes of it stands in the answer, as for events.
    """
    content = await request.body()
    events = await run_in_threadpool(lambda: events_of(content, tools.snapshot(plant).state, source))
    return await take_events(plant, request, list(events))


def _reported(plant: str, tools: Tools, document: Callable[[PlantState, str], etree._Element | None]) -> Response:
    snapshot = tools.snapshot(plant)
    return _answer(document(snapshot.state, f"{plant} revision {snapshot.revision}"))


def _answer(root: etree._Element | None) -> Response:
    return Response(status_code=204) if root is None else Response(written(root), media_type=XML)
