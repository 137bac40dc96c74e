"""What every route shares: the services behind it, answers built once, headers read as HTTP means them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel

from api.models.health import Problem
from scheduler.usecases.services import Services
from scheduler.usecases.tools import Tools

JSON = "application/json"


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _tools(request: Request) -> Tools:
    return _services(request).tools


ServicesOf = Annotated[Services, Depends(_services)]
ToolsOf = Annotated[Tools, Depends(_tools)]
PlantName = Annotated[
    str,
    Path(
        description="Plant",
        examples=["alpine"],
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
    ),
]

ID = r"^[A-Za-z0-9._~-]{1,100}$"
"""Ids of ours in an address."""

WORDS = {
    401: "No key was sent, or none that is valid",
    403: "The key does not open this",
    404: "A name that is not known",
    409: "The world has moved on since the caller last looked",
    413: "Too large",
    415: "A form that is not understood",
    422: "What was given cannot be used as it is; nothing was changed",
    429: "So much is open, or was asked by this caller, that nothing more is taken now",
    503: "The database gives no answer, or too much comes at once; nothing was changed",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: which problems a call answers with."""
    return {
        status: {"description": WORDS[status], "content": {"application/problem+json": {"schema": _PROBLEM}}}
        for status in statuses
    }


_PROBLEM = {"$ref": f"#/components/schemas/{Problem.__name__}"}


def answer(model: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Said once: pydantic writes it, and nothing checks again what we have built ourselves."""
    return Response(model.model_dump_json(), status, headers=dict(headers or {}), media_type=JSON)


def tagged(request: Request, model: BaseModel) -> Response:
    """With an ETag of its content; 304 where the caller has it already."""
    body = model.model_dump_json()
    etag = quoted(hashlib.blake2b(body.encode(), digest_size=10).hexdigest())
    if matches(request, etag):
        return not_modified(etag)
    return Response(body, headers={"ETag": etag, "Cache-Control": "no-cache"}, media_type=JSON)


def not_modified(etag: str) -> Response:
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "no-cache"})


def quoted(version: str) -> str:
    return f'"{version}"'


def matches(request: Request, etag: str) -> bool:
    """If-None-Match names this version (weakly compared, a list, or *)."""
    header = request.headers.get("if-none-match")
    if header is None:
        return False
    given = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in given or etag in given


def wants_csv(request: Request) -> bool:
    """Whether Accept prefers text/csv to JSON."""
    best: dict[str, float] = {}
    for part in request.headers.get("accept", "*/*").split(","):
        kind, *parameters = [p.strip() for p in part.split(";")]
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        best[kind.lower()] = quality
    csv = best.get("text/csv", best.get("text/*", 0.0) if "application/json" not in best else 0.0)
    json = best.get(JSON, best.get("application/*", best.get("*/*", 0.0)))
    return csv > 0 and (csv > json or ("text/csv" in best and csv >= json))
