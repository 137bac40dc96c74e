"""`rejig why`: why an order is late under a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.commands.console import print_json, say
from scheduler.commands.inputs import PlanArgument, ScenarioArgument, load_left_out, load_plan, load_scenario
from scheduler.domain.minutes import iso, spoken, spoken_duration
from scheduler.domain.plant import PlantState

if TYPE_CHECKING:
    from scheduler.planning.lists.lateness import Lateness


def why(
    scenario: ScenarioArgument,
    plan: PlanArgument,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The order that is asked about.")],
) -> None:
    """Say why an order is late: what fills its time from release to delivery, as JSON; in words on stderr.

    The chain leads through the orders that make its parts. What has slack is no cause, and the minutes add up.

    [bold]Example:[/bold] rejig why scenarios/machine-shop out/plan.csv MO-260463
    """
    state = load_scenario(scenario).state
    operations = load_plan(plan, state)
    from scheduler.planning.lists.lateness import why_late
    from scheduler.planning.lists.lateness_words import said, sentence

    chain = why_late(state, operations, order, load_left_out(plan) or ())
    print_json(lateness_json(chain, state))
    say(sentence(chain, state.zone))
    for wait in chain.waits:
        say(f"  {spoken(wait.start, state.zone)}  {spoken_duration(wait.minutes):>12}  {said(wait)}")


def lateness_json(chain: Lateness, state: PlantState) -> dict[str, Any]:
    """The chain with moments as ISO 8601."""
    return {
        "order": chain.order,
        "due": iso(chain.due, state.zone),
        "since": iso(chain.since, state.zone),
        "delivery": None if chain.delivery is None else iso(chain.delivery, state.zone),
        "late_minutes": chain.late_minutes,
        "minutes": chain.minutes,
        "through": list(chain.through),
        "reason": chain.reason,
        "waits": [
            {
                "start": iso(w.start, state.zone),
                "end": iso(w.end, state.zone),
                "minutes": w.minutes,
                "cause": w.cause,
                "order": w.order,
                "operation": w.operation,
                "machine": w.machine,
                "by_order": w.other[0] if w.other else None,
                "by_operation": w.other[1] if w.other else None,
                "held": w.held,
                "name": w.name,
                "receipt": w.supply or None,
                "reason": w.reason,
            }
            for w in chain.waits
        ],
    }
