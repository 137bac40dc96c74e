"""A file of connections: what it may say, and what is told where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.connect.answers import answered
from scheduler.connect.configuration import read_connections
from scheduler.errors import InvalidConnections

GOOD = '[[connection]]\nname = "excel"\nkind = "folder"\nplant = "tiny"\naddress = "/srv/erp"\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "connections.toml"
    file.write_text(text)
    return file


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    (table,) = read_connections(written(tmp_path, GOOD + 'reads = ["orders"]\n'))
    link = table.link
    assert (link.reads, link.writes, link.every, link.policy, link.source) == (
        ("orders",), (), 60.0, "auto", "/connections/excel",
    )  # fmt: skip
    assert (link.rules.vanished, link.rules.most_vanished_percent) == ("ask", 25)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('raeds = ["orders"]', "connection 'excel' raeds: Extra inputs are not permitted"),
        ("every = 0", "connection 'excel' every: Input should be greater than or equal to 0.2, found 0"),
        ('reads = ["invoices"]', "connection 'excel' reads 0:"),
        (GOOD, "connection 'excel' stands there twice"),
        ('password = "abc"', "connection 'excel' password: Extra inputs are not permitted"),
        ("x", "no TOML"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(tmp_path: Path, more: str, words: str) -> None:
    with pytest.raises(InvalidConnections) as caught:
        read_connections(written(tmp_path, GOOD + more))
    assert words in str(caught.value)


TRYTON = GOOD.replace("folder", "tryton").replace("/srv/erp", "http://erp:8000/erp") + 'credentials = "env:ERP_LOGIN"\n'


def test_a_tryton_says_where_its_credentials_stand(tmp_path: Path) -> None:
    (table,) = read_connections(written(tmp_path, TRYTON + 'reads = ["orders"]\nwarehouse = "North"\n'))
    assert (table.link.kind, table.credentials, table.warehouse) == ("tryton", "env:ERP_LOGIN", "North")


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ("env:ERP_LOGIN", "ada:secret", "credentials: String should match pattern"),
        ('credentials = "env:ERP_LOGIN"', "", 'credentials: found nothing, expected "env:NAME"'),
        ("http://erp:8000/erp", "http://erp:8000", "expected like https://erp.example/DATABASE"),
        ("http://erp:8000/erp", "http://ada:secret@erp/erp", "expected like https://erp.example/DATABASE"),
        ("reads", 'writes = ["confirmations"]\nreads', "name confirmations and stock, or neither"),
        ('kind = "tryton"', 'kind = "folder"', "a folder has no credentials"),
    ],
)
def test_what_does_not_fit_a_tryton_is_told(tmp_path: Path, was: str, becomes: str, words: str) -> None:
    with pytest.raises(InvalidConnections) as caught:
        read_connections(written(tmp_path, (TRYTON + 'reads = ["orders"]\n').replace(was, becomes)))
    assert words in str(caught.value)


@pytest.mark.parametrize(("address", "apart"), [("/srv/x/../erp", False), ("/srv/erp/in", False), ("/srv/erp2", True)])
def test_two_connections_do_not_share_a_folder(tmp_path: Path, address: str, apart: bool) -> None:
    file = written(tmp_path, GOOD + GOOD.replace("excel", "sap").replace("/srv/erp", address))
    if apart:
        assert len(read_connections(file)) == 2
        return
    with pytest.raises(InvalidConnections, match=r"connection 'sap' address: .* give each a folder of its own"):
        read_connections(file)


def test_answers_go_before_the_configuration(tmp_path: Path) -> None:
    mapping = read_connections(written(tmp_path, GOOD + '[connection.files]\ndates = "day-month-year"\n'))[0].mapping
    said = {"files": {"dates": "month-day-year"}, "fields": {"orders": {"Los": "order"}}, "drift": {"without": ["a"]}}
    after = answered(mapping, said)
    assert (after.dates, after.fields, after.without) == ("month-day-year", {"orders": {"Los": "order"}}, ("a",))
    with pytest.raises(ValueError, match=r"\[files\] dates: found 'american'"):
        answered(mapping, {"files": {"dates": "american"}})
    with pytest.raises(ValueError, match=r"\[patterns\] x\*: found 'order'; Input should be 'orders'"):
        answered(mapping, {"patterns": {"x*": "order"}})
    with pytest.raises(ValueError, match=r"\[fields\] orders: found 'Los'"):
        answered(mapping, {"fields": {"orders": "Los"}})
    with pytest.raises(ValueError, match=r"\[file\]: found, expected \[files\]"):
        answered(mapping, {"file": {}})
