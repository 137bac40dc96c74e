"""`rejig warm`: compile the schedule builder now, so that nobody waits for it later."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
import time
from pathlib import Path

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from scheduler.commands.console import narrator, say

NOTICED_AFTER_SECONDS = 1.5


def warm() -> None:
    """Compile the schedule builder; its machine code is kept on disk beside the sources.

    [bold]Example:[/bold] rejig warm
    """
    from scheduler.solving.warm import warm_kernels

    began = time.perf_counter()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=narrator(), transient=True) as progress:
        progress.add_task("Compiling the schedule builder (once, about a minute)")
        warm_kernels()
    say(f"The schedule builder is compiled ({time.perf_counter() - began:.1f} s).")
    raise typer.Exit(0)


def make_warm() -> None:
    """Compile what is not compiled yet, and say so, because that takes a moment."""
    if is_compiled():
        return
    from scheduler.solving.warm import warm_kernels

    notice = threading.Timer(NOTICED_AFTER_SECONDS, say, ("Compiling the schedule builder; that happens once.",))
    notice.daemon = True
    notice.start()
    try:
        warm_kernels()
    finally:
        notice.cancel()


def is_compiled() -> bool:
    """True where numba has left machine code beside every kernel, none older than its source.

    Where it keeps its cache elsewhere (NUMBA_CACHE_DIR, a folder that cannot be written) the answer is False, and
    warming anew costs a second.
    """
    spec = importlib.util.find_spec("scheduler.planning.kernels")
    if spec is None or spec.origin is None or "NUMBA_CACHE_DIR" in os.environ:
        return False
    folder = Path(spec.origin).parent
    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    for source in folder.glob("*.py"):
        if "\n@kernel" not in source.read_text(encoding="utf-8"):
            continue
        made = [index.stat().st_mtime for index in (folder / "__pycache__").glob(f"{source.stem}.*.{tag}.nbi")]
        if not made or max(made) < source.stat().st_mtime:
            return False
    return True
