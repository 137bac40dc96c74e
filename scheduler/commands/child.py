"""Child processes that end with us, whatever ends us.

`python -m scheduler.commands.child MODULE ARGUMENTS…` runs a module so that the kernel ends it when its parent dies
(Linux); elsewhere the parent's own tidying up must do.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any

PR_SET_PDEATHSIG = 1
PATIENCE_SECONDS = 15.0


def run_module(module: str, arguments: Sequence[str]) -> None:
    """Become `python -m module …`, to be ended with SIGTERM when the parent dies. Survives execve (prctl(2))."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


def start(
    module: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    output: IO[Any] | None = None,
    own_session: bool = False,
) -> subprocess.Popen[bytes]:
    """Start `python -m module …` as a child that dies with us.

    own_session : Ctrl+C on the terminal does not reach it; we end it ourselves.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "scheduler.commands.child", module, *arguments],
        env={**os.environ, **(environment or {})},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=own_session,
    )


def end(child: subprocess.Popen[bytes], *, with_group: bool = False) -> None:
    """Ask it to end, wait, and end it by force where it does not. with_group : for a child in its own session."""
    if child.poll() is None:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE_SECONDS)
    if child.poll() is None and not with_group:
        child.kill()
    if with_group:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@contextlib.contextmanager
def tidy_on_signals() -> Iterator[None]:
    """SIGTERM and a closed terminal end the block as Ctrl+C does, so that `finally` is reached.

    Ctrl+C itself is heard even where a shell started us in the background with SIGINT ignored.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before: dict[signal.Signals, Any] = {s: signal.signal(s, leave) for s in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """While this lasts, further Ctrl+C and SIGTERM are not heard: something is being tidied up."""
    before = {s: signal.signal(s, signal.SIG_IGN) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def is_free(host: str, port: int) -> bool:
    """True where a server could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def any_free_port(host: str = "127.0.0.1") -> int:
    """One that the system has to give, so that several who start at once do not choose the same."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    run_module(sys.argv[1], sys.argv[2:])
