"""The referee, the plain list scheduler and the plant generator from the folder beside the checkout."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.minutes import iso
from scheduler.ingest.scenario_files import write_scenario
from tests.cli.conftest import rejig as rejig
from tests.referee.judging import Case, Judges, as_lived, busiest_moment


@pytest.fixture(scope="session")
def judges(shared_dir: Path) -> Iterator[Judges]:
    """The modules by path; the path is taken back afterwards."""
    paths = [str(shared_dir / "referee"), str(shared_dir / "plants")]
    sys.path[:0] = paths
    try:
        modules: list[ModuleType] = [importlib.import_module(n) for n in ("referee", "reference", "plantgen")]
        yield Judges(*modules)
    finally:
        for path in paths:
            sys.path.remove(path)


@pytest.fixture(scope="session")
def planned(judges: Judges, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Case]:
    """A generated plant with the plan that the plain list scheduler makes of it."""
    known: dict[tuple[object, ...], Case] = {}

    def make(family: str, orders: int, seed: int, midway: bool, rule: str = "atc") -> Case:
        key = (family, orders, seed, midway, rule)
        if key not in known:
            folder = tmp_path_factory.mktemp(f"{family}-{orders}-{seed}")
            judges.plantgen.Plant(family, orders, seed).make(folder, 0, midway)
            known[key] = judges.case(folder, rule)
        return known[key]

    return make


@pytest.fixture(scope="session")
def begun(
    judges: Judges, planned: Callable[..., Case], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Case]:
    """The same plant at the moment when most is being worked, with a machine down, written out and planned anew.

    Until then every operation has gone by the first plan; the machine has broken down with work on it.
    """
    known: dict[tuple[str, int], Case] = {}

    def make(family: str, seed: int) -> Case:
        if (family, seed) not in known:
            first = planned(family, 30, seed, False)
            at = busiest_moment(first.plan)
            came = [
                Event(
                    f"came {r.name}",
                    "/store",
                    "receipt.arrived",
                    r.expected,
                    {"receipt": r.name, "quantity": r.quantity},
                )
                for r in first.state.receipts.values()
                if r.expected <= at
            ]
            lived = sorted([*came, *as_lived(first.plan, at)], key=lambda e: e.time)
            state = fold_events(first.state, lived)
            busy = next(p.machine for p in state.progress.values() if p.status == "running")
            data = {"machine": busy, "expected_up": iso(at + 90, state.zone)}
            state = fold_event(state, Event("down", "/mes", "machine.down", at, data))
            folder = tmp_path_factory.mktemp(f"{family}-{seed}-begun")
            write_scenario(state, folder)
            known[family, seed] = replace(judges.case(folder), state=state)
        return known[family, seed]

    return make
