"""`rejig compare`: what changes from plan A to plan B."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from scheduler.commands.console import print_json, say
from scheduler.commands.inputs import ScenarioArgument, load_plan, load_scenario
from scheduler.domain.minutes import Minute, iso, spoken, spoken_duration
from scheduler.domain.plans import Comparison
from scheduler.domain.plant import PlantState

SHOWN = 12


def compare(
    scenario: ScenarioArgument,
    plan_a: Annotated[Path, typer.Argument(metavar="PLAN_A.csv", help="The plan before.")],
    plan_b: Annotated[Path, typer.Argument(metavar="PLAN_B.csv", help="The plan after.")],
) -> None:
    """Compare two plans: figures, moved operations, orders that turn late or on time, as JSON; in words on stderr.

    [bold]Example:[/bold] rejig compare scenarios/machine-shop monday.csv tuesday.csv
    """
    state = load_scenario(scenario).state
    before, after = load_plan(plan_a, state), load_plan(plan_b, state)
    from scheduler.planning.lists.comparison import compare_plans

    comparison = compare_plans(state, before, after)
    print_json(comparison_json(comparison, state))
    for line in comparison_words(comparison, state):
        say(line)


def comparison_json(comparison: Comparison, state: PlantState) -> dict[str, Any]:
    """The comparison with moments as ISO 8601."""

    def said(minute: Minute | None) -> str | None:
        return None if minute is None else iso(minute, state.zone)

    def order(change: Any) -> dict[str, Any]:
        return asdict(change) | {"end_before": said(change.end_before), "end_after": said(change.end_after)}

    return {
        "before": asdict(comparison.before),
        "after": asdict(comparison.after),
        "deltas": dict(comparison.deltas),
        "moved": [
            asdict(m) | {"start_before": said(m.start_before), "start_after": said(m.start_after)}
            for m in comparison.moved
        ],
        "newly_late": [order(c) for c in comparison.newly_late],
        "rescued": [order(c) for c in comparison.rescued],
        "changed": [order(c) for c in comparison.changed],
    }


def comparison_words(comparison: Comparison, state: PlantState) -> list[str]:
    """What a planner wants to know first: cost, late orders, and what moves where."""
    a, b = comparison.before, comparison.after
    lines = [
        f"cost {a.cost:,.1f} -> {b.cost:,.1f} ({b.cost - a.cost:+,.1f}); "
        f"late orders {a.late_orders} -> {b.late_orders}; {len(comparison.moved)} operation(s) moved"
    ]
    for change in comparison.newly_late[:SHOWN]:
        lines.append(f"  newly late: {change.order}, {spoken_duration(change.lateness_after or 0)} after due")
    for change in comparison.rescued[:SHOWN]:
        lines.append(f"  rescued: {change.order}, was {spoken_duration(change.lateness_before or 0)} late")
    for m in comparison.moved[:SHOWN]:
        place = m.machine_after if m.machine_before == m.machine_after else f"{m.machine_before} -> {m.machine_after}"
        starts = f"{spoken(m.start_before, state.zone)} -> {spoken(m.start_after, state.zone)}"
        lines.append(f"  moved: {m.order}/{m.operation} on {place}, {starts}")
    if len(comparison.moved) > SHOWN:
        lines.append(f"  and {len(comparison.moved) - SHOWN} more moves")
    return lines
