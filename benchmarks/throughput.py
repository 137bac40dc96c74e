"""How many events a server takes: one by one, in batches, and in a storm.

SQLite, one server in a process of its own, lean clients that keep their connection, in this process.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import surroundings as beside
from benchmarks.served import Floor, server
from benchmarks.targets import Row
from benchmarks.writing import percentile

CLIENTS = 8
JSON = {"content-type": "application/json"}


@contextmanager
def floor(orders: int, mode: str, improve: float) -> Iterator[Floor]:
    """A gear plant midway, loaded; planned once where the mode is auto."""
    with tempfile.TemporaryDirectory() as place, server(Path(place) / "data") as (client, _):
        opened = Floor(client, "bench")
        if mode == "auto":
            opened.load(beside.generated_plant("gear", orders, 1, True), improve)
        else:
            folder = beside.generated_plant("gear", orders, 1, True)
            client.put(opened.path, content=beside.zipped_folder(folder)).raise_for_status()
        time.sleep(2.0)  # what is compiled or imported in the background at the start
        yield opened


def together(
    clients: int, seconds: float, call: Callable[[http.client.HTTPConnection, int, int], int], port: int
) -> Any:
    """(done per second, sorted seconds of each call); `call(connection, client, n)` says how many it has done."""
    done = [0] * clients
    took: list[float] = []
    until = time.perf_counter() + seconds

    def work(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        n = 0
        while (began := time.perf_counter()) < until:
            n += 1
            done[client] += call(connection, client, n)
            took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - began), sorted(took)


def events(floor: Floor, name: str, count: int) -> list[dict[str, Any]]:
    """So many that say of a machine how fast it is."""
    machines = floor.busiest() or [m["machine"] for m in floor.client.get(f"{floor.path}/machines").json()["machines"]]
    now = dt.datetime.fromisoformat(floor.plant()["now"]).isoformat()
    return [
        {
            "specversion": "1.0", "id": f"{name}-{n}", "source": "/bench", "type": "machine.speed", "time": now,
            "data": {"machine": machines[n % len(machines)], "efficiency": 1.0 + n % 3 / 100},
        }
        for n in range(count)
    ]  # fmt: skip


def accepted_rows(batch: int, must: float, aim: float, seconds: float = 5.0) -> list[Row]:
    with floor(200, "observe", 0.0) as opened:
        port, path = opened.client.base_url.port, f"{opened.path}/events"
        model = events(opened, "x", batch)

        def call(connection: http.client.HTTPConnection, client: int, n: int) -> int:
            several = [{**event, "id": f"{client}-{n}-{i}"} for i, event in enumerate(model)]
            connection.request("POST", path, json.dumps(several if batch > 1 else several[0]), JSON)
            accepted = len(json.loads(connection.getresponse().read())["accepted"])
            assert accepted == batch
            return accepted

        rate, took = together(CLIENTS, seconds, call, port or 80)
    form = f"batches of {batch}" if batch > 1 else "single POSTs"
    note = f"p95 {1000 * (percentile(took, 95) or 0):.0f} ms"
    return [Row(f"events/s, {form}, {CLIENTS} clients", rate, must, aim, "", 0, more_is_better=True, note=note)]


def storm_rows(count: int = 400, seconds: float = 10.0) -> list[Row]:
    """From the last answer until the plan in force knows every event."""
    with floor(200, "auto", 1.0) as opened:
        began = time.perf_counter()
        for n, event in enumerate(events(opened, "storm", count)):
            time.sleep(max(0.0, began + n * seconds / count - time.perf_counter()))
            revision = opened.client.post(f"{opened.path}/events", json=event).json()["revision"]
        last = time.perf_counter()
        opened.settled(revision)
        behind = time.perf_counter() - last
        plans = opened.client.get(f"{opened.path}/plans", params={"limit": 500}).json()["plans"]
    note = f"{count} events in {last - began:.1f} s, {len(plans)} plan versions"
    return [
        Row(f"{count} events in {seconds:g} s: in the plan in force after the last", behind, 5.0, 1.0, "s", note=note)
    ]
