"""Events in, the log out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import read_json
from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded, caller_of
from api.models.events import (
    AcceptedEvent,
    CloudEvent,
    DuplicateEvent,
    EventPage,
    EventsAnswer,
    LoggedEventModel,
    RejectedEvent,
)
from api.present.times import Times
from api.problems import HttpProblem
from api.request_batcher import RequestBatcher
from scheduler.access.audit import Deed
from scheduler.access.keys import Caller
from scheduler.access.ownership import of_the_floor, refusal
from scheduler.domain.event_reading import event_json
from scheduler.domain.events import Event
from scheduler.domain.texts import sayable
from scheduler.limits import STANDARD
from scheduler.planning.lists.describe_event import describe_event
from scheduler.ports import Appended
from scheduler.usecases.keys import write_down
from scheduler.usecases.tools import Tools

router = APIRouter(route_class=Guarded, tags=["events"])

SHOWN = 50
"""Events of a batch that the audit names."""
BATCH = "application/cloudevents-batch+json"
SINGLE = "application/cloudevents+json"

_ONE = {"$ref": f"#/components/schemas/{CloudEvent.__name__}"}
_MANY = {"type": "array", "items": _ONE}
EVENTS = {
    "requestBody": {
        "required": True,
        "content": {
            SINGLE: {"schema": _ONE},
            BATCH: {"schema": _MANY},
            "application/json": {"schema": {"anyOf": [_ONE, _MANY]}},
        },
    }
}


@router.post(
    "/v1/plants/{plant}/events",
    response_model=EventsAnswer,
    status_code=202,
    responses=problems(404, 413, 415, 422),
    openapi_extra=EVENTS,
)
async def post(plant: PlantName, request: Request) -> Response:
    """One CloudEvent or a batch. After 202 an accepted event is never lost; a known (source, id) is a duplicate.

    A batch is taken in its order; an event that is refused stops none of the others and waits in quarantine.
    """
    return await take_events(plant, request, _events(request.headers.get("content-type", ""), await request.body()))


async def take_events(plant: str, request: Request, raw: list[object]) -> Response:
    """What this caller may say of these events, taken in; the answer to it."""
    caller, tools = caller_of(request), request.app.state.services.tools
    request.app.state.rates.events(request, caller, len(raw))
    not_theirs: list[RejectedEvent] = []
    if caller.key is not None:  # another thread costs a single event more than all else that is done here for it
        raw, not_theirs = await run_in_threadpool(_of_their_side, caller, raw, tools, plant)
    batcher: RequestBatcher[Appended] = request.app.state.posts
    done = await batcher.post(plant, raw)
    if caller.key is not None and (told := [e.event for e in done.accepted if not of_the_floor(e.event.type)]):
        await run_in_threadpool(_write_down, tools, caller, plant, told)
    body = EventsAnswer(
        revision=done.revision,
        accepted=[AcceptedEvent(id=e.event.id, source=e.event.source, revision=e.revision) for e in done.accepted],
        duplicates=[DuplicateEvent(id=e.id, source=e.source) for e in done.duplicates],
        rejected=[
            RejectedEvent(id=r.id, source=r.source, reason=r.reason, quarantine=r.quarantine) for r in done.rejected
        ]
        + not_theirs,
    )
    return answer(body, 202)


def _of_their_side(
    caller: Caller, raw: list[object], tools: Tools, plant: str
) -> tuple[list[object], list[RejectedEvent]]:
    """Those that this caller may say, and the others, refused with their owner's name. They wait in no quarantine:
    nobody there could make them right."""
    machines = tools.snapshot(plant).state.machines if caller.work_centers else {}
    theirs: list[object] = []
    refused = []
    for event in raw:
        type = event.get("type") if isinstance(event, dict) else None
        reason = refusal(caller.roles, type) if isinstance(type, str) else None
        data = event.get("data") if isinstance(event, dict) else None
        name = data.get("machine") if isinstance(data, dict) else None
        machine = machines.get(name) if isinstance(name, str) else None
        if machine is not None and machine.work_center not in caller.work_centers:
            reason = f"machine '{name}' is not of {', '.join(caller.work_centers)}, which this key is for"
        if reason is None or not isinstance(event, dict):
            theirs.append(event)
        else:
            id, source = (str(event.get(name, "")) for name in ("id", "source"))
            refused.append(
                RejectedEvent(id=sayable(id), source=sayable(source), reason=sayable(reason), quarantine=None)
            )
    if refused:
        tools.meters.count("events", len(refused), plant=plant, result="not theirs")
    return theirs, refused


def _write_down(tools: Tools, caller: Caller, plant: str, events: list[Event]) -> None:
    """What changes orders, calendars, pins and promises is a decision of somebody, and the log has the source alone."""
    shown = [f"{e.type} {e.id}" for e in events[:SHOWN]]
    more = [f"and {len(events) - SHOWN} more"] if len(events) > SHOWN else []
    act = f"POST /v1/plants/{plant}/events"
    write_down(tools, Deed(tools.clock(), caller.signature, act, plant, None, "; ".join([*shown, *more]), 202))


def _events(content_type: str, body: bytes) -> list[object]:
    kind = content_type.split(";")[0].strip().lower()
    if kind not in ("", "application/json", SINGLE, BATCH):
        raise HttpProblem(415, f"Content-Type: found '{kind}', expected {SINGLE}, {BATCH} or application/json")
    parsed: object = read_json(body)
    if isinstance(parsed, dict) and kind != BATCH:
        return [parsed]
    if isinstance(parsed, list) and kind != SINGLE:
        most = STANDARD.events_of_a_batch
        if len(parsed) > most:
            raise HttpProblem(413, f"found {len(parsed)} events in a batch, expected at most {most}; send several")
        return parsed
    expected = "an object" if kind == SINGLE else "an array" if kind == BATCH else "an object or an array"
    raise HttpProblem(422, f"the body: found {_kind(parsed)}, expected {expected} with CloudEvents")


def _kind(value: object) -> str:
    return {dict: "an object", list: "an array", str: "text", type(None): "null"}.get(
        type(value), "a number or a truth"
    )


@router.get("/v1/plants/{plant}/events", response_model=EventPage, responses=problems(404))
def read(
    plant: PlantName,
    tools: ToolsOf,
    after: Annotated[int, Query(description="Only revisions above this", examples=[0], ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(description="At most so many", examples=[500], ge=1, le=1000)] = 500,
) -> Response:
    """The log, oldest first, a page at a time."""
    snapshot = tools.snapshot(plant)
    logged = tools.ledger.events(plant, after=after, limit=limit + 1)
    more = len(logged) > limit
    logged = logged[:limit]
    zone = snapshot.state.zone
    times = Times(zone)
    lines = [
        LoggedEventModel(
            revision=e.revision,
            accepted_at=times.wall(e.accepted_at),
            event=CloudEvent.model_validate(event_json(e.event, zone)),
            summary=describe_event(e.event, zone),
            set_aside=e.set_aside,
        )
        for e in logged
    ]
    return answer(EventPage(events=lines, revision=snapshot.revision, next_after=logged[-1].revision if more else None))
