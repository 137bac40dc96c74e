"""`rejig serve` as a child process, ended with everything that it started."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from scheduler.commands import child
from scheduler.errors import BadRequest
from scheduler.simulation.mes import Refused

HOST = "127.0.0.1"
PORTS_TRIED = 50
SERVER_SECONDS = 90.0


@contextlib.contextmanager
def served(folder: Path, port: int, ui_port: int | None, say: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """The API, its data in `folder`, and the screens unless `ui_port` is None; gives their addresses ("": none).

    A port that is taken is passed over in words. Raises Refused with what the server said where it does not start.
    """
    port = _free_port(port, "API", say)
    arguments = ["serve", "--host", HOST, "--port", str(port), "--data", str(folder)]
    address, screens = f"http://{HOST}:{port}", ""
    if ui_port is not None:
        ui_port = _free_port(ui_port, "screens", say, not_this=port)
        arguments += ["--ui-port", str(ui_port)]
        screens = f"http://{HOST}:{ui_port}"
    else:
        arguments.append("--no-ui")
    say(f"Starting the API on {address}" + (f" and the screens on {screens}" if screens else ""))
    log = folder / "server.log"
    with log.open("wb") as output:
        server = child.start("scheduler.cli", arguments, output=output, own_session=True)
    try:
        _wait_for(f"{address}/readyz", server, log)
        if screens:
            _wait_for(f"{screens}/_stcore/health", server, log)
        yield address, screens
    finally:
        with child.undisturbed():
            child.end(server, with_group=True)


def _free_port(wanted: int, what: str, say: Callable[[str], None], not_this: int | None = None) -> int:
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if port != not_this and child.is_free(HOST, port):
            if port != wanted:
                say(f"Port {wanted} is taken, so the {what} use{'s' if what == 'API' else ''} {port}.")
            return port
    raise BadRequest(f"No free port from {wanted} on for the {what}; name another one", "--port")


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise Refused(f"The server ended at once (status {server.returncode}). It said:\n{_tail(log)}")
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(address, timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise Refused(f"{address} did not answer within {SERVER_SECONDS:g} s. The server said:\n{_tail(log)}")


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-15:]) or "nothing"
