"""Plans: ask for one, look at them, compare, decide."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response

from api.common import ID, PlantName, ServicesOf, ToolsOf, answer, problems, tagged, wants_csv
from api.door import Guarded
from api.models.board import Board
from api.models.comparison import ComparisonModel
from api.models.decisions import Decision, PreviewModel, Release, ReleaseAsk, RollBackAsk
from api.models.jobs import Job, PlanAsk
from api.models.lateness import LatenessModel
from api.models.plans import Need, PlanOperations, PlanPage, PlanVersion, ReactionList, ReactionModel
from api.present.board import board
from api.present.decisions import preview_model, release_model
from api.present.lateness import lateness_model
from api.present.plans import comparison_model, job_model, plan_operations, plan_version
from api.present.times import Times
from scheduler.ports import PlanRecord
from scheduler.replanning.reactions import REACTIONS
from scheduler.usecases.ask_for_plan import ask_for_plan, stop_job
from scheduler.usecases.compare import compare
from scheduler.usecases.plan_requests import asked_by_a_person
from scheduler.usecases.release_plan import preview_plan, reject_plan, release_plan, roll_back
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import state_behind
from scheduler.usecases.why_late import why_late_in

router = APIRouter(route_class=Guarded, tags=["plans"])

PlanNumber = Annotated[int, Path(description="Plan version", examples=[8], ge=1, le=2**62)]
OrderName = Annotated[str, Path(description="Order", examples=["SO-1042"], max_length=200)]
JobId = Annotated[str, Path(description="Job", examples=["j-91c0"], pattern=ID)]


def _times(tools: Tools, plant: str) -> Times:
    return Times(tools.snapshot(plant).state.zone)


@router.get("/v1/reactions", response_model=ReactionList)
def list_reactions() -> Response:
    """What each type of event asks of the plan in force, and why: one table for every plant."""
    rows = [ReactionModel(event=name, need=cast(Need, r.need.name), reason=r.reason) for name, r in REACTIONS.items()]
    return answer(ReactionList(reactions=rows))


@router.post("/v1/plants/{plant}/plans", response_model=Job, status_code=202, responses=problems(404, 422, 429))
def ask(plant: PlantName, services: ServicesOf, wish: PlanAsk | None = None) -> Response:
    """Ask for a plan now. It runs as a job; its plan is proposed in every mode, and whoever has asked decides."""
    wish = wish or PlanAsk()
    tools = services.tools
    snapshot = tools.snapshot(plant)
    weights = wish.objective.model_dump(exclude_none=True) if wish.objective else None
    limits = wish.limits.model_dump() if wish.limits else None
    request = asked_by_a_person(snapshot, wish.time_limit_seconds, seed=wish.seed, weights=weights, limits=limits)
    job = ask_for_plan(tools, services.searches, plant, request)
    place = f"/v1/plants/{plant}/jobs/{job.id}"
    return answer(job_model(job, Times(snapshot.state.zone)), 202, {"Location": place})


@router.get("/v1/plants/{plant}/jobs/{id}", response_model=Job, responses=problems(404))
def get_job(plant: PlantName, id: JobId, tools: ToolsOf) -> Response:
    """How far a job has come."""
    return answer(job_model(tools.ledger.job(plant, id), _times(tools, plant)))


@router.delete("/v1/plants/{plant}/jobs/{id}", response_model=Job, status_code=202, responses=problems(404))
def delete_job(plant: PlantName, id: JobId, services: ServicesOf) -> Response:
    """Stop it and keep the best plan found so far. One that has ended stays as it is."""
    job = stop_job(services.tools, services.searches, plant, id)
    return answer(job_model(job, _times(services.tools, plant)), 202)


@router.get("/v1/plants/{plant}/plans", response_model=PlanPage, responses=problems(404))
def list_plans(
    plant: PlantName,
    tools: ToolsOf,
    limit: Annotated[int, Query(description="At most so many", examples=[50], ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(description="Only versions below this", examples=[12], ge=1, le=2**62)] = None,
) -> Response:
    """Plan versions, newest first."""
    times = _times(tools, plant)
    records = tools.ledger.plans(plant, limit=limit + 1, before=before, with_operations=False)
    shown = records[:limit]
    more = len(records) > limit
    return answer(
        PlanPage(plans=[plan_version(r, times) for r in shown], next_before=shown[-1].number if more else None)
    )


@router.get("/v1/plants/{plant}/plans/current", response_model=PlanVersion, responses=problems(404))
def get_current(plant: PlantName, tools: ToolsOf) -> Response:
    """The plan in force."""
    return answer(plan_version(tools.ledger.current_plan(plant), _times(tools, plant)))


@router.get("/v1/plants/{plant}/plans/{id}", response_model=PlanVersion, responses=problems(404))
def get_plan(plant: PlantName, id: PlanNumber, tools: ToolsOf) -> Response:
    """A plan version."""
    return answer(plan_version(tools.ledger.get_plan(plant, id), _times(tools, plant)))


CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "JSON, or plan.csv of the contract"}
}


@router.get(
    "/v1/plants/{plant}/plans/current/operations", response_model=PlanOperations, responses={**CSV, **problems(404)}
)
def current_operations(plant: PlantName, request: Request, tools: ToolsOf) -> Response:
    """The operations of the plan in force, in order of start; CSV by `Accept: text/csv`."""
    return _operations(tools, request, tools.ledger.current_plan(plant))


@router.get(
    "/v1/plants/{plant}/plans/{id}/operations", response_model=PlanOperations, responses={**CSV, **problems(404)}
)
def get_operations(plant: PlantName, id: PlanNumber, request: Request, tools: ToolsOf) -> Response:
    """The operations of a plan, in order of start; CSV by `Accept: text/csv`."""
    return _operations(tools, request, tools.ledger.get_plan(plant, id))


def _operations(tools: Tools, request: Request, record: PlanRecord) -> Response:
    state = state_behind(tools, record.plant, record.what_if, record.number)
    if wants_csv(request):
        return Response(tools.files.plan_csv(record.plan.operations, state), media_type="text/csv")
    return tagged(request, plan_operations(record, state))


@router.get("/v1/plants/{plant}/plans/current/board", response_model=Board, responses=problems(404))
def current_board(plant: PlantName, request: Request, tools: ToolsOf) -> Response:
    """The plan in force in compact columns for drawing. ETag by content."""
    record = tools.ledger.current_plan(plant)
    return tagged(request, board(record, state_behind(tools, plant, record.what_if, record.number)))


@router.get("/v1/plants/{plant}/plans/{id}/board", response_model=Board, responses=problems(404))
def get_board(plant: PlantName, id: PlanNumber, request: Request, tools: ToolsOf) -> Response:
    """A plan in compact columns for drawing: the same for the same plan and revision. ETag by content."""
    record = tools.ledger.get_plan(plant, id)
    return tagged(request, board(record, state_behind(tools, plant, record.what_if, record.number)))


@router.get("/v1/plants/{plant}/plans/{a}/compare/{b}", response_model=ComparisonModel, responses=problems(404))
def get_comparison(plant: PlantName, a: PlanNumber, b: PlanNumber, request: Request, tools: ToolsOf) -> Response:
    """Plan B against plan A: differences of figures, moved operations, orders that turn late or on time."""
    return tagged(request, comparison_model(a, b, compare(tools, plant, a, b), _times(tools, plant)))


@router.get(
    "/v1/plants/{plant}/plans/current/orders/{order:path}/lateness",
    response_model=LatenessModel,
    responses=problems(404),
)
def current_lateness(plant: PlantName, order: OrderName, request: Request, tools: ToolsOf) -> Response:
    """Why an order is late under the plan in force: the chain of waits from its release to its delivery."""
    return _lateness(tools, request, tools.ledger.current_plan(plant), order)


@router.get(
    "/v1/plants/{plant}/plans/{id}/orders/{order:path}/lateness",
    response_model=LatenessModel,
    responses=problems(404),
)
def get_lateness(plant: PlantName, id: PlanNumber, order: OrderName, request: Request, tools: ToolsOf) -> Response:
    """Why an order is late: the chain of waits from its release to its delivery, through its component orders. What
    has slack is no cause, and the minutes add up."""
    return _lateness(tools, request, tools.ledger.get_plan(plant, id), order)


def _lateness(tools: Tools, request: Request, record: PlanRecord, order: str) -> Response:
    return tagged(request, lateness_model(record.number, *why_late_in(tools, record, order)))


@router.get("/v1/plants/{plant}/plans/{id}/preview", response_model=PreviewModel, responses=problems(404, 409))
def preview(plant: PlantName, id: PlanNumber, tools: ToolsOf) -> Response:
    """What releasing it, or rolling back to it, would change now: starts of the next 24 hours, orders newly late and
    rescued, machines touched. 409 where it can no longer hold."""
    return answer(preview_model(preview_plan(tools, plant, id), _times(tools, plant)))


@router.post("/v1/plants/{plant}/plans/{id}/release", response_model=Release, responses=problems(404, 409, 422))
def release(plant: PlantName, id: PlanNumber, tools: ToolsOf, decision: ReleaseAsk | None = None) -> Response:
    """Put it in force. A plan of an older revision is re-timed onto the newest and checked, and the answer shows what
    that changes; 409 where it can no longer hold, or where it would do something else than `preview` has shown."""
    asked = decision or ReleaseAsk()
    done = release_plan(tools, plant, id, asked.by, asked.reason, asked.preview)
    return answer(release_model(done, _times(tools, plant)))


@router.post("/v1/plants/{plant}/plans/{id}/roll-back", response_model=Release, responses=problems(404, 409, 422))
def roll_back_to(plant: PlantName, id: PlanNumber, tools: ToolsOf, asked: RollBackAsk) -> Response:
    """Put an earlier version in force again, re-timed onto the plant as it is and checked, as a version of its own."""
    done = roll_back(tools, plant, id, asked.by, asked.reason, asked.preview)
    return answer(release_model(done, _times(tools, plant)))


@router.post("/v1/plants/{plant}/plans/{id}/reject", response_model=PlanVersion, responses=problems(404, 409, 422))
def reject(plant: PlantName, id: PlanNumber, tools: ToolsOf, decision: Decision | None = None) -> Response:
    """It will not be used. 409 where it is or was in force."""
    decided = decision or Decision()
    record = reject_plan(tools, plant, id, decided.by, decided.reason)
    return answer(plan_version(record, _times(tools, plant)))
