"""The FastAPI app: parse, call one use case, answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool

from api import common, problems
from api.limits import LimitBody
from api.metrics import CountCalls, Metrics
from api.models.events import CloudEvent, StreamData
from api.models.health import Problem
from api.rates import Rates
from api.request_batcher import BREATH_SECONDS, RequestBatcher
from api.routes import (
    audit,
    b2mml,
    comments,
    connections,
    dispatch,
    doubts,
    events,
    fixes,
    floor,
    health,
    keys,
    lists,
    mes,
    plans,
    plants,
    promises,
    quarantine,
    sources,
    stops,
    stream,
    webhooks,
    what_ifs,
)
from scheduler.usecases.dispatch_lists import heading
from scheduler.usecases.doorkeeper import Doorkeeper
from scheduler.usecases.post_events import post_together
from scheduler.usecases.pulled_orders import PulledOrders
from scheduler.usecases.services import Services

DESCRIPTION = """Production scheduling: a plant in, a checked plan out, dispatch lists served.

Times are ISO 8601 with the plant's offset. Errors are RFC 9457 problem details (`application/problem+json`).
Every plan passes an independent check before it is stored, and none is released without."""


def create_app(services: Services) -> FastAPI:
    """The app over `services`, which it starts and closes with itself."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(services.start)
        try:
            yield
        finally:
            await run_in_threadpool(services.close)

    app = FastAPI(title="Rejig", version="1", description=DESCRIPTION, lifespan=life, redoc_url=None)
    app.state.services = services
    app.state.metrics = Metrics(services)
    app.state.door = Doorkeeper(services.tools)
    app.state.posts = RequestBatcher(partial(post_together, services.tools), BREATH_SECONDS)
    app.state.headings = RequestBatcher(lambda plant, asked: [heading(services.tools, plant)] * len(asked))
    app.state.pulled = PulledOrders(services.tools)
    app.state.rates = Rates(services.tools.limits)
    app.state.loads = asyncio.Lock()
    app.add_middleware(LimitBody, limits=services.tools.limits)
    app.add_middleware(CountCalls, metrics=app.state.metrics)
    problems.install(app)
    subjects = (plants, events, quarantine, doubts, stops, plans, promises, dispatch, what_ifs, fixes, comments, stream)
    beside = (b2mml, mes, webhooks, connections, sources, lists, keys, audit, floor, health)
    routers = [module.router for module in (*subjects, *beside)]
    app.state.calls = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, with the models that are read or sent without its help and our problems for its errors."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        kinds = [(model, "serialization") for model in (Problem, CloudEvent, StreamData)]
        _, extra = models_json_schema(kinds, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
        schemas = document["components"]["schemas"]
        for name, schema in extra["$defs"].items():
            schemas.setdefault(name, schema)
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        for path in document["paths"].values():
            for call in path.values():
                unread = call["responses"].get("422")
                for status in (429, 503):
                    call["responses"].setdefault(str(status), common.problems(status)[status])
                if unread and "application/json" in unread.get("content", {}):
                    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
                    unread["content"] = {"application/problem+json": problem}
        app.openapi_schema = document
    return app.openapi_schema
