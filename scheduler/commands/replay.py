"""`rejig replay`: the disturbances of events.jsonl, one after the other, through the whole loop."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.commands.console import say, say_broken_pins, say_unplanned, say_violations
from scheduler.commands.inputs import MOST_SECONDS, ScenarioArgument, SeedOption, WorkersOption, load_scenario, number
from scheduler.commands.warm import make_warm
from scheduler.domain.minutes import iso, spoken
from scheduler.ports import PlanRequest
from scheduler.replanning.reactions import subject_of

if TYPE_CHECKING:
    from scheduler.commands.replay_loop import NewPlan, Step

NAMED = 4


def replay(
    scenario: ScenarioArgument,
    speed: Annotated[
        float,
        typer.Option(
            metavar="X", min=0.0, callback=number, help="Plant minutes per second between events; 0: no waiting."
        ),
    ] = 0.0,
    time_limit: Annotated[
        float,
        typer.Option(
            metavar="S",
            min=0.1,
            max=MOST_SECONDS,
            callback=number,
            help="Seconds for the first plan, and to improve after each event.",
        ),
    ] = 2.0,
    workers: WorkersOption = 0,
    seed: SeedOption = 0,
    as_planned: Annotated[
        bool, typer.Option("--as-planned", help="Between the events, work starts and ends as the plan in force says.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Take the scenario's events through fold, repair, check and improve: a line per event on stdout.

    Each line says what was hit, how long until the new plan, what it cost and what moved. Exit status 1 where a plan
    did not pass the check.

    [bold]Examples:[/bold]

    rejig replay scenarios/machine-shop --as-planned --time-limit 1

    rejig replay plant --speed 60 --json > what-happened.jsonl
    """
    loaded = load_scenario(scenario)
    from scheduler.commands.replay_loop import Loop
    from scheduler.solving.planner import RejigPlanner

    if not loaded.events:
        say("The scenario has no events.jsonl, so there is nothing to replay.", "yellow")
    make_warm()
    said = json_line if as_json else words_line
    loop = Loop(loaded.state, RejigPlanner(), PlanRequest(time_limit, workers, seed), as_planned)
    before, feasible = loaded.state.now, True
    for step in loop.run(loaded.events):
        if speed > 0 and step.event is not None:
            time.sleep(max(0, step.event.time - before) / speed)
            before = max(before, step.event.time)
        print(said(step), flush=True)
        if step.event is None:
            say_unplanned(step.plans[0].plan.unplanned)
            say_broken_pins(step.plans[0].plan.broken_pins)
        if not step.feasible:
            feasible = False
            say_violations(step.plans[-1].verdict.violations)
    if not feasible:
        raise typer.Exit(1)


def words_line(step: Step) -> str:
    """'Mon 2 Mar 08:40  machine.down saw: repaired in 0.02 s, cost 12.0 (+12.0), 3 moved; …'."""
    event, zone = step.event, step.state.zone
    what = f"{event.type} {subject_of(event)}".strip() if event else "first plan"
    head = f"{spoken(event.time if event else step.state.now, zone)}  {what}: "
    if step.refused:
        return f"{head}refused, {step.refused}"
    if step.kept:
        return head + "the plan holds"
    parts, cost = [], step.cost_before
    for new in step.plans:
        parts.append(_words(new, cost))
        cost = new.verdict.kpis.cost
    return head + "; ".join(parts)


def _words(new: NewPlan, cost_before: float | None) -> str:
    cost = new.verdict.kpis.cost
    words = f"{new.how} in {new.seconds:.2f} s, cost {cost:,.1f}"
    if cost_before is not None:
        words += f" ({cost - cost_before:+,.1f})"
    if new.change is not None:
        words += f", {len(new.change.moved)} moved"
        late = [c.order for c in new.change.newly_late]
        if late:
            more = f" and {len(late) - NAMED} more" if len(late) > NAMED else ""
            words += f", newly late {', '.join(late[:NAMED])}{more}"
    if not new.verdict.feasible:
        words += ", NOT FEASIBLE"
    return words


def json_line(step: Step) -> str:
    """The same for a machine."""
    event, zone = step.event, step.state.zone
    said: dict[str, Any] = {
        "time": iso(event.time if event else step.state.now, zone),
        "id": event.id if event else None,
        "type": event.type if event else None,
        "hit": subject_of(event) if event else None,
        "refused": step.refused or None,
        "kept": step.kept,
        "cost_before": step.cost_before,
        "plans": [
            {
                "how": new.how,
                "seconds": round(new.seconds, 4),
                "feasible": new.verdict.feasible,
                "cost": new.verdict.kpis.cost,
                "late_orders": new.verdict.kpis.late_orders,
                "moved": [f"{m.order}/{m.operation}" for m in new.change.moved] if new.change else [],
                "newly_late": [c.order for c in new.change.newly_late] if new.change else [],
                "rescued": [c.order for c in new.change.rescued] if new.change else [],
            }
            for new in step.plans
        ],
    }
    return json.dumps(said, ensure_ascii=False)
