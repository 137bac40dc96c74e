"""For a MES that pulls: it fetches orders, acknowledges them, and posts what it has done. Made for FactorySemantics MES
(`MES_ERP_MODE=rest`); its field names are kept."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import RootModel
from starlette.concurrency import run_in_threadpool

from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.events import EventsAnswer
from api.models.mes import MesConfirmation, MesOrder
from api.present.times import Times
from api.routes.events import take_events
from scheduler.errors import BadRequest
from scheduler.usecases.pulled_orders import PulledOrders

router = APIRouter(route_class=Guarded, tags=["a MES that pulls"])

SOURCE = "/mes"


@router.get("/v1/plants/{plant}/mes/orders", response_model=list[MesOrder], responses=problems(404))
def offer_orders(
    plant: PlantName,
    request: Request,
) -> Response:
    """Planned orders that nobody has begun, in the plan's sequence, until each is acknowledged as it stands.

    `?status=new`, as such a MES asks, is the only list there is.
    """
    pulled: PulledOrders = request.app.state.pulled
    state, orders = pulled.new(plant)
    time = Times(state.zone)
    rows = [
        MesOrder(
            code=o.order,
            material=o.material,
            quantity=o.quantity,
            due_date=time(o.due),
            priority=o.rank,
            erp_reference=o.order,
        )
        for o in orders
    ]
    return answer(RootModel[list[MesOrder]](rows))


@router.post("/v1/plants/{plant}/mes/orders/{order}/ack", status_code=204, responses=problems(404))
def acknowledge_order(
    plant: PlantName, order: Annotated[str, Path(description="Order", max_length=200)], request: Request
) -> Response:
    """The MES has taken the order over as it was offered."""
    request.app.state.pulled.acknowledge(plant, order)
    return Response(status_code=204)


@router.post(
    "/v1/plants/{plant}/mes/confirmations",
    response_model=EventsAnswer,
    status_code=202,
    responses=problems(404, 413, 422),
)
async def confirm(plant: PlantName, said: MesConfirmation, request: Request, tools: ToolsOf) -> Response:
    """What was done, once for each message_key, however often it is sent."""
    state = (await run_in_threadpool(tools.snapshot, plant)).state
    time = Times(state.zone)

    def event(what: str, at: dt.datetime, data: dict[str, Any]) -> dict[str, Any]:
        moment = at if at.tzinfo is not None else at.replace(tzinfo=dt.UTC)
        about = {"order": said.order, "operation": said.seq} | data
        id = f"{said.message_key}/{what}"
        try:
            time_ = moment.astimezone(time.zone).isoformat(timespec="seconds")
        except OverflowError:
            raise BadRequest.of("started_at, completed_at", f"'{at}'", "a moment") from None
        return {
            "specversion": "1.0",
            "id": id,
            "source": SOURCE,
            "type": f"operation.{what}",
            "time": time_,
            "data": about,
        }

    events: list[object] = []
    machine = {"machine": said.equipment} if said.equipment else {}
    if said.kind == "operation_confirmation":
        if said.started_at is not None and machine:
            events.append(event("started", said.started_at, machine))
        if said.completed_at is not None:
            pieces = {"quantity_good": said.good_qty, "quantity_scrap": said.scrap_qty}
            events.append(event("finished", said.completed_at, machine | pieces))
        if not events or (said.completed_at is None and (said.good_qty or said.scrap_qty)):
            raise BadRequest.of("completed_at", "nothing", "the moment at which the operation was over")
    return await take_events(plant, request, events)
