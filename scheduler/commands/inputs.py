"""Reading what a command is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.commands.console import say_notices
from scheduler.domain.plans import BrokenPin, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState

if TYPE_CHECKING:
    from scheduler.ingest import Scenario

ScenarioArgument = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="A scenario folder, a zip of it, or an .xlsx workbook.")
]
PlanArgument = Annotated[
    Path, typer.Argument(metavar="PLAN.csv", help="A plan: order, operation, machine, start, end.")
]
PreviousOption = Annotated[
    Path | None,
    typer.Option(metavar="PLAN.csv", help="The plan in force, in place of the scenario's own plan.csv."),
]


def number(value: float) -> float:
    """Not nan, which lies in every range. Raises BadParameter."""
    if value != value:
        raise typer.BadParameter("nan is no number")
    return value


MOST_SECONDS = 86_400.0
MOST_SEED = 2**32 - 1
TimeLimitOption = Annotated[
    float, typer.Option(metavar="S", min=0.1, max=MOST_SECONDS, callback=number, help="Seconds to plan in.")
]
WorkersOption = Annotated[
    int, typer.Option(metavar="N", min=0, max=256, help="Threads of the search; 0: one per core.")
]
SeedOption = Annotated[int, typer.Option(metavar="K", min=0, max=MOST_SEED, help="Seed of the search.")]


def renamed_to(new: str) -> Callable[[object], None]:
    """The callback of an option that has another name now: whoever uses the old one is told the new one."""

    def refuse(value: object) -> None:
        if value is not None:
            raise typer.BadParameter(f"its name is {new} now")

    return refuse


def load_scenario(source: Path) -> Scenario:
    """The scenario, its notices said. Raises InvalidScenario with every fault."""
    from scheduler.ingest import read_scenario

    scenario = read_scenario(source)
    say_notices(scenario.notices)
    return scenario


def load_plan(source: Path, state: PlantState) -> tuple[PlannedOperation, ...]:
    """A plan's operations, without those that are finished: that they are history is said. Raises UnreadablePlan."""
    from scheduler.ingest import history_notice, read_plan

    rows = read_plan(source, state)
    plan = state.unfinished(rows)
    if finished := len(rows) - len(plan):
        say_notices([history_notice(finished)])
    return plan


def load_left_out(source: Path) -> tuple[Unplanned, ...] | None:
    """The orders that the plan.json beside a plan names as left out, None: there is none. Raises UnreadablePlan."""
    from scheduler.ingest import read_left_out

    return read_left_out(source)


def load_broken_pins(source: Path) -> tuple[BrokenPin, ...]:
    """The pins that the plan.json beside a plan names as broken. Raises UnreadablePlan."""
    from scheduler.ingest import read_broken_pins

    return read_broken_pins(source)


def with_previous(state: PlantState, previous: Path | None) -> PlantState:
    """The state with another plan in force, where one is named."""
    return state if previous is None else replace(state, plan=load_plan(previous, state))
