"""A running server, a real broker, an edge node and a receiver: lists reach machines, in order, whoever is killed."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
import pytest
from standardwebhooks.webhooks import Webhook

from benchmarks.faults import small_plant
from benchmarks.killing import PLANT, Server, Site, every_event_is_in_the_plan, loaded, site, until
from scheduler.connect.sources.sparkplug_payload import Metric, decoded, encoded
from scheduler.solving.warm import warm_kernels
from scheduler.usecases.webhooks import new_secret
from tests.connect.brokers import Broker, needs_mosquitto
from tests.connect.receiver import Receiver, receiving

pytestmark = [needs_mosquitto, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

LISTS = """
[[list]]
name = "panels"
kind = "mqtt"
plant = "tiny"
address = "{broker}"
topic = "rejig/{{plant}}/{{machine}}/list"
answers = "rejig/{{plant}}/{{machine}}/answer"

[[list]]
name = "line"
kind = "sparkplug"
plant = "tiny"
address = "{broker}"
machines = ["lathe"]
device = "Plant/Hall/{{machine}}"
metric = "Dispatch/List"
answers = "Dispatch/Working"
commands = true
rows = 2

[[list]]
name = "hooks"
kind = "webhook"
plant = "tiny"
address = "{hook}/{{machine}}"
machines = ["lathe"]
credentials = "env:LIST_SECRET"
"""
SECRET = new_secret()


@dataclass
class Panel:
    """A machine's panel: it keeps every list that it gets, in order, and reconnects by itself."""

    port: int
    got: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.client.reconnect_delay_set(0.05, 0.2)
        self.client.on_connect = lambda client, *_: client.subscribe("rejig/tiny/+/list", qos=1)
        self.client.on_message = self._message
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()

    def _message(self, _client: Any, _data: Any, message: Any) -> None:
        if message.payload:
            self.got.append(json.loads(message.payload))

    def newest(self, machine: str) -> dict[str, Any]:
        return next((one for one in reversed(self.got) if one.get("machine") == machine), {"version": ""})

    def revisions(self, machine: str) -> list[int]:
        return [one["revision"] for one in self.got if one.get("machine") == machine]

    def say(self, topic: str, body: object, retain: bool = False) -> None:
        payload = body if isinstance(body, str) else json.dumps(body)
        self.client.publish(f"rejig/tiny/{topic}", payload, qos=1, retain=retain).wait_for_publish(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class Floor:
    """A server with three carriers, and what the test does to them."""

    def __init__(self, place: Site, broker: Broker, receiver: Receiver) -> None:
        self.place, self.broker, self.receiver = place, broker, receiver
        self.number = 0
        self.server = self.start()
        loaded(self.server, small_plant())
        every_event_is_in_the_plan(self.server)

    def start(self) -> Server:
        file = str(self.place.folder / "floor.toml")
        self.server = self.place.start(REJIG_CONNECTIONS=file, LIST_SECRET=SECRET).ready()
        return self.server

    def happens(self) -> None:
        """The lathe goes down for two hours more than the last time, so its list changes."""
        self.number += 1
        data = {"machine": "lathe", "expected_up": f"2026-03-0{2 + self.number}T12:00:00+00:00"}
        event = {"specversion": "1.0", "id": f"d{self.number}", "source": "/test", "type": "machine.down", "data": data}
        answer = self.server.client.post(f"{PLANT}/events", json={**event, "time": "2026-03-02T06:05:00+00:00"})
        assert answer.json()["rejected"] == [], answer.text

    def served(self, machine: str = "lathe") -> dict[str, Any]:
        listed: dict[str, Any] = self.server.client.get(f"{PLANT}/dispatch-lists/{machine}").json()
        return listed

    def seen(self, carrier: str, machine: str = "lathe") -> dict[str, Any]:
        carriers = self.server.client.get("/v1/lists").json()["carriers"]
        (one,) = (c for c in carriers if c["name"] == carrier)
        return next((x for x in one["lists"] if x["machine"] == machine), {"version": None})


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    warm_kernels()
    folder = tmp_path_factory.mktemp("lists")
    broker = Broker(folder).start()
    with receiving() as receiver, site(folder) as place:
        hook = f"http://127.0.0.1:{receiver.port}"
        (folder / "floor.toml").write_text(LISTS.format(broker=broker.address, hook=hook))
        yield Floor(place, broker, receiver)
    broker.kill()


def test_a_list_stands_on_its_topic_in_order_whoever_is_killed(floor: Floor) -> None:
    panel = Panel(floor.broker.port)

    def current() -> bool:
        every_event_is_in_the_plan(floor.server)
        return bool(panel.newest("lathe")["version"] == floor.served()["version"])

    until(current, "the panel has the list that is served")
    assert panel.newest("saw")["version"] == floor.served("saw")["version"]
    first = panel.newest("lathe")
    assert [line["order"] for line in first["lines"]] == [line["order"] for line in floor.served()["lines"]]

    panel.say("lathe/answer", {"version": first["version"], "by": "panel-7"})
    until(lambda: floor.served()["acknowledged_by"] == "panel-7", "the list is confirmed by topic")
    assert floor.seen("panels")["confirmed"] == first["version"]

    floor.broker.kill()
    floor.happens()
    every_event_is_in_the_plan(floor.server)
    floor.broker.start()  # it has lost everything
    until(current, "a broker that came back has the newest list")
    assert panel.newest("lathe")["changes"]
    until(lambda: panel.newest("saw")["version"] == floor.served("saw")["version"], "and the others")

    panel.say("lathe/answer", {"version": panel.newest("lathe")["version"], "refused": "no such fixture", "by": "p"})
    until(lambda: floor.seen("panels")["old"], "a list that is refused is shown")
    assert floor.seen("panels")["why"] == "refused: no such fixture"

    floor.happens()
    floor.place.kill(floor.server)
    floor.start()
    until(current, "a server that came back brings what it had not")
    mine = panel.revisions("lathe")
    assert mine == sorted(mine)

    old = {**first, "revision": 1}
    panel.say("lathe/list", old, retain=True)
    panel.say("saw/list", "", retain=True)
    until(lambda: panel.newest("lathe")["revision"] != 1, "an older list that somebody writes over ours does not stay")
    panel.close()
    late = Panel(floor.broker.port)
    until(lambda: late.newest("saw")["version"] == floor.served("saw")["version"], "nor does an empty one")
    until(lambda: late.newest("lathe")["version"] == floor.served()["version"], "and ours stands there")

    ahead = {**late.newest("lathe"), "revision": 10_000_000}
    late.say("lathe/list", ahead, retain=True)
    time.sleep(0.2)
    floor.happens()
    until(lambda: "holds revision 10000000" in floor.seen("panels")["why"], "a newer one is not written over")
    late.say("lathe/list", "", retain=True)
    until(lambda: late.newest("lathe")["version"] == floor.served()["version"], "until somebody takes it away")
    late.close()


def test_a_device_is_commanded_its_list_and_says_by_which_it_works(floor: Floor) -> None:
    got: list[str] = []
    lock, node = threading.Lock(), paho.Client(paho.CallbackAPIVersion.VERSION2)

    def commanded(_client: Any, _data: Any, message: Any) -> None:
        payload = decoded(message.payload)
        if "DCMD" in message.topic and payload is not None:
            with lock:
                got.extend(str(metric.value) for metric in payload.metrics if metric.name == "Dispatch/List")

    node.on_message = commanded
    node.connect("127.0.0.1", floor.broker.port)
    node.subscribe("spBv1.0/Plant/DCMD/Hall/lathe", qos=1)
    node.loop_start()

    def born(number: int) -> None:
        now = int(time.time() * 1000)
        birth = encoded([Metric("bdSeq", None, number, None)], 0, now)
        device = encoded([Metric("Dispatch/List", 1, "", None), Metric("Dispatch/Working", 2, "", None)], 1, now)
        node.publish("spBv1.0/Plant/NBIRTH/Hall", birth, qos=0).wait_for_publish(10)
        node.publish("spBv1.0/Plant/DBIRTH/Hall/lathe", device, qos=0).wait_for_publish(10)

    def newest() -> dict[str, Any]:
        with lock:
            return json.loads(got[-1]) if got else {"version": ""}

    def has_it() -> bool:
        if not got:
            born(1)
            time.sleep(0.3)
        return bool(newest()["version"] == floor.served()["version"])

    until(has_it, "a device that is born gets its list")
    assert len(newest()["lines"]) <= 2

    def answers() -> bool:
        born(2)
        said = encoded([Metric("", 2, newest()["version"], None)], 2, int(time.time() * 1000))
        node.publish("spBv1.0/Plant/DDATA/Hall/lathe", said, qos=0).wait_for_publish(10)
        time.sleep(0.2)
        return bool(floor.seen("line")["confirmed"] == floor.served()["version"])

    until(answers, "its metric confirms the list")
    node.disconnect()
    node.loop_stop()


def test_a_terminal_gets_its_list_signed_and_again_until_it_takes_it(floor: Floor) -> None:
    receiver = floor.receiver
    until(lambda: receiver.got, "the first list is posted")
    receiver.answers = [503, 204]
    count = len(receiver.got)
    floor.happens()
    every_event_is_in_the_plan(floor.server)
    until(lambda: len(receiver.got) > count + 1, "it is tried again")

    def newest() -> bool:
        headers, body = receiver.got[-1]
        Webhook(SECRET).verify(body, headers)
        return bool(json.loads(body)["version"] == floor.served()["version"])

    until(newest, "the newest is there")
    revisions = [json.loads(body)["revision"] for _, body in receiver.got]
    assert revisions == sorted(revisions)
