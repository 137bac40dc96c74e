"""How the board draws in real Chromium: `python -m benchmarks.board [--quick]`.

Plants of 500, 2,000 and 10,000 operations with a plan in force, the real server, the real screens. The first picture is
from the click on "Board" to the drawn canvas: of the first visit, when nothing is remembered, and of later ones. The
colours are changed while what the server sends is counted. Then the board is panned, zoomed between the first view and
the whole plan, and a bar is dragged over the rows, for some seconds each, one event in each frame of the page: the
pictures that the canvas drew in a second, and what a picture took. Chromium draws in software here.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

from benchmarks import surroundings as beside
from benchmarks.desk import measure
from benchmarks.served import Floor, free_port, server
from benchmarks.targets import Row
from benchmarks.writing import markdown, number, percentile

FAMILY = "gear"
SIZES = {500: 95, 2000: 375, 10_000: 1850}
"""Operations, about, and the orders that have them."""
SECONDS, VISITS = 4.0, 3
NAMES, HEAD, LANE = 104, 34, 21
"""Pixels of the board: its names, its axis, a row."""
MUST_FRAMES, AIM_FRAMES = 59.5, 59.9
"""Sixty, but for what the clock of the page is off."""
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
READY = '[data-testid="board"][data-ready="1"]'
RECORD = """(board) => {
    const seen = { draws: [], took: [], from: performance.now() };
    const watcher = new MutationObserver(() => {
        seen.draws.push(performance.now());
        seen.took.push(Number(board.dataset.drawMs));
    });
    watcher.observe(board, { attributes: true, attributeFilter: ["data-draw-ms"] });
    window.recorded = () => {
        watcher.disconnect();
        return { ...seen, until: performance.now() };
    };
}"""

MOVE = f"""(board, ms) => new Promise((done) => {{
    const canvas = board.querySelector("canvas");
    ({RECORD})(board);
    const began = performance.now();
    const step = () => {{
        const share = (performance.now() - began) / ms;
        if (share >= 1) return done(window.recorded());
        const zigzag = (reach, turns) => reach * (1 - Math.abs(1 - share * turns % 2));
        MOVE;
        requestAnimationFrame(step);
    }};
    requestAnimationFrame(step);
}})"""


@dataclass(frozen=True, slots=True)
class Moving:
    """Pictures in a second, the longest time between two of them, and what drawing one took at the 95th percentile."""

    frames: float
    longest_ms: float
    draw_ms: float


@dataclass
class Seen:
    """Of a plant. first_ms, later_ms : from the click to the picture.   sent, colour_sent : kB from the server."""

    operations: int = 0
    first_ms: float = 0.0
    later_ms: float = 0.0
    sent: float = 0.0
    colour_sent: float = 0.0
    colour_ms: float = 0.0
    moving: dict[str, Moving] = field(default_factory=dict)


class Wire:
    """Bytes that the server has sent to the page."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self._count(len(payload)))

    def _count(self, size: int) -> None:
        self.bytes += size


def turns_to(page: Page, title: str) -> None:
    page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name=title).click()


def first_picture(page: Page) -> float:
    """Milliseconds from the click to the drawn canvas."""
    page.wait_for_selector('[data-testid="board"]', state="detached")
    began = time.perf_counter()
    turns_to(page, "Board")
    page.wait_for_selector(READY, timeout=60_000)
    took = 1000 * (time.perf_counter() - began)
    page.wait_for_selector("[data-page='board']", state="attached")
    page.wait_for_timeout(1000)
    return took


def recorded(page: Page, move: str, seconds: float) -> Moving:
    """What was drawn while the board was moved in each frame of the page.

    move : JavaScript of (canvas, share of the time that is over, zigzag), which sends the canvas one event.
    """
    seen = page.get_by_test_id("board").evaluate(MOVE.replace("MOVE", move), 1000 * seconds)
    draws, took = seen["draws"], seen["took"]
    if len(draws) < 2:
        raise SystemExit("the board did not move")
    gaps = [b - a for a, b in pairwise(draws)]
    frames = 1000 * len(gaps) / (draws[-1] - draws[0])
    return Moving(frames, max(gaps), percentile(took, 95) or 0.0)


def pointer(x: str, y: str) -> str:
    """An event of the mouse that is pressed already, at such a place of the window."""
    return f'canvas.dispatchEvent(new PointerEvent("pointermove", {{ bubbles: true, clientX: {x}, clientY: {y} }}))'


def canvas_box(page: Page) -> dict[str, float]:
    canvas = page.get_by_test_id("board").locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    if box is None:
        raise SystemExit("the board is not on the page")
    return {key: float(value) for key, value in box.items()}  # type: ignore[attr-defined]


def pans(page: Page, seconds: float) -> Moving:
    box = canvas_box(page)
    x, y = box["x"] + NAMES + box["width"] * 0.7, box["y"] + box["height"] * 0.6
    page.keyboard.press("Escape")  # only a chosen bar would be dragged
    page.mouse.move(x, y)
    page.mouse.down()
    found = recorded(page, pointer(f"{x} - zigzag(500, 4)", f"{y} - zigzag(150, 4)"), seconds)
    page.mouse.up()
    return found


def zooms(page: Page, seconds: float) -> Moving:
    """Out to the whole plan and in again."""
    box = canvas_box(page)
    at = f"clientX: {box['x'] + NAMES + box['width'] * 0.4}, clientY: {box['y'] + box['height'] * 0.5}"
    turn = "deltaY: share * 4 % 2 < 1 ? 12 : -12, ctrlKey: true, bubbles: true, cancelable: true"
    return recorded(page, f'canvas.dispatchEvent(new WheelEvent("wheel", {{ {turn}, {at} }}))', seconds)


def drags(page: Page, shown: dict[str, Any], seconds: float) -> Moving:
    """A bar that may move, over the rows and along the time; let go by Escape, so that nothing is pinned."""
    page.get_by_test_id("board").get_by_role("button", name="Now").click()
    page.wait_for_timeout(300)
    box = canvas_box(page)
    board = page.get_by_test_id("board")
    start, span, top = (float(x) for x in str(board.get_attribute("data-view")).split())
    columns, wide = shown["operations"], box["width"] - NAMES
    for i, status in enumerate(columns["status"]):
        a, b = ((columns[edge][i] - start) / span * wide for edge in ("start", "end"))
        y = HEAD + columns["machine"][i] * LANE - top + LANE / 2
        if shown["statuses"][status] == "planned" and b - a > 8 and a > 0 and b < wide and y < box["height"] - LANE:
            break
    else:
        raise SystemExit("no bar can be dragged in the first view")
    x, y = box["x"] + NAMES + (a + b) / 2, box["y"] + y
    label = f"{shown['orders']['name'][columns['order'][i]]}/{columns['operation'][i]}"
    page.mouse.click(x, y)
    page.wait_for_selector(f'[data-testid="board"][data-selected="{label}"]')
    page.wait_for_selector(f'.rejig-panel[data-selected="{label}"]')
    page.wait_for_timeout(1500)  # why it is late is drawn below
    box = canvas_box(page)
    page.mouse.move(x, y)
    page.mouse.down()
    low = box["y"] + HEAD + LANE
    down = f"{low} + zigzag({box['height'] - HEAD - 2 * LANE}, 6)"
    page.mouse.move(x + 10, y, steps=3)
    found = recorded(page, pointer(f"{x} + zigzag(200, 4)", down), seconds)
    page.keyboard.press("Escape")
    page.mouse.up()
    return found


def colours(page: Page, wire: Wire) -> tuple[float, float]:
    """(kB that came while the colours were changed, milliseconds from the click to the picture); the worst of each."""
    radios = page.get_by_test_id("board").get_by_role("radio")
    sent, took = [], []
    for name in ("Order", "Status", "Lateness"):
        page.wait_for_timeout(1000)
        before = wire.bytes
        page.get_by_test_id("board").evaluate(RECORD)
        radios.and_(page.get_by_role("radio", name=name)).click()
        page.wait_for_timeout(700)
        seen = page.evaluate("() => window.recorded()")
        if not seen["draws"]:
            raise SystemExit("another colour was chosen and nothing drawn")
        sent.append((wire.bytes - before) / 1000)
        took.append(max(seen["took"]))
    return max(sent), max(took)


def look(browser: Browser, url: str, plant: str, http: httpx.Client, seconds: float) -> Seen:
    seen = Seen()
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(60_000)
    wire = Wire(page)
    page.goto(f"{url}/?plant={plant}")
    page.wait_for_selector("[data-page='today']", state="attached")
    page.wait_for_timeout(2000)
    before = wire.bytes
    seen.first_ms = first_picture(page)
    seen.sent = (wire.bytes - before) / 1000
    later = []
    for _ in range(VISITS):
        turns_to(page, "Today")
        page.wait_for_selector("[data-page='today']", state="attached")
        page.wait_for_timeout(1000)
        later.append(first_picture(page))
    seen.later_ms = statistics.median(later)
    number_ = http.get(f"/v1/plants/{plant}").json()["plan_in_force"]
    shown = http.get(f"/v1/plants/{plant}/plans/{number_}/board").raise_for_status().json()
    seen.operations = len(shown["operations"]["order"])
    seen.colour_sent, seen.colour_ms = colours(page, wire)
    seen.moving = {"pan": pans(page, seconds), "zoom": zooms(page, seconds), "drag": drags(page, shown, seconds)}
    page.close()
    return seen


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next((path for path in BROWSERS if Path(path).exists()), None)
    if found is None:
        raise SystemExit("no Chromium is installed; on Debian: apt-get install chromium")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def measured(sizes: Sequence[int], seconds: float) -> list[Seen]:
    screens, found = free_port(), []
    with (
        tempfile.TemporaryDirectory() as data,
        server(Path(data) / "data", screens) as (http, _),
        chromium() as browser,
    ):
        for size in sizes:
            name = f"board-{size}"
            Floor(http, name).load(beside.generated_plant(FAMILY, SIZES[size], 1, True), 1.0)
            http.patch(f"/v1/plants/{name}", json={"mode": "observe"}).raise_for_status()
            time.sleep(5)  # what is still searched ends
            found.append(look(browser, f"http://127.0.0.1:{screens}", name, http, seconds))
    return found


def rows_of(found: Sequence[Seen]) -> list[Row]:
    rows = [
        Row(
            f"board, {act}, {number(x.operations)} operations", moved.frames, MUST_FRAMES, AIM_FRAMES, "/s", 1,
            more_is_better=True, note=f"longest gap {moved.longest_ms:.0f} ms, p95 {moved.draw_ms:.1f} ms to draw",
        )
        for x in found
        for act, moved in x.moving.items()
    ]  # fmt: skip
    for x in found:
        first = f"board, first picture, {number(x.operations)} operations"
        must = 1000.0 if x.operations < 4000 else 4000.0
        rows.append(Row(first, x.first_ms, must, must / 2, "ms", 0, note=f"later {x.later_ms:.0f} ms"))
        sent = f"board, another colour, {number(x.operations)} operations: sent"
        rows.append(Row(sent, x.colour_sent, 5.0, 0.0, "kB", 1, note=f"the board itself {number(x.sent)} kB"))
    return rows


def work(sizes: Sequence[int], seconds: float) -> tuple[list[Row], str]:
    found = measured(sizes, seconds)
    headers = [
        "operations",
        "first picture ms",
        "later ms",
        "sent kB",
        "recoloured in ms",
        "kB",
        "pan/s",
        "zoom/s",
        "drag/s",
    ]
    cells = [
        [
            number(x.operations),
            number(x.first_ms),
            number(x.later_ms),
            number(x.sent),
            number(x.colour_ms, 1),
            number(x.colour_sent, 1),
            *(number(x.moving[act].frames, 1) for act in ("pan", "zoom", "drag")),
        ]
        for x in found
    ]
    return rows_of(found), markdown(headers, cells)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.board", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="500 operations, a second each; keeps nothing")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    sizes, seconds = ([500], 1.0) if ask.quick else (list(SIZES), SECONDS)
    settings = {"family": FAMILY, "seconds of each act": seconds, "later visits": VISITS, "window": "1440 x 900"}
    measure("board", settings, lambda: work(sizes, seconds), keeping=not ask.quick)


if __name__ == "__main__":
    main()
