"""What would help a late order."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.fixes import FixesAsk, FixesModel
from api.present.fixes import fixes_model
from scheduler.replanning.fixes.change import Steps
from scheduler.usecases.fixes import FixesWish, fixes_for

router = APIRouter(route_class=Guarded, tags=["fixes"])

OrderName = Annotated[str, Path(description="Order", examples=["SO-1042"], max_length=200)]


@router.post(
    "/v1/plants/{plant}/orders/{order:path}/fixes", response_model=FixesModel, responses=problems(404, 422, 429)
)
def what_would_help(plant: PlantName, order: OrderName, tools: ToolsOf, wish: FixesAsk | None = None) -> Response:
    """The smallest changes that bring a late order in time: overtime, a sooner delivery, a higher priority ... Each is
    proven by planning the changed plant, checked, priced, and ranked; to do nothing stands among them. Answers when all
    have been tried or the time is over, and names what has not been tried. Nothing is changed."""
    asked = wish or FixesAsk()
    steps = Steps(
        overtime=asked.overtime_step_minutes,
        delivery=asked.delivery_step_minutes,
        due=asked.due_step_minutes,
        priority=asked.priority_step,
    )
    found = fixes_for(tools, plant, order, FixesWish(asked.time_limit_seconds, asked.iterations, steps, asked.plan))
    return answer(fixes_model(found, asked.iterations))
