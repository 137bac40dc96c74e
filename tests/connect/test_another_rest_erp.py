"""The example of docs/connect/another-rest-erp.md, read from the page and driven."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.connect.rest.system import read_system, shipped
from scheduler.errors import InvalidConnections
from tests.connect.road import Road, road
from tests.connect.vendor import Asked, Said, Vendor, vendor
from tests.house.files import ROOT
from tests.usecases.shop import Shop


class Kontor:
    """Open jobs in pages; steps that know the keys of what was booked on them."""

    def __init__(self) -> None:
        self.jobs = [self.job(f"J-{n}", dozens=n) for n in range(1, 6)]
        self.booked: list[dict[str, Any]] = []
        self.state: list[dict[str, Any]] = []
        self.fault = False
        self.gone = False

    @staticmethod
    def job(number: str, dozens: float) -> dict[str, Any]:
        return {
            "number": number,
            "article": {"code": "pin"},
            "dozens": dozens,
            "due_day": "2026-03-06T12:00:00Z",
            "due_seconds": 50_400,
            "urgency": "rush" if number == "J-2" else "normal",
            "extra": '{"customer": "Alpine"}',
        }

    def __call__(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != "Bearer s3cret":
            return Said({"error": {"text": "who are you?"}}, 401)
        if asked.path == "/api/jobs":
            assert asked.query["site"] == "W1"
            size, page = int(asked.query["page_length"]), int(asked.query["page"])
            start = (page - 1) * size
            return Said({"jobs": self.jobs[start : start + size], "has_more": start + size < len(self.jobs)})
        if asked.path.endswith("/state"):
            self.state.append(asked.body)
            return Said(None, 204)
        if asked.method == "GET" and self.gone:
            return Said({"error": {"text": "unknown"}}, 404)
        if asked.method == "GET":
            return Said({"number": 10, "keys": [b["key"] for b in self.booked]})
        if self.fault:
            return Said({"failed": True, "messages": [{"text": "the period is closed"}, {"text": "ask Ann"}]})
        assert asked.headers["idempotency-key"] == asked.body["key"]
        self.booked.append(asked.body)
        return Said({"failed": False}, 201)


@pytest.fixture
def kontor() -> Kontor:
    return Kontor()


@pytest.fixture
def server(kontor: Kontor) -> Iterator[Vendor]:
    with vendor(kontor) as opened:
        yield opened


@pytest.fixture
def way(shop: Shop, server: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    with road(shop, tmp_path, page_written(tmp_path, server), monkeypatch, "s3cret") as opened:
        yield opened


def page_written(folder: Path, server: Vendor) -> str:
    """The page's file of connections; that of the system is written beside it."""
    page = (ROOT / "docs" / "connect" / "another-rest-erp.md").read_text()
    files = dict(re.findall(r"```toml\n# (\S+)\n(.*?)```", page, re.DOTALL))
    (folder / "kontor.toml").write_text(files["kontor.toml"])
    connection = files["connections.toml"].replace("https://kontor.example", server.address)
    return connection.replace("KONTOR_KEY", "ERP_SECRET")


def test_jobs_of_all_pages_come_in_converted(way: Road) -> None:
    way.look()
    assert way.state.trouble == ""
    common = {"material": "pin", "due": "2026-03-06T14:00+00:00", "customer": "Alpine"}
    assert way.events() == [
        ("order.created", {"order": f"J-{n}", "quantity": 12.0 * n, "priority": 5.0 if n == 2 else 1.0, **common})
        for n in range(1, 6)
    ]
    way.look()
    assert len(way.events()) == 5


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_output_is_booked_once_under_its_key(way: Road, kontor: Kontor, server: Vendor, lost: int) -> None:
    server.lost = lost
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.report("operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)
    for _ in range(lost + 1):
        way.later()
    assert way.outbox == []
    assert [b["pieces"] for b in kontor.booked] == [4, 5]
    assert kontor.booked[0]["at"] == "2026-03-02T06:30:00Z"
    assert {s["machine"] for s in kontor.state} == {"lathe"}


def test_an_error_in_a_good_answer_is_an_error(way: Road, kontor: Kontor) -> None:
    kontor.fault = True
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.look()
    assert way.outbox[0].reason == "answered 200, and in it: the period is closed; ask Ann"
    kontor.fault = False
    way.later()
    assert (way.outbox, len(kontor.booked)) == ([], 1)


def test_what_a_lookup_does_not_find_is_told_and_tried_again(way: Road, kontor: Kontor) -> None:
    kontor.gone = True
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.look()
    assert way.outbox[0].reason == "Kontor: job 'PIN-1' has no step 10"
    kontor.gone = False
    way.later()
    assert (way.outbox, len(kontor.booked)) == ([], 1)


def test_what_no_step_is_for_is_not_dropped_silently(way: Road) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=6)
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=5)
    way.look()
    (refused,) = way.outbox
    assert (refused.state, "no call for 'corrected'" in refused.reason) == ("dead", True)


def test_it_can_what_its_file_says(way: Road) -> None:
    can = way.connections.adapters[0].can
    assert (can.reads, can.writes) == ({"orders"}, {"confirmations"})
    assert (can.idempotency_key, can.write_back_machine, can.stops_in_doubt) == (True, False, False)


def test_a_connection_changes_single_fields(
    shop: Shop, server: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = page_written(tmp_path, server) + '\n[connection.fields.orders]\ncustomer = "site {settings.site}"\n'
    with road(shop, tmp_path, connection, monkeypatch, "s3cret") as way:
        way.look()
        assert {data["customer"] for _, data in way.events()} == {"site W1"}
        with pytest.raises(InvalidConnections, match="no conversion 'numbr'"):
            read_system(str(tmp_path / "kontor.toml"), tmp_path, {"orders": {"quantity": "{dozens|numbr}"}})
        with pytest.raises(InvalidConnections, match="no column 'custmer'; did you mean 'customer'"):
            read_system(str(tmp_path / "kontor.toml"), tmp_path, {"orders": {"custmer": "x"}})


@pytest.mark.parametrize("name", shipped())
def test_each_system_that_comes_with_the_product_has_its_page(name: str) -> None:
    system = read_system(name, Path())
    page = (ROOT / "docs" / "connect" / f"{name}.md").read_text()
    assert "Label: **contract tests**" in page
    assert f'system = "{name}"' in page
    assert f"]({name}.md)" in (ROOT / "docs" / "connect" / "README.md").read_text()
    assert (
        all(f"{s} = " in page for s, setting in system.settings.items() if setting.default is None) or name == "s4hana"
    )
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    assert packaged["scheduler.connect"] == ["systems/*.toml"]
