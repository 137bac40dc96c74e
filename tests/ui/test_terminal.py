"""A shift at a machine's terminal: a phone in real Chromium, the network taken away in its midst."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ui.conftest import CHROMIUM, serve, until
from tests.ui.operator import Operator, a_plant, a_plant_without
from tests.ui.shop import as_zip

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]

PHONE = {"width": 390, "height": 844}
SHIFT = "/v1/plants/shift"
LIST = f"{SHIFT}/dispatch-lists/lathe-1"


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


def test_a_list_that_changed_says_how_and_who_has_seen_it(
    operator: Operator, server: httpx.Client, floor_key: str
) -> None:
    operator.opens(floor_key)
    operator.signs_in("Cora Baum")
    operator.network("Connected")
    if operator.page.get_by_role("button", name="Seen").count():
        operator.presses("Seen")
    until(lambda: (now := server.get(LIST).json())["acknowledged"] == now["version"], "the list acknowledged")
    waiting = [line["order"] for line in server.get(LIST).json()["lines"] if not line["running"]]
    last = waiting[-1]
    early = dt.datetime.now(dt.UTC).isoformat(timespec="minutes")
    rush = {"specversion": "1.0", "id": "rush", "source": "erp", "type": "order.changed", "time": early}
    posted = server.post(f"{SHIFT}/events", json=rush | {"data": {"order": last, "due": early, "priority": 900}})
    assert len(posted.json()["accepted"]) == 1, posted.text
    operator.sees("The list has changed", "article.news")
    operator.sees(re.compile(rf"{last}/10 now before MO-|{last}/10 now at "), "article.news")
    operator.sees("plan ", "article.news .soft")
    operator.picture("6-changed")
    operator.presses("Seen")
    until(lambda: (now := server.get(LIST).json())["acknowledged"] == now["version"], "the list acknowledged")
    assert server.get(LIST).json()["acknowledged_by"] == "Cora Baum"
    assert operator.page.locator("article.news").count() == 0


def test_a_report_whose_answer_is_lost_goes_again_and_is_one(
    chromium: Any, server: httpx.Client, floor_key: str, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport=PHONE, service_workers="block")
    operator = Operator(context, str(server.base_url).rstrip("/"), tmp_path)
    posts: list[str] = []

    def loses_the_first_answers(route: Any) -> None:
        posts.append(route.request.post_data_json["id"])
        answer = route.fetch()
        if len(posts) <= 2:
            route.abort()
        else:
            route.fulfill(response=answer)

    operator.page.route("**/events", loses_the_first_answers)
    operator.opens(floor_key, "lathe-2")
    operator.signs_in("Dora")
    operator.network("Connected")
    operator.presses("Machine down")
    operator.presses("Electrical")
    operator.presses("Not known")
    operator.presses("Machine up again")
    operator.page.wait_for_function("() => document.querySelector('#down').textContent === 'Machine down'")
    operator.network("Connected")
    told = reports(server, "/terminal/lathe-2")
    assert [e["type"] for e in told] == ["machine.down", "machine.up"]
    assert posts == [told[0]["id"]] * 3 + [told[1]["id"]]
    assert operator.errors == []
    context.close()


def test_a_key_that_is_not_valid_keeps_the_reports_until_there_is_one(
    operator: Operator, server: httpx.Client, floor_key: str
) -> None:
    before = len(reports(server))
    operator.opens(floor_key)
    operator.signs_in("Emil")
    operator.network("Connected")
    ask = {"name": "lost", "roles": ["floor"], "work_centers": ["turning"]}
    lost = server.post("/v1/keys", json=ask).json()
    operator.opens(lost["key"])
    operator.page.reload()
    operator.network("Connected")
    server.delete(f"/v1/keys/{lost['id']}")
    until(
        lambda: httpx.get(
            f"{operator.url}/v1/plants", headers={"authorization": f"Bearer {lost['key']}"}
        ).status_code == 401,
        "the key revoked",
    )  # fmt: skip
    operator.presses("Machine down")
    operator.presses("Control")
    operator.presses("Not known")
    operator.network("Key needed, touch here: 1 report waits")
    operator.page.locator("#network").click()
    operator.sees("the key of 'lost' is revoked", "dialog")
    operator.picture("7-key")
    assert len(reports(server)) == before, "nothing came through"
    operator.writes("Key", floor_key)
    operator.presses("Use this key")
    operator.network("Connected")
    assert [e["data"]["reason"] for e in reports(server)[before:]] == ["Control"]
    operator.presses("Machine up again")
    until(lambda: len(reports(server)) == before + 2, "up again in the log")


def test_what_is_refused_is_said_in_words_and_what_is_doubted_too(
    operator: Operator, server: httpx.Client, floor_key: str
) -> None:
    operator.opens(floor_key)
    operator.signs_in("Fred")
    operator.network("Connected")
    operator.page.wait_for_selector("body[data-kept]")
    lines = server.get(LIST).json()["lines"]
    running = next(line["order"] for line in lines if line["running"])
    other = next(line["order"] for line in lines if not line["running"])
    now = dt.datetime.now(dt.UTC).isoformat(timespec="minutes")
    begun = {"specversion": "1.0", "id": "by-hand", "source": "/hand", "type": "operation.started", "time": now}
    data = {"order": other, "operation": 10, "machine": "lathe-1"}
    assert len(server.post(f"{SHIFT}/events", json=begun | {"data": data}).json()["accepted"]) == 1
    operator.sees(f"In doubt: {running}/10", "article.doubt")
    operator.sees("so it was put aside", "article.doubt")
    operator.picture("8-doubt")

    operator.context.set_offline(True)
    operator.network("No network")
    operator.presses("Pause", operator.card(other))
    operator.presses("Material")
    operator.presses("Machine down")
    operator.presses("Coolant")
    operator.presses("30 min")
    operator.network("No network: 2 reports wait")
    loaded = server.put(SHIFT, content=a_plant_without(other), params={"mode": "auto"})
    assert loaded.status_code == 200, loaded.text
    operator.context.set_offline(False)
    operator.sees(f"Not taken: pause of {other}/10", "article.refused")
    operator.sees(f"No order '{other}' in the plant", "article.refused")
    operator.sees("rejected reports, no. 1", "article.refused")
    operator.sees("Down since", "article.down")
    operator.network("Connected")
    operator.picture("9-refused")
    waits = server.get(f"{SHIFT}/quarantine", params={"waiting": True}).json()["events"]
    assert [(e["type"], e["event"]["data"]["by"]) for e in waits] == [("operation.paused", "Fred")]
    operator.page.reload()
    operator.presses("Understood")
    operator.sees_no("article.refused")


def test_a_tablet_in_the_hall(operator: Operator, floor_key: str) -> None:
    operator.page.set_viewport_size({"width": 1180, "height": 820})
    operator.opens(floor_key)
    operator.signs_in("Gina")
    operator.network("Connected")
    wide = operator.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    small = operator.page.evaluate(
        "[...document.querySelectorAll('main button, footer button')].filter((b) => b.offsetHeight < 60).length"
    )
    assert (wide, small) == (0, 0)
    operator.picture("10-tablet")


def test_a_plant_of_another_time_is_reported_to_by_its_own_clock(operator: Operator, server: httpx.Client) -> None:
    march = "/v1/plants/march"
    assert server.put(march, content=as_zip(), params={"mode": "observe"}).status_code == 200
    key = server.post("/v1/keys", json={"name": "march", "roles": ["floor"], "plants": ["march"]}).json()["key"]
    operator.page.goto(f"{operator.url}/floor/march/saw-1?clock=plant#key={key}")
    operator.signs_in("Hanna")
    operator.network("Connected")
    assert operator.page.url.endswith("/floor/march/saw-1?clock=plant")
    operator.presses("Machine down")
    operator.writes("Another reason", "a blade broke")
    operator.presses("Use this reason")
    operator.presses("4 h")
    operator.sees("Down since 06:00: a blade broke, up at 10:00", "article.down")
    assert operator.errors == []


def test_an_hour_without_network_and_two_pages_of_one_device(operator: Operator, server: httpx.Client) -> None:
    """Sixty reports, a page beside the first one that sends them too: each is one event, in order."""
    server.put("/v1/plants/hour", content=a_plant(), params={"mode": "observe"})
    key = server.post("/v1/keys", json={"name": "hour", "roles": ["floor"], "plants": ["hour"]}).json()["key"]
    operator.page.goto(f"{operator.url}/floor/hour/lathe-2#key={key}")
    operator.signs_in("Ida")
    operator.network("Connected")
    operator.page.wait_for_selector("body[data-kept]")
    beside = operator.context.new_page()
    beside.goto(f"{operator.url}/floor/hour/lathe-2")
    beside.get_by_text("Connected").wait_for()
    operator.page.bring_to_front()
    operator.context.set_offline(True)
    operator.network("No network")
    for n in range(30):
        operator.presses("Machine down")
        operator.presses(["Control", "Electrical"][n % 2])
        operator.presses("Not known")
        operator.presses("Machine up again")
    operator.network("No network: 60 reports wait")
    operator.context.set_offline(False)
    operator.network("Connected")
    events = server.get("/v1/plants/hour/events", params={"limit": 1000}).json()["events"]
    told = [e["event"] for e in events if e["event"]["source"] == "/terminal/lathe-2"]
    assert [e["type"] for e in told] == ["machine.down", "machine.up"] * 30
    assert [e["data"]["reason"] for e in told[::2]] == ["Control", "Electrical"] * 15
    assert len({e["id"] for e in told}) == 60
