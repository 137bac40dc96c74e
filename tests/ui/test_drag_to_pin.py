"""A bar is dragged in real Chromium, and every plan keeps what was pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ui.conftest import CHROMIUM, until
from ui.client import Client

if TYPE_CHECKING:
    from tests.ui.browser import Planner

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]


def test_a_chosen_bar_is_dragged_to_another_machine_and_pinned_there(
    planner: Planner, shop_api: Client, running: str
) -> None:
    planner.open(running)
    planner.turns_to("Board")
    planner.board_is_ready()
    number = shop_api.plant(running)["plan_in_force"]
    assert number is not None
    board = shop_api.board(running, number)
    o, names = board["operations"], board["machines"]
    free = [
        i for i, s in enumerate(o["status"]) if board["statuses"][s] == "planned" and o["end"][i] - o["start"][i] > 60
    ]
    bar = min((i for i in free if names[o["machine"][i]].startswith("turn")), key=lambda i: o["start"][i])
    label = f"{board['orders']['name'][o['order'][bar]]}/{o['operation'][bar]}"
    other = next(m for m in board["eligible_sets"][o["eligible"][bar]] if m != o["machine"][bar])
    saw = names.index("saw-1")
    middle = (o["start"][bar] + o["end"][bar]) / 2
    mouse = planner.page.mouse
    mouse.click(*planner.place(o["machine"][bar], middle))
    planner.page.locator(f'[data-selected="{label}"]').first.wait_for()
    mouse.down()
    mouse.move(*planner.place(saw, middle + 60), steps=5)
    planner.page.get_by_text("saw-1 cannot do it").wait_for()
    mouse.move(*planner.place(other, middle + 120), steps=5)
    planner.page.get_by_text("let go to pin it here").wait_for()
    planner.picture("board-drag")
    mouse.up()
    planner.page.get_by_text(f"Pin {label}:").wait_for()
    planner.page.get_by_label("Who says so").fill("anna")
    planner.page.get_by_label("Why").fill("first article")
    planner.picture("board-pin")
    planner.presses("Pin it")
    until(lambda: shop_api.plant(running)["revision"] > 1, "the pin in the log")
    until(lambda: shop_api.plant(running)["plan_is_current"], "a plan that keeps it")

    def kept() -> bool:
        plan = shop_api.plant(running)["plan_in_force"]
        assert plan is not None
        shown = shop_api.board(running, plan)
        rows = shown["pinned"]
        return [shown["machines"][shown["operations"]["machine"][i]] for i in rows] == [names[other]]

    until(kept, "the operation where it was pinned")
    planner.page.keyboard.press("Escape")
