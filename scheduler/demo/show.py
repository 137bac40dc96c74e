"""The demo from the first line to the last: server, plant, plan, floor, and everything ended again."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx
import simpy

from scheduler.commands import child
from scheduler.commands.warm import make_warm
from scheduler.demo.floor import Floor, Wait
from scheduler.demo.mes import Mes, Refused
from scheduler.demo.onlooker import Onlooker, plan_words
from scheduler.demo.sample import sample_plant
from scheduler.demo.trouble import Trouble
from scheduler.domain.minutes import spoken
from scheduler.errors import BadRequest
from scheduler.ingest import read_scenario, scenario_zip

HOST = "127.0.0.1"
PORTS_TRIED = 50
SERVER_SECONDS = 90.0
PLAN_SECONDS = 60.0
LOOK_SECONDS = 0.4
TICK_MINUTES = 60
IMPROVE_SECONDS = 3.0
NIGHT_HURRIES = 20
"""How much faster time runs while the whole plant is closed."""


class Show:
    """One run. seconds : how long the floor works, None: until Ctrl+C.   speed : plant minutes per second."""

    def __init__(
        self,
        seconds: float | None,
        port: int,
        ui_port: int,
        with_ui: bool,
        speed: float,
        seed: int,
        scenario: Path | None,
        data: Path | None,
    ) -> None:
        self._seconds, self._speed, self._seed = seconds, speed, seed
        self._wanted_port, self._wanted_ui_port, self._with_ui = port, ui_port, with_ui
        self._source = scenario or sample_plant()
        self._data = data
        self._onlooker = Onlooker()
        self._seen_plan: dict[str, Any] | None = None
        self._plans = 0
        self._troubles: list[float] = []

    def run(self) -> None:
        """Until the seconds are over or Ctrl+C; nothing that was started here outlives it."""
        with child.tidy_on_signals(), contextlib.suppress(KeyboardInterrupt):
            self._run()

    def _run(self) -> None:
        state = replace(read_scenario(self._source).state, plan=())
        say = self._onlooker.say
        say(f"Plant {state.name}: {len(state.machines)} machines, {len(state.orders)} orders.", "bold")
        make_warm()
        with self._onlooker, self._folder() as folder, self._server(folder) as address:
            with httpx.Client(base_url=address, timeout=30) as http, contextlib.suppress(KeyboardInterrupt):
                mes = Mes(http, self._source.stem, state.zone)
                say("Loading the plant and planning it.")
                mes.load(scenario_zip(state))
                mes.change(mode="auto", policy={"improve_seconds": IMPROVE_SECONDS})
                self._first_plan(mes)
                env = simpy.Environment(initial_time=state.now)
                floor = Floor(env, state, mes, Random(self._seed))
                self._play(env, floor)
                self._farewell(floor)
            say("Ending everything.")

    # -- the server ---------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _folder(self) -> Iterator[Path]:
        if self._data is not None:
            self._data.mkdir(parents=True, exist_ok=True)
            yield self._data
            return
        folder = Path(tempfile.mkdtemp(prefix="rejig-demo-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _server(self, folder: Path) -> Iterator[str]:
        """`rejig serve` as a child, with the screens; gives its address."""
        port = self._free_port(self._wanted_port, "API")
        arguments = ["serve", "--host", HOST, "--port", str(port), "--data", str(folder)]
        address, screens = f"http://{HOST}:{port}", ""
        if self._with_ui:
            ui_port = self._free_port(self._wanted_ui_port, "screens", not_this=port)
            arguments += ["--ui-port", str(ui_port)]
            screens = f"http://{HOST}:{ui_port}"
        else:
            arguments.append("--no-ui")
        self._onlooker.say(f"Starting the API on {address}" + (f" and the screens on {screens}" if screens else ""))
        log = folder / "server.log"
        with log.open("wb") as output:
            server = child.start("scheduler.cli", arguments, output=output, own_session=True)
        try:
            self._wait_for(f"{address}/readyz", server, log)
            self._onlooker.say(f"  API:     {address}/docs", "green")
            if screens:
                self._wait_for(f"{screens}/_stcore/health", server, log)
                self._onlooker.say(f"  Screens: {screens}   <- look here", "bold green")
            yield address
        finally:
            with child.undisturbed():
                child.end(server, with_group=True)

    def _free_port(self, wanted: int, what: str, not_this: int | None = None) -> int:
        for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
            if port != not_this and child.is_free(HOST, port):
                if port != wanted:
                    self._onlooker.say(
                        f"Port {wanted} is taken, so the {what} use{'s' if what == 'API' else ''} {port}."
                    )
                return port
        raise BadRequest(f"No free port from {wanted} on for the {what}; name another one", "--port")

    def _wait_for(self, address: str, server: subprocess.Popen[bytes], log: Path) -> None:
        until = time.monotonic() + SERVER_SECONDS
        while time.monotonic() < until:
            if server.poll() is not None:
                raise Refused(f"The server ended at once (status {server.returncode}). It said:\n{_tail(log)}")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(address, timeout=5).status_code == 200:
                    return
            time.sleep(0.1)
        raise Refused(f"{address} did not answer within {SERVER_SECONDS:g} s. The server said:\n{_tail(log)}")

    # -- the floor ----------------------------------------------------------------------------------------------------

    def _first_plan(self, mes: Mes) -> None:
        began = time.monotonic()
        while (plan := mes.current_plan()) is None:
            if time.monotonic() - began > PLAN_SECONDS:
                raise Refused(f"There was no plan after {PLAN_SECONDS:g} s")
            time.sleep(0.1)
        self._seen_plan = plan
        self._plans = 1
        self._onlooker.say(f"  in force after {time.monotonic() - began:.1f} s: {plan_words(plan, None)}", "green")

    def _play(self, env: simpy.Environment, floor: Floor) -> None:
        """Step the simulation at its pace."""
        state, onlooker = floor.twin, self._onlooker
        self._fetch_all(floor)
        Trouble(floor, Random(self._seed + 1), self._speed, lambda words: self._trouble(floor, words))
        env.process(self._ticks(floor))
        onlooker.say(f"The shop floor works; 1 second is {self._speed:g} minutes. Ctrl+C ends everything.", "bold")
        onlooker.show_bars(state)
        began = stepped = time.monotonic()
        looked = 0.0
        while self._seconds is None or time.monotonic() - began < self._seconds:
            now = time.monotonic()
            if now - looked >= LOOK_SECONDS:
                looked = now
                self._look(floor)
            if env.peek() == float("inf"):
                break
            pace = self._speed * (1 if floor.is_open() or floor.running() else NIGHT_HURRIES)
            wait = (env.peek() - env.now) / pace - max(0.0, time.monotonic() - stepped)
            if wait > 0:
                pause = min(wait, LOOK_SECONDS)
                time.sleep(pause)
                if pause < wait:
                    continue
            stepped = time.monotonic()
            env.step()

    def _ticks(self, floor: Floor) -> Wait:
        """The clock of the plant goes on where nothing else happens."""
        while True:
            yield floor.env.timeout(TICK_MINUTES)
            if floor.twin.now < floor.now:
                floor.report("clock.ticked")

    def _trouble(self, floor: Floor, words: str) -> None:
        self._troubles.append(time.time())
        self._onlooker.happens(floor.now, floor.twin, words, "bold yellow")

    def _look(self, floor: Floor) -> None:
        """See whether another plan is in force; if so, fetch the dispatch lists that it changes and tell of it."""
        mes, zone = floor.mes, floor.twin.zone
        before = self._seen_plan
        new = mes.plans_after(before["id"]) if before is not None else []
        changed = self._fetch_all(floor) if new else 0
        for plan in new:
            if before is not None and not _is_small_talk(plan):
                words = plan_words(plan, mes.compare(before["id"], plan["id"]))
                took = f"after {self._since_trouble(plan):.1f} s " if "repaired" in plan["cause"] else ""
                lists = f"; {changed} dispatch lists changed" if plan is new[-1] else ""
                self._onlooker.happens(floor.now, floor.twin, f"  {took}{words}{lists}", "green")
            before = self._seen_plan = plan
            self._plans += 1
        kpis = (self._seen_plan or {}).get("kpis", {})
        plan_number = (self._seen_plan or {}).get("id", "")
        self._onlooker.progress(
            floor.twin, spoken(floor.now, zone), f"plan {plan_number}, {kpis.get('late_orders', 0)} orders late"
        )

    def _since_trouble(self, plan: dict[str, Any]) -> float:
        """Seconds from the last trouble that was posted before the plan was stored."""
        stored = dt.datetime.fromisoformat(plan["created_at"]).timestamp()
        return stored - max((t for t in self._troubles if t <= stored), default=stored)

    def _fetch_all(self, floor: Floor) -> int:
        return sum(floor.mes.fetch_list(machine) for machine in sorted(floor.twin.machines))

    def _farewell(self, floor: Floor) -> None:
        done = sum(p.status == "done" for p in floor.twin.progress.values())
        mes = floor.mes
        self._onlooker.say(
            f"The floor posted {mes.posted} events and finished {done} operations; {self._plans} plans were in force; "
            f"{mes.fetched - mes.unchanged} of {mes.fetched} dispatch lists had changed when asked for."
        )
        for reason in mes.rejected:
            self._onlooker.say(f"  refused: {reason}", "red")


def _is_small_talk(plan: dict[str, Any]) -> bool:
    """Plans that only follow work a little early or late: too many to tell of."""
    return "operation." in plan["cause"] or "clock." in plan["cause"]


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-15:]) or "nothing"
