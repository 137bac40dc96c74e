"""A planner's journeys in real Chromium, over the real API and the real screens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from scheduler.ingest import scenario_zip
from tests.builders import at
from tests.replanning.late_shop import made, shop, step
from tests.ui.conftest import CHROMIUM, happens, until
from ui.answers import FINAL
from ui.client import Client

if TYPE_CHECKING:
    from tests.ui.browser import Planner

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


def test_an_order_comes_in_and_stands_on_a_dispatch_list(planner: Planner, shop_api: Client, loaded: str) -> None:
    planner.open(loaded)
    planner.turns_to("Board")
    planner.page.get_by_text("There is no plan yet").wait_for()
    planner.presses("Re-plan")
    planner.stops_the_search("board-searching")
    planner.board_is_ready(r"1\.1.*")
    planner.presses("Release")
    planner.page.get_by_text("plan 1 in force is up to date").wait_for()
    shop_api.change_plant(loaded, mode="auto", policy={"improve_seconds": 0})  # no better plan meanwhile
    happens(
        shop_api,
        loaded,
        "order.created",
        "2026-03-02T06:05",
        order="A-900",
        material="flange",
        quantity=3,
        due="2026-03-02T15:00",
        priority=9,
    )
    planner.turns_to("Dispatch")
    planner.sees("dispatch", r"2\.\d+\..*")
    lists = shop_api.dispatch_list(loaded, "saw-1")
    assert "A-900" in [line["order"] for line in lists["lines"]]
    planner.page.get_by_role("combobox", name="Machine").click()
    planner.page.get_by_role("option", name=re.compile("^saw-1")).click()
    planner.sees("dispatch", rf"2\.\d+\.{shop_api.dispatch_list(loaded, 'saw-1')['version']}")
    planner.picture("dispatch")
    planner.presses("Acknowledge")
    planner.page.get_by_text("has confirmed this list").wait_for()


def test_a_breakdown_repairs_the_board_without_anyones_doing(planner: Planner, shop_api: Client, running: str) -> None:
    planner.open(running)
    planner.turns_to("Board")
    planner.board_is_ready(r"1\.1.*")
    planner.picture("board-before")
    happens(
        shop_api,
        running,
        "machine.down",
        "2026-03-02T08:10",
        machine="mill-1",
        expected_up="2026-03-02T20:00",
        reason="spindle",
    )
    planner.page.get_by_role("button", name=re.compile(r"plan \d+ is newer: show")).click()
    planner.board_is_ready(r"\d+\.2.*")  # any plan that knows revision 2
    planner.sees("board", r"2\.\d+\.1")
    until(lambda: int(planner.data("ghosts")) > 0, "ghost bars of the plan before")
    number = until(
        lambda: shop_api.plant(running)["plan_is_current"] and shop_api.plant(running)["plan_in_force"], "calm"
    )
    assert number > 1
    planner.picture("board-repaired")
    planner.turns_to("Today")
    planner.page.get_by_text(re.compile("mill-1 is down")).first.wait_for()
    planner.picture("today")
    planner.presses("What if…")
    planner.sees("what-if")
    expect_machine = planner.page.get_by_role("combobox", name="Machine")
    assert "mill-1" in str(expect_machine.get_attribute("aria-label") or "") + str(expect_machine.input_value())


@pytest.mark.parametrize(
    ("start", "words"), [("A machine is down", "is down until"), ("A rush order", "Rush order RUSH-1")]
)
def test_a_what_if_is_adopted(planner: Planner, shop_api: Client, running: str, start: str, words: str) -> None:
    shop_api.change_mode(running, "advise")
    planner.open(running)
    planner.turns_to("What-if")
    name = start.split()[1]
    planner.presses(start)
    planner.button("Add to the what-if").wait_for()
    if name == "machine":  # the saw is at work at once, whatever the plan in force is; a mill may wait for hours
        planner.page.get_by_role("combobox", name="Machine").click()
        planner.page.get_by_role("option", name="saw-1").click()
    planner.picture(f"what-if-{name}-form")
    planner.presses("Add to the what-if")
    planner.page.get_by_text(words).first.wait_for()
    planner.page.get_by_text("Full re-plan").click()
    planner.presses("Calculate")
    planner.stops_the_search(f"what-if-{name}-searching")
    planner.sees("what-if", r"1\.w-.*\.(done|stopped)\.\d")
    planner.board_is_ready()
    planner.picture(f"what-if-{name}")
    if name == "machine":
        assert int(planner.data("ghosts")) > 0, "the plan in force shows through"
    else:  # it may fit in without moving anything
        assert int(planner.data("operations")) == len(shop_api.board(running, 1)["operations"]["order"]) + 3
    planner.presses("Adopt")
    planner.page.get_by_text("If it goes in now").wait_for()
    planner.page.get_by_label("Your name").fill("m.keller")
    planner.page.get_by_label("Reason").fill("Keller waits for it")
    planner.page.get_by_label("Reason").press("Enter")
    planner.picture(f"what-if-{name}-adopt")
    planner.presses("Adopt and release")
    planner.page.get_by_text(re.compile("is released")).first.wait_for()
    planner.picture(f"what-if-{name}-released")
    after = shop_api.plant(running)
    assert after["revision"] == 2, "the assumption is an event now"
    assert after["plan_in_force"] is not None
    assert after["plan_in_force"] > 1


def test_a_click_selects_an_operation_and_shows_its_chain(planner: Planner, shop_api: Client, running: str) -> None:
    planner.open(running)
    planner.turns_to("Board")
    planner.board_is_ready()
    board = shop_api.board(running, 1)
    row = board["machines"].index("saw-1")
    columns = board["operations"]
    first = min((i for i, m in enumerate(columns["machine"]) if m == row), key=lambda i: columns["start"][i])
    label = f"{board['orders']['name'][columns['order'][first]]}/{columns['operation'][first]}"
    planner.page.mouse.click(*planner.place(row, (columns["start"][first] + columns["end"][first]) / 2))
    planner.page.locator(f'[data-selected="{label}"]').first.wait_for()
    planner.page.locator(".rejig-panel").get_by_text(label).wait_for()
    assert planner.data("selected") == label
    assert planner.data("chain") == "3", "sawing, turning, milling"
    planner.page.get_by_text(re.compile("^(Why late|What fills its time)$")).wait_for()
    planner.page.locator('[data-testid="stPlotlyChart"] .barlayer').wait_for()
    planner.picture("board-selected")
    planner.page.keyboard.press("ArrowRight")
    until(lambda: planner.data("selected") not in ("", label), "the next operation on the saw")
    planner.page.locator(f'.rejig-panel[data-selected="{planner.data("selected")}"]').wait_for()
    planner.page.keyboard.press("c")  # would open Streamlit's cache menu
    planner.page.keyboard.press("Enter")
    order = planner.data("selected").split("/")[0]
    planner.page.locator(f'.rejig-panel[data-selected="{order}"]').wait_for()
    assert planner.page.get_by_role("dialog").count() == 0
    planner.picture("board-order")


def test_a_late_order_is_helped_by_a_change_that_is_adopted(planner: Planner, shop_api: Client) -> None:
    """A waits four hours behind B, which is worth more."""
    state = shop(made("A", at(0, 10), step(10, "saw", 240)), made("B", at(0, 10), step(10, "saw", 240), priority=2.5))
    shop_api.load_plant("late-shop", scenario_zip(state))
    shop_api.change_mode("late-shop", "observe")
    planner.open("late-shop")
    planner.turns_to("Board")
    planner.board_is_ready()
    board = shop_api.board("late-shop", 1)
    columns, late = board["operations"], board["orders"]["name"].index("A")
    bar = columns["order"].index(late)
    middle = (columns["start"][bar] + columns["end"][bar]) / 2
    planner.page.mouse.click(*planner.place(columns["machine"][bar], middle))
    planner.page.locator('[data-selected="A/10"]').first.wait_for()
    planner.presses("What would help?")
    planner.button("Open as a what-if").first.wait_for(timeout=60_000)
    planner.page.get_by_text("Priority of A from 1 to 3").first.wait_for()
    planner.page.get_by_text("B due 1 d later").first.wait_for()
    planner.picture("board-what-would-help")
    planner.button("Open as a what-if").first.click()
    planner.sees("what-if", r"1\.w-.*\.done\.\d")
    planner.picture("what-if-of-a-fix")
    planner.presses("Adopt")
    planner.page.get_by_text("If it goes in now").wait_for()
    planner.page.get_by_label("Your name").fill("m.keller")
    planner.page.get_by_label("Reason").fill("A is wanted")
    planner.page.get_by_label("Reason").press("Enter")
    planner.presses("Adopt and release")
    planner.page.get_by_text(re.compile("is released")).first.wait_for()
    lateness = {order["order"]: order["late_minutes"] for order in shop_api.orders("late-shop")}
    assert lateness["A"] == 0


def test_zoom_and_pan_change_the_view_and_fit_brings_it_back(planner: Planner, running: str) -> None:
    planner.open(running)
    planner.turns_to("Board")
    planner.board_is_ready()
    page, (start, span, _) = planner.page, planner.view()
    x, y = planner.place(1, start + span / 4)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    until(lambda: planner.view()[1] < span, "a closer view")
    closer, nearer, _ = planner.view()
    assert abs((start + span / 4) - (closer + nearer / 4)) < 2, "the minute under the pointer stays there"
    page.mouse.down()
    page.mouse.move(x - 200, y, steps=4)
    page.mouse.up()
    until(lambda: planner.view()[0] > closer, "a later view")
    assert planner.data("selected") == "", "a drag selects nothing"
    planner.board.get_by_role("button", name="Fit").click()
    until(lambda: planner.view()[1] > nearer, "the whole plan")
    planner.picture("board-fit")
    planner.board.get_by_role("button", name="+").click()
    planner.board.get_by_role("button", name="Now").click()
    planner.page.get_by_role("radio", name="Status").click()
    planner.board_is_ready()
    planner.picture("board-status")


def test_a_planner_sees_why_the_plan_changed_and_decides_what_waits(
    planner: Planner, shop_api: Client, running: str
) -> None:
    happens(shop_api, running, "machine.down", "2026-03-02T08:10", machine="mill-1", reason="spindle")
    until(lambda: shop_api.plant(running)["plan_is_current"], "the repair")
    wrong = {"specversion": "1.0", "id": "q1", "source": "mes", "type": "machine.up", "time": "2026-03-02T08:20"}
    httpx.post(f"{shop_api.url}/v1/plants/{running}/events", json=wrong | {"data": {"machine": "mill-9"}})
    planner.open(running)
    planner.page.get_by_text(re.compile("mill-1 is down, nobody knows how long")).first.wait_for()
    planner.page.get_by_text(re.compile("^Why plan")).first.wait_for()
    planner.picture("today-why")
    planner.page.get_by_role("link", name=re.compile("1 report rejected")).click()
    planner.sees("runs", r".*\.Plans")
    planner.picture("runs-plans")
    for part in ("Webhooks", "Rules", "Modes and limits", "Rejected reports"):
        planner.page.get_by_role("radio", name=part).click()
        planner.sees("runs", rf".*\.{part.replace(' ', '-')}")
        if part == "Modes and limits":
            planner.page.get_by_role("spinbutton", name="Maximum moves").wait_for()
        planner.picture(f"runs-{part.split()[0].lower()}")
    planner.page.get_by_text(re.compile("no machine 'mill-9' in the plant")).wait_for()
    planner.presses("Dismiss")
    planner.page.get_by_text("Nothing waits.").wait_for()
    assert shop_api.quarantine(running) == []


def test_a_planner_sees_what_is_in_doubt_and_confirms_it_by_name(
    planner: Planner, shop_api: Client, running: str
) -> None:
    for minute, order in ((10, "A-100"), (12, "A-101"), (14, "A-102")):
        happens(
            shop_api,
            running,
            "operation.started",
            f"2026-03-02T06:{minute}",
            order=order,
            operation=10,
            machine="saw-1",
        )
    until(lambda: shop_api.plant(running)["plan_is_current"], "the repair")
    planner.open(running)
    planner.page.get_by_text("2 reports in doubt").click()
    planner.page.get_by_text("Interrupted: other work was reported on its machine").first.wait_for()
    planner.picture("today-doubts")
    planner.turns_to("Board")
    planner.picture("board-doubts")
    planner.page.get_by_text("in doubt", exact=True).wait_for()
    planner.turns_to("Today")
    planner.page.get_by_text("2 reports in doubt").click()
    planner.page.get_by_label("Your name").fill("m.keller")
    planner.page.get_by_label("Your name").press("Enter")
    planner.presses("Confirm")
    planner.page.get_by_text("2 reports in doubt").wait_for(state="detached")
    assert shop_api.doubts(running) == []


def test_a_date_is_promised_reserved_and_kept_by_the_plan(planner: Planner, shop_api: Client, running: str) -> None:
    planner.open(running)
    planner.turns_to("Promise")
    planner.page.get_by_role("spinbutton", name="Quantity").fill("6")
    planner.presses("Find a date")
    planner.page.get_by_text("Nothing is reserved").wait_for()
    planner.page.get_by_text("Others later (h)").wait_for()
    planner.picture("promise-found")
    planner.presses("Reserve until")
    planner.page.get_by_text(re.compile(r"Reserved as PR-\d+")).wait_for()
    (kept,) = shop_api.reservations(running)
    until(lambda: shop_api.plant(running)["plan_is_current"], "the plan that keeps it")
    (kept,) = shop_api.reservations(running)
    assert kept["late_minutes"] is not None
    assert kept["late_minutes"] <= 0
    planner.picture("promise-reserved")
    planner.presses("Release it")
    until(lambda: not shop_api.reservations(running), "its place to be free")


def test_four_what_ifs_are_compared_and_one_is_adopted(planner: Planner, shop_api: Client, running: str) -> None:
    shop_api.change_mode(running, "advise")
    assumed = {
        "saw down": ("machine.down", {"machine": "saw-1", "expected_up": "2026-03-02T12:00"}),
        "mill down": ("machine.down", {"machine": "mill-1", "expected_up": "2026-03-02T20:00"}),
        "rush": ("order.created", {"order": "R", "material": "flange", "quantity": 3, "due": "2026-03-02T15:00"}),
        "nothing": None,
    }
    ids = []
    for name, one in assumed.items():
        events = [{"type": one[0], "data": one[1]}] if one else []
        ids.append(shop_api.ask_what_if(running, name, events, "repair", 1.0, iterations=50)["id"])
    for id in ids:
        until(lambda id=id: shop_api.what_if(running, id)["state"] in FINAL, "the what-if")
    planner.open(running)
    planner.turns_to("Scenarios")
    planner.sees("scenarios", r"1\.4\.done-done-done-done")
    planner.page.wait_for_url(re.compile(r"what-ifs=w-"))
    planner.picture("scenarios")
    address = planner.page.url
    planner.page.get_by_role("button", name="Rename").first.click()
    planner.page.get_by_role("textbox", name="Name").fill("leave it")
    planner.page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Rename").click()
    planner.page.get_by_text("1 · leave it").first.wait_for()
    planner.page.goto(address)  # as a colleague does
    planner.sees("scenarios", r"1\.4\.done-done-done-done")
    planner.forgives("/_stcore/")
    planner.page.get_by_text("1 · leave it").first.wait_for()
    rush = planner.page.get_by_test_id("stColumn").filter(has_text="2 · rush")
    rush.get_by_role("button", name="Adopt").click()
    planner.page.get_by_text("If it goes in now").wait_for()
    planner.page.get_by_label("Your name").fill("m.keller")
    planner.page.get_by_label("Reason").fill("Keller pays for it")
    planner.page.get_by_label("Reason").press("Enter")
    planner.presses("Adopt and release")
    planner.page.get_by_text(re.compile("is released")).first.wait_for()
    planner.picture("scenarios-adopted")
    assert "R" in [order["order"] for order in shop_api.orders(running)]


def test_a_comment_on_an_order_and_one_on_a_plan_are_kept(planner: Planner, shop_api: Client, running: str) -> None:
    shop_api.change_mode(running, "advise")  # the plan in force stays
    order, number = shop_api.orders(running)[0]["order"], shop_api.plant(running)["plan_in_force"]
    assert number
    planner.page.goto(f"{planner.url}/orders?plant={running}&orders={order}")
    planner.sees("orders", rf"1\.{number}\.{order}")
    planner.forgives("/_stcore/")
    planner.page.get_by_text("Comments (0)").click()
    planner.page.get_by_label("Your name").fill("m.keller")
    planner.page.get_by_label("Comment", exact=True).fill("Keller fetches it *himself*")
    planner.page.get_by_label("Comment", exact=True).press("Enter")
    planner.presses("Say it")
    planner.page.get_by_text("Comments (1)").wait_for()
    planner.page.get_by_text("Keller fetches it *himself*").wait_for()
    planner.picture("orders-comment")
    planner.page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name="Plan history").click()
    planner.sees("runs")
    planner.page.get_by_text("Comments (0)").click()
    assert planner.page.get_by_label("Your name").input_value() == "m.keller", "asked once"
    planner.page.get_by_label("Comment", exact=True).fill("tight on Friday")
    planner.page.get_by_label("Comment", exact=True).press("Enter")
    planner.presses("Say it")
    planner.page.get_by_text("tight on Friday").wait_for()
    planner.picture("history-comment")
    assert [c["by"] for c in shop_api.comments(running, "plans", number, None)["comments"]] == ["m.keller"]
