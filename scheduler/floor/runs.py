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
from scheduler.floor.atc import Atc
from scheduler.floor.future import Dials, Future
from scheduler.floor.happenings import let_happen
from scheduler.floor.kept import KeptPlan
from scheduler.floor.lists import DispatchLists
from scheduler.floor.mes import Mes
from scheduler.floor.outcome import Outcome, outcome
from scheduler.floor.shop import Policy, Shop
from scheduler.ingest import ContractFiles, scenario_zip
from scheduler.ports import Planner

POLICIES = ("atc", "right-shift", "rejig")
DAYS_BEHIND = 60
"""The simulation ends so long after the last due date at the latest."""


def play(state: PlantState, future: Future, policy: Policy) -> Shop:
    """Until every order has ended; at the latest 60 days after the last due date."""
    last = last_minute(state)
    env = simpy.Environment(initial_time=state.now)
    shop = Shop(env, state, future, policy, last)
    let_happen(shop)
    while not shop.finished() and env.peek() < last:
        env.step()
    policy.hear(shop.take_reports())
    return shop


def last_minute(state: PlantState) -> Minute:
    return max([state.now, *(o.due for o in state.orders.values())]) + DAYS_BEHIND * DAY


@dataclass(slots=True)
class Comparison:
    """A plant and a server to play its futures on.

    first_seconds : to improve the first plan, which `right-shift` keeps and `rejig` begins with.   improve_seconds : to
    improve it after each disturbance.
    """

    state: PlantState
    dials: Dials
    plant: str
    first_seconds: float = 5.0
    improve_seconds: float = 0.5
    planner: Planner | None = None
    http: httpx.Client | None = None
    _planned: PlantState | None = field(default=None, init=False)
    _zip: bytes = b""

    def outcomes(self, policies: Sequence[str], seeds: Sequence[int]) -> Iterator[Outcome]:
        """Future by future, policy by policy."""
        for seed in seeds:
            for policy in policies:
                yield self.outcome(policy, Future(self.state, seed, self.dials))

    def outcome(self, policy: str, future: Future) -> Outcome:
        began = time.perf_counter()
        if policy == "atc":
            return outcome(policy, play(self.state, future, Atc()), time.perf_counter() - began)
        first = self._first_plan()
        if policy == "right-shift":
            assert self.planner is not None
            kept = KeptPlan(first, first.plan, self.planner)
            return outcome(policy, play(self.state, future, kept), time.perf_counter() - began)
        mes = self._mes()
        mes.begin(self._zip, self.improve_seconds)
        shop = play(self.state, future, DispatchLists(mes))
        mes.change(mode="observe")
        return outcome(policy, shop, time.perf_counter() - began, mes)

    def _first_plan(self) -> PlantState:
        """The plant with its first plan in force, as the server makes it; made once."""
        if self._planned is None:
            mes = self._mes()
            mes.begin(scenario_zip(replace(self.state, plan=())), self.first_seconds)
            self._zip = mes.scenario()
            mes.change(mode="observe")
            self._planned = ContractFiles().read(self._zip).state
        return self._planned

    def _mes(self) -> Mes:
        assert self.http is not None
        return Mes(self.http, self.plant, self.state.zone, run=f"{uuid.uuid4().hex[:8]}-")
