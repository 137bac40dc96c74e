"""Sources of signals: which machines are heard, which are blind, and what the rules decided."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request, Response

from api.common import ServicesOf, answer
from api.door import Guarded, caller_of
from api.models.sources import SourceFigure, SourceList, SourceMachine, SourceModel
from scheduler.usecases.services import Services
from scheduler.usecases.sources import SourceDesk

router = APIRouter(route_class=Guarded, tags=["connections"])


@router.get("/v1/sources", response_model=SourceList)
def list_sources(request: Request, services: ServicesOf) -> Response:
    """Every source of the file that this server was started with, as far as the caller's key opens its plant."""
    every = services.sources.desks if services.sources else []
    desks = [desk for desk in every if caller_of(request).opens(desk.source.setup.plant)]
    return answer(
        SourceList(sources=[_model(desk, services) for desk in sorted(desks, key=lambda d: d.source.setup.name)])
    )


def _model(desk: SourceDesk, services: Services) -> SourceModel:
    setup, seen = desk.source.setup, desk.seen
    zone: dt.tzinfo = services.tools.snapshot(setup.plant).state.zone if seen.machines else dt.UTC
    return SourceModel(
        name=setup.name,
        kind=setup.kind,
        plant=setup.plant,
        listens=desk.listens,
        trouble=desk.trouble,
        machines=[
            SourceMachine(
                machine=m.machine,
                state=m.state,
                since=dt.datetime.fromtimestamp(m.since, zone).isoformat(timespec="seconds"),
            )
            for m in seen.machines
        ],
        signals=dict(seen.signals),
        rules=dict(seen.rules),
        figures=[SourceFigure(name=f.name, count=f.count, fate=f.fate, why=f.why) for f in seen.figures],
    )
