"""`rejig connections`: a file of connections is listed, and one is tried."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

import pytest

from scheduler.storage.ledger import SqlLedger
from tests.builders import tiny_plant
from tests.cli.conftest import Rejig
from tests.connect.road import rest_file
from tests.connect.test_odoo import KEY, Odoo
from tests.connect.vendor import vendor

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


REST = rest_file("odoo", "{address}", "bearer", "orders receipts stock", "confirmations", 'database = "works"')


def test_a_system_behind_http_is_tried_and_previewed_without_changing_anything(
    rejig: Rejig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, data = tmp_path / "c.toml", tmp_path / "data"
    data.mkdir()
    with vendor(odoo := Odoo()) as server, closing(SqlLedger.open(f"sqlite:///{data / 'rejig.db'}")) as ledger:
        ledger.load_plant("tiny", tiny_plant(), NOON)
        file.write_text(REST.format(address=server.address))
        monkeypatch.setenv("ERP_SECRET", KEY)
        tried = rejig("connections", "test", "erp", "--connections", file)
        assert (tried.status, tried.out.count("✓"), tried.out.count("✗")) == (0, 7, 0)
        told = rejig("connections", "preview", "erp", "--connections", file, "--data", data)
        assert told.status == 0, told.words
        assert "orders: would be done, 2 changes" in told.out
        assert "row rejected (orders.material)" in told.out
        assert "stock: would be done, 1 changes" in told.out
        assert ledger.state("tiny")[1].orders.keys() == tiny_plant().orders.keys()
        monkeypatch.setenv("ERP_SECRET", "not-the-key")
        wrong = rejig("connections", "test", "erp", "--connections", file)
        assert (wrong.status, wrong.out.count("Invalid apikey")) == (2, 3)
        assert "not-the-key" not in wrong.out + wrong.words
    assert odoo.done == []


@pytest.mark.parametrize(
    ("there", "instead", "words"),
    [
        ('"odoo"', '"oddo"', "system: found 'oddo'; did you mean 'odoo'?"),
        ('"odoo"', '"./mine.toml"', "name the data file of the system"),
        ('"bearer"', '"basic"', "rest.auth: found 'basic', Odoo takes bearer"),
        ("database", "databse", "rest.settings: Odoo has no 'databse'; did you mean 'database'?"),
        ("'confirmations'", "'stock'", "writes: found 'stock', which Odoo cannot"),
        ("{address}", "ftp://erp.example", "address: found 'ftp://erp.example', expected one like https://"),
        ("{address}", "https://me:secret@erp.example", "a name or password stands in it"),
        ('kind = "rest"', 'kind = "folder"', "a folder has no credentials"),
        ('credentials = "env:ERP_SECRET"', "", "credentials: found nothing"),
    ],
)
def test_what_a_system_does_not_take_is_told_before_anything_starts(
    rejig: Rejig, tmp_path: Path, there: str, instead: str, words: str
) -> None:
    file = tmp_path / "c.toml"
    file.write_text(REST.replace(there, instead).replace("{address}", "https://erp.example"))
    said = rejig("connections", "list", "--connections", file)
    assert (said.status, words in said.words) == (2, True), said.words
