"""Desks with one plant on them: in this process, or of a `rejig serve`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import httpx

from benchmarks import surroundings as beside
from benchmarks.regret_case import Judge, by_check, by_referee
from scheduler.domain.events import Event
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.ingest import ContractFiles, read_scenario, scenario_zip
from scheduler.ports import OnProgress, PlanRequest, Policy
from scheduler.simulation.mes import Mes
from scheduler.solving.planner import RejigPlanner
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.desk import Desk
from scheduler.usecases.load_plant import load_state
from scheduler.usecases.post_events import post_events
from scheduler.usecases.tools import Tools

NAME = "bench"


class InForce(Protocol):
    """A desk with one plant on it."""

    def happen(self, events: Sequence[Event]) -> None:
        """Post them together, and wait until the desk has settled."""
        ...

    def state(self) -> tuple[PlantState, Judge]:
        """The plant as it is planned, the plan in force in it; and who judges plans for it."""
        ...


class Done:
    """A search that has ended already."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def result(self, timeout: float | None = None) -> Plan:
        del timeout
        return self._plan

    def stop(self) -> None:
        pass

    def done(self) -> bool:
        return True


class Here:
    """Workers that plan at once, in this thread."""

    def submit(self, state: PlantState, request: PlanRequest, on_progress: OnProgress | None = None) -> Done:
        return Done(RejigPlanner().plan(state, request, on_progress))

    def close(self) -> None:
        pass


class DeskHere:
    """A desk of this process whose searches try `moves` moves each."""

    def __init__(self, state: PlantState, folder: Path, moves: int) -> None:
        self._ledger = SqlLedger.open(f"sqlite:///{folder / 'ledger.db'}")
        self._tools = Tools(self._ledger, RejigPlanner(), Here(), ContractFiles())
        load_state(self._tools, NAME, state, "auto")
        self._tools.ledger.change_plant(NAME, policy=Policy(improve_iterations=moves))
        self._desk = Desk(self._tools, NAME)
        self._settle()

    def happen(self, events: Sequence[Event]) -> None:
        answer = post_events(self._tools, NAME, events)
        assert not answer.rejected, answer.rejected[0]
        self._settle()

    def state(self) -> tuple[PlantState, Judge]:
        snapshot = self._tools.snapshot(NAME)
        left = tuple(o for o in snapshot.state.plan if snapshot.state.status_of(*o.key) != "done")
        return replace(snapshot.state, plan=left), by_check

    def close(self) -> None:
        self._ledger.close()

    def _settle(self) -> None:
        self._desk.look()
        while self._desk.improving():
            self._desk.look()


class DeskServed:
    """A desk of a server, with the policy that a plant has by itself. folder : for the states that it writes out."""

    def __init__(self, http: httpx.Client, state: PlantState, folder: Path) -> None:
        self._mes = Mes(http, NAME, state.zone)
        self._folder = folder
        self._numbers = itertools.count(1)
        loaded = self._mes.load(scenario_zip(state))
        self._mes.rest()
        self._mes.change(mode="auto")
        self._settle(int(loaded["revision"]))

    def happen(self, events: Sequence[Event]) -> None:
        self._settle(self.post(events))

    def post(self, events: Sequence[Event]) -> int:
        """Without waiting; the revision after them."""
        revision = self._mes.post(events)
        if self._mes.rejected:
            raise SystemExit(f"refused: {self._mes.rejected[0]}")
        return revision

    def state(self) -> tuple[PlantState, Judge]:
        return read_written(self._mes.scenario(), self._folder / f"{NAME}-{next(self._numbers)}")

    def _settle(self, revision: int) -> None:
        self._mes.settle(revision)
        if self._mes.unsettled:
            raise SystemExit(f"the desk has not settled at revision {revision}")


def read_written(content: bytes, folder: Path) -> tuple[PlantState, Judge]:
    """A plant that a server has written out, kept in `folder` for the referee."""
    written = beside.unzipped(content, folder)
    return read_scenario(written).state, by_referee(written)
