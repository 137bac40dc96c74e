"""`rejig demo`: a plant, its plan, the screens, and a simulated shop floor that keeps it busy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    seconds: Annotated[
        float | None, typer.Option(metavar="N", min=1, help="End by itself after so long on the floor.")
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API; taken: the next free one.")] = 8000,
    ui_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the screens; taken: the next free one.")
    ] = 8501,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="The API alone.")] = False,
    speed: Annotated[float, typer.Option(metavar="X", min=0.1, max=600, help="Plant minutes per second.")] = 6.0,
    seed: Annotated[int, typer.Option(metavar="K", min=0, max=2**31, help="Seed of what happens on the floor.")] = 1,
    scenario: Annotated[
        Path | None, typer.Option(metavar="SCENARIO", help="Another plant than the sample machine shop.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the data there; default: a folder that is removed.")
    ] = None,
) -> None:
    """See a plant live: it is planned, disturbed and repaired while you watch. Ctrl+C ends everything.

    Machines break and come back, work starts and finishes, a rush order arrives, a delivery slips: the floor posts it
    all as events over HTTP, and works by the dispatch lists that come back.

    [bold]Example:[/bold] rejig demo --speed 20
    """
    from scheduler.demo.show import Show

    Show(seconds, port, ui_port, not no_ui, speed, seed, scenario, data).run()
