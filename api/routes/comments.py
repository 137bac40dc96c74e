"""Comments on orders and plans."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.comments import CommentAsk, CommentModel, CommentsAnswer
from api.present.times import Times
from scheduler.ports import Comment, Subject
from scheduler.usecases.comments import comments_of, say
from scheduler.usecases.tools import Tools

router = APIRouter(route_class=Guarded, tags=["comments"])

OrderName = Annotated[str, Path(description="Order", examples=["SO-1042"], max_length=200)]
PlanNumber = Annotated[int, Path(description="Plan version", examples=[9], ge=1, le=2**62)]
Before = Annotated[int | None, Query(description="Only numbers below this", examples=[17], ge=1, le=2**62)]
Limit = Annotated[int, Query(description="At most so many", examples=[100], ge=1, le=1000)]


@router.get(
    "/v1/plants/{plant}/orders/{order:path}/comments", response_model=CommentsAnswer, responses=problems(404, 422)
)
def of_an_order(
    plant: PlantName, order: OrderName, tools: ToolsOf, before: Before = None, limit: Limit = 100
) -> Response:
    """What was said of an order, the newest first; also of one that has been delivered."""
    return _page(tools, plant, "order", order, before, limit)


@router.post(
    "/v1/plants/{plant}/orders/{order:path}/comments",
    response_model=CommentModel,
    status_code=201,
    responses=problems(404, 422),
)
def on_an_order(plant: PlantName, order: OrderName, asked: CommentAsk, tools: ToolsOf) -> Response:
    """Say something of an order. It stays, with who and when."""
    return _said(tools, plant, say(tools, plant, "order", order, asked.by, asked.text))


@router.get("/v1/plants/{plant}/plans/{id}/comments", response_model=CommentsAnswer, responses=problems(404, 422))
def of_a_plan(plant: PlantName, id: PlanNumber, tools: ToolsOf, before: Before = None, limit: Limit = 100) -> Response:
    """What was said of a plan version, the newest first."""
    return _page(tools, plant, "plan", str(id), before, limit)


@router.post(
    "/v1/plants/{plant}/plans/{id}/comments",
    response_model=CommentModel,
    status_code=201,
    responses=problems(404, 422),
)
def on_a_plan(plant: PlantName, id: PlanNumber, asked: CommentAsk, tools: ToolsOf) -> Response:
    """Say something of a plan version. It stays, with who and when."""
    return _said(tools, plant, say(tools, plant, "plan", str(id), asked.by, asked.text))


def _page(tools: Tools, plant: str, of: Subject, name: str, before: int | None, limit: int) -> Response:
    found, more = comments_of(tools, plant, of, name, before, limit)
    times = Times(tools.snapshot(plant).state.zone)
    return answer(CommentsAnswer(comments=[_model(c, times) for c in found], more=more))


def _said(tools: Tools, plant: str, comment: Comment) -> Response:
    return answer(_model(comment, Times(tools.snapshot(plant).state.zone)), 201)


def _model(comment: Comment, times: Times) -> CommentModel:
    return CommentModel(number=comment.number, by=comment.by, at=times.wall(comment.at), text=comment.text)
