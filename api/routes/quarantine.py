"""Events that could not be taken in: looked at, tried again, dismissed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.decisions import Decision
from api.models.events import (
    Quarantine,
    QuarantineCause,
    QuarantineDecided,
    QuarantineDecision,
    QuarantinedEvent,
    QuarantineRetry,
    RefusedAgain,
)
from api.present.times import Times
from scheduler.ports import Quarantined
from scheduler.usecases.quarantine import dismiss_event, retry_event
from scheduler.usecases.quarantine_bulk import MOST, Decided, Which, causes, dismiss_events, retry_events
from scheduler.usecases.tools import Tools

router = APIRouter(route_class=Guarded, tags=["events"])

Number = Annotated[int, Path(description="Its number in quarantine", examples=[3], ge=1, le=2**62)]


@router.get("/v1/plants/{plant}/quarantine", response_model=Quarantine, responses=problems(404))
def read(
    plant: PlantName,
    tools: ToolsOf,
    waiting: Annotated[bool, Query(description="Only what waits for a decision", examples=[True])] = False,
    limit: Annotated[int, Query(description="At most so many", examples=[500], ge=1, le=1000)] = 500,
) -> Response:
    """What could not be taken in or had to be set aside, with its reason. Nothing of it holds up other events."""
    kept = tools.ledger.quarantine(plant, waiting=waiting, limit=limit)
    count = tools.ledger.plant(plant).quarantined
    waits = [k for k in kept if k.state == "waiting"]
    if len(waits) < min(count, MOST):
        waits = tools.ledger.quarantine(plant, waiting=True, limit=MOST)
    found = causes(waits)
    told = [
        QuarantineCause(cause=c.cause, waiting=c.waiting, types=list(c.types), sources=list(c.sources)) for c in found
    ]
    return answer(Quarantine(events=[_model(tools, k) for k in kept], waiting=count, causes=told))


@router.post("/v1/plants/{plant}/quarantine/retry", response_model=QuarantineDecided, responses=problems(404, 409, 422))
def retry_all(plant: PlantName, tools: ToolsOf, decision: QuarantineRetry) -> Response:
    """All that match are posted once more, the earliest first; what is refused again waits on."""
    done = retry_events(tools, plant, _which(decision), decision.by, from_now=decision.from_now)
    return _decided(tools, plant, done)


@router.post(
    "/v1/plants/{plant}/quarantine/dismiss", response_model=QuarantineDecided, responses=problems(404, 409, 422)
)
def dismiss_all(plant: PlantName, tools: ToolsOf, decision: QuarantineDecision) -> Response:
    """None that match will be taken in. They stay readable."""
    return _decided(tools, plant, dismiss_events(tools, plant, _which(decision), decision.by))


@router.post(
    "/v1/plants/{plant}/quarantine/{number}/retry", response_model=QuarantinedEvent, responses=problems(404, 409, 422)
)
def retry(plant: PlantName, number: Number, tools: ToolsOf, decision: Decision | None = None) -> Response:
    """Post it once more; 409 with the reason where it is refused again."""
    return answer(_model(tools, retry_event(tools, plant, number, (decision or Decision()).by)))


@router.post(
    "/v1/plants/{plant}/quarantine/{number}/dismiss", response_model=QuarantinedEvent, responses=problems(404, 409, 422)
)
def dismiss(plant: PlantName, number: Number, tools: ToolsOf, decision: Decision | None = None) -> Response:
    """It will not be taken in. It stays readable; posted again by its sender, it is tried again."""
    return answer(_model(tools, dismiss_event(tools, plant, number, (decision or Decision()).by)))


def _which(asked: QuarantineDecision) -> Which:
    return Which(frozenset(asked.numbers), asked.cause, asked.type, asked.source)


def _decided(tools: Tools, plant: str, done: Decided) -> Response:
    refused = [RefusedAgain(number=number, reason=reason) for number, reason in done.refused]
    waiting = tools.ledger.plant(plant).quarantined
    return answer(QuarantineDecided(done=done.done, refused=refused, waiting=waiting))


def _model(tools: Tools, kept: Quarantined) -> QuarantinedEvent:
    times = Times(tools.snapshot(kept.plant).state.zone)
    return QuarantinedEvent(
        number=kept.number,
        state=kept.state,
        id=kept.id,
        source=kept.source,
        type=kept.type,
        event=dict(kept.event),
        reason=kept.reason,
        tries=kept.tries,
        first_at=times.wall(kept.first_at),
        last_at=times.wall(kept.last_at),
        revision=kept.revision,
        decided_by=kept.decided_by,
    )
