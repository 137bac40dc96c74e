"""How many dispatch lists a server answers while it solves: `python -m benchmarks.list_reads [--orders 2000]`.

A real server with 10,000 operations searches for a plan; eight connections ask for the lists of all machines in turn,
first whole, then with If-None-Match as a MES polls. The client is as thin as it can be, for it has the same two cores.
"""

from __future__ import annotations

import argparse
import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from benchmarks import surroundings as beside
from benchmarks.events import Floor, percentile, server
from benchmarks.writing import markdown, number

CONNECTIONS = 8


def ask(port: int, requests: Sequence[bytes], reads: int, times: list[float], statuses: set[int]) -> None:
    """`reads` calls one after the other over one connection, through the requests in turn."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in range(reads):
            began = time.perf_counter()
            line.sendall(requests[n % len(requests)])
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


def measure(port: int, requests: Sequence[bytes], reads: int) -> tuple[float, list[float], set[int]]:
    """(reads per second, seconds of each, statuses)."""
    times: list[float] = []
    statuses: set[int] = set()
    threads = [
        threading.Thread(target=ask, args=(port, requests[n:] + requests[:n], reads // CONNECTIONS, times, statuses))
        for n in range(CONNECTIONS)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.perf_counter() - began), times, statuses


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.list_reads", description=__doc__)
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--reads", type=int, default=8000)
    given = parser.parse_args(arguments)
    beside.need_shared()
    folder = beside.generated_plant("gear", given.orders, 1, True)
    rows = []
    with tempfile.TemporaryDirectory() as place, server(Path(place) / "data") as (client, _):
        floor = Floor(client, "bench")
        floor.load(folder, 0.0)
        port = client.base_url.port or 80
        etags = {machine: floor.etag(machine) for machine in floor.busiest()}
        head = "GET /v1/plants/bench/dispatch-lists/{} HTTP/1.1\r\nhost: x\r\n{}\r\n"
        whole = [head.format(quote(machine), "").encode() for machine in etags]
        polled = [head.format(quote(m), f"if-none-match: {e}\r\n").encode() for m, e in etags.items()]
        for name, requests, solving in (
            ("whole, at rest", whole, False),
            ("whole, solving", whole, True),
            ("unchanged (304), solving", polled, True),
        ):
            if solving:
                client.post("/v1/plants/bench/plans", json={"time_limit_seconds": 60})
                time.sleep(1.0)
            rate, times, statuses = measure(port, requests, given.reads)
            figures = [number(1000 * (percentile(times, p) or 0.0), 1) for p in (50, 95, 99)]
            rows.append([name, len(times), ", ".join(map(str, sorted(statuses))), number(rate), *figures])
        size = floor.plant()["operations"]
    print(f"{size} operations, {len(etags)} machines, {CONNECTIONS} connections, SQLite\n")
    print(markdown(["reads", "count", "statuses", "per second", "p50 ms", "p95 ms", "p99 ms"], rows))


if __name__ == "__main__":
    main()
