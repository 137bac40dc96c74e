"""Dispatch lists on paper: read back with another library, over HTTP."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from api.paper.dispatch_pdf import dispatch_pdf
from scheduler.limits import STANDARD
from scheduler.planning.lists.dispatch_list import DispatchList, DispatchRow
from scheduler.planning.lists.floor_said import FloorSaid
from scheduler.settings import Settings
from scheduler.usecases.dispatch_lists import ServedList
from tests.api.served import load_tiny, planned, serving
from tests.builders import MONDAY_SIX, UTC

A4, A3 = (842, 595), (1191, 842)
"""Points, landscape."""


def pages(body: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]


def size(body: bytes) -> tuple[int, int]:
    box = PdfReader(io.BytesIO(body)).pages[0].mediabox
    return round(box.width), round(box.height)


def row(position: int, **changes: Any) -> DispatchRow:
    start = MONDAY_SIX + 60 * position
    plain = DispatchRow(
        position, f"MO-{position}", 10, "turn", "SHAFT", 12.0, "lathe", "steel", start - 20, start, start + 60, "next",
        True, (), "Huber", start + 600, 0,
    )  # fmt: skip
    return replace(plain, **changes)


def served(*rows: DispatchRow) -> ServedList:
    listing = DispatchList("lathe", "machine", rows, "4c1f0a9be2ff")
    return ServedList((), listing, 8, MONDAY_SIX, UTC, None, None, None, FloorSaid({}, (), ()))


def test_every_machine_with_work_gets_a_page_and_one_that_is_named_gets_its_own(client: httpx.Client) -> None:
    path = load_tiny(client, "paper", mode="auto")
    planned(client, path)
    targets = client.get(f"{path}/dispatch-lists").json()["targets"]
    busy = [t["target"] for t in targets if t["kind"] == "machine" and t["operations"]]
    answer = client.get(f"{path}/dispatch-lists.pdf", params={"hours": 8784})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"].endswith('.pdf"')
    found = pages(answer.content)
    assert len(busy) > 1
    assert len(found) == len(busy)
    assert all(any(name in page for page in found) for name in busy)
    for name in busy:
        lines = client.get(f"{path}/dispatch-lists/{name}").json()["lines"]
        (page,) = pages(client.get(f"{path}/dispatch-lists.pdf", params={"target": name, "hours": 8784}).content)
        assert all(line["order"] in page for line in lines)


def test_paper_has_the_size_asked_for_and_unknown_targets_and_sizes_are_refused(client: httpx.Client) -> None:
    path = load_tiny(client, "sizes")
    assert size(client.get(f"{path}/dispatch-lists.pdf").content) == A4
    large = client.get(f"{path}/dispatch-lists.pdf", params={"paper": "A3", "target": "lathe"})
    assert size(large.content) == A3
    assert "Nothing is planned here." in pages(large.content)[0]
    assert client.get(f"{path}/dispatch-lists.pdf", params={"target": "no such"}).status_code == 404
    assert client.get(f"{path}/dispatch-lists.pdf", params={"paper": "A5"}).status_code == 422
    assert client.get(f"{path}/dispatch-lists.pdf", params={"hours": 0}).status_code == 422


def test_more_rows_than_a_pdf_may_hold_are_refused(tmp_path: Path) -> None:
    limits = replace(STANDARD, printed_rows=3)
    with serving(Settings(data=tmp_path, workers=1, limits=limits)) as client:
        path = load_tiny(client, "much", mode="auto")
        planned(client, path)
        whole = client.get(f"{path}/dispatch-lists.pdf", params={"hours": 8784})
        assert whole.status_code == 422
        assert "at most 3 rows" in whole.json()["detail"]
        assert client.get(f"{path}/dispatch-lists.pdf", params={"hours": 1, "target": "lathe"}).status_code == 200


def test_what_starts_later_is_counted_and_what_runs_is_always_there() -> None:
    runs = row(3, status="running", start=MONDAY_SIX + 900)
    (page,) = pages(dispatch_pdf("Plant", [served(row(1), row(2), runs)], "A4", MONDAY_SIX + 120))
    assert "MO-1" in page
    assert "MO-2" not in page
    assert "MO-3" in page
    assert "running" in page
    assert "1 more start after Mon 2 Mar 08:00." in page


@pytest.mark.parametrize("name", ["Welle <b>&", "Gehäuse Ø 40 ½″", "Вал – ось", "軸"])
def test_names_are_printed_as_they_are_and_odd_ones_break_nothing(name: str) -> None:
    (page,) = pages(dispatch_pdf(name, [served(row(1, material=name))], "A4", MONDAY_SIX + 120))
    assert name == "軸" or page.count(name) == 2


def test_a_long_list_goes_on_with_its_head_and_a_long_word_stays_in_its_column() -> None:
    found = pages(dispatch_pdf("Plant", [served(*(row(i) for i in range(1, 101)))], "A4", MONDAY_SIX + 100_000))
    assert len(found) > 2
    assert all("Product" in page and f"of {len(found)}" in page for page in found)
    (page,) = pages(dispatch_pdf("Plant", [served(row(1, material="x" * 500))], "A4", MONDAY_SIX + 120))
    assert "xxx…" in page
    assert "x" * 60 not in page
