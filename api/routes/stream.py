"""The event stream: what happens, as it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.common import PlantName, ToolsOf, problems
from api.models.events import StreamData
from api.waiting import Ear
from scheduler.ports import StreamMessage
from scheduler.usecases.tools import Tools

router = APIRouter(tags=["stream"])

PAGE = 200
KEPT = 10_000
LOOK_SECONDS = 1.0


@router.get(
    "/v1/plants/{plant}/stream",
    response_class=Response,
    responses={
        **problems(404),
        200: {
            "description": "Server-sent events: id, event (its type), data (StreamData as JSON)",
            "content": {"text/event-stream": {"schema": {"$ref": f"#/components/schemas/{StreamData.__name__}"}}},
        },
    },
)
async def stream(
    plant: PlantName,
    request: Request,
    tools: ToolsOf,
    last_event_id: Annotated[
        str | None, Header(description="Resume behind this message; left out: only what comes", examples=["17"])
    ] = None,
    after: Annotated[
        int | None, Query(description="As Last-Event-ID, for a first call", examples=[0], ge=0, le=2**62)
    ] = None,
) -> Response:
    """event.accepted, plan.proposed, plan.improved, plan.released, what-if.progress and more, from all processes."""
    await run_in_threadpool(tools.ledger.plant, plant)
    known = int(last_event_id) if last_event_id and last_event_id.isdigit() else after
    if known is None:
        said = await run_in_threadpool(tools.ledger.stream, plant, 0, KEPT)
        known = said[-1].number if said else 0
    messages = _messages(request, tools, plant, known)
    return EventSourceResponse(messages, ping=15, headers={"Cache-Control": "no-store"})


async def _messages(request: Request, tools: Tools, plant: str, known: int) -> AsyncIterator[ServerSentEvent]:
    with Ear(tools.bell, plant) as ear:
        while not await request.is_disconnected():
            ear.clear()
            said = await run_in_threadpool(tools.ledger.stream, plant, known, PAGE)
            for message in said:
                known = message.number
                yield _sent(message)
            if len(said) < PAGE:
                await ear.wait(LOOK_SECONDS)


def _sent(message: StreamMessage) -> ServerSentEvent:
    data = StreamData(plant=message.plant, type=message.type, data=dict(message.data))
    return ServerSentEvent(data.model_dump_json(), event=message.type, id=str(message.number))
