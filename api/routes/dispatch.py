"""Dispatch lists: what the floor does next, and its word that it shows it."""

from __future__ import annotations

import time
from typing import Annotated, Literal, TypeAlias, cast

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bell_waiter import BellWaiter
from api.common import JSON, PlantName, ToolsOf, answer, matches, not_modified, problems, quoted
from api.door import Guarded
from api.models.dispatch import (
    AcknowledgeAnswer,
    AcknowledgeAsk,
    DispatchLine,
    DispatchListAnswer,
    DispatchTarget,
    DispatchTargets,
    ListChange,
    ListDoubt,
    MachineDown,
    Missing,
)
from api.models.lineage import RowLineage
from api.paper.dispatch_pdf import dispatch_pdf
from api.present.lineage import lineage_model
from api.present.times import Times
from api.request_batcher import RequestBatcher
from scheduler.errors import BadRequest
from scheduler.planning.lists.drift import drift_note
from scheduler.usecases.acknowledge import acknowledge
from scheduler.usecases.dispatch_lists import Heading, ServedList, dispatch_targets, known_heading, serve_list
from scheduler.usecases.lineage import lineage
from scheduler.usecases.tools import Tools

router = APIRouter(route_class=Guarded, tags=["dispatch lists"])

LONGEST_WAIT = 120.0
LOOK_SECONDS = 1.0
"""How often a waiting call looks by itself: the plan may have been released by another process."""

PDF = "application/pdf"

Written: TypeAlias = tuple[str, bytes]

Target = Annotated[str, Path(description="Machine or work center", examples=["DMG-01"], max_length=200)]


@router.get("/v1/plants/{plant}/dispatch-lists", response_model=DispatchTargets, responses=problems(404))
def list_targets(plant: PlantName, tools: ToolsOf) -> Response:
    """Every machine and work center, how much waits for it, and what it last confirmed."""
    targets = [
        DispatchTarget(
            target=t.target,
            kind=t.kind,
            work_center=t.work_center,
            operations=t.operations,
            acknowledged=t.acknowledged,
        )
        for t in dispatch_targets(tools, plant)
    ]
    return answer(DispatchTargets(targets=targets))


@router.get(
    "/v1/plants/{plant}/dispatch-lists.pdf",
    response_class=Response,
    responses={
        **problems(404, 422),
        200: {"content": {PDF: {}}, "description": "To print, a page or more for each list"},
    },
)
def print_lists(
    plant: PlantName,
    tools: ToolsOf,
    target: Annotated[
        list[str] | None,
        Query(
            description="Machines or work centers; none named: every machine with work",
            examples=[["DMG-01"]],
            max_length=500,
        ),
    ] = None,
    paper: Annotated[Literal["A4", "A3"], Query(description="Its size; landscape", examples=["A4"])] = "A4",
    hours: Annotated[
        int, Query(description="What starts within so many hours of the plant's now", examples=[48], ge=1, le=8784)
    ] = 48,
) -> Response:
    """The lists as they are now, as PDF: what to make, when, what is missing, a box to tick and room to sign."""
    names = target or [t.target for t in dispatch_targets(tools, plant) if t.kind == "machine" and t.operations]
    snapshot = tools.snapshot(plant)
    lists = [serve_list(tools, plant, name) for name in names or sorted(snapshot.state.machines)[:1]]
    until, most = snapshot.state.now + hours * 60, tools.limits.printed_rows
    rows = sum(row.start < until for served in lists for row in served.listing.rows)
    if rows > most:
        raise BadRequest.of(
            "hours", f"{hours}, which is {rows:,} rows", f"at most {most:,} rows, or name fewer targets"
        )
    body = dispatch_pdf(snapshot.state.name or plant, lists, paper, until)
    return Response(
        body,
        media_type=PDF,
        headers={"Content-Disposition": f'attachment; filename="{plant}-dispatch-{snapshot.revision}.pdf"'},
    )


@router.get(
    "/v1/plants/{plant}/dispatch-lists/{target:path}/{order:path}/{operation}/lineage",
    response_model=RowLineage,
    responses=problems(404, 422),
)
def row_lineage(
    plant: PlantName,
    target: Target,
    order: Annotated[str, Path(description="Order", examples=["SO-1042"], max_length=200)],
    operation: Annotated[int, Path(description="Operation number", examples=[20], ge=0, le=2**31)],
    tools: ToolsOf,
) -> Response:
    """Where a row came from: the plan that put it there, the events and imports that led to it, and who decided."""
    return answer(lineage_model(lineage(tools, plant, target, order, operation)))


@router.get(
    "/v1/plants/{plant}/dispatch-lists/{target:path}",
    response_model=DispatchListAnswer,
    responses={**problems(404), 304: {"description": "The list is still the version of If-None-Match"}},
)
async def get_list(
    plant: PlantName,
    target: Target,
    request: Request,
    tools: ToolsOf,
    wait: Annotated[
        float,
        Query(
            description="Seconds to hold the answer while the list is the version of If-None-Match; without that "
            "header the answer comes at once",
            examples=[30],
            ge=0,
            le=LONGEST_WAIT,
        ),
    ] = 0.0,
) -> Response:
    """The next operations in sequence. `ETag` changes with the list and only with it; `If-None-Match` answers 304."""
    until = time.monotonic() + wait
    with BellWaiter(tools.bell, plant) as waiter:
        while True:
            waiter.clear()
            etag, body = await _newest(request, tools, plant, target)
            if not matches(request, etag):
                return Response(body, headers={"ETag": etag, "Cache-Control": "no-cache"}, media_type=JSON)
            left = until - time.monotonic()
            if left <= 0 or await request.is_disconnected():
                return not_modified(etag)
            await waiter.wait(min(left, LOOK_SECONDS))


@router.post(
    "/v1/plants/{plant}/dispatch-lists/{target:path}/acknowledge",
    response_model=AcknowledgeAnswer,
    responses=problems(404, 422),
)
def confirm(plant: PlantName, target: Target, ask: AcknowledgeAsk, tools: ToolsOf) -> Response:
    """The floor confirms the version that it shows; from now on the list says what has changed against it."""
    done, current = acknowledge(tools, plant, target, ask.version, ask.by)
    at = Times(tools.snapshot(plant).state.zone).wall(done.at)
    return answer(
        AcknowledgeAnswer(
            target=done.target,
            version=done.version,
            by=done.by,
            at=at,
            current=current,
            known=done.rows is not None,
        )
    )


async def _newest(request: Request, tools: Tools, plant: str, target: str) -> Written:
    """(ETag, body), written once, however many ask; who asks for what is written waits for no other thread."""
    headings: RequestBatcher[Heading] = request.app.state.headings
    head = known_heading(tools, plant) or await headings.post(plant)
    written = tools.lists.known("answer", head.key(target))
    return cast(Written, written) if written is not None else await run_in_threadpool(_write, tools, plant, target)


def _write(tools: Tools, plant: str, target: str) -> Written:
    served = serve_list(tools, plant, target)

    def write() -> Written:
        return quoted(served.listing.version), _model(served).model_dump_json().encode()

    return tools.lists.remember("answer", served.key, write)


def _model(served: ServedList) -> DispatchListAnswer:
    times = Times(served.zone)
    listing = served.listing
    return DispatchListAnswer(
        target=listing.target,
        kind=listing.kind,
        plan=served.plan,
        version=listing.version,
        now=times(served.now),
        acknowledged=served.acknowledged,
        acknowledged_by=served.acknowledged_by,
        changes=None
        if served.changes is None
        else [
            ListChange(
                order=change.order,
                operation=change.operation,
                what=change.what,
                machine_before=change.machine_before,
                machine_after=change.machine_after,
                position_before=change.position_before,
                position_after=change.position_after,
                start_before=times(change.start_before),
                start_after=times(change.start_after),
                plan=change.plan,
                reason=change.reason,
            )
            for change in served.changes
        ],
        lines=[
            DispatchLine(
                position=row.position,
                order=row.order,
                operation=row.operation,
                description=row.description,
                machine=row.machine,
                material=row.material,
                customer=row.customer,
                quantity=row.quantity,
                setup_family=row.setup_family,
                setup_start=times(row.setup_start),
                start=times(row.start),
                end=times(row.end),
                due=times(row.due),
                late_minutes=row.late_minutes,
                quantity_good=served.said.good(row),
                quantity_scrap=served.said.scrap(row),
                running=row.status == "running",
                state=row.state,
                note=drift_note(row.drifting_since, served.zone),
                material_ready=row.material_ready,
                missing=[
                    Missing(material=m.material, quantity=m.quantity, expected=times(m.expected), source=m.source)
                    for m in row.missing
                ],
            )
            for row in listing.rows
        ],
        down=[
            MachineDown(machine=d.machine, kind=d.kind, since=times(d.start), expected_up=times(d.end), reason=d.reason)
            for d in served.said.down
        ],
        doubts=[
            ListDoubt(order=d.order, operation=d.operation, machine=d.machine, rule=d.rule, words=d.words)
            for d in served.said.doubts
        ],
    )
