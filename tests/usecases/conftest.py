"""A shop on SQLite for the use cases; the ledger's own tests try both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.storage.ledger import SqlLedger
from tests.usecases.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    ledger = SqlLedger.open(f"sqlite:///{tmp_path / 'rejig.db'}")
    opened = Shop(ledger)
    yield opened
    opened.workers.close()
    ledger.close()
