"""`[[source]]` tables, and messages as signals."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.bootstrap import build_sources
from scheduler.connect.configuration import read_connections, read_sources
from scheduler.connect.sources.mapping import Item, found, read_json, seconds
from scheduler.connect.sources.mqtt import MqttSource
from scheduler.connect.sources.needed import needed
from scheduler.connect.sources.opcua import OpcUaSource
from scheduler.connect.sources.sparkplug import SparkplugSource
from scheduler.errors import InvalidConnections
from scheduler.signals.codes import decode

GOOD = """
[[source]]
name = "hall"
kind = "mqtt"
plant = "tiny"
address = "mqtt://broker:1883"
codes = "packml"
own_codes = { "7" = "SETUP" }

[source.rules]
micro_stop = 120
burst_changes = 5

[[source.class]]
machines = ["press"]
rules = { micro_stop = 30 }

[[source.item]]
topic = "hall/lathe/status"
machine = "lathe"
state = "state"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "floor.toml"
    file.write_text(text)
    return file


def test_rules_are_of_all_machines_and_of_a_class(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    (table,) = read_sources(file)
    setup = table.setup
    assert (setup.rules_of("lathe").micro_stop, setup.rules_of("press").micro_stop) == (120.0, 30.0)
    assert setup.rules_of("press").burst_changes == 5
    known = [decode(setup.codes, code) for code in ("Execute", 7)]
    assert [code and code.state for code in known] == ["RUNNING", "SETUP"]
    assert table.item[0].item == Item("hall/lathe/status", "lathe", {"state": "state"})
    assert read_connections(file) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("mqtt://broker", "http://broker", "source 'hall': Value error, address: found 'http://broker:1883'"),
        ("mqtt://broker", "mqtt://user:secret@broker", "without user or password"),
        ("micro_stop = 120", "microstop = 120", "rules: found 'microstop'"),
        ("burst_changes = 5", "burst_changes = 0", "expected a whole number of at least 1"),
        ("micro_stop = 120", "micro_stop = -1", "greater than or equal to 0"),
        ('"SETUP"', '"SETTING"', "source 'hall' own_codes 7: Input should be 'RUNNING'"),
        ('state = "state"', "", "item 1: found no value, expected one of state, mode, good, scrap, reason"),
        ('topic = "hall/lathe/status"', "", "item 1: topic: found nothing"),
        ('kind = "mqtt"', 'kind = "sparkplug"', "item 1: device: found nothing"),
        ('kind = "mqtt"', 'kind = "opcua"', "expected like opc.tcp://HOST:4840"),
        ('kind = "mqtt"', 'kind = "modbus"', "source 'hall' kind: Input should be 'mqtt'"),
        ("[[source]]", GOOD + "[[source]]", "source 'hall' stands there twice"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(InvalidConnections) as caught:
        read_sources(written(tmp_path, GOOD.replace(old, new, 1)))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("node", "fits"),
    [("nsu=http://maker.example/line;s=A;b", True), ("i=2258", True), ("ns=2;s=A", False), ("Lathe.State", False)],
)
def test_a_node_is_named_by_the_uri_of_its_namespace(tmp_path: Path, node: str, fits: bool) -> None:
    text = GOOD.replace("mqtt://broker:1883", "opc.tcp://plc:4840").replace('kind = "mqtt"', 'kind = "opcua"')
    file = written(tmp_path, text.replace('state = "state"', f'state = "{node}"'))
    if fits:
        assert read_sources(file)[0].item[0].item.values == {"state": node}
        return
    with pytest.raises(InvalidConnections, match="expected a node like nsu="):
        read_sources(file)


def test_a_message_gives_all_its_values_with_time_and_sequence() -> None:
    item = Item("h/+/s", "topic:1", {"state": "st[0].code", "good": "n.good"}, "ts", "seq", {"l1": "lathe"})
    body = b'{"st": [{"code": 6}], "n": {"good": 12}, "ts": "2026-03-02T06:00:01+01:00", "seq": 9}'
    signals = list(read_json("hall", item, "h/l1/s", body, 5.0))
    assert [(s.machine, s.meaning, s.value, s.sequence) for s in signals] == [
        ("lathe", "state", 6, 9), ("lathe", "good", 12, 9),
    ]  # fmt: skip
    assert signals[0].at == 1_772_427_601.0


def test_a_message_may_name_its_machine_and_hold_several_of_many() -> None:
    item = Item("", "path:id", {"state": "v"}, "t", names={"A.L1": "lathe"}, each="values", where={"q": "true"})
    body = b"""{"values": [{"id": "A.L1", "v": 6, "q": true, "t": 1772427601000}, {"id": "A.L2", "v": 6, "q": false},
        {"id": "A.L3", "v": 9, "q": true}, {"v": 6, "q": true}, 7]}"""
    signals = list(read_json("hall", item, "", body, 5.0))
    assert [(s.machine, s.value, s.at) for s in signals] == [("lathe", 6, 1_772_427_601.0), ("A.L3", 9, None)]
    assert list(read_json("hall", item, "", b'{"values": {"id": "A.L1", "v": 6, "q": true}}', 5.0)) == []
    assert not item.is_of_one


@pytest.mark.parametrize("payload", [b"{}", b'{"state": null}', b'{"state": {"a": 1}}', b"[]", b"", b"\xff"])
def test_a_message_without_the_value_says_nothing(payload: bytes) -> None:
    assert list(read_json("hall", Item("t", "lathe", {"state": "state"}), "t", payload, 5.0)) == []


@pytest.mark.parametrize(
    ("payload", "value"), [(b"RUNNING", "RUNNING"), (b'"IDLE"', "IDLE"), (b"6", 6), (b"true", True)]
)
def test_a_message_may_be_the_value(payload: bytes, value: object) -> None:
    (signal,) = read_json("hall", Item("t", "lathe", {"state": "$"}), "t", payload, 5.0)
    assert signal.value == value


def test_paths_and_moments() -> None:
    assert found({"a": {"b": [1, {"c": 2}]}}, "a.b[1].c") == 2
    assert found({"a": [1]}, "a[3]") is None
    assert (seconds(1_772_427_601), seconds(1_772_427_601_500)) == (1_772_427_601.0, 1_772_427_601.5)
    assert seconds("2026-03-02T05:00:01") == seconds("2026-03-02T05:00:01Z") == 1_772_427_601.0
    assert (seconds("soon"), seconds(None), seconds(True)) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "address", "made"),
    [
        ("mqtt", "mqtts://broker", MqttSource),
        ("sparkplug", "mqtt://broker", SparkplugSource),
        ("opcua", "opc.tcp://plc:4840", OpcUaSource),
    ],
)
def test_each_kind_has_its_source(tmp_path: Path, kind: str, address: str, made: type) -> None:
    text = GOOD.replace('kind = "mqtt"', f'kind = "{kind}"').replace("mqtt://broker:1883", address)
    item = {"mqtt": "", "sparkplug": 'device = "G/N/lathe"', "opcua": ""}[kind]
    text = text.replace('state = "state"', f'state = "i=2258"\n{item}')
    (source,) = build_sources(read_sources(written(tmp_path, text)))
    assert isinstance(source, made)
    assert (source.machines, source.setup.address) == (frozenset({"lathe"}), address)


def test_a_library_that_is_missing_is_named_with_its_extra() -> None:
    with pytest.raises(
        InvalidConnections, match=r"source 'hall': no_such_thing is not installed; pip install 'rejig\["
    ):
        needed("no_such_thing", "mqtt", "hall")
