"""`rejig connections`: what a file of connections says, whether each works, and what an import would change."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from scheduler.commands.ledger_at import Data, ledger_at
from scheduler.connect_ports import Adapter, Arrived, Received
from scheduler.errors import UnknownConnection, did_you_mean
from scheduler.usecases.tools import wall_clock

File = Annotated[
    Path,
    typer.Option("--connections", metavar="FILE", envvar="REJIG_CONNECTIONS", help="The file of connections (TOML)."),
]


def connections(
    action: Annotated[
        str,
        typer.Argument(
            metavar="list|test|preview",
            help="list: all of the file; test: try one; preview: what a file would change.",
        ),
    ],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which one, for test and preview.")] = "",
    message: Annotated[
        Path | None,
        typer.Argument(
            metavar="[MESSAGE]",
            help="For preview: what would come, as a file; without one it is asked for, but of a folder.",
        ),
    ] = None,
    file: File = Path("connections.toml"),
    data: Data = None,
) -> None:
    """What a file of connections says, step by step whether one works, and what an import would change.

    Nothing is changed. A server need not run, and may.

    [bold]Examples:[/bold]

    rejig connections list --connections erp.toml

    rejig connections test excel --connections erp.toml

    rejig connections preview excel orders.csv --connections erp.toml

    rejig connections preview odoo --connections erp.toml
    """
    from scheduler.bootstrap import build_adapters
    from scheduler.connect.configuration import read_connections

    adapters = {adapter.link.name: adapter for adapter in build_adapters(read_connections(file))}
    with ExitStack() as opened:
        for adapter in adapters.values():
            opened.callback(adapter.close)
        if action == "list":
            for adapter in adapters.values():
                _list(adapter)
            return
        if action not in ("test", "preview"):
            raise typer.BadParameter(f"found '{action}', expected list, test or preview")
        if name not in adapters:
            raise UnknownConnection(f"{file}: no connection '{name}'; {did_you_mean(name, adapters)}")
        if action == "preview":
            _preview(adapters[name], message, data)
        else:
            _test(adapters[name])


def _list(adapter: Adapter) -> None:
    link = adapter.link
    reads, writes = ", ".join(link.reads) or "nothing", ", ".join(link.writes) or "nothing"
    print(f"{link.name}  {link.kind}  {link.plant}  {link.address}  in: {reads}  back: {writes}")


def _test(adapter: Adapter) -> None:
    """Status 2 where a step does not work."""
    faults = 0
    for step, fault in adapter.test():
        faults += bool(fault)
        print(f"{'✗' if fault else '✓'} {step}{': ' + fault if fault else ''}")
    if faults:
        raise typer.Exit(2)


def _of_file(file: Path) -> Arrived:
    spoken = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
    return Arrived(f"{file.name}@preview", file.read_bytes(), spoken)


def _preview(adapter: Adapter, message: Path | None, data: Path | None) -> None:
    """Status 2 where one would not be read."""
    from scheduler.usecases.take_in import preview

    now, link = wall_clock(), adapter.link
    if message is None and link.kind == "folder":
        raise typer.BadParameter("preview needs the file that would come: rejig connections preview NAME MESSAGE")
    messages = adapter.arrived() if message is None else [_of_file(message)]
    refused = False
    with ledger_at(data) as ledger:
        for arrived in messages:
            received = Received(
                link.plant,
                link.name,
                0,
                arrived.outer_id,
                arrived.digest,
                "waiting",
                now,
                "",
                arrived.content,
                arrived.spoken_at,
            )
            outcome = preview(ledger, adapter, received)
            print(outcome.said)
            refused |= outcome.state != "done"
    if refused:
        raise typer.Exit(2)
