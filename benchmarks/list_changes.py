"""How soon a dispatch list changes after an event.

A real server in a process of its own, a plant in the middle of its work in mode `auto`. Machines go down and come back
over HTTP; the time counts from the POST until a long poll of the machine's dispatch list answers with a new ETag, by a
plan that knows of the event. In between the referee judges the plan in force on the plant as the server writes it out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import surroundings as beside
from benchmarks.served import Floor, server
from benchmarks.targets import Row
from benchmarks.writing import markdown, number, percentile

TARGETS = ((200, 250.0, 60.0), (2000, 900.0, 250.0))  # orders, ms that must be reached and that are aimed at
QUICK_TARGETS = ((30, 250.0, 60.0),)
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


def change_rows(quick: bool = False) -> tuple[list[Row], str, list[str]]:
    """(a row of the table of targets per size, what was measured for people, what the referee has refused)."""
    found = []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as tick:
        for orders, must, aim in QUICK_TARGETS if quick else TARGETS:
            rounds, every, improve = (3, 1, 0.5) if quick else (20, 5, 2.0)
            found.append((measure("gear", orders, rounds, every, improve, tick), must, aim))
    rows = []
    for m, must, aim in found:
        worst = percentile(m.down, 95)
        note = f"{len(m.down)} breakdowns, median {1000 * (percentile(m.down, 50) or 0):,.0f} ms"
        name = f"POST breakdown → changed dispatch list, p95, {m.operations:,} operations"
        rows.append(Row(name, None if worst is None else 1000 * worst, must, aim, "ms", 0, note=note))
    measured = [m for m, _, _ in found]
    return rows, table(measured), [f"{m.plant} {fault}" for m in measured for fault in m.refused]
