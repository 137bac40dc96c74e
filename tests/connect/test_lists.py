"""`[[list]]` tables, topics that name a machine, and what machines answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.bootstrap import build_lists
from scheduler.connect.configuration import read_lists
from scheduler.connect.lists.dcmd import SparkplugLists
from scheduler.connect.lists.mqtt import MqttLists
from scheduler.connect.lists.topics import Answer, MachineTopic, answer_in, revision_in
from scheduler.connect.lists.webhook import WebhookLists
from scheduler.connect.webhook_post import HttpCourier
from scheduler.errors import InvalidConnections

MQTT = """
[[list]]
name = "hall"
kind = "mqtt"
plant = "tiny"
address = "mqtt://broker:1883"
topic = "rejig/{plant}/{machine}/list"
answers = "rejig/{plant}/{machine}/answer"
names = { l1 = "lathe" }
"""
SPARKPLUG = """
[[list]]
name = "line"
kind = "sparkplug"
plant = "tiny"
address = "mqtts://broker:8883"
device = "Plant/Hall/{machine}"
metric = "Dispatch/List"
commands = true
"""
WEBHOOK = """
[[list]]
name = "hooks"
kind = "webhook"
plant = "tiny"
address = "https://terminal.example/{machine}"
credentials = "env:SECRET"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "floor.toml"
    file.write_text(text)
    return file


def test_each_kind_has_its_carrier(tmp_path: Path) -> None:
    tables = read_lists(written(tmp_path, MQTT + SPARKPLUG + WEBHOOK))
    kinds = [type(carrier) for carrier in build_lists(tables, HttpCourier())]
    assert kinds == [MqttLists, SparkplugLists, WebhookLists]
    assert tables[0].setup.answers
    assert not tables[1].setup.answers


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (MQTT, "mqtt://broker", "http://broker", "list 'hall': Value error, address: found 'http://broker:1883'"),
        (MQTT, "{machine}/list", "list", "topic: found 'rejig/{plant}/list', expected like"),
        (MQTT, "{machine}/list", "m-{machine}", "{machine} as a level of its own"),
        (MQTT, "{machine}/list", "+/{machine}", "topic: found 'rejig/{plant}/+/{machine}'"),
        (MQTT, "answer\"", "list\"", "answers: found the topic of the lists"),
        (MQTT, "names =", "commands = true\nnames =", "commands: found True, expected nothing for kind 'mqtt'"),
        (MQTT, "[[list]]", MQTT + "[[list]]", "list 'hall' stands there twice"),
        (SPARKPLUG, "commands = true", "", "commands: found false, expected true"),
        (SPARKPLUG, "Hall/{machine}", "{machine}", "device: found 'Plant/{machine}', expected like"),
        (SPARKPLUG, 'metric = "Dispatch/List"', "", "metric: found nothing"),
        (WEBHOOK, "/{machine}", "", "expected {machine} in it"),
        (WEBHOOK, 'credentials = "env:SECRET"', "", "credentials: found nothing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(tmp_path: Path, text: str, old: str, new: str, words: str) -> None:
    with pytest.raises(InvalidConnections) as caught:
        read_lists(written(tmp_path, text.replace(old, new, 1)))
    assert words in str(caught.value)


def test_a_topic_names_a_machine_whatever_its_name() -> None:
    topic = MachineTopic("rejig/{plant}/{machine}/list", "hall/1", {"l1": "lathe"})
    assert topic.every == "rejig/hall%2F1/+/list"
    for machine, level in (("lathe", "l1"), ("saw", "saw"), ("a/b+#%", "a%2Fb%2B%23%25")):
        assert topic.of(machine) == f"rejig/hall%2F1/{level}/list"
        assert topic.machine(topic.of(machine)) == machine
    for other in ("rejig/hall%2F1/saw/answer", "rejig/hall%2F1/list", "rejig/hall/1/saw/list"):
        assert topic.machine(other) is None


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (b'{"version": "4c1f", "by": "panel"}', Answer("4c1f", "panel")),
        (b'{"version": "4c1f", "refused": "no such order"}', Answer("4c1f", "", "no such order")),
        (b" 4c1f ", Answer("4c1f")),
        (b"12345678", Answer("12345678")),
        (b"", None),
        (b"[]", None),
        (b'{"by": "panel"}', None),
    ],
)
def test_a_machine_answers_with_json_or_the_version_alone(payload: bytes, answer: Answer | None) -> None:
    assert answer_in(payload) == answer


def test_a_list_on_a_topic_has_a_revision() -> None:
    assert revision_in(b'{"revision": 12, "lines": []}') == 12
    for other in (b"", b"12", b'{"revision": true}', b'{"version": "4c1f"}', b"\xff"):
        assert revision_in(other) is None
