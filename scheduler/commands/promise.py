"""`rejig promise`: the earliest date that an order can be given under a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.commands.console import print_json, say
from scheduler.commands.inputs import PlanArgument, ScenarioArgument, load_plan, load_scenario, number
from scheduler.domain.minutes import Minute, credible, iso, parse_minute
from scheduler.domain.plant import PlantState
from scheduler.errors import BadRequest
from scheduler.limits import STANDARD

if TYPE_CHECKING:
    from scheduler.replanning.promise import Promise, PromisedDate


def promise(
    scenario: ScenarioArgument,
    plan: PlanArgument,
    material: Annotated[str, typer.Option(metavar="NAME", help="What is asked for.")],
    quantity: Annotated[
        float,
        typer.Option(metavar="Q", min=STANDARD.least_positive, max=STANDARD.number, callback=number, help="How much."),
    ],
    priority: Annotated[
        float, typer.Option(metavar="P", min=0.0, max=STANDARD.number, callback=number, help="Weight of a minute late.")
    ] = 1.0,
    wished: Annotated[str | None, typer.Option(metavar="MOMENT", help="Not wanted before; else the earliest.")] = None,
    routing: Annotated[
        str | None, typer.Option(metavar="NAME", help="How it is made; else the material's own.")
    ] = None,
) -> None:
    """Say by when an order could be delivered, and what it would cost the others, as JSON; in words on stderr.

    The date is a delivery of the plan that a repair makes when the order comes, due then; that plan passes the check.
    Exit status 1 where no date can be promised.

    [bold]Example:[/bold] rejig promise scenarios/machine-shop out/plan.csv --material SPINDLE-60 --quantity 10
    """
    state = load_scenario(scenario).state
    state = replace(state, plan=load_plan(plan, state))
    from scheduler.replanning.promise import Wish, find_promise
    from scheduler.replanning.promise_words import cost_words, notices, sentence
    from scheduler.solving.planner import RejigPlanner

    wish = Wish(material, quantity, priority, None if wished is None else _moment(wished, state), routing)
    found = find_promise(state, wish, RejigPlanner().repair, _fresh_name(state))
    print_json(promise_json(found, state))
    say(sentence(found, state.zone))
    for point in found.curve:
        say(f"  {iso(point.date, state.zone)}  {cost_words(point)}")
    for notice in notices(found, state.zone):
        say(notice)
    if found.date is None:
        raise typer.Exit(1)


def promise_json(found: Promise, state: PlantState) -> dict[str, Any]:
    """The promise with moments as ISO 8601."""

    def at(minute: Minute | None) -> str | None:
        return None if minute is None else iso(minute, state.zone)

    def point(date: PromisedDate) -> dict[str, Any]:
        return {
            "date": at(date.date),
            "delivery": at(date.delivery),
            "work_begins": at(date.begins),
            "newly_late": list(date.newly_late),
            "without_material": list(date.left_out),
            "orders_later": date.orders_later,
            "minutes_later": date.minutes_later,
            "minutes_late": date.minutes_late,
        }

    return {
        "material": found.wish.material,
        "quantity": found.wish.quantity,
        "priority": found.wish.priority,
        "wished": at(found.wish.wished),
        "date": at(found.date),
        "earliest": at(found.earliest),
        "reason": found.reason,
        "routing": found.order.routing,
        "curve": [point(date) for date in found.curve],
        "components_to_order": [
            {"material": part.material, "quantity": part.quantity, "routing": part.routing} for part in found.parts
        ],
        "rests_on": [
            {"kind": b.kind, "name": b.name, "material": b.material, "quantity": b.quantity, "at": at(b.at)}
            for b in found.basis
        ],
    }


def _fresh_name(state: PlantState) -> str:
    count = 1
    while f"PR-{count}" in state.orders:
        count += 1
    return f"PR-{count}"


def _moment(text: str, state: PlantState) -> Minute:
    try:
        moment = parse_minute(text, state.zone, state.now)
        if credible(moment):
            return moment
    except (ValueError, OverflowError):
        pass
    raise BadRequest.of("--wished", f"'{text[:60]}'", "a moment like 2026-03-05T14:00")
