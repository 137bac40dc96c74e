"""`rejig connections`: what a file of connections says, and whether each works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.errors import UnknownConnection, did_you_mean

File = Annotated[
    Path,
    typer.Option("--connections", metavar="FILE", envvar="REJIG_CONNECTIONS", help="The file of connections (TOML)."),
]


def connections(
    action: Annotated[str, typer.Argument(metavar="list|test", help="list: all of the file; test: try one.")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which one, for test.")] = "",
    file: File = Path("connections.toml"),
) -> None:
    """What a file of connections says, and, step by step, whether one works. A server need not run.

    [bold]Examples:[/bold]

    rejig connections list --connections erp.toml

    rejig connections test excel --connections erp.toml
    """
    from scheduler.bootstrap import build_adapters
    from scheduler.connect.configuration import read_connections

    adapters = {adapter.link.name: adapter for adapter in build_adapters(read_connections(file))}
    if action == "list":
        for adapter in adapters.values():
            link = adapter.link
            reads, writes = ", ".join(link.reads) or "nothing", ", ".join(link.writes) or "nothing"
            print(f"{link.name}  {link.kind}  {link.plant}  {link.address}  in: {reads}  back: {writes}")
        return
    if action != "test":
        raise typer.BadParameter(f"found '{action}', expected list or test")
    if name not in adapters:
        raise UnknownConnection(f"{file}: no connection '{name}'; {did_you_mean(name, adapters)}")
    faults = 0
    for step, fault in adapters[name].test():
        faults += bool(fault)
        print(f"{'✗' if fault else '✓'} {step}{': ' + fault if fault else ''}")
    if faults:
        raise typer.Exit(2)
