"""How much memory a process and its children take at most, and a command that is ended where it takes too long."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 20.0
MOST_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind. status : negative: the signal that ended it."""

    status: int
    out: str
    words: str
    seconds: float
    peak_bytes: int


def rejig(*arguments: object, folder: Path, patience: float = MOST_SECONDS) -> Ended:
    """`rejig …` as somebody would run it, ended by SIGKILL when `patience` seconds are over."""
    out, words = folder / "stdout", folder / "stderr"
    began = time.monotonic()
    with out.open("wb") as stdout, words.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "scheduler.cli", *(str(a) for a in arguments)],
            cwd=ROOT,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        end = threading.Timer(patience, os.killpg, (process.pid, signal.SIGKILL))
        end.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        finally:
            end.cancel()
            process.returncode = 0
    seconds = time.monotonic() - began
    code = os.waitstatus_to_exitcode(status)
    return Ended(
        code, out.read_text(errors="replace"), words.read_text(errors="replace"), seconds, used.ru_maxrss * 1024
    )


class Peak:
    """The most that processes have taken since this began, read from the kernel's own high-water mark."""

    def __init__(self, processes: Iterable[int]) -> None:
        self._processes = list(processes)
        for pid in self._processes:
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")

    def bytes(self) -> int:
        """Of the largest of them."""
        return max(map(_high_water, self._processes), default=0)


def _high_water(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


@contextlib.contextmanager
def timed() -> Iterator[list[float]]:
    """A list that holds the seconds that the block took, once it has ended."""
    took: list[float] = []
    began = time.monotonic()
    try:
        yield took
    finally:
        took.append(time.monotonic() - began)
