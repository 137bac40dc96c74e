"""`rejig keys`: who may do what, made and revoked where the data lies."""

from __future__ import annotations

import datetime as dt
import getpass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from scheduler.access.audit import Deed
from scheduler.access.keys import Key
from scheduler.access.roles import MAY, ROLES
from scheduler.commands.console import say
from scheduler.commands.ledger_at import Data, ledger_at
from scheduler.usecases.keys import make_key
from scheduler.usecases.tools import wall_clock

keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")

DEFAULT_DAYS = 365


@keys.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Who holds it: a person, a MES, an ERP job.")],
    role: Annotated[list[str], typer.Option(help=f"One of {', '.join(ROLES)}; may stand several times.")],
    plant: Annotated[list[str] | None, typer.Option(help="A plant that it opens; without: all.")] = None,
    work_center: Annotated[
        list[str] | None, typer.Option(help="For the floor: a work center whose lists it opens; without: all.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until it ends.")] = DEFAULT_DAYS,
    data: Data = None,
) -> None:
    """Make a key. It is shown once, on stdout, and kept nowhere; the first must be an admin's.

    [bold]Examples:[/bold]

    rejig keys create "m.keller" --role admin

    rejig keys create "MES line 2" --role floor --plant alpine --work-center turning
    """
    now, by = wall_clock(), _operator()
    with ledger_at(data) as ledger:
        key, sent = make_key(
            ledger, name, role, at=now, by=by, plants=plant, work_centers=work_center,
            expires_at=now + dt.timedelta(days=days),
        )  # fmt: skip
        ledger.audit(Deed(now, by, f"rejig keys create {key.id} for {key.name}", None, None, ", ".join(key.roles)))
    say(f"Key {key.id} for {key.name}: {', '.join(key.roles)}; valid for {days} days. It is not shown again.")
    print(sent)


@keys.command("list")
def list_keys(data: Data = None) -> None:
    """All keys, the revoked ones too."""
    with ledger_at(data) as ledger:
        found = ledger.api_keys()
    if not found:
        say("No key was made: whoever reaches the server may do everything.")
        return
    table = Table(box=None)
    for head in ("id", "state", "ends", "holder", "roles", "opens"):
        table.add_column(head, no_wrap=head in ("id", "state", "ends"))
    for key in found:
        table.add_row(*_row(key))
    Console().print(table)


@keys.command("revoke")
def revoke(
    id: Annotated[str, typer.Argument(help="Its id, as `rejig keys list` shows it.")], data: Data = None
) -> None:
    """It opens nothing any more; servers know within two seconds."""
    now, by = wall_clock(), _operator()
    with ledger_at(data) as ledger:
        key = ledger.revoke_key(id, now)
        ledger.audit(Deed(now, by, f"rejig keys revoke {key.id} of {key.name}", None, None, None))
    say(f"Key {key.id} of {key.name} is revoked.")


@keys.command("roles")
def show_roles() -> None:
    """Which role may do what."""
    for role in ROLES:
        print(f"{role:<11} {', '.join(sorted(MAY[role]))}")


def _row(key: Key) -> tuple[str, ...]:
    ends = key.expires_at.date().isoformat() if key.expires_at else "never"
    opens = ", ".join(key.plants) or "all plants"
    if key.work_centers:
        opens += f": {', '.join(key.work_centers)}"
    return (key.id, key.state(wall_clock()), ends, key.name, ", ".join(key.roles), opens)


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
