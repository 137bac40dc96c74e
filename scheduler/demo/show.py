"""The demo from the first line to the last: server, plant, plan, floor, and everything ended again."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import simpy

from scheduler.commands import child
from scheduler.commands.warm import make_warm
from scheduler.demo.onlooker import Onlooker, plan_words
from scheduler.demo.sample import sample_plant
from scheduler.demo.troubles import Told
from scheduler.demo.untouched import Untouched, saved_words
from scheduler.domain.minutes import iso, spoken
from scheduler.domain.plant import PlantState
from scheduler.ingest import ContractFiles, read_scenario, scenario_zip
from scheduler.planning.lists.describe_event import NAMES
from scheduler.simulation.disturbances import let_happen
from scheduler.simulation.lists import DispatchLists
from scheduler.simulation.mes import Mes, Refused
from scheduler.simulation.runs import last_minute
from scheduler.simulation.server import served
from scheduler.simulation.shop import Shop
from scheduler.simulation.story import main_shift, story
from scheduler.simulation.work import Wait
from scheduler.solving.planner import RejigPlanner

PLAN_SECONDS = 60.0
LOOK_SECONDS = 0.4
TICK_MINUTES = 60
IMPROVE_SECONDS = 12.0
"""Of search after each trouble; a third of the way to the next one at the default speed."""
SAVED_SECONDS = 16.0
"""So long after a trouble the onlooker is told what was saved: the search for it has ended by then."""
NIGHT_HURRIES = 10
"""How much faster time runs outside the main shift."""


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
        self._owed: float | None = None

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
                mes = Mes(http, self._source.stem, state.zone, run=f"demo-{time.time_ns():x}-")
                say("Loading the plant and planning it.")
                mes.load(scenario_zip(state))
                mes.change(mode="auto", policy={"improve_seconds": IMPROVE_SECONDS})
                self._first_plan(mes)
                untouched = Untouched(_planned(mes), story(state, self._seed), RejigPlanner())
                env = simpy.Environment(initial_time=state.now)
                told = Told(DispatchLists(mes, lockstep=False), state, lambda words: self._trouble(shop, words))
                shop = Shop(env, state, story(state, self._seed), told, last_minute(state))
                let_happen(shop)
                self._play(shop, mes, untouched)
                self._farewell(shop, mes, untouched)
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
        say = self._onlooker.say
        with served(folder, self._wanted_port, self._wanted_ui_port if self._with_ui else None, say) as (api, screens):
            say(f"  API:     {api}/docs", "green")
            if screens:
                say(f"  Screens: {screens}   <- look here", "bold green")
            yield api

    # -- the floor ----------------------------------------------------------------------------------------------------

    def _first_plan(self, mes: Mes) -> None:
        began = time.monotonic()
        while (plan := mes.current_plan()) is None:
            if time.monotonic() - began > PLAN_SECONDS:
                raise Refused(f"There was no plan after {PLAN_SECONDS:g} s")
            time.sleep(0.1)
        self._onlooker.say(f"  in force after {time.monotonic() - began:.1f} s: {plan_words(plan, None)}", "green")
        mes.settle(int(plan["revision"]))  # the floor begins, and doing nothing keeps, what has been improved
        self._seen_plan = plan = mes.current_plan() or plan
        self._plans = int(plan["id"])
        self._onlooker.say(f"  improved for {time.monotonic() - began:.1f} s: {plan_words(plan, None)}", "green")

    def _play(self, shop: Shop, mes: Mes, untouched: Untouched) -> None:
        """Step the simulation at its pace."""
        env, onlooker = shop.env, self._onlooker
        shift = main_shift(shop.state, shop.last)
        self._fetch_all(shop, mes)
        env.process(self._ticks(shop))
        onlooker.say(f"The shop floor works; 1 second is {self._speed:g} minutes. Ctrl+C ends everything.", "bold")
        onlooker.show_bars(shop)
        began = stepped = time.monotonic()
        looked = 0.0
        while self._seconds is None or time.monotonic() - began < self._seconds:
            now = time.monotonic()
            if now - looked >= LOOK_SECONDS:
                looked = now
                self._look(shop, mes)
                self._tell_saved(shop, untouched)
            if env.peek() == float("inf"):
                break
            pace = self._speed * (1 if shift.is_open(shop.now) else NIGHT_HURRIES)
            wait = (env.peek() - env.now) / pace - max(0.0, time.monotonic() - stepped)
            if wait > 0:
                pause = min(wait, LOOK_SECONDS)
                time.sleep(pause)
                if pause < wait:
                    continue
            stepped = time.monotonic()
            env.step()

    def _ticks(self, shop: Shop) -> Wait:
        """The clock of the plant goes on where nothing else happens."""
        while True:
            yield shop.env.timeout(TICK_MINUTES)
            shop.report("clock.ticked")

    def _trouble(self, shop: Shop, words: str) -> None:
        self._troubles.append(time.time())
        self._owed = self._owed or time.monotonic() + SAVED_SECONDS
        self._onlooker.happens(shop.now, shop.state, words, "bold yellow")

    def _tell_saved(self, shop: Shop, untouched: Untouched) -> None:
        """Some time after a trouble, what doing nothing would have cost until now."""
        if self._owed is None or time.monotonic() < self._owed or self._seen_plan is None:
            return
        self._owed = None
        self._say_saved(shop, untouched)

    def _say_saved(self, shop: Shop, untouched: Untouched) -> None:
        kpis = (self._seen_plan or {})["kpis"]
        words = saved_words(
            untouched.figures(shop.now), kpis["late_orders"], kpis["orders"], kpis["weighted_tardiness"]
        )
        self._onlooker.happens(shop.now, shop.state, f"  {words}", "cyan")

    def _look(self, shop: Shop, mes: Mes) -> None:
        """Post what has begun; where another plan is in force, fetch the dispatch lists that it changes and say so."""
        shop.policy.hear(shop.take_reports())
        before = self._seen_plan
        new = mes.plans_after(before["id"]) if before is not None else []
        changed = self._fetch_all(shop, mes) if new else 0
        for plan in new:
            if before is not None and not _is_small_talk(plan):
                words = plan_words(plan, mes.compare(before["id"], plan["id"]))
                took = f"after {self._since_trouble(plan):.1f} s " if "repaired" in plan["cause"] else ""
                lists = f"; {changed} dispatch lists changed" if plan is new[-1] else ""
                self._onlooker.happens(shop.now, shop.state, f"  {took}{words}{lists}", "green")
            before = self._seen_plan = plan
            self._plans += 1
        if new:
            shop.stir()
        kpis = (self._seen_plan or {}).get("kpis", {})
        plan_number = (self._seen_plan or {}).get("id", "")
        self._onlooker.progress(
            shop, spoken(shop.now, shop.state.zone), f"plan {plan_number}, {kpis.get('late_orders', 0)} orders late"
        )

    def _since_trouble(self, plan: dict[str, Any]) -> float:
        """Seconds from the last trouble that was posted before the plan was stored."""
        stored = dt.datetime.fromisoformat(plan["created_at"]).timestamp()
        return stored - max((t for t in self._troubles if t <= stored), default=stored)

    def _fetch_all(self, shop: Shop, mes: Mes) -> int:
        return sum(mes.fetch_list(machine) for machine in sorted(shop.works))

    def _farewell(self, shop: Shop, mes: Mes, untouched: Untouched) -> None:
        self._onlooker.say(
            f"The floor posted {mes.posted} events and finished {shop.finishes} operations; {self._plans} plans were "
            f"in force; {mes.fetched - mes.unchanged} of {mes.fetched} dispatch lists had changed when asked for."
        )
        self._say_saved(shop, untouched)
        self._onlooker.say(
            f"The same story, the clock standing still while Rejig thinks: rejig simulate {self._source} --story "
            f"--policy right-shift,rejig --seed {self._seed} --until {iso(shop.now, shop.state.zone)[:16]}"
        )
        for reason in mes.rejected:
            self._onlooker.say(f"  refused: {reason}", "red")


def _planned(mes: Mes) -> PlantState:
    """The plant with its first plan in force."""
    return ContractFiles().read(mes.scenario()).state


def _is_small_talk(plan: dict[str, Any]) -> bool:
    """Plans that only follow work a little early or late: too many to tell of."""
    return _SMALL.search(str(plan["cause"]).partition(": ")[0]) is not None


_SMALL = re.compile(
    "|".join(
        re.sub(r"\\{\w+\\}", r"\\S+", re.escape(words))
        for type, words in NAMES.items()
        if type.startswith(("operation.", "clock."))
    )
)
"""What the events of work and of time are called in the cause of a plan."""
