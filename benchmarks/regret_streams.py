"""The plan in force of a busy plant: of the demo, and in a storm. States are saved, and planned anew afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from benchmarks import surroundings as beside
from benchmarks.regret_case import Regret, floor_of, regret_of
from benchmarks.regret_desks import NAME, DeskServed, read_written
from benchmarks.served import free_port, server
from benchmarks.ten_events import KINDS, happening
from scheduler.demo.sample import SAMPLE
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario
from scheduler.ports import PlanRequest

LIVE_SECONDS, LIVE_EVERY = 240, 30
STORM_SECONDS, STORM_EVERY = 60, 15
STORM_ORDERS = 200
"""Of a gear plant: 1,100 operations."""
START_SECONDS = 180.0

Saved = tuple[str, bytes]
"""When, in words, and the plant with its plan in force as a zip."""


def regrets_of(plant: str, saved: Sequence[Saved], fresh: PlanRequest, keep: Path | None = None) -> Iterator[Regret]:
    """Each of the saved states. keep : where they stay, as folders."""
    floor: float | None = None
    with tempfile.TemporaryDirectory() as place:
        for number, (when, content) in enumerate(saved, 1):
            state, judge = read_written(content, (keep or Path(place)) / f"{plant}-{number}")
            floor = floor_of(state) if floor is None else floor
            yield regret_of(state, plant, when, floor, fresh, judge)


def storm(seed: int, seconds: int = STORM_SECONDS, every: int = STORM_EVERY) -> list[Saved]:
    """One event a second that asks for a search; the clock of the plant stands, as a minute is long."""
    state = read_scenario(beside.generated_plant("gear", STORM_ORDERS, seed, True)).state
    saved: list[Saved] = []
    with tempfile.TemporaryDirectory() as place, server(Path(place) / "data") as (http, _):
        desk = DeskServed(http, state, Path(place))
        stream = storm_events(desk.state()[0], seed)
        began = time.monotonic()
        for second in range(1, seconds + 1):
            desk.post(next(stream))
            time.sleep(max(0.0, began + second - time.monotonic()))
            if second % every == 0:
                saved.append((f"after {second} s", current(http, NAME)))
    return saved


def storm_events(state: PlantState, seed: int) -> Iterator[list[Event]]:
    """One thing after the other that can happen, without end."""
    turn = 0
    while True:
        turn += 1
        for kind in KINDS:
            events = happening(state, kind, 1000 * seed + turn, state.now)
            for event in events:
                state = fold_event(state, event)
            if events:
                yield events


def live(seed: int, seconds: int = LIVE_SECONDS, every: int = LIVE_EVERY) -> list[Saved]:
    """The demo at its default speed, without screens."""
    port = free_port()
    options = ("--no-ui", "--seconds", str(seconds + every), "--port", str(port), "--seed", str(seed))
    with tempfile.TemporaryDirectory() as place, (Path(place) / "demo.log").open("w+") as log:
        demo = subprocess.Popen(
            [sys.executable, "-m", "scheduler.cli", "demo", *options],
            cwd=beside.CHECKOUT, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
                try:
                    return _saved(http, seconds, every)
                except httpx.HTTPError as error:
                    log.seek(0)
                    raise SystemExit(f"the demo does not answer: {error}\n{log.read()[-2000:]}") from None
        finally:
            demo.send_signal(signal.SIGINT)
            try:
                demo.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(demo.pid, signal.SIGKILL)
                demo.wait()


def _saved(http: httpx.Client, seconds: int, every: int) -> list[Saved]:
    path = f"/v1/plants/{SAMPLE}"
    until = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer = http.get(path)
            if answer.status_code == 200 and answer.json()["plan_in_force"] is not None:
                break
        if time.monotonic() > until:
            raise SystemExit(f"the demo has no plan after {START_SECONDS:g} s")
        time.sleep(0.2)
    began, saved = time.monotonic(), []
    for second in range(every, seconds + 1, every):
        time.sleep(max(0.0, began + second - time.monotonic()))
        saved.append((f"after {second} s", current(http, SAMPLE)))
    return saved


def current(http: httpx.Client, plant: str) -> bytes:
    """The plant, as a zip, at a moment in which the plan in force knows of every event."""
    path = f"/v1/plants/{plant}"
    until = time.monotonic() + 10.0
    while True:
        before = http.get(path).raise_for_status().json()
        content = http.get(f"{path}/scenario").raise_for_status().content
        after = http.get(path).raise_for_status().json()
        known = {
            before["revision"],
            after["revision"],
            before["plan_in_force_revision"],
            after["plan_in_force_revision"],
        }
        if len(known) == 1 or time.monotonic() > until:
            return content
        time.sleep(0.05)
