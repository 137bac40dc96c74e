"""A planner's journeys in real Chromium, about what comes from outside and goes out on paper: late material, a second
plant, an order that was promised before the server was started anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.ui import shop
from tests.ui.conftest import CHROMIUM, Serving, happens, until
from ui import format as say
from ui.client import Client

if TYPE_CHECKING:
    from tests.ui.browser import Planner

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]


def starts_of_sawing(api: Client, plant: str) -> dict[str, str]:
    """When the first step of each order starts by the plan in force."""
    return {line["order"]: line["start"] for line in api.dispatch_list(plant, "saw-1")["lines"]}


def test_material_comes_late_and_a_sooner_date_is_tried(planner: Planner, shop_api: Client, running: str) -> None:
    """60 bars are there; the 200 of PO-7 come on Thursday, and no longer on Tuesday."""
    happens(shop_api, running, "receipt.changed", "2026-03-02T06:05", receipt="PO-7", expected="2026-03-05T10:00")
    until(lambda: shop_api.plant(running)["plan_is_current"], "the plan that knows of it")
    late = sorted(o["order"] for o in shop_api.orders(running) if (o["late_minutes"] or 0) > 0)
    assert late, "60 bars are not enough until Thursday"
    waiting = [start for start in starts_of_sawing(shop_api, running).values() if start >= "2026-03-05T10:00"]
    assert waiting, "some of it is sawn only when the bars are there"
    planner.open(running)
    planner.page.get_by_text(re.compile("PO-7 has changed")).first.wait_for()
    planner.picture("today-late-material")
    planner.turns_to("Materials")
    planner.page.goto(f"{planner.url}/materials?plant={running}&materials=bar-40")
    planner.sees("materials", r".*\.bar-40")
    planner.page.get_by_text(re.compile(r"Orders hit \(\d+\)")).or_(planner.button("PO-7")).first.wait_for()
    planner.picture("materials-late")
    planner.button(r"PO-7").click()
    planner.button("Add to the what-if").wait_for()
    planner.picture("what-if-material-form")
    planner.presses("Add to the what-if")
    planner.page.get_by_text(re.compile(r"PO-7 \(bar-40\) comes")).first.wait_for()
    planner.presses("Calculate")
    planner.stops_the_search("what-if-material-searching")
    planner.sees("what-if", r"\d+\.w-.*\.(done|stopped)\.\d")
    planner.board_is_ready()
    planner.picture("what-if-material")
    planner.forgives("/_stcore/")


def test_lists_are_printed_from_the_screen(planner: Planner, shop_api: Client, running: str, tmp_path: Path) -> None:
    planner.open(running)
    planner.turns_to("Dispatch")
    planner.presses("Print")
    planner.page.get_by_text("every machine with work").click()
    planner.page.get_by_role("radio", name="A3").click()
    planner.page.get_by_role("spinbutton", name="Days ahead").fill("30")
    planner.page.get_by_role("spinbutton", name="Days ahead").press("Enter")
    planner.picture("dispatch-print")
    with planner.page.expect_download() as coming:
        planner.presses("Make the PDF")
    paper = tmp_path / "lists.pdf"
    coming.value.save_as(paper)
    assert coming.value.suggested_filename == "dispatch-all.pdf"
    pages = PdfReader(paper).pages
    busy = {t["target"] for t in shop_api.dispatch_targets(running) if t["kind"] == "machine" and t["operations"]}
    assert all(round(page.mediabox.width) == 1191 for page in pages)
    text = [page.extract_text() for page in pages]
    assert all(any(machine in page for page in text) for machine in busy)
    orders = set(starts_of_sawing(shop_api, running))
    assert all(any(order in page for page in text) for order in orders)


def test_a_second_plant_is_loaded_once_its_faults_are_mended(planner: Planner, shop_api: Client, loaded: str) -> None:
    good = shop.files(6)
    bad = good | {
        "orders.csv": good["orders.csv"].replace("shaft,10,", "shaft,ten,"),
        "routing_machines.csv": good["routing_machines.csv"].replace("turn-2", "turn-9"),
    }
    second, page = f"{loaded}-second", planner.page
    planner.open(loaded)
    planner.turns_to("Plants")
    page.get_by_text("Load a plant").click()
    page.get_by_label("Plant ID").fill(second)
    page.get_by_label("Plant ID").press("Enter")
    chosen = page.get_by_test_id("stFileUploaderDropzoneInput")
    chosen.set_input_files({"name": "second.zip", "mimeType": "application/zip", "buffer": shop.as_zip(bad)})
    load = page.get_by_role("button", name="Load", exact=True)  # waits until it may be pressed
    load.click()
    page.get_by_text(re.compile("turn-9")).first.wait_for()
    page.get_by_text(re.compile("'?ten'?")).first.wait_for()
    planner.picture("plants-faults")
    assert second not in [p["plant"] for p in shop_api.plants()], "all of it or nothing"
    chosen.set_input_files({"name": "mended.zip", "mimeType": "application/zip", "buffer": shop.as_zip(good)})
    page.get_by_text("mended.zip").wait_for()
    load.click()
    planner.sees("plants", rf"1\.\d+\.{second}")
    planner.picture("plants-second")
    assert len(shop_api.orders(second)) == 6
    assert page.get_by_text(re.compile("turn-9")).count() == 0
    planner.turns_to("Board")
    page.get_by_text("There is no plan yet").wait_for()


def test_what_was_promised_is_kept_after_the_server_was_started_anew(
    planner: Planner, shop_api: Client, serving: Serving, running: str
) -> None:
    planner.open(running)
    planner.turns_to("Promise")
    planner.page.get_by_role("spinbutton", name="Quantity").fill("6")
    planner.presses("Find a date")
    planner.page.get_by_text("Nothing is reserved").wait_for()
    planner.presses("Reserve until")
    planner.page.get_by_text(re.compile(r"Reserved as PR-\d+")).wait_for()
    (kept,) = shop_api.reservations(running)
    planner.page.goto("about:blank")
    serving.end()
    serving.start()
    planner.open(running)
    planner.turns_to("Promise")
    planner.page.get_by_text("Reserved", exact=True).wait_for()
    planner.picture("promise-after-restart")
    (still,) = shop_api.reservations(running)
    assert (still["reservation"], still["due"]) == (kept["reservation"], kept["due"])
    happens(
        shop_api,
        running,
        "order.created",
        "2026-03-02T06:05",
        order="SO-1",
        material=kept["material"],
        quantity=kept["quantity"],
        due=kept["due"],
        reservation=kept["reservation"],
    )
    until(lambda: shop_api.plant(running)["plan_is_current"], "the plan with the order")
    assert shop_api.reservations(running) == []
    order = next(o for o in shop_api.orders(running) if o["order"] == "SO-1")
    assert order["late_minutes"] is not None
    assert order["late_minutes"] <= 0
    planner.page.goto(f"{planner.url}/orders?plant={running}&orders=SO-1")
    planner.sees("orders")
    planner.page.get_by_text(re.compile(re.escape(say.moment(kept["due"])))).first.wait_for()
    planner.picture("orders-promise-kept")
    planner.forgives("/_stcore/")
