"""`rejig backup`, `rejig restore` and `rejig verify`: a copy of all data, back again, and whether they are whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scheduler.commands.console import say, say_error
from scheduler.commands.ledger_at import Data, ledger_at
from scheduler.usecases.verify_plants import verify_plants


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; nothing may be there yet.")], data: Data = None
) -> None:
    """Copy all data into one file, also while a server writes (SQLite; for PostgreSQL it names pg_dump).

    What was answered before the copy began is in it. It holds the secrets of webhooks: guard it.
    """
    from scheduler.storage.backup import back_up

    size = back_up(_url(data), file)
    say(f"{file}: {size:,} bytes, checked.")


def restore(file: Annotated[Path, typer.Argument(help="What `rejig backup` has written.")], data: Data = None) -> None:
    """Put a backup in place of the data. No server may be at work on them; what was there is kept beside it.

    What was reported since the backup was made is not known any more: post it again, under the ids that it had.
    """
    from scheduler.storage.backup import restore as put_back

    kept = put_back(_url(data), file)
    say(f"{file} is in place." + ("" if kept is None else f" What was there before: {kept}"))


def verify(
    plant: Annotated[str | None, typer.Argument(help="One plant; without: all.")] = None, data: Data = None
) -> None:
    """Replay the log of each plant from its load and compare with what is stored, byte by byte. Status 1: they differ.

    On stdout a line of each plant: its name, revision, and the SHA-256 of its state.
    """
    with ledger_at(data) as ledger:
        checks = verify_plants(ledger, plant)
    for check in checks:
        print(f"{check.plant} {check.revision} {check.digest}")
        told = f"{check.events:,} events replayed, {check.set_aside} of them set aside; {check.compared} stored states"
        say(f"{check.plant}: {told} compared.")
        for wrong in check.wrong:
            say_error(f"{check.plant}: {wrong}.")
    if any(check.wrong for check in checks):
        raise typer.Exit(1)


def _url(data: Path | None) -> str:
    from scheduler.settings import read_settings

    settings = read_settings()
    return (settings if data is None else replace(settings, data=data)).url
