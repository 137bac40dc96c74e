"""Dispatch lists on their way to machines: which each has, which it confirmed, which could not be brought."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.common import ServicesOf, answer
from api.door import Guarded, caller_of
from api.models.lists import CarriedList, CarrierList, CarrierModel
from api.present.times import Times
from scheduler.usecases.list_desks import OneListDesk
from scheduler.usecases.services import Services

router = APIRouter(route_class=Guarded, tags=["dispatch lists"])


@router.get("/v1/lists", response_model=CarrierList)
def list_carriers(request: Request, services: ServicesOf) -> Response:
    """Every carrier of lists of the file that this server was started with, as far as the key opens its plant."""
    every = services.lists.desks if services.lists else []
    desks = [desk for desk in every if caller_of(request).opens(desk.carrier.setup.plant)]
    ordered = sorted(desks, key=lambda desk: desk.carrier.setup.name)
    return answer(CarrierList(carriers=[_model(desk, services) for desk in ordered]))


def _model(desk: OneListDesk, services: Services) -> CarrierModel:
    setup, seen, now = desk.carrier.setup, desk.seen(), services.tools.clock()
    lists = []
    if seen:
        times = Times(services.tools.snapshot(setup.plant).state.zone)
        lists = [
            CarriedList(
                machine=one.machine,
                revision=one.revision,
                version=one.made,
                since=times.wall(one.since),
                carried=one.carried,
                carried_at=times.wall(one.carried_at),
                confirmed=one.confirmed,
                refused=one.refused,
                by=one.by,
                why=one.why,
                old=setup.answers and one.works_by_an_old_one(now, setup.patience_minutes),
            )
            for one in seen
        ]
    return CarrierModel(
        name=setup.name,
        kind=setup.kind,
        plant=setup.plant,
        carries=desk.carries,
        trouble=desk.trouble,
        answers=setup.answers,
        lists=lists,
    )
