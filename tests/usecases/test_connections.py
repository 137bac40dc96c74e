"""A real folder that is read by hand, look by look: what of it reaches the plant, and what does not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scheduler.bootstrap import build_adapters
from scheduler.connect.configuration import ConnectionTable
from scheduler.connect.folder import FolderAdapter
from scheduler.connect_ports import Arrived, Reading
from scheduler.domain.plant import PlantState
from scheduler.usecases.connections import Connections
from tests.builders import tiny_plant
from tests.usecases.shop import Shop

HEADER = "order;material;quantity;due;routing"
MONDAY, TUESDAY = 1_772_400_000, 1_772_486_400


@pytest.fixture
def look(shop: Shop, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Two looks at the folder, as a file is whole when it did not change between two."""
    shop.ledger.load_plant("tiny", tiny_plant(), shop.tools.clock())
    (tmp_path / "erp" / "in").mkdir(parents=True)
    table = ConnectionTable(
        name="excel", kind="folder", plant="tiny", address=str(tmp_path / "erp"), reads=["orders", "stock"]
    )
    connections = Connections(shop.tools, build_adapters([table]))
    connections.keep()

    def twice() -> None:
        for _ in range(2):
            connections.look("excel", read=True)

    yield twice
    connections.close()


def test_a_plant_that_is_loaded_anew_has_the_orders_of_the_next_list_again(
    shop: Shop, look: Callable[[], None], tmp_path: Path
) -> None:
    drop(tmp_path, "orders.csv", "PIN-9;pin;5;2026-04-20;pin", MONDAY)
    look()
    shop.ledger.load_plant("tiny", tiny_plant(), shop.tools.clock())
    assert "PIN-9" not in shop.ledger.state("tiny")[1].orders
    drop(tmp_path, "orders.csv", "PIN-9;pin;5;2026-04-20;pin", TUESDAY)
    look()
    assert "PIN-9" in shop.ledger.state("tiny")[1].orders


def test_a_share_that_is_not_mounted_is_told_and_nothing_is_made_in_its_place(
    shop: Shop, look: Callable[[], None], tmp_path: Path
) -> None:
    (tmp_path / "erp").rename(tmp_path / "away")
    look()
    assert "mount the share" in shop.ledger.connection_states()[0].trouble
    assert not (tmp_path / "erp").exists()
    (tmp_path / "away").rename(tmp_path / "erp")
    look()
    assert shop.ledger.connection_states()[0].trouble == ""


def test_a_message_that_fails_stops_no_other_and_its_trouble_is_told_until_it_is_gone(
    shop: Shop, look: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    understood = FolderAdapter.understood

    def failing(self: FolderAdapter, message: Arrived, state: PlantState) -> Reading:
        if message.outer_id.startswith("orders-1"):
            raise ZeroDivisionError("a fault of ours")
        return understood(self, message, state)

    monkeypatch.setattr(FolderAdapter, "understood", failing)
    drop(tmp_path, "orders-1.csv", "PIN-8;pin;5;2026-04-20;pin", MONDAY)
    drop(tmp_path, "orders-2.csv", "PIN-9;pin;5;2026-04-20;pin", TUESDAY)
    look()
    assert "PIN-9" in shop.ledger.state("tiny")[1].orders
    trouble = shop.ledger.connection_states()[0].trouble
    assert "a fault of ours" in trouble
    assert "while orders-1.csv was taken in" in trouble
    (tmp_path / "erp" / "in" / "orders-1.csv").unlink()
    look()
    assert shop.ledger.connection_states()[0].trouble == ""


def drop(folder: Path, name: str, row: str, at: int) -> None:
    file = folder / "erp" / "in" / name
    file.write_text(f"{HEADER}\n{row}\n")
    os.utime(file, (at, at))


def test_an_answer_that_comes_after_a_newer_file_was_read_changes_nothing(
    shop: Shop, look: Callable[[], None], tmp_path: Path
) -> None:
    drop(tmp_path, "orders-1.csv", "PIN-9;pin;5;3/4/2026;pin", MONDAY)
    look()
    assert (tmp_path / "erp" / "asked" / "orders-1.csv").exists()
    drop(tmp_path, "orders-2.csv", "PIN-9;pin;7;2026-04-20;pin", TUESDAY)
    look()
    assert shop.ledger.state("tiny")[1].orders["PIN-9"].quantity == 7
    (tmp_path / "erp" / "mapping.toml").write_text('[files]\ndates = "day-month-year"\n')
    look()
    assert shop.ledger.state("tiny")[1].orders["PIN-9"].quantity == 7
    (report,) = (tmp_path / "erp" / "failed").glob("orders-1-*.report.txt")
    assert "which is newer" in report.read_text()
    drop(tmp_path, "orders-3.csv", "PIN-9;pin;5;3/4/2026;pin", TUESDAY + 1)
    look()
    assert shop.ledger.state("tiny")[1].orders["PIN-9"].quantity == 5
