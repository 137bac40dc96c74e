"""A planner at a real browser: opens screens, waits for the page's own marks, and fails on any error of the page."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, TimeoutError, expect

NAMES, HEAD, LANE = 104, 34, 21
PATIENCE = 20_000
FIRST_SEARCH = 150_000
"""Milliseconds; a fresh checkout compiles its kernels first."""
ONLY_MARK = """([page, revision]) => {
    const marks = document.querySelectorAll(`[data-page="${page}"]`);
    return marks.length === 1 && new RegExp(revision).test(marks[0].dataset.revision) && marks[0].dataset.revision;
}"""


class Planner:
    """What a planner does on a page; `errors` is what went wrong in it."""

    def __init__(self, page: Page, url: str, pictures: Path) -> None:
        self.page, self.url, self.pictures = page, url, pictures
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(f"page error: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def forgives(self, address: str) -> None:
        """Errors that name an address: a page that is opened by its own address asks there for Streamlit first."""
        self.errors[:] = [error for error in self.errors if address not in error]

    def open(self, plant: str) -> None:
        """Today, as it opens for a plant."""
        self.page.goto(f"{self.url}/?plant={plant}")
        self.sees("today")

    def turns_to(self, title: str) -> None:
        """A screen by its name in the navigation."""
        self.page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name=title).click()
        self.sees(title.lower())

    def sees(self, page: str, revision: str = ".*") -> str:
        """Waits until a screen is drawn for a revision (a pattern); answers the revision."""
        # on a busy computer the mark of the screen before stands beside the new one for a moment
        drawn = self.page.wait_for_function(ONLY_MARK, arg=[page, f"^(?:{revision})$"], timeout=PATIENCE)
        return str(drawn.json_value())

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def presses(self, name: str) -> None:
        expect(self.button(name)).to_be_enabled(timeout=PATIENCE)
        self.button(name).click()

    def stops_the_search(self, picture: str) -> None:
        """Stops it as soon as it has a plan; a search that has proved its plan best may have ended by itself."""
        running = self.button("Stop and keep the best")
        shown = self.page.locator("[data-testid=stMetric]").filter(has_text=re.compile("Plan.*found", re.DOTALL))
        expect(shown.or_(self.board).first).to_be_visible(timeout=FIRST_SEARCH)
        self.picture(picture)
        if running.is_visible():
            with suppress(TimeoutError):
                running.click(timeout=1500)

    @property
    def board(self) -> Locator:
        return self.page.get_by_test_id("board")

    def board_is_ready(self, revision: str = ".*") -> None:
        expect(self.board).to_have_attribute("data-ready", "1", timeout=PATIENCE)
        expect(self.board).to_have_attribute("data-revision", re.compile(f"^{revision}$"), timeout=PATIENCE)

    def data(self, name: str) -> str:
        return str(self.board.get_attribute(f"data-{name}"))

    def view(self) -> tuple[float, float, float]:
        """First minute shown, minutes shown, pixels scrolled down."""
        start, span, top = (float(x) for x in self.data("view").split())
        return start, span, top

    def place(self, row: int, minute: float) -> tuple[float, float]:
        """Where a minute of a row is on the page."""
        canvas = self.board.locator("canvas")
        canvas.scroll_into_view_if_needed()
        box: Any = canvas.bounding_box()
        start, span, top = self.view()
        x = box["x"] + NAMES + (minute - start) / span * (box["width"] - NAMES)
        return x, box["y"] + HEAD + row * LANE - top + LANE / 2

    def picture(self, name: str) -> None:
        """A screenshot, for people: taken when the page has come to rest."""
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        folder = Path(os.environ["REJIG_SCREENSHOTS"]) if "REJIG_SCREENSHOTS" in os.environ else self.pictures
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")
