"""How soon a dispatch list changes after an event: `python -m benchmarks.events [--quick]`.

A real server in a process of its own, a plant in the middle of its work in mode `auto`. Machines go down and come back
over HTTP; the time counts from the POST until a long poll of the machine's dispatch list answers with a new ETag, by a
plan that knows of the event. In between the referee judges the plan in force on the plant as the server writes it out.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import surroundings as beside
from benchmarks.writing import markdown, number, write_results

PATIENCE_SECONDS = 180.0
OUTAGE_MINUTES = 240


@dataclass(slots=True)
class Measured:
    """Seconds from POST to a changed list, by type of event; verdicts of the referee; the server's peak memory."""

    plant: str
    operations: int
    first_plan_seconds: float
    down: list[float] = field(default_factory=list)
    up: list[float] = field(default_factory=list)
    posted: list[float] = field(default_factory=list)
    unchanged: int = 0
    judged: int = 0
    refused: list[str] = field(default_factory=list)
    peak_mb: float = 0.0


@contextlib.contextmanager
def server(data: Path) -> Iterator[tuple[httpx.Client, int]]:
    """`rejig serve` on a free port, ended with everything that it started; (client, its process id)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "scheduler.cli", "serve", "--port", str(port), "--data", str(data), "--no-ui"]
    log = (data.parent / "server.log").open("w")
    process = subprocess.Popen(command, cwd=beside.CHECKOUT, stdout=log, stderr=log, start_new_session=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client:
            until = time.monotonic() + PATIENCE_SECONDS
            while True:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"the server did not start:\n{(data.parent / 'server.log').read_text()}")
                with contextlib.suppress(httpx.HTTPError):
                    if client.get("/readyz").status_code == 200:
                        break
                time.sleep(0.1)
            yield client, process.pid
    finally:
        log.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Floor:
    """One plant on the server, and the events that happen to it."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self.client = client
        self.path = f"/v1/plants/{name}"
        self.sent = 0

    def load(self, folder: Path, improve_seconds: float) -> float:
        """Load, switch to auto, wait for the first plan in force; seconds from the switch to that."""
        self._ok(self.client.put(self.path, content=beside.zipped_folder(folder)))
        policy = {"improve_seconds": improve_seconds, "time_limit_seconds": max(1.0, improve_seconds)}
        began = time.perf_counter()
        self._ok(self.client.patch(self.path, json={"mode": "auto", "policy": policy}))
        self.settled(0)
        return time.perf_counter() - began

    def settled(self, revision: int) -> None:
        """Wait until the plan in force knows of every event."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            plant = self.plant()
            if plant["plan_in_force"] is not None and (plant["plan_in_force_revision"] or 0) >= max(1, revision):
                return
            time.sleep(0.05)
        raise SystemExit(f"no plan within {PATIENCE_SECONDS:g} s of revision {revision}")

    def plant(self) -> dict[str, Any]:
        return dict(self._ok(self.client.get(self.path)).json())

    def busiest(self) -> list[str]:
        """Machines with work on their lists, most of it first."""
        targets = self._ok(self.client.get(f"{self.path}/dispatch-lists")).json()["targets"]
        machines = [t for t in targets if t["kind"] == "machine" and t["operations"] > 1]
        return [t["target"] for t in sorted(machines, key=lambda t: (-t["operations"], t["target"]))]

    def etag(self, machine: str) -> str:
        return str(self._ok(self.client.get(f"{self.path}/dispatch-lists/{machine}")).headers["etag"])

    def happen(self, type: str, **data: Any) -> tuple[dict[str, Any], dt.datetime]:
        """The event a minute after the plant's now, as posted."""
        now = dt.datetime.fromisoformat(self.plant()["now"]) + dt.timedelta(minutes=1)
        self.sent += 1
        event = {"specversion": "1.0", "id": f"bench-{self.sent}", "source": "/bench", "type": type}
        return {**event, "time": now.isoformat(), "data": data}, now

    def time_event(self, machine: str, event: dict[str, Any], wait: float) -> tuple[float, float] | None:
        """(seconds until the POST is answered, seconds until the list has changed); None: it has not within `wait`."""
        before = self.etag(machine)
        done: dict[str, Any] = {}
        polling = threading.Event()
        posted = threading.Event()

        def poll() -> None:
            """Answered lists that came from a plan before the event are not the answer to it: ask on."""
            known = before
            with httpx.Client(base_url=self.client.base_url, timeout=PATIENCE_SECONDS) as own:
                until = time.monotonic() + wait
                while time.monotonic() < until:
                    polling.set()
                    left = max(0.1, min(30.0, until - time.monotonic()))
                    answer = own.get(
                        f"{self.path}/dispatch-lists/{machine}", params={"wait": left}, headers={"If-None-Match": known}
                    )
                    at = time.perf_counter()
                    if answer.status_code != 200:
                        continue
                    known = answer.headers["etag"]
                    posted.wait(PATIENCE_SECONDS)
                    plan = own.get(f"{self.path}/plans/{answer.json()['plan']}").json()
                    if plan["revision"] >= done["revision"]:
                        if not plan["cause"].startswith("improved"):
                            done["changed"] = at  # else the answer to the event left this list as it was
                        return

        thread = threading.Thread(target=poll)
        thread.start()
        polling.wait()
        time.sleep(0.2)  # so that the long poll is there before the event
        began = time.perf_counter()
        answer = self._ok(self.client.post(f"{self.path}/events", json=event)).json()
        answered = time.perf_counter() - began
        if answer["rejected"]:
            raise SystemExit(f"refused: {answer['rejected'][0]['reason']}")
        done["revision"] = answer["revision"]
        posted.set()
        thread.join()
        self.settled(answer["revision"])
        return (answered, done["changed"] - began) if "changed" in done else None

    def judge(self, folder: Path) -> str | None:
        """What the referee has against the plan in force; None: nothing."""
        content = self._ok(self.client.get(f"{self.path}/scenario")).content
        written = beside.unzipped(content, folder)
        verdict = beside.judged(written, written / "plan.csv")
        return None if verdict.feasible else ", ".join(f"{k} x{v}" for k, v in verdict.violations.items())

    @staticmethod
    def _ok(answer: httpx.Response) -> httpx.Response:
        if answer.is_error:
            raise SystemExit(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}")
        return answer


def measure(family: str, orders: int, rounds: int, judge_every: int, improve: float, tick: Progress) -> Measured:
    """`rounds` times a machine goes down for four hours and comes back a minute later."""
    folder = beside.generated_plant(family, orders, 1, True)
    task = tick.add_task(f"{family} {orders}", total=2 * rounds)
    with tempfile.TemporaryDirectory() as place, server(Path(place) / "data") as (client, pid):
        floor = Floor(client, "bench")
        first = floor.load(folder, improve)
        plant = floor.plant()
        found = Measured(f"{family} {orders} #1 midway", plant["operations"], round(first, 3))
        machines = floor.busiest()
        for number_of in range(rounds):
            machine = machines[number_of % len(machines)]
            for kind, kept in (("machine.down", found.down), ("machine.up", found.up)):
                event, now = floor.happen(kind, machine=machine)
                if kind == "machine.down":
                    event["data"]["expected_up"] = (now + dt.timedelta(minutes=OUTAGE_MINUTES)).isoformat()
                times = floor.time_event(machine, event, 30.0)
                if times is None:
                    found.unchanged += 1
                else:
                    found.posted.append(round(times[0], 4))
                    kept.append(round(times[1], 4))
                time.sleep(improve)  # what is improved in the background would change the list on its own account
                tick.advance(task)
            if (number_of + 1) % judge_every == 0 or number_of + 1 == rounds:
                fault = floor.judge(Path(place) / f"written-{number_of}")
                found.judged += 1
                if fault:
                    found.refused.append(f"after event {floor.sent}: {fault}")
        found.peak_mb = _peak_mb(pid)
    return found


def _peak_mb(pid: int) -> float:
    """Most memory resident of the server's own process so far."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def percentile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    return values[0] if len(values) == 1 else statistics.quantiles(values, n=100, method="inclusive")[int(share) - 1]


def table(measured: Sequence[Measured]) -> str:
    headers = [
        "plant", "operations", "events", "down p50 s", "down p95 s", "up p50 s", "up p95 s", "POST p50 ms",
        "list unchanged", "referee", "first plan s", "server peak MB",
    ]  # fmt: skip
    rows = [
        [
            m.plant,
            number(m.operations),
            len(m.down) + len(m.up) + m.unchanged,
            number(percentile(m.down, 50), 3),
            number(percentile(m.down, 95), 3),
            number(percentile(m.up, 50), 3),
            number(percentile(m.up, 95), 3),
            number(1000 * (percentile(m.posted, 50) or 0.0)),
            m.unchanged,
            f"accepts all {m.judged}" if not m.refused else f"refuses {len(m.refused)} of {m.judged}",
            number(m.first_plan_seconds, 2),
            number(m.peak_mb),
        ]
        for m in measured
    ]
    return markdown(headers, rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="gear 30, three rounds")
    parser.add_argument("--family", default="gear")
    parser.add_argument("--orders", nargs="*", type=int, default=[200, 2000])
    parser.add_argument("--rounds", type=int, default=20, help="machine.down and machine.up, each so many times")
    parser.add_argument("--judge-every", type=int, default=5, help="rounds between two verdicts of the referee")
    parser.add_argument("--improve", type=float, default=2.0, help="seconds to improve a repaired plan")
    parser.add_argument("--out", type=Path, help="where results go; default benchmarks/results, with --quick nowhere")
    ask, _ = parser.parse_known_args(arguments)
    beside.need_shared()
    if ask.quick:
        ask.orders, ask.rounds, ask.judge_every, ask.improve = [30], 3, 1, 0.5
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        found = [
            measure(ask.family, orders, ask.rounds, ask.judge_every, ask.improve, progress) for orders in ask.orders
        ]
    text = table(found)
    print(text)
    out = ask.out or (None if ask.quick else beside.RESULTS)
    if out is not None:
        settings = {"improve": f"{ask.improve:g} s", "outage": f"{OUTAGE_MINUTES} min", "database": "SQLite"}
        heading = (
            "# Events\n\nSeconds from `POST …/events` to a changed dispatch list of the machine (long poll, new ETag, "
            "by a plan that knows of the event), in mode `auto`.\n\n"
        )
        write_results(out, "events", [asdict(m) for m in found], settings, heading + text)
        console.print(f"Written: {out / 'events.md'}")
    for fault in (f"{m.plant} {fault}" for m in found for fault in m.refused):
        console.print(f"[red]not accepted: {fault}")
    if any(m.refused for m in found):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
