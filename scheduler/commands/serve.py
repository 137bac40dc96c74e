"""`rejig serve`: the API, and the screens beside it."""

from __future__ import annotations

import gc
import importlib.util
import ipaddress
import subprocess
import threading
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scheduler.commands import child
from scheduler.commands.console import say
from scheduler.errors import BadRequest


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0: every one.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the database; default: REJIG_DATA, else rejig-data.")
    ] = None,
    ui_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the screens.")] = 8501,
    connections: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Connections to other systems (TOML); default: REJIG_CONNECTIONS, else none."
        ),
    ] = None,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="The API alone.")] = False,
) -> None:
    """Serve the HTTP API, and the screens beside it. Ctrl+C ends both.

    [bold]Examples:[/bold]

    rejig serve

    REJIG_DATABASE_URL=postgresql://rejig@db/rejig rejig serve --host 0.0.0.0 --no-ui
    """
    wanted = [("--port", port)] + ([] if no_ui else [("--ui-port", ui_port)])
    for option, number in wanted:
        if not child.is_free(host, number):
            raise BadRequest(
                f"{option}: {host}:{number} is taken or not ours to use; choose another with {option}", option
            )
    from api.server import run
    from scheduler.bootstrap import build_services
    from scheduler.settings import read_settings

    settings = read_settings()
    if data is not None:
        settings = replace(settings, data=data)
    if connections is not None:
        settings = replace(settings, connections=connections)
    services = build_services(settings)
    locked = services.tools.tokens is not None or bool(services.tools.ledger.api_keys())
    if not locked and not _is_loopback(host):
        services.close()
        raise BadRequest.of(
            "--host",
            f"{host} and no key",
            "a key for whoever may come from other computers",
            "make the first with `rejig keys create NAME --role admin`, or listen on 127.0.0.1",
        )
    screens: subprocess.Popen[bytes] | None = None
    with child.tidy_on_signals():
        try:
            if not no_ui:
                screens = start_screens(host, ui_port, f"http://{_reachable(host)}:{port}")
                say(f"Screens: http://{_reachable(host)}:{ui_port}")
                threading.Thread(target=_watch, args=(screens,), daemon=True).start()
            say(f"API:     http://{_reachable(host)}:{port}/docs   data in {settings.data.absolute()}")
            # A plan is ten thousand objects without a cycle among them, and each event makes one: a full collection for
            # them would stop the server for 150 ms every few events.
            gc.set_threshold(50_000, 20, 100)
            if not locked:
                say("Nobody needs a key here; it listens to this computer alone. To lock it: rejig keys create --help")
            run(host, port, services)
        finally:
            if screens is not None:
                with child.undisturbed():
                    child.end(screens)


def start_screens(host: str, port: int, api: str) -> subprocess.Popen[bytes]:
    """Streamlit as a child, told where the API is. It reads its settings from the folder of the screens."""
    found = importlib.util.find_spec("ui")
    if found is None or found.origin is None:
        raise BadRequest("the screens are not installed here; serve without them: --no-ui", "--no-ui")
    folder = Path(found.origin).parent
    arguments = [
        "run",
        str(folder / "app.py"),
        f"--server.address={host}",
        f"--server.port={port}",
        "--server.headless=true",
    ]
    return child.start("streamlit", arguments, environment={"REJIG_API_URL": api}, folder=folder)


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _watch(screens: subprocess.Popen[bytes]) -> None:
    status = screens.wait()
    if status not in (0, -2, -15):
        say(f"The screens have ended by themselves (status {status}); the API goes on.", "red")
