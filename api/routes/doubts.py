"""Doubts: looked at, confirmed, corrected."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.doubts import (
    DoubtModel,
    DoubtsAnswer,
    DoubtsDecided,
    DoubtsDecision,
    ReportsAnswer,
    ReportSource,
    Status,
)
from api.present.times import Times
from scheduler.usecases.doubts import Answer, answer_doubts, doubts_of
from scheduler.usecases.tools import Tools

router = APIRouter(route_class=Guarded, tags=["events"])


@router.get("/v1/plants/{plant}/doubts", response_model=DoubtsAnswer, responses=problems(404))
def read(
    plant: PlantName,
    tools: ToolsOf,
    status: Annotated[Status | None, Query(description="Only those", examples=["open"])] = None,
    order: Annotated[str | None, Query(description="Only of that order", examples=["MO-260490"])] = None,
    machine: Annotated[str | None, Query(description="Only of that machine", examples=["LATHE"])] = None,
    rule: Annotated[str | None, Query(description="Only by that rule", examples=["put_aside"])] = None,
    before: Annotated[int | None, Query(description="Only older than that id", examples=[17], ge=1)] = None,
    limit: Annotated[int, Query(description="At most so many", examples=[100], ge=1, le=1000)] = 100,
) -> Response:
    """What was inferred where a report of the floor did not fit. A later report settles it; a person may answer it."""
    page = doubts_of(
        tools, plant, status=status, order=order, machine=machine, rule=rule, before=before, limit=limit
    )  # fmt: skip
    times = Times(tools.snapshot(plant).state.zone)
    found = [
        DoubtModel(
            id=d.id,
            rule=d.rule,
            words=d.words,
            since=times(d.since),
            order=d.order,
            operation=d.operation,
            machine=d.machine,
            event=d.event,
            source=d.source,
            status=d.status,
            by=d.by,
            reason=d.reason,
            closed=None if d.closed is None else times(d.closed),
        )
        for d in page.doubts
    ]
    return answer(DoubtsAnswer(doubts=found, open=page.open, more=page.more))


@router.get("/v1/plants/{plant}/reports", response_model=ReportsAnswer, responses=problems(404))
def reports(plant: PlantName, tools: ToolsOf) -> Response:
    """Whether what the floor reports can be believed: the share of a day's reports in doubt or refused, and who fell
    silent."""
    found, times = tools.watch(plant), Times(tools.snapshot(plant).state.zone)
    sources = [
        ReportSource(source=s.source, reports=s.reports, last=times(s.last), quiet_minutes=s.quiet, silent=s.silent)
        for s in found.sources
    ]
    body = ReportsAnswer(
        reports=found.reports,
        in_doubt=found.in_doubt,
        refused=found.refused,
        share=found.share,
        too_many=found.too_many,
        sources=sources,
        warnings=list(found.warnings),
    )
    return answer(body)


@router.post("/v1/plants/{plant}/doubts/confirm", response_model=DoubtsDecided, responses=problems(404, 409, 422))
def confirm(plant: PlantName, tools: ToolsOf, decision: DoubtsDecision) -> Response:
    """It is as was inferred; a report that was held for its time is taken in."""
    return _decided(tools, plant, "confirmed", decision)


@router.post("/v1/plants/{plant}/doubts/correct", response_model=DoubtsDecided, responses=problems(404, 409, 422))
def correct(plant: PlantName, tools: ToolsOf, decision: DoubtsDecision) -> Response:
    """It is not so: work taken to be over is open again, a report held for its time is dropped."""
    return _decided(tools, plant, "corrected", decision)


def _decided(tools: Tools, plant: str, said: Answer, decision: DoubtsDecision) -> Response:
    data = decision.model_dump(exclude_none=True, exclude_defaults=True)
    done = answer_doubts(tools, plant, said, data)
    return answer(DoubtsDecided(revision=done.revision, open=doubts_of(tools, plant, limit=1).open))
