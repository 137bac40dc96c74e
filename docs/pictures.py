"""The pictures of the documents, taken from the running product: `python docs/pictures.py` (needs Chromium).

A sample plant is loaded and planned, a machine breaks down, and each screen is opened as a planner would.
"""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
OUT = HERE / "pictures"
SCENARIO = HERE.parent / "scenarios" / "machine-shop"
API, SCREENS = 18_000, 18_501
SIZE = {"width": 1440, "height": 900}
COLOURS = 96
"""Of a picture's palette: screens have few, and the repository stays small."""
SCREEN = "[data-page='{}']"


def packed(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.glob("*.csv")) + sorted(folder.glob("*.toml")):
            file.write(path, path.name)
    return out.getvalue()


def wait_until(true: Callable[[], Any], what: str, seconds: float = 240.0) -> Any:
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        try:
            if answer := true():
                return answer
        except httpx.TransportError:
            pass
        time.sleep(0.3)
    raise SystemExit(f"waited {seconds:.0f} s in vain: {what}")


def prepare(http: httpx.Client) -> str:
    """A plant in `auto` with a plan in force and a machine that is down; the name of an order that is late."""
    http.put("/v1/plants/shop", params={"mode": "auto"}, content=packed(SCENARIO)).raise_for_status()
    plant = wait_until(lambda: (p := http.get("/v1/plants/shop").json())["plan_is_current"] and p, "the first plan")
    time.sleep(10)  # the search behind the first plan
    machine = http.get("/v1/plants/shop/machines").json()["machines"][0]["machine"]
    event = {
        "specversion": "1.0", "id": "picture-1", "source": "/pictures", "type": "machine.down", "time": plant["now"],
        "data": {"machine": machine, "reason": "spindle"},
    }  # fmt: skip
    http.post("/v1/plants/shop/events", json=event).raise_for_status()
    wait_until(lambda: http.get("/v1/plants/shop").json()["plan_is_current"], "the repaired plan")
    time.sleep(15)
    orders = http.get("/v1/plants/shop/orders").json()["orders"]
    imagine(http, machine)
    return str(max(orders, key=lambda o: o["late_minutes"] or 0)["order"])


def imagine(http: httpx.Client, machine: str) -> None:
    """Four what-ifs, calculated."""
    now = dt.datetime.fromisoformat(http.get("/v1/plants/shop").json()["now"])
    evening = now.replace(hour=22, minute=0)
    hours = {"start": evening.isoformat(), "end": (evening + dt.timedelta(hours=4)).isoformat(), "kind": "open"}
    order = http.get("/v1/plants/shop/orders").json()["orders"][0]
    due = (now + dt.timedelta(days=3)).isoformat()
    rush = {"order": "RUSH-1", "material": order["material"], "quantity": 5, "due": due, "priority": 5}
    up, longer = ("machine.up", {"machine": machine}), ("calendar.changed", {"machine": machine, **hours})
    urgent = ("order.created", rush)
    for name, events in (
        ("repaired at once", [up]), ("overtime tonight", [longer]), ("rush order", [urgent]),
        ("rush order and overtime", [urgent, longer]),
    ):  # fmt: skip
        lines = [{"type": type, "data": data} for type, data in events]
        ask = {"name": name, "mode": "full", "time_limit_seconds": 4, "events": lines}
        http.post("/v1/plants/shop/what-ifs", json=ask).raise_for_status()
    path = "/v1/plants/shop/what-ifs"
    wait_until(lambda: all(w["state"] == "done" for w in http.get(path).json()["what_ifs"]), "the what-ifs")


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(2_500)  # pictures and tables draw themselves after the page is there
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT).save(OUT / f"{name}.png", optimize=True)
    print(f"{name}: {(OUT / f'{name}.png').stat().st_size // 1000} kB")


def screens(page: Page, late: str) -> None:
    base = f"http://127.0.0.1:{SCREENS}"
    for path, screen, name in (
        ("/", "today", "today"),
        ("/board", "board", "board"),
        ("/what-if", "what-if", "what-if"),
        ("/scenarios", "scenarios", "scenarios"),
        (f"/orders?orders={late}", "orders", "orders"),
        ("/capacity", "capacity", "capacity"),
        ("/materials?materials=42CrMo4-30", "materials", "materials"),
        ("/promise", "promise", "promise"),
        ("/dispatch", "dispatch", "dispatch"),
        ("/runs", "runs", "runs"),
        ("/plants", "plants", "plants"),
    ):
        page.goto(f"{base}{path}{'&' if '?' in path else '?'}plant=shop")
        page.wait_for_selector(SCREEN.format(screen), state="attached", timeout=60_000)
        if screen == "promise":
            page.get_by_role("button", name="Find a date").click()
            page.locator(
                '[data-testid="stPlotlyChart"] .barlayer, [data-testid="stPlotlyChart"] .scatterlayer'
            ).wait_for()
        take(page, name)


def main() -> None:
    browser = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    if browser is None:
        raise SystemExit("no Chromium is installed; on Debian: apt-get install chromium")
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "scheduler.cli", "serve", f"--port={API}", f"--ui-port={SCREENS}"]
        process = subprocess.Popen([*command, f"--data={data}"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{API}", timeout=60) as http:
                wait_until(lambda: http.get("/healthz").is_success, "the server")
                wait_until(lambda: httpx.get(f"http://127.0.0.1:{SCREENS}/_stcore/health").is_success, "the screens")
                late = prepare(http)
            with sync_playwright() as running:
                chromium = running.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
                screens(chromium.new_page(viewport=SIZE), late)
                chromium.close()
        finally:
            process.terminate()
            process.wait(timeout=30)


if __name__ == "__main__":
    main()
