"""A call is written down before it is carried out, and again with what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import structlog
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.problems import status_of
from scheduler.access.audit import Deed
from scheduler.access.keys import Caller
from scheduler.domain.texts import addressable, sayable
from scheduler.errors import RejigError
from scheduler.usecases.keys import write_down
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.audit")

Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]

LONGEST_BODY = 4000
"""Characters of a body that the audit keeps; of a longer one the beginning and a SHA-256 of all."""
SECRETS = frozenset({"secret", "key", "password", "token", "authorization"})


async def audited(handle: Handler, request: Request, caller: Caller) -> Response:
    """The answer of the call. What was asked stands in the audit before `handle` begins.

    Where only the second entry cannot be written, the deed is done: that is logged, and the caller gets the answer.
    """
    tools: Tools = request.app.state.services.tools
    plant = request.state.plant
    query = f"?{request.url.query}" if request.url.query else ""
    act = sayable(f"{request.method} {request.scope['path']}{query}")
    body = b"" if request.method == "PUT" else await request.body()  # a scenario is streamed to the disk
    shown = None if plant is None else sayable(str(plant))

    def ask() -> int:
        asked = Deed(tools.clock(), caller.signature, act, shown, _standing(tools, plant), _kept(body))
        return write_down(tools, asked)

    def answer_with(status: int, number: int) -> None:
        after = getattr(request.state, "made", None) or _standing(tools, plant)
        write_down(tools, Deed(tools.clock(), caller.signature, act, shown, None, after, status, number))

    number = await run_in_threadpool(ask)
    try:
        answer = await handle(request)
    except Exception as error:
        await run_in_threadpool(answer_with, status_of(error), number)
        raise
    try:
        await run_in_threadpool(answer_with, answer.status_code, number)
    except Exception:
        log.exception("audit.outcome_not_written", asked=number, status=answer.status_code)
    return answer


def _standing(tools: Tools, plant: object) -> str | None:
    """How a plant stands, as far as decisions change it; None: there is none, or none of that name can be."""
    if plant is None or not addressable(str(plant)) or not str(plant).isprintable():
        return None
    try:
        record = tools.ledger.plant(str(plant))
    except RejigError:
        return None
    return json.dumps({"revision": record.revision, "plan": record.plan_in_force, "mode": record.mode})


def _kept(body: bytes) -> str | None:
    """What was asked, without secrets."""
    if not body:
        return None
    try:
        text = json.dumps(_masked(json.loads(body)), ensure_ascii=True)
    except (ValueError, RecursionError):
        return f"{len(body)} bytes that are no JSON"
    if len(text) <= LONGEST_BODY:
        return text
    return f"{text[:LONGEST_BODY]}… {len(text)} characters, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}"


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: "(kept back)" if name.lower() in SECRETS else _masked(inner) for name, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list) else value
