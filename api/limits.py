"""No request is larger than the server wants to hold."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import HttpProblem, problem
from scheduler.limits import Limits

PLANT = re.compile("/v1/plants/[^/]*")
EVENTS = re.compile("/v1/plants/[^/]*/events")


class LimitBody:
    """ASGI: answers 413 as soon as a body is known, or seen, to be larger than what its call takes."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope["method"], scope["path"])
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and (len(length) > 18 or int(length) > most):
            await problem(scope["path"], 413, _words(length.decode()[:18], most))(scope, receive, send)
            return
        seen, told = 0, False

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > most:
                    raise HttpProblem(413, _words(str(seen), most))
            return message

        async def said(message: Message) -> None:
            """What FastAPI says of a body whose reading was ended is that it cannot be parsed; this says why."""
            nonlocal told
            if seen <= most:
                await send(message)
            elif not told:
                told = True
                await problem(scope["path"], 413, _words(str(seen), most))(scope, receive, send)

        await self._app(scope, counting, said)

    def _most(self, method: str, path: str) -> int:
        """Bytes that a body may have: a scenario's, a batch of events', any other's."""
        plant = PLANT.fullmatch(path)
        if plant and method == "PUT":
            return self._limits.upload_bytes
        return self._limits.events_bytes if EVENTS.fullmatch(path) else self._limits.body_bytes


def _words(found: str, most: int) -> str:
    return f"the body: found {found} bytes or more, expected at most {most} here; send less at a time"
