"""Real counterparts, each in its own process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connect.live import tryton


@pytest.fixture(scope="session")
def shop_in_tryton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a Tryton with the tiny plant."""
    return tryton.shop_database(tmp_path_factory.mktemp("tryton"))


@pytest.fixture
def erp(shop_in_tryton: Path, tmp_path: Path) -> Iterator[tryton.Tryton]:
    """A Tryton of the test's own, running."""
    with tryton.running(tmp_path / "tryton", shop_in_tryton) as server:
        yield server
