"""No request is larger than the server wants to hold."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import HttpProblem, problem


class LimitBody:
    """ASGI: answers 413 as soon as a body is known, or seen, to be larger than `most_bytes`."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > self._most:
            await problem(scope["path"], 413, self._words(int(said)))(scope, receive, send)
            return
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._most:
                    raise HttpProblem(413, self._words(seen))
            return message

        await self._app(scope, counting, send)

    def _words(self, found: int) -> str:
        return f"the body: found {found} bytes or more, expected at most {self._most}"
