"""Load or replace a plant from a scenario: all or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.plans import BrokenPin, Plan
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.excuses import left_out_by
from scheduler.planning.tables.impossible.machines import machines_that_cannot
from scheduler.ports import Mode, PlantRecord
from scheduler.usecases.check_and_store import CheckedPlan, store
from scheduler.usecases.snapshots import with_policy
from scheduler.usecases.tools import Tools


@dataclass(frozen=True, slots=True)
class Loaded:
    """The plant as loaded, and what was read but not used, in words."""

    record: PlantRecord
    notices: tuple[str, ...]


def load_plant(tools: Tools, plant: str, source: bytes, mode: Mode | None = None) -> Loaded:
    """Read a zip or workbook and put it in place of whatever `plant` was.

    A plan that comes with it is checked, and is in force where it holds. Its events.jsonl is not taken in: events
    are posted. Raises InvalidScenario with every fault; then nothing has changed.
    """
    scenario = tools.files.read(source)
    notices = [str(n) for n in scenario.notices]
    notices += machines_that_cannot(scenario.state)
    if scenario.events:
        notices.append(f"events.jsonl: {len(scenario.events)} event(s) read but not taken in; post them to the plant")
    return load_state(tools, plant, scenario.state, mode, tuple(notices), tuple(scenario.broken_pins))


def load_state(
    tools: Tools,
    plant: str,
    state: PlantState,
    mode: Mode | None = None,
    notices: tuple[str, ...] = (),
    broken_pins: tuple[BrokenPin, ...] = (),
) -> Loaded:
    """As `load_plant`, from a state. broken_pins : those that its plan is known to lose."""
    record = tools.ledger.load_plant(plant, state, tools.clock())
    if mode is not None and mode != record.mode:
        record = tools.ledger.change_plant(plant, mode=mode)
    if state.plan:
        wanted = with_policy(state, record.policy)
        operations = wanted.unfinished(state.plan)
        left_out = left_out_by(wanted, operations) or None
        verdict = check_plan(wanted, operations, left_out, broken_pins=broken_pins)
        plan = Plan(operations, verdict.unplanned, verdict.kpis, "scenario", broken_pins=broken_pins)
        brought = CheckedPlan(plan, verdict)
        stored = store(
            tools,
            plant,
            brought,
            revision=record.revision,
            cause="came with the scenario",
            objective=wanted.objective,
            release_by="scenario",
        )
        if stored.status != "released":
            first = verdict.violations[0].message
            notices += (f"plan.csv does not hold ({len(verdict.violations)} breach(es), first: {first})",)
    tools.meters.count("plants_loaded")
    tools.tell(plant, "plant.loaded", {"revision": record.revision})
    return Loaded(tools.ledger.plant(plant), notices)
