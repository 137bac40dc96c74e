"""The line that tells how a search goes: cost, bound and gap."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from scheduler.commands.console import narrator, say
from scheduler.ports import SolveProgress

PLAIN_EVERY_SECONDS = 1.0


def in_words(progress: SolveProgress) -> str:
    """'cost 1,234.0  bound 1,100.0  gap 10.9 %  (search)'."""
    words = f"cost {progress.cost:,.1f}"
    if progress.lower_bound is not None and progress.gap is not None:
        words += f"  bound {progress.lower_bound:,.1f}  gap {100 * progress.gap:.1f} %"
    return f"{words}  ({progress.engine})"


class SearchLine:
    """Shows a search on stderr while the `with` block lasts; Ctrl+C in it stops the search and keeps the best plan.

    On a terminal it is one line that changes; elsewhere it is a line per change, at most one a second.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stop = threading.Event()
        self._console = narrator()
        self._live: Progress | None = None
        self._task: TaskID | None = None
        self._said_at = float("-inf")
        self._before: Any = None

    def __enter__(self) -> SearchLine:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupted)
        if self._console.is_terminal:
            columns = (TextColumn("planning"), BarColumn(24), TimeElapsedColumn(), TextColumn("{task.description}"))
            self._live = Progress(*columns, console=self._console, transient=True)
            self._task = self._live.add_task("", total=self._seconds)
            self._live.start()
            threading.Thread(target=self._run_the_bar, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def tell(self, progress: SolveProgress) -> None:
        """Called by the search whenever it has found something better."""
        if self._live is not None and self._task is not None:
            self._live.update(self._task, description=in_words(progress))
        elif time.monotonic() - self._said_at >= PLAIN_EVERY_SECONDS:
            self._said_at = time.monotonic()
            say(f"{progress.seconds:5.1f} s  {in_words(progress)}")

    def should_stop(self) -> bool:
        return self._stop.is_set()

    def _interrupted(self, _signal: int, _frame: FrameType | None) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt
        self._stop.set()
        say("Stopping; the best plan so far stays. Ctrl+C again ends at once.")

    def _run_the_bar(self) -> None:
        began = time.monotonic()
        while (live := self._live) is not None and self._task is not None:
            live.update(self._task, completed=min(self._seconds, time.monotonic() - began))
            time.sleep(0.1)
