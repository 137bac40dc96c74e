"""Real servers on one database, events posted to them, kills and freezes; and what must hold whatever dies.

`Site` starts and ends `rejig serve` processes; `Posts` sends events and remembers what was acknowledged; the functions
below them assert. Tests and `benchmarks.faults` use the same ones.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.surroundings import CHECKOUT

PATIENCE_SECONDS = 120.0
MARK = "REJIG_TEST_MARK"
PLANT = "/v1/plants/tiny"


def until(true: Callable[[], Any], what: str, patience: float = PATIENCE_SECONDS) -> Any:
    """What `true` answers as soon as it is true. Raises AssertionError."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = true()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {patience:g} s: {what}")


class Server:
    """One process that serves, and how to ask it."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        with log.open("a") as output:
            self.process = subprocess.Popen(
                command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        self.client = httpx.Client(base_url=self.url, timeout=10.0)

    def answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return self.client.get("/readyz").status_code == 200
        return False

    def ended(self) -> bool:
        return self.process.poll() is not None

    def ready(self) -> Server:
        """Waits for its first answer. Where that does not come, says where each of its threads stands."""

        def look() -> bool:
            assert not self.ended(), f"ended with {self.process.returncode}: {self.log.read_text()[-2000:]}"
            return self.answers()

        try:
            until(look, "the server answers")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self._where()}") from None
        return self

    def _where(self) -> str:
        """It ends itself and writes its threads' stacks (PYTHONFAULTHANDLER); with the processor time it has had."""
        times = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:15]
        used = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
        self.process.send_signal(signal.SIGABRT)
        self.process.wait()
        return f"processor time {used:.1f} s, load {os.getloadavg()}\n{self.log.read_text()[-8000:]}"

    def here(self) -> bool:
        """Whether it says that it holds the desk."""
        with contextlib.suppress(httpx.HTTPError):
            return any(desk["here"] for desk in self.client.get("/readyz").json()["desks"])
        return False

    def figure(self, name: str) -> float:
        """The sum of one of its figures for Prometheus."""
        lines = self.client.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.client.close()


class Site:
    """A database and the processes that serve it. url None: SQLite in `folder`."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.servers: list[Server] = []
        self._url = url

    def start(self, faults: str = "", **more: str) -> Server:
        """A server that may not answer yet."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {**os.environ, "REJIG_WORKERS": "1", "REJIG_FAULTS": faults, MARK: self.mark, **more}
        environment["PYTHONFAULTHANDLER"] = "1"
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # it starts so often that compiling anew is half of it
        if self._url is not None:
            environment["REJIG_DATABASE_URL"] = self._url
        arguments = ["serve", "--no-ui", "--port", str(port), "--data", str(self.folder / "data")]
        command = [sys.executable, "-m", "scheduler.cli", *arguments]
        server = Server(command, environment, port, self.folder / f"server-{port}.log")
        self.servers.append(server)
        return server

    def alive(self) -> list[Server]:
        return [server for server in self.servers if not server.ended()]

    def kill(self, server: Server) -> None:
        server.kill()
        self.servers.remove(server)

    def buried(self, server: Server) -> None:
        """Wait until it has killed itself."""
        until(server.ended, "it has come to its fault point")
        self.kill(server)

    def orphans(self) -> list[str]:
        """Processes that were started here and belong to none of the living servers; given five seconds to go."""
        end = time.monotonic() + 5.0
        while True:
            family = set(itertools.chain.from_iterable(_family(s.process.pid) for s in self.alive()))
            left = [f"{pid} {name}" for pid, name in _marked(self.mark) if pid not in family]
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.05)

    def close(self) -> None:
        for server in list(self.servers):
            with contextlib.suppress(ProcessLookupError):
                os.kill(server.process.pid, signal.SIGCONT)
            self.kill(server)


@contextlib.contextmanager
def site(folder: Path, url: str | None = None) -> Iterator[Site]:
    folder.mkdir(parents=True, exist_ok=True)
    opened = Site(folder, url)
    try:
        yield opened
    finally:
        opened.close()


class Posts:
    """Events about the tiny plant: machines go down, come back, time passes. Thread-safe."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.acknowledged: dict[str, int | None] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def event(self) -> dict[str, Any]:
        with self._lock:
            number = next(self._numbers)
        moment = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC) + dt.timedelta(seconds=number)
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("machine.down", {"machine": "lathe", "expected_up": (moment + dt.timedelta(hours=2)).isoformat()}),
            ("machine.speed", {"machine": "saw", "efficiency": 0.9 + number % 3 / 10}),
            ("machine.up", {"machine": "lathe"}),
            ("clock.ticked", {}),
            ("order.changed", {"order": "SHAFT-1", "priority": 1 + number % 5}),
        ]
        type_, data = kinds[number % len(kinds)]
        return {
            "specversion": "1.0", "id": f"e{number}", "source": "/kill", "type": type_, "time": moment.isoformat(),
            "data": data,
        }  # fmt: skip

    def post(self, event: dict[str, Any], server: Server) -> bool:
        """Whether it was acknowledged."""
        try:
            answer = httpx.post(f"{server.url}{PLANT}/events", json=event, timeout=10.0)
        except httpx.HTTPError:
            return False
        if answer.status_code != 202:
            return False
        said = answer.json()
        assert not said["rejected"], said
        with self._lock:
            self.acknowledged[event["id"]] = said["accepted"][0]["revision"] if said["accepted"] else None
        return True

    def one(self, server: Server | None = None) -> str:
        """Post one until it is acknowledged; its id."""
        event = self.event()
        until(lambda: any(self.post(event, s) for s in ([server] if server else self.site.alive())), "a POST is taken")
        return str(event["id"])

    def begin(self, threads: int = 2, pause: float = 0.02) -> None:
        def keep_on(number: int) -> None:
            while not self._stop.is_set():
                event = self.event()
                for turn in itertools.count(number):
                    servers = list(self.site.servers)
                    if self._stop.is_set() or (servers and self.post(event, servers[turn % len(servers)])):
                        break
                    time.sleep(0.05)
                time.sleep(pause)

        self._threads = [threading.Thread(target=keep_on, args=(n,), daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._stop.clear()


class Watch:
    """Looks whether two desks are at work at once: A says so, then B, then A still. Leave it running over kills."""

    def __init__(self, site: Site) -> None:
        self.doubles = 0
        self._site = site
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.02):
            servers = list(self._site.servers)
            for a, b in itertools.permutations(servers, 2):
                with contextlib.suppress(RuntimeError):  # its client was closed by a kill
                    self.doubles += a.here() and b.here() and a.here()


# -- what must hold -------------------------------------------------------------------------------------------------


def loaded(server: Server, content: bytes) -> None:
    """The tiny plant in `auto`, with its first plan in force."""
    answer = server.client.put(PLANT, content=content, params={"mode": "auto"})
    assert answer.status_code == 200, answer.text
    policy = {"policy": {"improve_seconds": 0.3, "time_limit_seconds": 0.3}}
    assert server.client.patch(PLANT, json=policy).status_code == 200
    until(lambda: server.client.get(PLANT).json()["plan_in_force"], "a first plan")


def every_event_is_in_the_plan(server: Server, patience: float = PATIENCE_SECONDS) -> None:
    """The plan in force knows each stored event, in the end and by itself."""
    until(lambda: server.client.get(PLANT).json()["plan_is_current"], "the plan in force knows every event", patience)


def nothing_is_lost(posts: Posts, server: Server) -> int:
    """Acknowledged ⊆ stored, each once and where it was said; revisions without gaps. How many are stored."""
    log: list[tuple[int, str]] = []
    after: int | None = 0
    while after is not None:
        page = server.client.get(f"{PLANT}/events", params={"after": after, "limit": 1000}).json()
        log += [(e["revision"], e["event"]["id"]) for e in page["events"]]
        after = page["next_after"]
    revisions = [revision for revision, _ in log]
    assert revisions == list(range(2, 2 + len(log))), "revisions have gaps"
    stored = {id: revision for revision, id in log}
    assert len(stored) == len(log), "an event is stored twice"
    lost = [id for id in posts.acknowledged if id not in stored]
    assert not lost, f"acknowledged and lost: {lost}"
    moved = [id for id, revision in posts.acknowledged.items() if revision not in (None, stored[id])]
    assert not moved, f"acknowledged at another revision: {moved}"
    return len(log)


def never_two_desks(site: Site, seconds: float) -> None:
    """Two processes on one plant: exactly one of them has the desk, whenever one looks."""
    until(lambda: any(s.here() for s in site.alive()), "somebody has the desk")
    with Watch(site) as watch:
        time.sleep(seconds)
    assert watch.doubles == 0, f"two desks at work, seen {watch.doubles} times"


def _family(pid: int) -> list[int]:
    found, unseen = [], [pid]
    while unseen:
        found.append(unseen.pop())
        for children in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                unseen += [int(child) for child in children.read_text().split()]
    return found


def _marked(mark: str) -> list[tuple[int, str]]:
    """Living processes with the mark in their environment."""
    found = []
    wanted = f"{MARK}={mark}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if wanted in (entry / "environ").read_bytes() and state not in "ZX":
                found.append((int(entry.name), (entry / "comm").read_text().strip()))
    return found
