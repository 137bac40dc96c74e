"""No request is larger than the server wants to hold, none takes for ever to come, and all together fit."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import HttpProblem, http_answer
from scheduler.limits import Limits

PLANT = re.compile("/v1/plants/[^/]*")
EVENTS = re.compile("/v1/plants/[^/]*/events")
UNREAD = {"Connection": "close"}
"""What is left of a body that nobody reads ends with its connection."""
OURS = b"rejig"


class LimitBody:
    """ASGI: answers 413 as soon as a body is known, or seen, to be larger than what its call takes, 408 where it comes
    too slowly, and 503 where all bodies together are more than this process wants to hold."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._held: Counter[bool] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if headers.get(b"user-agent") == OURS and b"webhook-id" in headers:
            words = "a webhook of Rejig's leads to a server of Rejig's: its messages would make messages without end"
            await http_answer(scope["path"], HttpProblem(403, words))(scope, receive, send)
            return
        is_upload = scope["method"] == "PUT" and PLANT.fullmatch(scope["path"]) is not None
        body = _Body(self, receive, is_upload, self._most(scope["path"], is_upload))
        length = headers.get(b"content-length", b"")
        if length.isdigit() and (len(length) > 18 or int(length) > body.most):
            refused = too_large(length.decode()[:18], body.most)
            await http_answer(scope["path"], refused)(scope, receive, send)
            return
        told = False

        async def said(message: Message) -> None:
            """What FastAPI says of a body whose reading was ended is that it cannot be parsed; this says why."""
            nonlocal told
            if body.refused is None:
                await send(message)
            elif not told:
                told = True
                await http_answer(scope["path"], body.refused)(scope, receive, send)

        try:
            await self._app(scope, body.receive, said)
        finally:
            self._held[is_upload] -= body.seen

    def hold(self, is_upload: bool, size: int) -> HttpProblem | None:
        """Counts what has come of a body; what is wrong with it: all together are too much."""
        self._held[is_upload] += size
        most = self._limits.uploads_held_bytes if is_upload else self._limits.bodies_held_bytes
        if self._held[is_upload] <= most:
            return None
        words = f"bodies of all requests together: found more than {most} bytes under way, no more are taken now"
        return HttpProblem(503, f"{words}; send it again in some seconds", headers={"Retry-After": "5", **UNREAD})

    def patience(self, seen: int) -> float:
        """Seconds that may be spent waiting for a body of which so much has come."""
        return self._limits.body_wait_seconds + seen / self._limits.body_bytes_a_second

    def _most(self, path: str, is_upload: bool) -> int:
        """Bytes that a body may have: a scenario's, a batch of events', any other's."""
        if is_upload:
            return self._limits.upload_bytes
        return self._limits.events_bytes if EVENTS.fullmatch(path) else self._limits.body_bytes


class _Body:
    """One body as it comes.   seen : bytes of it.   refused : why it is read no further."""

    def __init__(self, limiter: LimitBody, receive: Receive, is_upload: bool, most: int) -> None:
        self._limiter, self._receive, self._is_upload, self.most = limiter, receive, is_upload, most
        self._whole = False
        self._waited = 0.0
        self.seen = 0
        self.refused: HttpProblem | None = None

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        message = await self._in_time()
        if message["type"] == "http.request":
            size = len(message.get("body", b""))
            self.seen += size
            self._whole = not message.get("more_body", False)
            self.refused = self._limiter.hold(self._is_upload, size)
            if self.seen > self.most:
                self.refused = too_large(str(self.seen), self.most)
            if self.refused:
                raise self.refused
        return message

    async def _in_time(self) -> Message:
        """Only waiting counts: a server that has no time to read is not its sender's fault."""
        left = self._limiter.patience(self.seen) - self._waited
        began = time.monotonic()
        try:
            return await asyncio.wait_for(self._receive(), max(0.0, left))
        except TimeoutError:
            words = f"the body: found {self.seen} bytes and no end of it for {self._waited + left:.0f} s"
            self.refused = HttpProblem(408, f"{words}; send it faster, or less at a time", headers=UNREAD)
            raise self.refused from None
        finally:
            self._waited += time.monotonic() - began


def too_large(found: str, most: int) -> HttpProblem:
    words = f"the body: found {found} bytes or more, expected at most {most} here; send less at a time"
    return HttpProblem(413, words, headers=UNREAD)
