"""`rejig gantt`: a plan as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.commands.console import say
from scheduler.commands.inputs import PlanArgument, ScenarioArgument, load_plan, load_scenario
from scheduler.errors import BadRequest

PICTURE_WIDTH = 1600


def gantt(
    scenario: ScenarioArgument,
    plan: PlanArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="An .html page (zooms, works offline) or a .png picture.")],
) -> None:
    """Draw a plan as a Gantt chart: a row per machine, late orders marked, changeovers, closed time and outages.

    [bold]Example:[/bold] rejig gantt scenarios/machine-shop out/plan.csv --out plan.html
    """
    kind = out.suffix.lower()
    if kind not in (".html", ".png"):
        raise BadRequest.of("--out", f"'{out.name}'", "a name that ends in .html or .png")
    state = load_scenario(scenario).state
    operations = load_plan(plan, state)
    from scheduler.commands.chromium import find_chromium, take_picture
    from scheduler.commands.gantt_chart import gantt_figure, gantt_height

    if kind == ".png":
        find_chromium()
    bare = {"displayModeBar": False} if kind == ".png" else None
    page: str = gantt_figure(state, operations).to_html(include_plotlyjs=True, full_html=True, config=bare)
    out.parent.mkdir(parents=True, exist_ok=True)
    if kind == ".html":
        out.write_text(page, encoding="utf-8")
    else:
        take_picture(page, out, PICTURE_WIDTH, gantt_height(state, operations) + 30)
    say(f"Written: {out}")
