"""Real servers as child processes, for tests that go through the front door."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

PATIENCE_SECONDS = 90.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[str]) -> None:
    """Until it answers 200. Raises AssertionError with what the process said."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, f"ended with status {process.returncode}"
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(address, timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"{address} did not answer within {PATIENCE_SECONDS:g} s")


@contextlib.contextmanager
def rejig_process(*arguments: object, log: Path) -> Iterator[subprocess.Popen[str]]:
    """`rejig …` in a session of its own, its words in `log`; whatever of it is left at the end is killed."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "scheduler.cli", *(str(a) for a in arguments)],
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def processes_that_name(words: str) -> list[str]:
    """Command lines of this machine's processes that hold the words."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if words in line:
                found.append(line)
    return found


def all_gone(words: str, within_seconds: float = 20.0) -> bool:
    """True once no process names the words any more."""
    until = time.monotonic() + within_seconds
    while processes_that_name(words):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
