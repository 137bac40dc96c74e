"""How much memory a process and its children take at most, and a command that is ended where it takes too long."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 20.0
"""Of the processor: how long that takes depends on what else the computer does."""
PATIENCE_SECONDS = 300.0
MOST_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind. status : negative: the signal that ended it.   seconds : of the processor."""

    status: int
    out: str
    words: str
    seconds: float
    peak_bytes: int


def rejig(*arguments: object, folder: Path, patience: float = PATIENCE_SECONDS) -> Ended:
    """`rejig …` as somebody would run it, ended by SIGKILL when `patience` seconds are over."""
    out, words = folder / "stdout", folder / "stderr"
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
    seconds = used.ru_utime + used.ru_stime
    code = os.waitstatus_to_exitcode(status)
    return Ended(
        code, out.read_text(errors="replace"), words.read_text(errors="replace"), seconds, used.ru_maxrss * 1024
    )


class Used:
    """What processes have taken since this began, by the kernel's own books."""

    def __init__(self, processes: Iterable[int]) -> None:
        self._processes = list(processes)
        self._before = self._processor()
        for pid in self._processes:
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")

    def bytes(self) -> int:
        """The most that the largest of them held at a time."""
        return max(map(_high_water, self._processes), default=0)

    def seconds(self) -> float:
        """Of the processor, of all of them."""
        return self._processor() - self._before

    def _processor(self) -> float:
        return sum(map(_processor, self._processes))


def _high_water(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _processor(pid: int) -> float:
    with contextlib.suppress(OSError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0
