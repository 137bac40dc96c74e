"""A Sparkplug host on a real broker, with an edge node of our own making."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest

from scheduler.connect.sources.mapping import Item
from scheduler.connect.sources.sparkplug import SparkplugSource
from scheduler.connect.sources.sparkplug_payload import Metric, decoded, encoded
from scheduler.source_ports import SourceSetup
from tests.connect.brokers import Broker, needs_mosquitto
from tests.connect.listening import Listening

pytestmark = needs_mosquitto
ITEMS = [Item("G/N/lathe", "lathe", {"state": "State", "good": "Good"})]


def source(broker: Broker, passive: bool = False) -> SparkplugSource:
    return SparkplugSource(SourceSetup("hall", "sparkplug", "tiny", broker.address), ITEMS, passive=passive)


class Edge:
    """A node that is born when it is asked to be; its will is its death."""

    def __init__(self, broker: Broker) -> None:
        self.seq = 0
        self.asked: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.states: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.client.will_set("spBv1.0/G/NDEATH/N", encoded([Metric("bdSeq", None, 3, None)]), qos=1)
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", broker.port)
        self.client.subscribe([("spBv1.0/G/NCMD/N", 1), ("spBv1.0/STATE/rejig-hall", 1)])
        self.client.loop_start()

    def _hear(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        if "STATE" in message.topic:
            self.states.put(json.loads(message.payload))
            return
        payload = decoded(message.payload)
        assert payload is not None
        self.asked.put(payload.metrics[0].name)

    def send(self, topic: str, *metrics: Metric) -> None:
        self.seq = 0 if "NBIRTH" in topic else (self.seq + 1) % 256
        content = encoded(metrics, self.seq, int(time.time() * 1000))
        self.client.publish(topic, content, qos=1).wait_for_publish(5)

    def born(self) -> None:
        self.send("spBv1.0/G/NBIRTH/N", Metric("bdSeq", None, 3, None))
        self.send("spBv1.0/G/DBIRTH/N/lathe", Metric("State", 1, "RUNNING", None), Metric("Good", 2, 5, None))

    def dies(self) -> None:
        """Without a word, so that the broker tells its will."""
        self.client.loop_stop()
        line = self.client.socket()
        assert line is not None
        line.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path).start()
    yield running
    running.kill()


def test_a_host_says_that_it_is_there_asks_for_births_and_hears_deaths(broker: Broker) -> None:
    edge = Edge(broker)
    with Listening(source(broker)) as listening:
        assert edge.asked.get(timeout=10) == "Node Control/Rebirth"
        state = edge.states.get(timeout=10)
        assert state["online"] is True
        edge.born()
        assert listening.until(lambda s: s.meaning == "state", "its state").value == "RUNNING"
        assert listening.until(lambda s: s.meaning == "good", "its count").value == 5
        edge.send("spBv1.0/G/DDATA/N/lathe", Metric("", 1, "DOWN", None))
        assert listening.until(lambda s: s.meaning == "state", "its alias").value == "DOWN"
        edge.seq += 7
        edge.send("spBv1.0/G/DDATA/N/lathe", Metric("", 1, "DOWN", None))
        assert edge.asked.get(timeout=10) == "Node Control/Rebirth"
        edge.dies()
        assert listening.until(lambda s: s.lost, "its death").machine == "lathe"

        other = Edge(broker)
        assert other.states.get(timeout=10)["online"] is True
        broker.kill()
        time.sleep(0.3)
        broker.start()
        again = Edge(broker)
        assert again.states.get(timeout=30)["online"] is True
        again.send("spBv1.0/G/DDATA/N/lathe", Metric("", 1, "DOWN", None))
        assert again.asked.get(timeout=30) == "Node Control/Rebirth"
        assert listening.away
    while again.states.get(timeout=10)["online"]:
        pass
    again.client.loop_stop()
    other.client.loop_stop()


def test_who_only_looks_says_and_asks_nothing(broker: Broker) -> None:
    edge = Edge(broker)
    with Listening(source(broker, passive=True)) as listening:
        time.sleep(1.0)
        edge.born()
        listening.until(lambda s: s.value == "RUNNING", "its state")
    assert edge.asked.empty()
    assert edge.states.empty()
    edge.client.loop_stop()
