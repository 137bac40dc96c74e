"""`rejig fixes`: what would help a late order."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.commands.console import print_json, say
from scheduler.commands.inputs import (
    PlanArgument,
    ScenarioArgument,
    SeedOption,
    load_left_out,
    load_scenario,
    number,
    with_previous,
)
from scheduler.commands.warm import make_warm
from scheduler.domain.minutes import iso
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState

if TYPE_CHECKING:
    from scheduler.replanning.fixes.find import Fix, Fixes


def fixes(
    scenario: ScenarioArgument,
    plan: PlanArgument,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The late order.")],
    time_limit: Annotated[
        float,
        typer.Option(metavar="S", min=0.1, max=3600.0, callback=number, help="Seconds for all proofs together."),
    ] = 10.0,
    budget: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=10**9, help="Plans that each proof tries; left out: as the API does."),
    ] = None,
    seed: SeedOption = 0,
    overtime_step: Annotated[int, typer.Option(metavar="MINUTES", min=1, max=240, help="Overtime so finely.")] = 30,
    delivery_step: Annotated[
        int, typer.Option(metavar="MINUTES", min=1, max=10_080, help="Deliveries and releases so finely.")
    ] = 1440,
    due_step: Annotated[
        int, typer.Option(metavar="MINUTES", min=1, max=10_080, help="Due dates of other orders so finely.")
    ] = 1440,
    priority_step: Annotated[
        float, typer.Option(metavar="W", min=0.001, max=1e6, callback=number, help="Priorities so finely.")
    ] = 1.0,
) -> None:
    """Say what would bring a late order in time: the smallest changes of each kind, as JSON; in words on stderr.

    Each is proven by planning the changed plant from PLAN.csv on, and priced against PLAN.csv. To do nothing stands
    among them.

    [bold]Example:[/bold] rejig fixes scenarios/machine-shop out/plan.csv MO-260463
    """
    until = time.monotonic() + time_limit
    state = with_previous(load_scenario(scenario).state, plan)
    from scheduler.ports import PlanRequest
    from scheduler.replanning.fixes.change import Steps
    from scheduler.replanning.fixes.find import OutOfTime, find_fixes
    from scheduler.replanning.fixes.words import SMALLER, WHOLE, cost, sentence, when
    from scheduler.solving.planner import RejigPlanner
    from scheduler.usecases.fixes import ITERATIONS
    from scheduler.usecases.plan_requests import proving

    steps = Steps(overtime=overtime_step, delivery=delivery_step, due=due_step, priority=priority_step)
    request, planner = proving(PlanRequest(seed=seed), budget or ITERATIONS), RejigPlanner()
    make_warm()
    begun = False

    def prove(changed: PlantState) -> Plan:
        nonlocal begun
        first, begun = not begun, True  # with nothing changed it is planned however long that takes
        found = planner.plan(changed, request, should_stop=None if first else lambda: time.monotonic() > until)
        if not first and time.monotonic() > until:
            raise OutOfTime
        return found

    found = find_fixes(state, order, prove, steps, unplanned=load_left_out(plan) or ())
    print_json(fixes_json(found, state))
    say(sentence(found, state))
    for place, fix in enumerate(found.fixes, start=1):
        how = "" if fix.change.kind in WHOLE else f" ({SMALLER[fix.smaller]})"
        say(f"  {place}. {fix.change.words}: {when(fix, state.zone)}; {cost(fix)}{how}")
    for change in found.untried:
        say(f"  not tried: {change.words}", "dim")


def fixes_json(found: Fixes, state: PlantState) -> dict[str, Any]:
    """What would help with moments as ISO 8601; `events` are assumptions of a what-if."""
    chain = found.chain
    return {
        "order": chain.order,
        "due": iso(chain.due, state.zone),
        "delivery": None if chain.delivery is None else iso(chain.delivery, state.zone),
        "late_minutes": chain.late_minutes,
        "trials": found.trials,
        "fixes": [_fix_json(fix, state) for fix in found.fixes],
        "no_help": [trial.told() for trial in found.no_help],
        "untried": [change.words for change in found.untried],
    }


def _fix_json(fix: Fix, state: PlantState) -> dict[str, Any]:
    price, delivery = fix.price, fix.trial.delivery
    return {
        **fix.trial.told(),
        "on_time": fix.trial.on_time,
        "delivery": None if delivery is None else iso(delivery, state.zone),
        "smaller": fix.smaller,
        "events": [{"type": e.type, "data": dict(e.data)} for e in fix.change.events],
        "newly_late": list(price.newly_late),
        "rescued": list(price.rescued),
        "left_out": list(price.left_out),
        "later_minutes": price.later_minutes,
        "earlier_minutes": price.earlier_minutes,
        "overtime_minutes": price.overtime_minutes,
        "moved_operations": price.moved,
        "moved_within_24_h": price.moved_soon,
        "weighted_late_minutes": price.weighted_late,
        "score": price.score,
    }
