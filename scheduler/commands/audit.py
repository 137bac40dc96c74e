"""`rejig audit`: whether it is as it was written."""

from __future__ import annotations

import typer

from scheduler.commands.console import say, say_error
from scheduler.commands.ledger_at import Data, ledger_at
from scheduler.usecases.verify_audit import verify_audit

audit = typer.Typer(no_args_is_help=True, help="Check the audit: who did what, each entry chained to the last.")


@audit.command("verify")
def verify(data: Data = None) -> None:
    """Follow the chain of hashes from the first entry to the last. Status 1: an entry was changed or removed.

    The newest hash is printed: kept elsewhere it shows a year later that none was cut off the end.
    """
    with ledger_at(data) as ledger:
        found = verify_audit(ledger)
    if found.first_break is not None:
        say_error(f"Entry {found.first_break} is not as it was written, or is missing; {found.entries} entries read.")
        raise typer.Exit(1)
    say(f"{found.entries} entries, each as it was written.")
    print(found.head)
