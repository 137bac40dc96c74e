"""A running server and a real broker: a machine's word becomes a repaired plan; a lost link becomes none."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest

from benchmarks.faults import small_plant
from benchmarks.killing import CHECKOUT, PLANT, Server, Site, every_event_is_in_the_plan, loaded, site, until
from scheduler.solving.warm import warm_kernels
from tests.connect.brokers import Broker, needs_mosquitto

pytestmark = [needs_mosquitto, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

SOURCE = """
[[source]]
name = "hall"
kind = "mqtt"
plant = "tiny"
address = "{address}"
own_codes = {{ "offline" = "UNKNOWN" }}

[source.rules]
debounce = 0.1
micro_stop = 0.5
up_after = 0.2
link = 0.2
late = 0.1
grain = 5
count_seconds = 0.5

[[source.item]]
topic = "hall/+/status"
machine = "topic:1"
names = {{ "l1" = "lathe" }}
state = "state"
good = "pieces.good"
reason = "alarm"
time = "ts"
sequence = "n"
"""


class Edge:
    """What a gateway publishes."""

    def __init__(self, port: int) -> None:
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.number = 0

    def say(self, **data: Any) -> None:
        self.number += 1
        body = {"ts": time.time() * 1000, "n": self.number, **data}
        self.client.publish("hall/l1/status", json.dumps(body), qos=1).wait_for_publish(5)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path).start()
    yield running
    running.kill()


@pytest.fixture
def place(tmp_path: Path, broker: Broker) -> Iterator[Site]:
    warm_kernels()
    with site(tmp_path) as opened:
        (tmp_path / "floor.toml").write_text(SOURCE.format(address=broker.address))
        yield opened


def of_today(server: Server) -> None:
    """The plant lives now, and its machines are to work now."""
    now = dt.datetime.now(dt.UTC)
    spans = {"machine": "lathe", "start": (now - dt.timedelta(hours=2)).isoformat(timespec="minutes")}
    spans |= {"end": (now + dt.timedelta(days=2)).isoformat(timespec="minutes"), "kind": "open"}
    for type_, data in (("clock.corrected", {"now": now.isoformat(timespec="minutes")}), ("calendar.changed", spans)):
        event = {"specversion": "1.0", "id": type_, "source": "/test", "type": type_, "data": data}
        answer = server.client.post(f"{PLANT}/events", json={**event, "time": now.isoformat(timespec="minutes")})
        assert answer.json()["rejected"] == [], answer.text


def told(server: Server) -> list[dict[str, Any]]:
    events = server.client.get(f"{PLANT}/events", params={"after": 0, "limit": 1000}).json()["events"]
    return [e["event"] for e in events if e["event"]["source"] == "/sources/hall"]


def types(server: Server) -> list[str]:
    return [event["type"] for event in told(server)]


def outcomes(server: Server) -> dict[str, float]:
    lines = [x for x in server.client.get("/metrics").text.splitlines() if x.startswith("rejig_signals_total{")]
    return {x.split('outcome="')[1].split('"')[0]: float(x.split()[-1]) for x in lines}


def test_a_tag_becomes_a_repaired_plan_and_a_flicker_or_a_lost_link_does_not(place: Site, broker: Broker) -> None:
    server = place.start(REJIG_CONNECTIONS=str(place.folder / "floor.toml")).ready()
    loaded(server, small_plant())
    of_today(server)
    every_event_is_in_the_plan(server)
    edge = Edge(broker.port)

    def heard() -> bool:
        edge.say(state="RUNNING", pieces={"good": 100})
        return outcomes(server).get("same", 0) > 0

    until(heard, "it listens")
    edge.say(state="DOWN")
    edge.say(state="RUNNING")
    time.sleep(1.2)
    assert types(server) == []

    edge.say(state="DOWN", alarm="spindle")
    until(lambda: types(server) == ["machine.down"], "the breakdown is told")
    event = told(server)[0]
    assert (event["data"], event["id"].split("/")[:2]) == (
        {"machine": "lathe", "reason": "spindle [hall]"}, ["lathe", "down"],
    )  # fmt: skip
    every_event_is_in_the_plan(server)
    plan = server.client.get(f"{PLANT}/plans/current").json()
    assert "lathe down" in json.dumps(plan["trigger"]) or "lathe" in plan["cause"]

    def seen() -> dict[str, Any]:
        (source,) = server.client.get("/v1/sources").json()["sources"]
        return {**source, "lathe": [m["state"] for m in source["machines"] if m["machine"] == "lathe"]}

    until(lambda: seen()["lathe"] == ["DOWN"], "it is seen as down")
    assert (seen()["listens"], seen()["trouble"]) == (True, "")

    edge.close()
    broker.kill()
    until(lambda: seen()["lathe"] == ["UNKNOWN"] and seen()["trouble"], "it is blind, and why is told")
    assert types(server) == ["machine.down"]
    broker.start()
    edge = Edge(broker.port)

    def up() -> bool:
        edge.say(state="RUNNING")
        return types(server) == ["machine.down", "machine.up"]

    until(up, "it is up again")
    assert outcomes(server)["link_lost"] >= 1

    # Work is reported, so the counter has an operation to count for.
    started = {"specversion": "1.0", "id": "s1", "source": "/mes", "type": "operation.started"}
    started["time"] = dt.datetime.now(dt.UTC).isoformat(timespec="minutes")
    data = {"order": "PIN-1", "operation": 10, "machine": "lathe"}
    assert server.client.post(f"{PLANT}/events", json={**started, "data": data}).json()["rejected"] == []
    edge.say(pieces={"good": 102})
    edge.say(pieces={"good": 105})
    until(lambda: types(server)[-1] == "operation.progressed", "pieces are told")
    progress = told(server)[-1]["data"]
    assert (progress["order"], progress["operation"], progress["quantity_good"]) == ("PIN-1", 10, 5.0)

    place.kill(server)
    server = place.start(REJIG_CONNECTIONS=str(place.folder / "floor.toml")).ready()
    edge.say(state="DOWN", alarm="chuck")
    until(lambda: types(server)[-1] == "machine.down", "a server that came back hears what it missed")
    edge.close()


def test_watching_shows_each_signal_and_what_became_of_it(place: Site, broker: Broker) -> None:
    arguments = ["sources", "watch", "--connections", str(place.folder / "floor.toml"), "--seconds", "60"]
    arguments += ["--data", str(place.folder / "nowhere")]
    watching = subprocess.Popen(
        [sys.executable, "-m", "scheduler.cli", *arguments], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    said: list[str] = []

    def read() -> None:
        assert watching.stdout is not None
        said.extend(iter(watching.stdout.readline, ""))

    reading = threading.Thread(target=read)
    reading.start()
    edge = Edge(broker.port)

    def shown(state: str, words: str) -> None:
        def says() -> bool:
            edge.say(state=state)
            time.sleep(0.05)
            return any(words in line for line in said)

        until(says, words)

    shown("RUNNING", "lathe  state RUNNING  taken: counts")
    shown("RUNNING", "lathe  state RUNNING  same: says what was known")
    shown("DOWN", "lathe  EVENT down")
    watching.send_signal(signal.SIGINT)
    reading.join(30)
    edge.close()
    assert watching.wait(30) == 130
    assert watching.stdout is not None
    watching.stdout.close()
    assert "hall  told  told_down: 1  a breakdown\n" in said
    assert any("taken to be always to work" in line for line in said)
