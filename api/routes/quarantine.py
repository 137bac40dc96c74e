"""Events that could not be taken in: looked at, tried again, dismissed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.common import PlantName, ToolsOf, answer, problems
from api.models.events import Quarantine, QuarantinedEvent
from api.models.plans import Decision
from api.present.times import Times
from scheduler.ports import Quarantined
from scheduler.usecases.quarantine import dismiss_event, retry_event
from scheduler.usecases.tools import Tools

router = APIRouter(tags=["events"])

Number = Annotated[int, Path(description="Its number in quarantine", examples=[3], ge=1, le=2**62)]


@router.get("/v1/plants/{plant}/quarantine", response_model=Quarantine, responses=problems(404))
def read(
    plant: PlantName,
    tools: ToolsOf,
    waiting: Annotated[bool, Query(description="Only what waits for a decision", examples=[True])] = False,
    limit: Annotated[int, Query(description="At most so many", examples=[500], ge=1, le=5000)] = 500,
) -> Response:
    """What could not be taken in or had to be set aside, with its reason. Nothing of it holds up other events."""
    kept = tools.ledger.quarantine(plant, waiting=waiting, limit=limit)
    count = tools.ledger.plant(plant).quarantined
    return answer(Quarantine(events=[_model(tools, k) for k in kept], waiting=count))


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
