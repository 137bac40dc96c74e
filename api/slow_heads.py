"""HTTP by uvicorn, with an end to the address and the headers of a request: uvicorn waits for them, and keeps them, for
ever. A connection on which none come is ended, too."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from scheduler.limits import STANDARD


class PatientForSeconds(HttpToolsProtocol):
    """One connection. What comes too slowly, or is too long, ends it without an answer: there is no request yet."""

    _ending: asyncio.TimerHandle | None = None
    _seen = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._seen = 0
        if self._ending is None:
            self._await_head()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value))

    def on_headers_complete(self) -> None:
        self._head_is_there()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._ending = self.loop.call_later(STANDARD.head_seconds, self.transport.abort)

    def _head_is_there(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _count(self, size: int) -> None:
        self._seen += size
        if self._seen > STANDARD.head_bytes:
            self.transport.abort()
