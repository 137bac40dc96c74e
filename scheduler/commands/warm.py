"""`rejig warm`: compile the schedule builder now, so that nobody waits for it later."""

from __future__ import annotations

import sys
import threading
import time

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from scheduler.commands.console import narrator, say
from scheduler.planning.kernels import HERE, cache_folder

NOTICED_AFTER_SECONDS = 1.5
COMPILING = "Compiling the schedule builder; that takes a minute or two, and happens once."


def warm() -> None:
    """Compile the schedule builder; its machine code is kept on disk beside the sources.

    [bold]Example:[/bold] rejig warm
    """
    from scheduler.solving.warm import warm_kernels

    began = time.perf_counter()
    if not is_compiled() and not narrator().is_terminal:
        say(COMPILING)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=narrator(), transient=True) as progress:
        progress.add_task(COMPILING)
        warm_kernels()
    say(f"The schedule builder is compiled ({time.perf_counter() - began:.1f} s).")
    raise typer.Exit(0)


def make_warm() -> None:
    """Compile what is not compiled yet, and say so, because that takes a moment."""
    if is_compiled():
        return
    from scheduler.solving.warm import warm_kernels

    notice = threading.Timer(NOTICED_AFTER_SECONDS, say, (COMPILING,))
    notice.daemon = True
    notice.start()
    try:
        warm_kernels()
    finally:
        notice.cancel()


def is_compiled() -> bool:
    """True where numba has left machine code of every kernel as its sources are now.

    Where it keeps its cache elsewhere (a folder that cannot be written) the answer is False, and warming anew costs a
    second.
    """
    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    folder = cache_folder()
    return all(
        any(folder.rglob(f"{source.stem}.*.{tag}.nbi"))
        for source in HERE.glob("*.py")
        if "\n@kernel" in source.read_text(encoding="utf-8")
    )
