"""The event stream: what happens, as it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.bell_waiter import BellWaiter
from api.common import PlantName, ToolsOf, problems
from api.door import Guarded, admit
from api.models.events import StreamData
from scheduler.errors import RejigError
from scheduler.messages import StreamMessage
from scheduler.usecases.tools import Tools

router = APIRouter(route_class=Guarded, tags=["stream"])

ADDRESS = "/v1/plants/{plant}/stream"
PAGE = 200
LOOK_SECONDS = 1.0
HEARTBEAT_SECONDS = 15


@router.get(
    ADDRESS,
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
    """event.accepted, plan.proposed, plan.improved, plan.released, what-if.progress and more, from all processes.

    Every message once, in the order of its id, across any number of connections. Where that cannot be kept (the
    messages behind `Last-Event-ID` are gone, or it is not one of this plant), `reset` is sent first: read the plant
    anew, then go on with what comes. A comment is sent every 15 s, so that a dead connection is noticed.
    """
    oldest, newest = await run_in_threadpool(tools.ledger.stream_ends, plant)
    asked = last_event_id or (None if after is None else str(after))
    known, why = _resumed(asked, oldest, newest)
    messages = _messages(request, tools, plant, known, why)
    return EventSourceResponse(messages, ping=HEARTBEAT_SECONDS, headers={"Cache-Control": "no-store"})


def _resumed(asked: str | None, oldest: int, newest: int) -> tuple[int, str]:
    """Behind which message to go on, and why not where the caller asked ("": there)."""
    if asked is None:
        return newest, ""
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
        return newest, f"Last-Event-ID: found '{asked[:40]}', expected the id of a message; newest is {newest}"
    known = int(asked)
    if known > newest:
        return newest, f"message {known} has not been told yet, newest is {newest}: the plant's data were replaced"
    if known == 0 or known >= oldest - 1:
        return known, ""  # from 0: all that is kept
    return newest, f"messages {known + 1} to {oldest - 1} are not kept any more"


async def _messages(request: Request, tools: Tools, plant: str, known: int, why: str) -> AsyncIterator[ServerSentEvent]:
    if why:
        yield _reset(plant, known, why)
    with BellWaiter(tools.bell, plant) as waiter:
        while not await request.is_disconnected():
            waiter.clear()
            try:
                await admit(request, ADDRESS)
            except RejigError:
                return  # the key was revoked or has ended
            said = await run_in_threadpool(tools.ledger.stream, plant, known, PAGE)
            if said and known and said[0].number > known + 1:
                # Who reads more slowly than messages are told may find the next ones gone.
                lost = f"messages {known + 1} to {said[0].number - 1} are not kept any more"
                yield _reset(plant, said[0].number - 1, lost)
            for message in said:
                known = message.number
                yield _sent(message)
            if len(said) < PAGE:
                await waiter.wait(LOOK_SECONDS)


def _sent(message: StreamMessage) -> ServerSentEvent:
    data = StreamData(plant=message.plant, type=message.type, data=dict(message.data))
    return ServerSentEvent(data.model_dump_json(), event=message.type, id=str(message.number))


def _reset(plant: str, number: int, why: str) -> ServerSentEvent:
    """It has the id of the message that it stands behind, so that a client that breaks off there resumes rightly."""
    return _sent(StreamMessage(number, plant, "reset", {"reason": why, "resumes_behind": number}))
