"""The database that a command works on, beside a server or without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scheduler.errors import BadRequest
from scheduler.ports import Ledger

Data = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of the database; default: REJIG_DATA, else rejig-data.")
]


@contextmanager
def ledger_at(data: Path | None) -> Iterator[Ledger]:
    """The ledger that the environment names, for a moment; a server may be at work on it."""
    from scheduler.settings import read_settings
    from scheduler.storage.ledger import SqlLedger

    settings = read_settings()
    if data is not None:
        settings = replace(settings, data=data)
    if settings.database_url is None:
        if settings.data.exists() and not settings.data.is_dir():
            raise BadRequest.of("--data", f"'{settings.data}', a file", "a folder")
        settings.data.mkdir(parents=True, exist_ok=True)
    ledger = SqlLedger.open(settings.url)
    try:
        yield ledger
    finally:
        ledger.close()
