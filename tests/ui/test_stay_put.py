"""In real Chromium: what is typed, opened or selected stays while plans are made, and a page fits its screen."""

from __future__ import annotations

import re
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.ui.conftest import CHROMIUM, Serving, finished, happens, until
from ui.client import Client

if TYPE_CHECKING:
    from tests.ui.browser import Planner

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]

WATCHED = 7.0
"""Seconds in which a page that looks every three seconds has looked twice."""
UNREADABLE = """() => [...document.querySelectorAll('.stMain button')]
    .filter((b) => b.offsetParent && b.querySelector('p')?.innerText.trim())
    .filter((b) => {
        const box = b.getBoundingClientRect();
        if (box.right > window.innerWidth + 1 || box.left < -1 || box.height > 90) return true;
        for (let e = b.querySelector('p'); e !== b.parentElement; e = e.parentElement) {
            const clipped = getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1;
            if (clipped || e.getBoundingClientRect().width > box.width + 1) return true;
        }
        return false;
    }).map((b) => b.innerText.trim())"""
"""Buttons with words of which a part is cut off, or that stand outside of the window."""


def three_plans(api: Client, plant: str) -> int:
    """The number of the last of them, which is in force."""
    number = 0
    for n in range(3):
        happens(api, plant, "clock.ticked", f"2026-03-02T06:{10 + 5 * n}")
        number = finished(api, plant, api.ask_for_plan(plant, 0.5))
        api.release(plant, number, "somebody else")
    return number


@pytest.fixture
def calm(shop_api: Client, loaded: str) -> str:
    """A shop with plan 1 in force in which nothing is planned by itself."""
    shop_api.release(loaded, finished(shop_api, loaded, shop_api.ask_for_plan(loaded, 1.0)), "test")
    shop_api.change_mode(loaded, "observe")
    return loaded


def test_what_is_typed_is_read_after_three_new_plans(planner: Planner, shop_api: Client, calm: str) -> None:
    planner.open(calm)
    planner.turns_to("What-if")
    planner.presses("A machine is down")
    page = planner.page
    segments = page.get_by_test_id("stDateTimeInput").locator('[role="spinbutton"]')
    segments.first.wait_for()
    segments.first.click()
    page.keyboard.type("202603031200")
    reason = page.get_by_label("Reason")
    reason.click()
    page.keyboard.type("spindle")  # and not yet left

    def read() -> tuple[list[str], str]:
        return segments.all_inner_texts(), reason.input_value()

    entered = read()
    assert entered == (["2026", "03", "03", "12", "00"], "spindle")
    number = three_plans(shop_api, calm)
    planner.button(f"plan {number} is newer: show").wait_for()
    time.sleep(WATCHED)
    assert read() == entered
    planner.presses("Add to the what-if")
    page.get_by_text("is down until Tue 3 Mar 12:00 (spindle)").first.wait_for()


def test_a_new_plan_is_offered_and_pulls_nobody_out(planner: Planner, shop_api: Client, calm: str) -> None:
    planner.open(calm)
    planner.turns_to("Board")
    planner.board_is_ready(r"1\.1.*")
    page = planner.page
    page.get_by_role("tab", name="Load").click()
    board = shop_api.board(calm, 1)
    columns, row = board["operations"], board["machines"].index("saw-1")
    first = min((i for i, m in enumerate(columns["machine"]) if m == row), key=lambda i: columns["start"][i])
    page.mouse.click(*planner.place(row, (columns["start"][first] + columns["end"][first]) / 2))
    until(lambda: planner.data("selected"), "the selection")
    selected, view = planner.data("selected"), planner.view()
    scrolled = "document.querySelector('.stMain').scrollTop"
    page.get_by_text(re.compile("^(Why late|What fills its time)$")).wait_for()
    until(lambda: page.evaluate(f"{scrolled} = 40") and page.evaluate(scrolled) > 0, "a page that is long enough")
    down = page.evaluate(scrolled)
    number = three_plans(shop_api, calm)
    newer = planner.button(f"plan {number} is newer: show")
    newer.wait_for()
    time.sleep(WATCHED)
    assert planner.data("revision").startswith("1."), "plan 1 is looked at still"
    assert (planner.data("selected"), planner.view(), page.evaluate(scrolled)) == (selected, view, down)
    assert page.get_by_role("tab", name="Load").get_attribute("aria-selected") == "true"
    planner.picture("board-newer")
    newer.click()
    planner.board_is_ready(rf"{number}\..*")
    assert planner.data("selected") == selected
    assert page.get_by_role("tab", name="Load").get_attribute("aria-selected") == "true"
    assert newer.count() == 0


def test_ctrl_enter_replans_while_the_board_has_the_keys(planner: Planner, shop_api: Client, calm: str) -> None:
    planner.open(calm)
    planner.turns_to("Board")
    planner.board_is_ready()
    planner.board.locator("canvas").focus()
    planner.page.keyboard.press("Control+Enter")
    until(lambda: shop_api.plans(calm)[0]["id"] > 1, "the plan that was asked for")


def test_a_machine_that_is_down_shows_on_the_board_and_on_today(planner: Planner, shop_api: Client, calm: str) -> None:
    happens(shop_api, calm, "machine.down", "2026-03-02T06:10", machine="mill-1", reason="spindle")
    planner.open(calm)
    planner.page.get_by_text("plant time").first.wait_for()
    planner.page.get_by_text("this computer's").first.wait_for()
    planner.picture("today-down")
    planner.turns_to("Board")
    planner.board_is_ready()
    assert planner.data("down") == "mill-1"
    planner.picture("board-down")


def test_a_frozen_server_is_told_and_what_was_shown_stays(planner: Planner, serving: Serving, calm: str) -> None:
    planner.open(calm)
    planner.turns_to("Board")
    planner.turns_to("Today")
    process = serving.process
    process.send_signal(signal.SIGSTOP)
    try:
        bar = planner.page.locator(".rejig-silent")
        bar.wait_for(timeout=10_000)
        assert re.search(r"The server has not answered for \d+ s", bar.inner_text())
        assert planner.page.get_by_text("Late orders").first.is_visible(), "the last data are kept"
        planner.turns_to("Board")
        planner.turns_to("Today")
        bar.wait_for()
        assert planner.page.get_by_text("Late orders").first.is_visible()
        planner.picture("today-silent")
    finally:
        process.send_signal(signal.SIGCONT)
    bar.wait_for(state="detached", timeout=20_000)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_every_button_can_be_read(planner: Planner, shop_api: Client, calm: str, width: int, height: int) -> None:
    happens(shop_api, calm, "machine.down", "2026-03-02T06:10", machine="mill-1", reason="spindle")
    page = planner.page
    page.set_viewport_size({"width": width, "height": height})
    for screen in ("", "board", "what-if", "dispatch", "runs"):
        page.goto(f"{planner.url}/{screen}?plant={calm}")
        planner.sees(screen or "today")
        page.locator(".stMain button p").first.wait_for()
        until(lambda: page.get_by_test_id("stSkeleton").count() == 0, "all that the page is made of")
        planner.picture(f"{screen or 'today'}-{width}")
        assert page.evaluate(UNREADABLE) == [], screen or "today"
    planner.forgives("/_stcore/")


def test_a_telephone_shows_when_work_starts(planner: Planner, calm: str) -> None:
    page = planner.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{planner.url}/dispatch?plant={calm}")
    planner.sees("dispatch")
    heads = page.locator('[data-testid="stDataFrame"] [role="columnheader"]')
    until(lambda: "Start" in heads.all_text_contents(), "the column of starts")
    page.goto(f"{planner.url}/?plant={calm}")
    planner.sees("today")
    until(lambda: "Starts" in heads.all_text_contents(), "the column of starts")
    planner.forgives("/_stcore/")
