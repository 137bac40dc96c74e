"""`rejig check`: is a plan feasible, by every rule of the contract?"""

from __future__ import annotations

from dataclasses import asdict

import typer

from scheduler.commands.console import (
    kpis_json,
    print_json,
    say,
    say_broken_pins,
    say_kpis,
    say_unplanned,
    say_violations,
)
from scheduler.commands.inputs import (
    PlanArgument,
    PreviousOption,
    ScenarioArgument,
    load_broken_pins,
    load_left_out,
    load_plan,
    load_scenario,
)
from scheduler.domain.plans import Verdict

EXAMPLES = 3


def check(scenario: ScenarioArgument, plan: PlanArgument, previous: PreviousOption = None) -> None:
    """Judge a plan by the contract: prints the verdict and the figures as JSON. Exit status 1 where it is not feasible.

    Orders that a plan.json beside the plan names as left out are not missed, where something stands against them, and
    pins that it names as broken need not be kept.

    [bold]Example:[/bold] rejig check scenarios/machine-shop out/plan.csv
    """
    state = load_scenario(scenario).state
    operations = load_plan(plan, state)
    before = None if previous is None else load_plan(previous, state)
    from scheduler.planning.judge.check import check_plan

    named = load_broken_pins(plan)
    verdict = check_plan(state, operations, load_left_out(plan), before, named)
    print_json(verdict_json(verdict))
    say_unplanned(verdict.unplanned)
    say_broken_pins(named)
    if verdict.feasible:
        say("Feasible.", "green")
        say_kpis(verdict.kpis)
        return
    say(f"Not feasible: {len(verdict.violations)} breach(es).", "red")
    say_violations(verdict.violations)
    raise typer.Exit(1)


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """feasible, breaches counted by rule with examples, and the figures."""
    examples: dict[str, list[str]] = {}
    for violation in verdict.violations:
        of_rule = examples.setdefault(violation.rule, [])
        if len(of_rule) < EXAMPLES:
            of_rule.append(violation.message)
    return {
        "feasible": verdict.feasible,
        "violations": dict(verdict.by_rule()),
        "examples": examples,
        **kpis_json(verdict.kpis),
        "unplanned": [asdict(u) for u in verdict.unplanned],
    }
