"""Load or replace a plant from a scenario: all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.plans import BrokenPin, Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import TooMuchOpen, UnknownPlant
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.excuses import left_out_by
from scheduler.planning.tables.impossible.machines import machines_that_cannot
from scheduler.ports import Mode, PlantRecord, Policy
from scheduler.usecases.check_and_store import CheckedPlan, store
from scheduler.usecases.snapshots import with_policy
from scheduler.usecases.tools import Tools


@dataclass(frozen=True, slots=True)
class Loaded:
    """The plant as loaded, and what was read but not used, in words."""

    record: PlantRecord
    notices: tuple[str, ...]


def load_plant(
    tools: Tools, plant: str, source: Path | bytes, mode: Mode | None = None, releases: bool = True
) -> Loaded:
    """Read a zip or workbook and put it in place of whatever `plant` was.

    A plan that comes with it is checked, and is in force where it holds and who loads it `releases`. Its events.jsonl
    is not taken in: events are posted. Raises InvalidScenario with every fault; then nothing has changed.
    """
    scenario = tools.files.read(source)
    notices = [str(n) for n in scenario.notices]
    notices += machines_that_cannot(scenario.state)
    if scenario.events:
        notices.append(f"events.jsonl: {len(scenario.events)} event(s) read but not taken in; post them to the plant")
    return load_state(tools, plant, scenario.state, mode, tuple(notices), tuple(scenario.broken_pins), releases)


def load_state(
    tools: Tools,
    plant: str,
    state: PlantState,
    mode: Mode | None = None,
    notices: tuple[str, ...] = (),
    broken_pins: tuple[BrokenPin, ...] = (),
    releases: bool = True,
) -> Loaded:
    """As `load_plant`, from a state. broken_pins : those that its plan is known to lose.

    Whatever may fail over the state does so before anything is stored.
    """
    policy = _policy(tools, plant)
    wanted = with_policy(state, policy)
    brought = _brought(wanted, broken_pins) if state.plan else None
    record = tools.ledger.load_plant(plant, state, tools.clock())
    if mode is not None and mode != record.mode:
        record = tools.ledger.change_plant(plant, mode=mode)
    if brought is not None:
        stored = store(
            tools,
            plant,
            brought,
            revision=record.revision,
            cause="came with the scenario",
            objective=wanted.objective,
            release_by="scenario" if releases else None,
        )
        if stored.status == "proposed":
            notices += (f"plan.csv is proposed as plan {stored.number}; who may release puts it in force",)
        elif stored.status != "released":
            breaches = brought.verdict.violations
            notices += (f"plan.csv does not hold ({len(breaches)} breach(es), first: {breaches[0].message})",)
    tools.meters.count("plants_loaded")
    tools.publish(plant, "plant.loaded", {"revision": record.revision})
    return Loaded(tools.ledger.plant(plant), notices)


def _policy(tools: Tools, plant: str) -> Policy:
    """As the plant has it now. Raises TooMuchOpen where it would be one plant too many."""
    try:
        return tools.ledger.plant(plant).policy
    except UnknownPlant:
        count = len(tools.ledger.plants())
        if count >= tools.limits.plants:
            raise TooMuchOpen(
                f"{count} plants are loaded, at most {tools.limits.plants} may be; delete one that is not needed"
            ) from None
        return Policy()


def _brought(state: PlantState, broken_pins: tuple[BrokenPin, ...]) -> CheckedPlan:
    """The plan that comes with a scenario, judged."""
    operations = state.unfinished(state.plan)
    verdict = check_plan(state, operations, left_out_by(state, operations) or None, broken_pins=broken_pins)
    plan = Plan(operations, verdict.unplanned, verdict.kpis, "scenario", broken_pins=broken_pins)
    return CheckedPlan(plan, verdict)
