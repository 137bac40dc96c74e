"""Faults of the surroundings are said as what they are, change nothing, and are over when they are over."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from scheduler.errors import StorageAway, StorageFull
from scheduler.limits import Limits
from scheduler.settings import Settings
from scheduler.solving.warm import warm_kernels
from scheduler.storage.database import Database
from tests.api.served import down, load_tiny, planned, serving, wait_until

LIMITS = Limits(body_wait_seconds=1, events_bytes=200_000, body_bytes=200_000, bodies_held_bytes=300_000)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    warm_kernels()
    with serving(Settings(data=tmp_path_factory.mktemp("slow"), workers=1, limits=LIMITS)) as client:
        load_tiny(client, "floor")
        yield client


@contextmanager
def begun(client: httpx.Client, length: int, sent: int) -> Iterator[socket.socket]:
    """A batch of events of so many bytes, of which so many have been sent."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=60) as line:
        head = f"POST /v1/plants/floor/events HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
        line.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + b" " * sent)
        yield line


def until_closed(line: socket.socket) -> str:
    said = b""
    while piece := line.recv(65_536):
        said += piece
    return said.decode()


def test_who_sends_too_slowly_is_told_so_and_the_connection_ends(client: httpx.Client) -> None:
    began = time.monotonic()
    with begun(client, 100_000, 1_000) as line:
        said = until_closed(line)
    assert said.startswith("HTTP/1.1 408 ")
    assert "found 1000 bytes and no end of it for 1 s" in said
    assert time.monotonic() - began < 20


def test_who_sends_slowly_and_steadily_is_heard(client: httpx.Client) -> None:
    with begun(client, 60_000, 0) as line:
        for _ in range(6):
            line.sendall(b" " * 10_000)
            time.sleep(0.3)  # 1.8 s together: more than the second that a body of nothing has
        assert line.recv(12) == b"HTTP/1.1 400"


def refused_beside_others(client: httpx.Client, pause: float) -> httpx.Response:
    """What 30 kB are answered while 290 kB of others have come: after so many seconds they have."""
    with begun(client, 190_000, 180_000), begun(client, 190_000, 110_000):
        time.sleep(pause)
        answer = client.post("/v1/plants/floor/events", content=b" " * 30_000)
        assert client.get("/v1/plants/floor").status_code == 200
        return answer


def test_all_bodies_together_have_an_end_and_room_comes_back(client: httpx.Client) -> None:
    tried = (refused_beside_others(client, pause) for pause in (0.3, 1.0, 3.0, 9.0))
    answer = next(answer for answer in tried if answer.status_code == 503)
    assert (answer.headers["retry-after"], answer.json()["status"]) == ("5", 503)
    for _ in range(3):  # each as large as two of them may not be: what was held is held no more
        wait_until(lambda: client.post("/v1/plants/floor/events", content=b" " * 190_000).status_code == 400)


def ended(line: socket.socket) -> bool:
    """Whether the other side has ended it without a word."""
    try:
        return line.recv(1) == b""
    except ConnectionError:
        return True


def test_headers_have_an_end_in_time_and_in_size(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.slow_heads.STANDARD", Limits(head_seconds=1))
    place = client.base_url.host, client.base_url.port or 80
    for sent in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"):
        with socket.create_connection(place, timeout=60) as line:
            line.sendall(sent)
            assert ended(line)
    with socket.create_connection(place, timeout=60) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(15) == b"HTTP/1.1 200 OK"
        time.sleep(1.5)
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")  # one that waits between two calls is no slow one
        assert b"HTTP/1.1 200 OK" in line.recv(65_536) + line.recv(65_536)
    with socket.create_connection(place, timeout=60) as line:
        with suppress(OSError):  # it ends while this is sent, or after
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + (b"X: " + b"y" * 10_000 + b"\r\n") * 10)
        assert ended(line)
    assert client.get("/healthz").status_code == 200


def test_a_message_of_ours_that_comes_back_is_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/plants/floor/plans", headers={"user-agent": "rejig", "webhook-id": "msg_1"}, json={})
    assert (answer.status_code, "messages without end" in answer.json()["detail"]) == (403, True)
    assert client.post("/v1/plants/floor/plans", headers={"user-agent": "rejig"}, json={"seed": "x"}).status_code == 422


def test_a_full_disk_is_507_and_nothing_is_lost_when_there_is_room_again(tmp_path: Path) -> None:
    warm_kernels()
    full: list[bool] = []

    def before(connection: sa.engine.Connection) -> None:
        """SQLite's own word for a full disk, by its own limit of pages."""
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if full else 2**30
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(sa.engine.Engine, "begin", before)
    try:
        with serving(Settings(data=tmp_path, workers=1)) as client:
            path = load_tiny(client, "full", "observe")
            revision = client.get(path).json()["revision"]
            full.append(True)
            many = [{**down(f"d{i}", "saw"), "data": {"machine": "saw", "reason": "x" * 1_900}} for i in range(100)]
            answer = client.post(f"{path}/events", json=many)
            assert (answer.status_code, "retry-after" in answer.headers) == (507, True), answer.text
            assert "the disk of the database is full" in answer.json()["detail"]
            assert client.get(path).json()["revision"] == revision
            assert client.get(f"{path}/events").json()["events"] == []
            full.clear()
            answer = client.post(f"{path}/events", json=many)
            assert (answer.status_code, len(answer.json()["accepted"])) == (202, 100)
    finally:
        sa.event.remove(sa.engine.Engine, "begin", before)


def test_a_database_that_is_away_is_503_and_the_server_goes_on_when_it_is_back(postgres: Any, tmp_path: Path) -> None:
    psycopg = pytest.importorskip("psycopg")
    warm_kernels()
    with psycopg.connect(postgres.get_uri(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE away")
        with serving(Settings(data=tmp_path, database_url=postgres.get_uri(database="away"), workers=1)) as client:
            path = load_tiny(client, "road", "auto")
            planned(client, path)
            admin.execute("ALTER DATABASE away ALLOW_CONNECTIONS false")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'away'")
            answer = client.post(f"{path}/events", json=down("d", "saw"))
            assert (answer.status_code, answer.headers.get("retry-after")) == (503, "5"), answer.text
            assert client.get(f"{path}/orders").status_code in (200, 503)
            assert client.get("/readyz").status_code == 503
            admin.execute("ALTER DATABASE away ALLOW_CONNECTIONS true")
            posted = wait_until(lambda: taken(client.post(f"{path}/events", json=down("d", "saw"))))
            assert len(posted["accepted"]) == 1
            wait_until(lambda: client.get(path).json()["plan_is_current"])
        admin.execute("DROP DATABASE away WITH (FORCE)")


def taken(answer: httpx.Response) -> Any:
    assert answer.status_code in (202, 503), answer.text
    return answer.json() if answer.status_code == 202 else None


def test_only_the_surroundings_are_said_to_be_away(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'rejig.db'}")
    with pytest.raises(sa.exc.OperationalError), database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    for code, kind in ((sqlite3.SQLITE_FULL, StorageFull), (sqlite3.SQLITE_IOERR | (2 << 8), StorageAway)):
        fault = sqlite3.OperationalError("as the driver says it")
        fault.sqlite_errorcode = code
        with pytest.raises(kind, match="as the driver says it"), database.reading():
            raise sa.exc.OperationalError("SELECT 1", {}, fault)
    database.close()
