"""Stories of `scenarios/stories`: read, told through fold, repair and planning, and held against what must come out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import Minute, parse_minute, spoken
from scheduler.domain.plans import Plan, PlannedOperation, Verdict
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario
from scheduler.ingest.event_log import read_events
from scheduler.ingest.faults import Faults
from scheduler.planning.judge.check import check_plan
from scheduler.ports import Planner, PlanRequest

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
STORIES = sorted(path.parent for path in SCENARIOS.glob("stories/*/story.toml"))
PLANTS = sorted(path.parent for path in SCENARIOS.glob("*/plant.toml"))


@dataclass(frozen=True, slots=True)
class Story:
    """expectations : the `[[expect]]` tables as written."""

    name: str
    title: str
    state: PlantState
    events: tuple[Event, ...]
    expectations: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A plan of the story with the state it is for and the check's verdict. cause : what it answers, in words."""

    cause: str
    state: PlantState
    plan: Plan
    verdict: Verdict


def read_story(folder: Path) -> Story:
    said = tomllib.loads((folder / "story.toml").read_text(encoding="utf-8"))
    state = read_scenario(folder.parents[1] / said["plant"]).state
    faults = Faults()
    events = read_events((folder / "events.jsonl").read_text(encoding="utf-8"), state.zone, faults)
    assert not faults, [str(i) for i in faults.of("events.jsonl")]
    return Story(folder.name, said["title"], state, events, tuple(said["expect"]))


def tell(story: Story, planner: Planner, request: PlanRequest) -> Iterator[Told]:
    """A repaired plan after each event, then a plan made anew for the last state."""
    state = story.state
    for event in story.events:
        state = fold_event(state, event)
        plan = planner.repair(state)
        yield Told(f"repair after {event.type}", state, plan, check_plan(state, plan.operations, plan.unplanned))
        state = replace(state, plan=plan.operations)
    plan = planner.plan(state, request)
    yield Told("plan made anew", state, plan, check_plan(state, plan.operations, plan.unplanned))


def broken(expectation: Mapping[str, Any], state: PlantState, plan: Plan) -> str | None:
    """In words, how a plan breaks an expectation; None where it keeps it."""
    return _Held(expectation, state, plan).broken()


class _Held:
    def __init__(self, expectation: Mapping[str, Any], state: PlantState, plan: Plan) -> None:
        self.expectation, self.state, self.plan = expectation, state, plan

    def broken(self) -> str | None:
        match self.expectation["what"]:
            case "nothing starts":
                return self._nothing_starts()
            case "starts not before":
                early = [o for o in self._named() if o.start < self._moment("moment")]
                return f"{early[0].key} starts {self._said(early[0].start)}" if early else self._absence()
            case "ends not before":
                early = [o for o in self._named() if o.end < self._moment("moment")]
                return f"{early[0].key} ends {self._said(early[0].end)}" if early else self._absence()
            case "complete":
                return self._complete()
            case "absent":
                there = self._named()
                return f"{there[0].key} stands in the plan" if there else None
            case "on time":
                return self._late(at_most=0)
            case "late":
                return self._late(at_least=int(self.expectation["at_least_minutes"]))
            case "unplanned":
                named = [u.reason for u in self.plan.unplanned if u.order == self.expectation["order"]]
                if any(str(self.expectation["because"]) in reason for reason in named):
                    return None
                return f"said of it: {named or 'nothing'}"
            case other:
                raise ValueError(f"no expectation is called '{other}'; scenarios/stories/README.md lists them")

    def _nothing_starts(self) -> str | None:
        machine, first, last = self.expectation["machine"], self._moment("from"), self._moment("until")
        assert machine in self.state.machines, machine
        for o in self.plan.operations:
            if o.machine == machine and first <= o.start < last:
                return f"{o.key} starts on {machine} {self._said(o.start)}"
            if o.machine == machine and first < o.end <= last and o.start < first:
                return f"{o.key} ends on {machine} {self._said(o.end)}"
        return None

    def _complete(self) -> str | None:
        name = self.expectation["order"]
        wanted = {
            (name, o.number)
            for o in self.state.routings[self.state.orders[name].routing].operations
            if self.state.status_of(name, o.number) != "done"
        }
        missing = wanted - {o.key for o in self.plan.operations}
        return f"{sorted(missing)} do not stand in the plan" if missing else None

    def _late(self, at_least: int | None = None, at_most: int | None = None) -> str | None:
        missing = self._complete() or self._absence()
        if missing:
            return missing
        late = max(o.end for o in self._named()) - self.state.orders[self.expectation["order"]].due
        if (at_least is not None and late < at_least) or (at_most is not None and late > at_most):
            return f"it ends {late} min after its due date"
        return None

    def _absence(self) -> str | None:
        return None if self._named() else "nothing of it stands in the plan"

    def _named(self) -> Sequence[PlannedOperation]:
        """The operations of the order (or the one named) that stand in the plan."""
        order, number = self.expectation["order"], self.expectation.get("operation")
        assert order in self.state.orders, order
        return [o for o in self.plan.operations if o.order == order and number in (None, o.operation)]

    def _moment(self, key: str) -> Minute:
        return parse_minute(self.expectation[key], self.state.zone)

    def _said(self, minute: Minute) -> str:
        return spoken(minute, self.state.zone)
