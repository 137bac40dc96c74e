"""Who works at a machine's terminal, and the plant in which it stands."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ui.shop import as_zip

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

PATIENCE = 30_000


def a_plant_without(order: str) -> bytes:
    """The same, an order less: as an ERP loads it anew."""
    return a_plant(tuple(n for n in range(1, 6) if f"MO-{n:05d}" != order))


def a_plant(numbers: tuple[int, ...] = (1, 2, 3, 4, 5)) -> bytes:
    """Two lathes that never close and five orders, its now today's: a terminal reports by the clock on the wall."""
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0, tzinfo=None)

    def at(hours: float) -> str:
        return (now + dt.timedelta(hours=hours)).isoformat(timespec="minutes")

    days = "\n".join(f"always,{d},00:00,24:00" for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    orders = "\n".join(f"MO-{n:05d},{'pin' if n % 2 else 'shaft'},{20 + n},{at(4 * n)},1,Huber" for n in numbers)
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

    def sees_no(self, where: str) -> None:
        """Within its patience: what a press takes away is first taken out of what is kept, then off the page."""
        from playwright.sync_api import expect

        expect(self.page.locator(where)).to_have_count(0, timeout=PATIENCE)

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
