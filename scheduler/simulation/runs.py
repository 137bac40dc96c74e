"""Futures played through under one policy after the other."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import httpx
import simpy

from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plant import PlantState
from scheduler.ingest import ContractFiles, scenario_zip
from scheduler.ports import Planner
from scheduler.simulation.atc import Atc
from scheduler.simulation.disturbances import let_happen
from scheduler.simulation.future import Dials, Future
from scheduler.simulation.lists import DispatchLists
from scheduler.simulation.mes import Mes
from scheduler.simulation.outcome import Outcome, outcome
from scheduler.simulation.right_shift_policy import RightShiftPolicy
from scheduler.simulation.shop import ControlPolicy, Shop
from scheduler.simulation.story import story

POLICIES = ("atc", "right-shift", "rejig")
FIRST_ITERATIONS, IMPROVE_ITERATIONS = 200_000, 5_000
DAYS_BEHIND = 60
"""The simulation ends so long after the last due date at the latest."""


def play(state: PlantState, future: Future, policy: ControlPolicy, until: Minute | None = None) -> Shop:
    """Until every order has ended; at the latest at the end of the minute `until`, None: 60 days after the last due
    date."""
    last = last_minute(state)
    env = simpy.Environment(initial_time=state.now)
    shop = Shop(env, state, future, policy, last)
    let_happen(shop)
    while not shop.finished() and env.peek() < (last if until is None else until + 1):
        env.step()
    policy.hear(shop.take_reports())
    return shop


def last_minute(state: PlantState) -> Minute:
    return max([state.now, *(o.due for o in state.orders.values())]) + DAYS_BEHIND * DAY


@dataclass(slots=True)
class Comparison:
    """A plant and a server to play its futures on.

    first_iterations : what each search for the first plan tries, which `right-shift` keeps and `rejig` begins with.
    improve_iterations : the same after each disturbance. Not seconds: what is delivered is a function of the seed,
        however
    busy the computer is.   with_story : the demo's story in place of what `dials` make happen.   until : it ends there,
    None: with the last order. Orders that have not ended by then count as the plan has them.
    """

    state: PlantState
    dials: Dials
    plant: str
    first_iterations: int = FIRST_ITERATIONS
    improve_iterations: int = IMPROVE_ITERATIONS
    planner: Planner | None = None
    http: httpx.Client | None = None
    with_story: bool = False
    until: Minute | None = None
    _planned: PlantState | None = field(default=None, init=False)
    _zip: bytes = b""

    def outcomes(self, policies: Sequence[str], seeds: Sequence[int]) -> Iterator[Outcome]:
        """Future by future, policy by policy."""
        for seed in seeds:
            for policy in policies:
                future = story(self.state, seed) if self.with_story else Future(self.state, seed, self.dials)
                yield self.outcome(policy, future)

    def outcome(self, policy: str, future: Future) -> Outcome:
        began = time.perf_counter()
        if policy == "atc":
            return outcome(policy, play(self.state, future, Atc(), self.until), time.perf_counter() - began)
        first = self._first_plan()
        if policy == "right-shift":
            assert self.planner is not None
            kept = RightShiftPolicy(first, first.plan, self.planner)
            shop = play(self.state, future, kept, self.until)
            return outcome(policy, shop, time.perf_counter() - began, expected=kept.expected(shop.now))
        mes = self._mes(future.seed)
        mes.begin(self._zip, self.improve_iterations)
        lists = DispatchLists(mes)
        shop = play(self.state, future, lists, self.until)
        lists.send_reports()
        expected = mes.expected_ends()
        mes.rest()
        return outcome(policy, shop, time.perf_counter() - began, mes, expected)

    def _first_plan(self) -> PlantState:
        """The plant with its first plan in force, as the server makes it; made once."""
        if self._planned is None:
            mes = self._mes("first")
            mes.begin(scenario_zip(replace(self.state, plan=())), self.first_iterations)
            self._zip = mes.scenario()
            mes.rest()
            self._planned = ContractFiles().read(self._zip).state
        return self._planned

    def _mes(self, future: object) -> Mes:
        """For a plant of its own: the seed of a search is the revision of the log, which begins anew with each."""
        assert self.http is not None
        run = f"{uuid.uuid4().hex[:8]}-"
        return Mes(self.http, f"{self.plant}-{future}", self.state.zone, run, confirms=False)
