"""`rejig warm`: compile the schedule builder now, so that nobody waits for it later."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from pathlib import Path

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from scheduler.commands.console import narrator, say
from scheduler.planning.kernels import cache_folder

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
        _remember()
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
        _remember()
    finally:
        notice.cancel()


def is_compiled() -> bool:
    """True where all was compiled once from the kernels as their sources are now; what was interrupted is not all.

    Where the cache cannot be written the answer is False, and warming anew costs a second.
    """
    return _mark().is_file()


def _mark() -> Path:
    """A file beside the machine code."""
    return cache_folder() / f"all.py{sys.version_info.major}{sys.version_info.minor}"


def _remember() -> None:
    with contextlib.suppress(OSError):
        _mark().parent.mkdir(parents=True, exist_ok=True)
        _mark().touch()
