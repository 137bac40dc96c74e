"""`rejig plan`: a scenario in, a checked plan out."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scheduler.commands.console import (
    kpis_json,
    print_json,
    say,
    say_broken_pins,
    say_failures,
    say_kpis,
    say_notices,
    say_search,
    say_unplanned,
    say_violations,
)
from scheduler.commands.inputs import (
    PreviousOption,
    ScenarioArgument,
    SeedOption,
    TimeLimitOption,
    WorkersOption,
    load_scenario,
    renamed_to,
    with_previous,
)
from scheduler.commands.search_line import SearchLine
from scheduler.commands.warm import make_warm
from scheduler.ports import MoveLimits, PlanRequest


class Solver(StrEnum):
    """Who searches."""

    auto = "auto"
    search = "search"
    cpsat = "cpsat"


def plan(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where plan.csv and plan.json go.")] = Path("out"),
    time_limit: TimeLimitOption = 10.0,
    workers: WorkersOption = 0,
    seed: SeedOption = 0,
    previous: PreviousOption = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=10**12, help="Plans to try, in place of seconds: the same answer every time."
        ),
    ] = None,
    solver: Annotated[Solver, typer.Option(help="auto chooses by the plant.")] = Solver.auto,
    max_moves: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, max=10**9, help="Change machine or start of at most N operations of the plan in force."
        ),
    ] = None,
    time_fence: Annotated[
        int,
        typer.Option(metavar="MINUTES", min=0, max=10_000_000, help="Change nothing that starts before now + this."),
    ] = 0,
    keep_machines: Annotated[
        bool, typer.Option("--keep-machines", help="Leave operations on the machines of the plan in force.")
    ] = False,
    _nothing_inside: Annotated[
        int | None, typer.Option("--nothing-inside", hidden=True, callback=renamed_to("--time-fence"))
    ] = None,
) -> None:
    """Plan a scenario: writes plan.csv and plan.json, prints the figures as JSON.

    Orders that cannot be planned are named with the reason; the rest is planned. Exit status 1 where nothing could be.

    [bold]Examples:[/bold]

    rejig plan scenarios/machine-shop --out out --time-limit 10

    rejig plan plant.xlsx --previous out/plan.csv --seed 7
    """
    from scheduler.ingest import collector_resting

    with collector_resting():  # nearly all that is made lives until the process ends
        request = PlanRequest(
            time_limit,
            workers,
            seed,
            budget,
            solver=solver.value,
            limits=MoveLimits(max_moves, time_fence, keep_machines),
        )
        _plan(scenario, out, request, previous)


def _plan(scenario: Path, out: Path, request: PlanRequest, previous: Path | None) -> None:
    loaded = load_scenario(scenario)
    from scheduler.ingest import write_plan
    from scheduler.planning.judge.check import check_plan
    from scheduler.planning.tables.impossible.machines import machines_that_cannot
    from scheduler.solving.planner import RejigPlanner

    state = with_previous(loaded.state, previous)
    say_notices(machines_that_cannot(state))
    make_warm()
    with SearchLine(request.time_limit_seconds) as line:
        found = RejigPlanner().plan(state, request, line.tell, line.should_stop)
    say_unplanned(found.unplanned)
    say_broken_pins(found.broken_pins)
    say_failures(found.engine_failures)
    verdict = check_plan(state, found.operations, found.unplanned, broken_pins=found.broken_pins)
    if not verdict.feasible:
        say("The plan does not pass the check, so nothing was written. This is a fault of Rejig's:", "red")
        say_violations(verdict.violations)
        raise typer.Exit(1)
    if not found.operations and found.unplanned:
        say("Nothing could be planned; nothing was written.", "red")
        raise typer.Exit(1)
    write_plan(out, found, state)
    say_kpis(found.kpis)
    say_search(found)
    most = request.limits.max_moves
    if most is not None and found.kpis.moved_operations > most:
        forced = f"{found.kpis.moved_operations} operations move, {most} may"
        say(f"{forced}: what has happened since the plan in force was made leaves no other way.", "yellow")
    say(f"Written: {out / 'plan.csv'} and {out / 'plan.json'}")
    lost = {name: [asdict(x) for x in getattr(found, name)] for name in ("unplanned", "broken_pins")}
    print_json({**kpis_json(found.kpis), "engine": found.engine, **lost})
