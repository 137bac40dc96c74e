"""`rejig connections`: a file of connections is listed, and one is tried."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

from scheduler.storage.ledger import SqlLedger
from tests.builders import tiny_plant
from tests.cli.conftest import Rejig

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
FILE = '[[connection]]\nname = "excel"\nkind = "folder"\nplant = "tiny"\naddress = "{}"\nreads = ["orders"]\n'


def test_a_connection_is_listed_and_tried(rejig: Rejig, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(FILE.format(tmp_path / "erp"))
    said = rejig("connections", "list", "--connections", file)
    assert (said.status, said.out.split()[:3]) == (0, ["excel", "folder", "tiny"])
    away = rejig("connections", "test", "excel", "--connections", file)
    assert (away.status, "no such folder" in away.out, (tmp_path / "erp").exists()) == (2, True, False)
    (tmp_path / "erp").mkdir()
    works = rejig("connections", "test", "excel", "--connections", file)
    assert (works.status, works.out.count("✓"), works.out.count("✗")) == (0, 7, 0)
    assert list((tmp_path / "erp").iterdir()) == []
    (tmp_path / "other").write_text("a file where a folder should be")
    file.write_text(FILE.format(tmp_path / "other"))
    assert rejig("connections", "test", "excel", "--connections", file).status == 2
    wrong = rejig("connections", "test", "exel", "--connections", file)
    assert (wrong.status, "did you mean 'excel'" in wrong.words) == (2, True)


def test_what_a_file_would_change_is_told_and_nothing_is_changed(rejig: Rejig, tmp_path: Path) -> None:
    (tmp_path / "erp").mkdir()
    file, orders, data = tmp_path / "c.toml", tmp_path / "orders.csv", tmp_path / "data"
    file.write_text(FILE.format(tmp_path / "erp"))
    orders.write_text("order;material;quantity;due;routing\nPIN-9;pin;12,5;06.03.2026 14:00;pin\n")
    data.mkdir()
    with closing(SqlLedger.open(f"sqlite:///{data / 'rejig.db'}")) as ledger:
        ledger.load_plant("tiny", tiny_plant(), NOON)
        told = rejig("connections", "preview", "excel", orders, "--connections", file, "--data", data)
        assert told.status == 0, told.words
        assert "would be done, 1 changes" in told.out
        assert "order.created" in told.out
        assert "PIN-9" in told.out
        assert ledger.state("tiny")[1].orders.keys() == tiny_plant().orders.keys()
    assert rejig("connections", "preview", "excel", "--connections", file, "--data", data).status == 2
