"""Promise a date, keep the place for it, let go of it again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.promises import PromiseAsk, PromiseModel, ReservationList, ReservationReleased
from api.present.promises import promise_model, reservation_list
from scheduler.domain.minutes import YEARS, Minute, credible, parse_minute
from scheduler.domain.plant import PlantState
from scheduler.domain.texts import sayable, tidy_name
from scheduler.errors import BadRequest
from scheduler.replanning.promise import Wish
from scheduler.usecases.promises import Keep, promise_date, promises_of, release_promise

router = APIRouter(route_class=Guarded, tags=["promises"])

ReservationName = Annotated[str, Path(description="Reservation", examples=["PR-43"], max_length=200)]


RESERVED: dict[int | str, dict[str, Any]] = {201: {"model": PromiseModel, "description": "The place is kept"}}


@router.post(
    "/v1/plants/{plant}/promises", response_model=PromiseModel, responses={**RESERVED, **problems(404, 409, 422)}
)
def promise(plant: PlantName, ask: PromiseAsk, tools: ToolsOf) -> Response:
    """By when an order could be delivered against capacity and material, and what that costs the others, then and on
    later dates. The date holds if the order comes with it as its due date and nothing else happens. With `reserve` the
    place is kept: 201, and `order.created` names the reservation. Without a date the answer says why."""
    state = tools.snapshot(plant).state
    wish = Wish(
        _name("material", ask.material),
        ask.quantity,
        ask.priority,
        _moment("wished", ask.wished, state),
        None if ask.routing is None else _name("routing", ask.routing),
        ask.customer,
    )
    keep = None
    if ask.reserve is not None:
        until = _moment("reserve.until", ask.reserve.until, state)
        assert until is not None
        latest = _moment("reserve.no_later_than", ask.reserve.no_later_than, state)
        keep = Keep(until, latest, ask.reserve.by, ask.reserve.reason)
    told = promise_date(tools, plant, wish, keep)
    return answer(promise_model(told), 200 if told.reservation is None else 201)


@router.get("/v1/plants/{plant}/promises", response_model=ReservationList, responses=problems(404))
def reservations(plant: PlantName, tools: ToolsOf) -> Response:
    """What is reserved now, and when the plan in force would deliver it."""
    return answer(reservation_list(*promises_of(tools, plant)))


@router.delete(
    "/v1/plants/{plant}/promises/{reservation}", response_model=ReservationReleased, responses=problems(404, 409)
)
def release(
    plant: PlantName,
    reservation: ReservationName,
    tools: ToolsOf,
    by: Annotated[str, Query(description="Who releases it", examples=["m.keller"], max_length=200)] = "",
) -> Response:
    """Its place is free again, and those of its components."""
    return answer(ReservationReleased(reservation=reservation, revision=release_promise(tools, plant, reservation, by)))


def _name(field: str, text: str) -> str:
    try:
        return tidy_name(text)
    except ValueError:
        raise BadRequest.of(field, f"'{sayable(text, 60)}'", "a name without control characters") from None


def _moment(field: str, text: str | None, state: PlantState) -> Minute | None:
    if text is None:
        return None
    try:
        moment = parse_minute(text.replace(" ", "+"), state.zone, state.now)
        if credible(moment):
            return moment
    except (ValueError, OverflowError):
        pass
    raise BadRequest.of(field, f"'{sayable(text, 60)}'", f"a moment of the years {YEARS} like 2026-03-02T06:00+01:00")
