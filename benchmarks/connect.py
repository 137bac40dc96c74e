"""How long a large import takes: `python -m benchmarks.connect [--quick]`.

A plant of 2,000 routings with five operations each gets a list of 100,000 orders, 500,000 operations, as a CSV file in
a hot folder; then the same list again, and the list with 100 changed due dates. Read by the product's own connection,
compared, posted and stored in SQLite, in a process of its own, whose peak of memory counts. No desk is at work beside.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.kept import keep, when_and_where
from benchmarks.surroundings import RESULTS
from benchmarks.targets import Row, table
from scheduler.bootstrap import build_adapters, build_services
from scheduler.connect.configuration import ConnectionTable
from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.minutes import to_minute
from scheduler.domain.orders import Material
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from scheduler.settings import Settings
from scheduler.usecases.connections import Connections

ORDERS, QUICK = 100_000, 5_000
ROUTINGS, STEPS, MACHINES = 2_000, 5, 60
CHANGED = 100
MONDAY = dt.datetime(2026, 3, 2, 6, 0)
HEADER = ["order", "material", "quantity", "due", "priority", "customer"]


def plant() -> PlantState:
    """Machines of one shift, a routing for each material, no order."""
    zone = ZoneInfo("Europe/Berlin")
    shift = Calendar("day", tuple(WeeklyWindow(day, 360, 1320) for day in range(5)))
    machines = [Machine(f"M-{n:02d}", f"center-{n % 12}", "day") for n in range(MACHINES)]
    chance = random.Random(1)
    routings = [
        Routing(
            f"P-{n:04d}",
            tuple(
                Operation(
                    10 * step,
                    predecessors=(10 * (step - 1),) if step > 1 else (),
                    machines=(EligibleMachine(chance.choice(machines).name, 1.0),),
                )
                for step in range(1, STEPS + 1)
            ),
        )
        for n in range(ROUTINGS)
    ]
    return PlantState(
        name="large",
        zone=zone,
        now=to_minute(MONDAY, zone),
        horizon_days=365,
        calendars={"day": shift},
        machines={m.name: m for m in machines},
        materials={r.name: Material(r.name) for r in routings},
        routings={r.name: r for r in routings},
    )


def rows(orders: int) -> list[list[str]]:
    chance = random.Random(2)
    return [
        [
            f"MO-{n:06d}",
            f"P-{chance.randrange(ROUTINGS):04d}",
            str(chance.randint(1, 40)),
            f"{MONDAY + dt.timedelta(days=chance.randint(3, 300)):%Y-%m-%d}",
            str(chance.randint(1, 9)),
            f"C-{chance.randrange(300)}",
        ]
        for n in range(orders)
    ]


def imported(orders: int) -> dict[str, float]:
    """Seconds of each import, the events of each, and megabytes at the peak; in this process."""
    with tempfile.TemporaryDirectory(prefix="rejig-connect-") as name:
        folder = Path(name)
        (folder / "erp" / "in").mkdir(parents=True)
        services = build_services(Settings(data=folder / "data", workers=1, desks=False))
        tools = services.tools
        tools.ledger.load_plant("large", plant(), tools.clock())
        link = ConnectionTable(name="erp", kind="folder", plant="large", address=str(folder / "erp"), reads=["orders"])
        connections = Connections(tools, build_adapters([link]))
        connections.keep()
        adapter = connections.adapter("erp")
        found: dict[str, float] = {}
        listed, moment = rows(orders), time.time() - 1000
        for step in ("first", "again", "delta"):
            if step == "delta":
                for row in random.Random(3).sample(listed, CHANGED):
                    row[3] = f"{MONDAY + dt.timedelta(days=301):%Y-%m-%d}"
            file = folder / "erp" / "in" / f"orders-{step}.csv"
            with file.open("w", newline="") as out:
                csv.writer(out).writerows([HEADER, *listed])
            moment += 10
            os.utime(file, (moment, moment))
            connections.read(adapter)  # a file is whole when it did not change between two looks
            before, _ = tools.ledger.state("large")
            began = time.perf_counter()
            connections.read(adapter)
            found[step] = time.perf_counter() - began
            after, state = tools.ledger.state("large")
            found[f"{step} events"] = after - before
            found[f"{step} orders"] = len(state.orders)
        found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        connections.close()
        services.close()
    return found


def work(orders: int) -> list[Row]:
    code = f"from benchmarks.connect import imported; import json; print(json.dumps(imported({orders})))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    assert found["first events"] == found["first orders"] == orders, found
    assert (found["again events"], found["delta events"]) == (0, CHANGED), found
    what = f"{orders:,} orders with {orders * STEPS:,} operations"
    return [
        Row(f"import of {what}", found["first"], 60, 30, "s", 1),
        Row("the same list again: no event", found["again"], 20, 10, "s", 1),
        Row(f"the list with {CHANGED} changed due dates", found["delta"], 20, 10, "s", 1, note=f"{CHANGED} events"),
        Row("memory at the peak", found["peak"], 1500, 1000, "MB", 0),
    ]


def page(kept: dict[str, dict[str, object]]) -> str:
    return f"# Connections\n\n{__doc__}\n" + "".join(str(said["text"]) for said in kept.values()) + when_and_where(kept)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.connect", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} orders in place of {ORDERS:,}")
    ask = parser.parse_args(arguments)
    began = time.perf_counter()
    found = work(QUICK if ask.quick else ORDERS)
    print(table(found))
    if not ask.quick:
        content = {
            "took": round(time.perf_counter() - began, 1),
            "settings": {"orders": ORDERS},
            "rows": [asdict(row) for row in found],
            "text": table(found),
        }
        keep(RESULTS, "connect", ["import"], "import", content, page)


if __name__ == "__main__":
    main()
