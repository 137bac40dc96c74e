"""How many dispatch lists a server answers while it solves.

A real server with 10,000 operations; eight connections ask for the lists of all machines in turn: at rest, then while
an improvement and a job that was asked for are searched, first whole (with a breakdown in the middle of it, so that
the plan is repaired and every list written anew), then with If-None-Match as a MES polls. The client is as thin as it
can be, for it has the same two cores.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks import surroundings as beside
from benchmarks.served import Floor, server
from benchmarks.targets import Row
from benchmarks.writing import markdown, number, percentile

CONNECTIONS = 8
SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Reads:
    """What one phase has measured.   times : seconds of each read.   statuses : that came."""

    name: str
    rate: float
    times: Sequence[float]
    statuses: frozenset[int]

    def ms(self, share: float) -> float:
        return 1000 * (percentile(self.times, share) or 0.0)


def ask(port: int, requests: Sequence[bytes], until: float, times: list[float], statuses: set[int]) -> None:
    """One call after the other over one connection, through the requests in turn."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        n = 0
        while (began := time.perf_counter()) < until:
            line.sendall(requests[n % len(requests)])
            n += 1
            answer = line.recv(1 << 20)
            while b"\r\n\r\n" not in answer:
                answer += line.recv(1 << 20)
            head, _, body = answer.partition(b"\r\n\r\n")
            length = next((int(x.split(b":")[1]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-l")), 0)
            left = length - len(body)
            while left > 0:
                left -= len(line.recv(1 << 20))
            times.append(time.perf_counter() - began)
            statuses.add(int(head[9:12]))


def measure(name: str, port: int, requests: Sequence[bytes], meanwhile: Callable[[], object] | None = None) -> Reads:
    """meanwhile : called in the middle of it."""
    times: list[float] = []
    statuses: set[int] = set()
    began = time.perf_counter()
    threads = [
        threading.Thread(target=ask, args=(port, requests[n:] + requests[:n], began + SECONDS, times, statuses))
        for n in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    if meanwhile is not None:
        time.sleep(SECONDS / 2)
        meanwhile()
    for thread in threads:
        thread.join()
    return Reads(name, len(times) / (time.perf_counter() - began), times, frozenset(statuses))


def searching(floor: Floor) -> bool:
    """Whether both are at work: the improvement, and the job that was asked for."""
    figures = floor.client.get("/metrics").text.splitlines()
    desk = floor.client.get("/readyz").json()["desks"][0]["doing"]
    return desk == "improving the plan" and "rejig_searches_at_work 1.0" in figures


def all_reads(orders: int) -> tuple[int, int, list[Reads]]:
    """(operations, machines, phases). Raises SystemExit where the server was not solving when it should have been."""
    folder = beside.generated_plant("gear", orders, 1, True)
    with tempfile.TemporaryDirectory() as place, server(Path(place) / "data") as (client, _):
        floor = Floor(client, "bench")
        floor.load(folder, 0.0)
        port = client.base_url.port or 80
        machines = floor.busiest()
        head = "GET /v1/plants/bench/dispatch-lists/{} HTTP/1.1\r\nhost: x\r\n{}\r\n"
        whole = [head.format(quote(machine), "").encode() for machine in machines]
        measure("first", port, whole)  # what is compiled or imported in the background at the start
        found = [measure("whole, at rest", port, whole)]
        client.patch(floor.path, json={"policy": {"improve_seconds": 120}}).raise_for_status()
        client.post(f"{floor.path}/plans", json={"time_limit_seconds": 120}).raise_for_status()

        def breakdown() -> None:
            event, _ = floor.happen("machine.down", machine=machines[0])
            client.post(f"{floor.path}/events", json=event).raise_for_status()
            floor.settled(client.get(floor.path).json()["revision"])

        breakdown()
        until = time.monotonic() + 30
        while not searching(floor):
            time.sleep(0.1)
            if time.monotonic() > until:
                raise SystemExit("it does not solve, so there is nothing to measure")
        found.append(measure("whole, solving, a breakdown meanwhile", port, whole, breakdown))
        etags = {machine: floor.etag(machine) for machine in machines}
        polled = [head.format(quote(m), f"if-none-match: {e}\r\n").encode() for m, e in etags.items()]
        found.append(measure("unchanged (304), solving", port, polled))
        if not searching(floor):
            raise SystemExit("it had ended solving before the last read")
        return floor.plant()["operations"], len(machines), found


def told(reads: Sequence[Reads]) -> str:
    headers = ["reads", "count", "statuses", "per second", "p50 ms", "p95 ms", "p99 ms"]
    rows = [
        [r.name, len(r.times), ", ".join(map(str, sorted(r.statuses))), number(r.rate)]
        + [number(r.ms(p), 1) for p in (50, 95, 99)]
        for r in reads
    ]
    return markdown(headers, rows)


def rows_of(operations: int, reads: Sequence[Reads]) -> list[Row]:
    _, solving, unchanged = reads
    about = f"dispatch-list reads at {operations:,} operations while solving"
    note = f"{CONNECTIONS} clients, a breakdown meanwhile; 304 {unchanged.rate:,.0f}/s"
    return [
        Row(f"{about}: per second", solving.rate, 200.0, 1000.0, "", 0, more_is_better=True, note=note),
        Row(f"{about}: p99", solving.ms(99), 100.0, 30.0, "ms", 0, note=f"304 {unchanged.ms(99):.0f} ms"),
    ]


def list_read_rows(orders: int = 2000) -> tuple[list[Row], str]:
    """Two rows of the table of targets, reads per second and their 99th percentile; all phases, for people."""
    operations, machines, reads = all_reads(orders)
    return rows_of(operations, reads), f"{machines} machines, {CONNECTIONS} connections.\n\n{told(reads)}"
