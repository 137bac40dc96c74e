"""Liveness, readiness, figures for Prometheus."""

from __future__ import annotations

from typing import Literal

import structlog
from fastapi import APIRouter, Request, Response

from api.common import ServicesOf, answer
from api.door import Guarded
from api.metrics import Metrics
from api.models.health import DeskHealth, Health, PlantWarning, Readiness
from scheduler.usecases.doorkeeper import Doorkeeper
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.health")

router = APIRouter(route_class=Guarded, tags=["health"])


@router.get("/healthz", response_model=Health)
async def healthz() -> Response:
    """The process is alive."""
    return answer(Health(status="ok"))


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
def readyz(request: Request, services: ServicesOf) -> Response:
    """200 while calls are answered as they should be, 503 where the storage fails or the desks have ended.

    A desk in trouble shows as `degraded`: its plant is served, but not planned by itself. So does a plant of which too
    many reports are in doubt or refused, or a source has fallen silent. Where the server asks for keys, who sends none
    hears the status alone.
    """
    storage = "ok"
    warnings: list[PlantWarning] = []
    try:
        plants = services.tools.ledger.plants()
        warnings = [said for record in plants for said in _warnings(services.tools, record.plant)]
    except Exception as error:
        storage = f"{type(error).__name__}: {error}".splitlines()[0]
    desks = services.desks.health() if services.desks else []
    dead = services.desks is not None and not services.desks.alive()
    fine = storage == "ok" and not dead and not warnings and not any(d.error for d in desks)
    status: Literal["ready", "degraded"] = "ready" if fine else "degraded"
    down = storage != "ok" or dead
    if not _is_known(request):
        storage = "ok" if storage == "ok" else "fails"
        return answer(Readiness(status=status, storage=storage, desks=[], warnings=[]), 503 if down else 200)
    body = Readiness(
        status=status,
        storage=storage,
        desks=[DeskHealth(plant=d.plant, here=d.here, doing=d.doing, error=d.error, settled=d.settled) for d in desks],
        warnings=warnings,
    )
    return answer(body, 503 if down else 200)


def _is_known(request: Request) -> bool:
    """Whether a valid key was sent, or none is asked for; where the keys cannot be read nobody is known."""
    try:
        door: Doorkeeper = request.app.state.door
        return door.caller(request.headers.get("authorization")).may("see")
    except Exception:
        return False


def _warnings(tools: Tools, plant: str) -> list[PlantWarning]:
    try:
        words = tools.watch(plant).warnings
    except Exception as fault:
        # Whether calls are answered does not hang on one plant's reports; what fails there is said.
        log.exception("readyz.reports", plant=plant)
        words = (f"its reports cannot be looked at: {fault}",)
    return [PlantWarning(plant=plant, words=said) for said in words]


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Prometheus text."""
    figures: Metrics = request.app.state.metrics
    return Response(figures.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
