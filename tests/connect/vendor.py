"""A system with a REST interface, for the tests: a real HTTP server that answers as its vendor's documents say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Said:
    """An answer."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Vendor:
    """answer : what it does.   before : answers that are given instead, one a request.

    lost : so many writes are done and their answers never sent.   writes : what was asked that changes something.
    """

    def __init__(self, answer: Callable[[Asked], Said], port: int) -> None:
        self.answer = answer
        self.address = f"http://127.0.0.1:{port}"
        self.asked: list[Asked] = []
        self.before: list[Said] = []
        self.lost = 0
        self.is_write: Callable[[Asked], bool] = lambda asked: asked.method != "GET"

    @property
    def writes(self) -> list[Asked]:
        return [asked for asked in self.asked if self.is_write(asked)]


@contextmanager
def vendor(answer: Callable[[Asked], Said]) -> Iterator[Vendor]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_json = headers.get("content-type", "").startswith("application/json")
            query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            asked = Asked(self.command, unquote(parts.path), query, headers, json.loads(text) if is_json else text)
            system.asked.append(asked)
            said = system.before.pop(0) if system.before else system.answer(asked)
            if system.lost and system.is_write(asked):
                system.lost -= 1
                self.close_connection = True
                return
            body = b"" if said.body is None else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in {"content-type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._any()

        def do_POST(self) -> None:
            self._any()

        def do_PUT(self) -> None:
            self._any()

        def do_PATCH(self) -> None:
            self._any()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    system = Vendor(answer, server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
