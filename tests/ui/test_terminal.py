"""A shift at a machine's terminal: a phone in real Chromium, the network taken away in its midst."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.ui.conftest import CHROMIUM, serve, until
from tests.ui.shop import as_zip

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]

PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000
SHIFT = "/v1/plants/shift"
LIST = f"{SHIFT}/dispatch-lists/lathe-1"


def a_plant() -> bytes:
    """Two lathes that never close and five orders, its now today's: a terminal reports by the clock on the wall."""
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0, tzinfo=None)

    def at(hours: float) -> str:
        return (now + dt.timedelta(hours=hours)).isoformat(timespec="minutes")

    days = "\n".join(f"always,{d},00:00,24:00" for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    orders = "\n".join(f"MO-{n:05d},{'pin' if n % 2 else 'shaft'},{20 + n},{at(4 * n)},1,Huber" for n in range(1, 6))
    machines = [f"{r},10,{m},{5 if r == 'pin' else 10},{3 if m == 'lathe-1' else 9}" for r in ("pin", "shaft")
                for m in ("lathe-1", "lathe-2")]  # fmt: skip
    return as_zip(
        {
            "plant.toml": f'name = "Shift"\ntimezone = "UTC"\nnow = {at(0)}:00\nhorizon_days = 10\nfrozen_minutes = 0\n'
            "default_repair_minutes = 60\n\n[objective]\ntardiness = 1.0\nsetup = 0.1\nflow = 0.01\n",
            "calendars.csv": f"calendar,weekday,start,end\n{days}\n",
            "machines.csv": "machine,work_center,calendar\nlathe-1,turning,always\nlathe-2,turning,always\n",
            "materials.csv": "material,description,unit,on_hand\nbar-40,Round bar 40 mm,pc,30\n",
            "receipts.csv": f"receipt,material,quantity,expected\nPO-7,bar-40,200,{at(5)}\n",
            "orders.csv": f"order,material,quantity,due,priority,customer\n{orders}\n",
            "routings.csv": "routing,operation,description,setup_family\n"
            "pin,10,turn pin,brass\nshaft,10,turn shaft,steel\n",
            "routing_machines.csv": "routing,operation,machine,setup_minutes,run_minutes_per_unit\n"
            + "\n".join(machines)
            + "\n",
            "bom.csv": "routing,operation,component,quantity_per_unit\nshaft,10,bar-40,1\n",
            "setup_matrix.csv": "work_center,from_family,to_family,minutes\nturning,*,*,20\n",
        }
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A plant that plans by itself, behind keys."""
    serving = serve(tmp_path_factory.mktemp("terminal"))
    with httpx.Client(base_url=next(serving), timeout=60.0) as client:
        made = client.post("/v1/keys", json={"name": "boss", "roles": ["admin"]}).json()
        client.headers["authorization"] = f"Bearer {made['key']}"
        loaded = client.put(SHIFT, content=a_plant(), params={"mode": "auto"})
        assert loaded.status_code == 200, loaded.text
        client.patch(SHIFT, json={"policy": {"improve_seconds": 0.5, "time_limit_seconds": 0.5}})
        until(lambda: client.get(f"{SHIFT}/plans/current").status_code == 200, "a plan", 180.0)
        yield client
    for _ in serving:
        pass


@pytest.fixture(scope="module")
def floor_key(server: httpx.Client) -> str:
    ask = {"name": "lathe-1 terminal", "roles": ["floor"], "plants": ["shift"], "work_centers": ["turning"]}
    return str(server.post("/v1/keys", json=ask).json()["key"])


class Operator:
    """Who works at the terminal."""

    def __init__(self, context: BrowserContext, url: str, pictures: Path) -> None:
        self.context, self.page, self.url, self.pictures = context, context.new_page(), url, pictures
        self.errors: list[str] = []
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda m: "Content Security Policy" in m.text and self.errors.append(m.text))

    def opens(self, key: str = "", machine: str = "lathe-1") -> None:
        self.page.goto(f"{self.url}/floor/shift/{machine}{f'#key={key}' if key else ''}")

    def presses(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def writes(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def sees(self, text: str | re.Pattern[str], where: str = "body") -> None:
        from playwright.sync_api import expect

        expect(self.page.locator(where)).to_contain_text(text, timeout=PATIENCE)

    def signs_in(self, name: str) -> None:
        self.writes("Name", name)
        self.presses("That is me")

    def card(self, order: str) -> Locator:
        return self.page.locator(f'article[data-operation="{order}/10"]')

    def first(self) -> str:
        """The order of the first card."""
        return str(self.page.locator("article[data-operation]").first.get_attribute("data-operation")).split("/")[0]

    def network(self, words: str) -> None:
        from playwright.sync_api import expect

        expect(self.page.locator("#network")).to_have_text(words, timeout=PATIENCE)

    def picture(self, name: str) -> None:
        folder = Path(os.environ["REJIG_SCREENSHOTS"]) if "REJIG_SCREENSHOTS" in os.environ else self.pictures
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"terminal-{name}.png", full_page=True)


@pytest.fixture
def operator(chromium: Any, server: httpx.Client, tmp_path: Path) -> Iterator[Operator]:
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    person = Operator(context, str(server.base_url).rstrip("/"), tmp_path)
    yield person
    context.close()
    assert person.errors == []


def reports(server: httpx.Client, source: str = "/terminal/lathe-1") -> list[dict[str, Any]]:
    """What the log has of a terminal, oldest first."""
    events = server.get(f"{SHIFT}/events", params={"limit": 1000}).json()["events"]
    return [e["event"] for e in events if e["event"]["source"] == source]


def test_a_shift_with_the_network_away_in_its_midst(operator: Operator, server: httpx.Client, floor_key: str) -> None:
    operator.opens(floor_key)
    operator.signs_in("Anna Huber")
    operator.network("Connected")
    assert "key" not in operator.page.url
    operator.sees("Anna Huber", "header")
    first, *_ = order = [line["order"] for line in server.get(LIST).json()["lines"]]
    assert operator.first() == first
    operator.page.wait_for_selector("body[data-kept]")
    operator.picture("1-begin")

    operator.presses("Start", operator.card(first))
    operator.sees("running", f'article[data-operation="{first}/10"]')
    until(lambda: [e["type"] for e in reports(server)] == ["operation.started"], "the start in the log")

    operator.context.set_offline(True)
    operator.network("No network")
    operator.presses("Pieces", operator.card(first))
    operator.writes("Good pieces in all", "12")
    operator.writes("Scrap in all", "1")
    operator.picture("2-pieces")
    operator.presses("Report")
    operator.network("No network: 1 report waits")
    operator.sees("Good 12, scrap 1")
    operator.presses("Pause", operator.card(first))
    operator.picture("3-why")
    operator.presses("Tool")
    operator.network("No network: 2 reports wait")
    operator.page.reload()  # the page is on the device, and so is what waits
    operator.network("No network: 2 reports wait")
    operator.sees("paused", f'article[data-operation="{first}/10"]')
    operator.sees("Not sent yet", f'article[data-operation="{first}/10"]')
    operator.presses("Go on", operator.card(first))
    operator.presses("Machine down")
    operator.presses("Tool break")
    operator.presses("1 h")
    operator.sees("Down: Tool break")
    operator.picture("4-offline")
    operator.presses("Machine up again")
    operator.presses("Done", operator.card(first))
    quantity = server.get(LIST).json()["lines"][0]["quantity"]
    assert operator.page.get_by_label("Good pieces in all").input_value() == f"{quantity - 1:g}"
    operator.page.get_by_role("dialog").get_by_role("button", name="Done", exact=True).click()
    operator.network("No network: 6 reports wait")
    operator.presses("Start", operator.card(order[1]))
    operator.network("No network: 7 reports wait")
    assert len(reports(server)) == 1, "nothing came through"

    operator.context.set_offline(False)
    operator.network("Connected")
    told = reports(server)
    assert [e["type"].split(".")[1] for e in told] == [
        "started", "progressed", "paused", "resumed", "down", "up", "finished", "started",
    ]  # fmt: skip
    assert len({e["id"] for e in told}) == 8
    assert {e["data"]["by"] for e in told} == {"Anna Huber"}
    assert [e["time"] for e in told] == sorted(e["time"] for e in told)
    assert (told[1]["data"]["quantity_good"], told[1]["data"]["quantity_scrap"]) == (12, 1)
    assert told[2]["data"]["reason"] == "Tool"
    now = server.get(LIST).json()
    running = [line["order"] for line in now["lines"] if line["running"]]
    assert running == [order[1]]
    assert first not in [line["order"] for line in now["lines"]]
    assert now["down"] == []
    assert server.get(f"{SHIFT}/doubts", params={"status": "open"}).json()["open"] == 0

    operator.presses("Hand over")
    operator.writes("Good pieces in all", "5")
    operator.page.get_by_role("dialog").get_by_role("button", name="Hand over", exact=True).click()
    operator.signs_in("Ben Koch")
    operator.sees("Ben Koch", "header")
    until(lambda: len(reports(server)) == 9, "what was made so far in the log")
    last = reports(server)[-1]["data"]
    assert (last["by"], last["handed_to"], last["quantity_good"]) == ("Anna Huber", "Ben Koch", 5)
    line = server.get(LIST).json()["lines"][0]
    assert (line["order"], line["quantity_good"]) == (order[1], 5)
    operator.network("Connected")
    operator.picture("5-handed-over")
