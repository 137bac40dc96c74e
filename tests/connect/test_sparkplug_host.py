"""What a Sparkplug host makes of births, data and deaths."""

from __future__ import annotations

import pytest

from scheduler.connect.sources.mapping import Item
from scheduler.connect.sources.sparkplug_host import ASK_AGAIN_SECONDS, Heard, SparkplugHost
from scheduler.connect.sources.sparkplug_payload import Metric, Payload, decoded, encoded, signed

ITEM = Item("G/N/lathe", "lathe", {"state": "State", "good": "Good"})
NODE = ("G", "N")


class Edge:
    """A node with one device; each message carries the next sequence."""

    def __init__(self, items: tuple[Item, ...] = (ITEM,)) -> None:
        self.host = SparkplugHost("hall", items)
        self.seq = 0
        self.now = 100.0
        self.bdseq = 7

    def send(self, kind: str, *metrics: Metric, device: str = "lathe", seq: int | None = None) -> Heard:
        if kind != "NDEATH":
            self.seq = 0 if kind == "NBIRTH" else (self.seq + 1) % 256 if seq is None else seq
        self.now += 0.01
        topic = f"spBv1.0/G/{kind}/N" + (f"/{device}" if kind.startswith("D") else "")
        content = encoded(metrics, None if kind == "NDEATH" else self.seq, int(self.now * 1000))
        return self.host.hear(topic, content, self.now)

    def born(self) -> Heard:
        self.send("NBIRTH", Metric("bdSeq", None, self.bdseq, None))
        return self.send("DBIRTH", Metric("State", 1, "RUNNING", 90_500), Metric("Good", 2, 100, None))

    def died(self, bdseq: int = 7) -> Heard:
        return self.send("NDEATH", Metric("bdSeq", None, bdseq, None))


def said(heard: Heard) -> list[tuple[str, object]]:
    return [(s.meaning, "lost" if s.lost else s.value) for s in heard.signals]


def test_a_birth_says_all_and_data_may_use_its_aliases() -> None:
    edge = Edge()
    birth = edge.born()
    assert said(birth) == [("state", "RUNNING"), ("good", 100)]
    assert (birth.signals[0].at, birth.signals[0].machine, birth.rebirth) == (90.5, "lathe", None)
    data = edge.send("DDATA", Metric("", 1, "DOWN", None))
    assert said(data) == [("state", "DOWN")]
    assert data.signals[0].at == pytest.approx(edge.now, abs=0.002)


def test_a_gap_in_the_sequence_asks_for_a_birth_but_not_all_the_time() -> None:
    edge = Edge()
    edge.born()
    gap = edge.send("DDATA", Metric("", 1, "DOWN", None), seq=9)
    assert (gap.rebirth, said(gap)) == (NODE, [("state", "DOWN")])
    assert edge.send("DDATA", Metric("", 1, "DOWN", None)).rebirth is None
    assert edge.send("DDATA", Metric("", 1, "DOWN", None), seq=40).rebirth is None
    edge.now += ASK_AGAIN_SECONDS
    assert edge.send("DDATA", Metric("", 1, "DOWN", None), seq=80).rebirth == NODE


def test_a_sequence_begins_anew_after_255() -> None:
    edge = Edge()
    edge.born()
    for _ in range(600):
        assert edge.send("DDATA", Metric("", 2, 101, None)).rebirth is None


@pytest.mark.parametrize("kind", ["DDATA", "DBIRTH", "NDATA"])
def test_who_was_not_born_is_asked_for_its_birth(kind: str) -> None:
    heard = Edge().send(kind, Metric("State", 1, "DOWN", None))
    assert heard == Heard(rebirth=NODE)


def test_a_device_or_an_alias_that_was_not_born_asks_too() -> None:
    edge = Edge()
    edge.born()
    assert edge.send("DDATA", Metric("", 99, "DOWN", None)).rebirth == NODE
    other = Edge()
    other.born()
    assert other.send("DDATA", Metric("State", None, "DOWN", None), device="mill") == Heard(rebirth=NODE)


def test_the_death_of_a_node_makes_its_machines_unknown_and_that_of_an_older_session_does_not() -> None:
    edge = Edge()
    edge.born()
    assert edge.died(bdseq=6) == Heard()
    assert said(edge.died()) == [("state", "lost")]
    assert edge.died() == Heard()
    assert edge.send("DDATA", Metric("", 1, "DOWN", None)).rebirth == NODE


def test_the_death_of_a_device_is_its_own() -> None:
    edge = Edge((ITEM, Item("G/N/mill", "mill", {"state": "State"})))
    edge.born()
    edge.send("DBIRTH", Metric("State", 3, "RUNNING", None), device="mill")
    lost = edge.send("DDEATH")
    assert [(s.machine, s.lost) for s in lost.signals] == [("lathe", True)]
    assert said(edge.send("DDATA", Metric("", 3, "DOWN", None), device="mill")) == [("state", "DOWN")]


def test_another_session_without_a_death_loses_what_was_known() -> None:
    edge = Edge()
    edge.born()
    again = edge.send("NBIRTH", Metric("bdSeq", None, 8, None))
    assert said(again) == [("state", "lost")]
    edge.bdseq = 8
    assert [s.lost for s in edge.send("NBIRTH", Metric("bdSeq", None, 8, None)).signals] == []


def test_the_same_message_again_says_nothing() -> None:
    edge = Edge()
    edge.born()
    edge.send("DDATA", Metric("", 1, "DOWN", None))
    edge.now -= 0.01
    assert edge.send("DDATA", Metric("", 1, "DOWN", None), seq=edge.seq) == Heard()


def test_what_is_null_or_of_bad_quality_is_bad() -> None:
    edge = Edge()
    edge.born()
    heard = edge.send("DDATA", Metric("", 1, None, None), Metric("", 2, 7, None, good=False))
    assert [(s.meaning, s.quality) for s in heard.signals] == [("state", "bad"), ("good", "bad")]


def test_machines_may_be_named_by_the_device() -> None:
    edge = Edge((Item("G/+/+", "topic:2", {"state": "State"}, names={"lathe": "L-1"}),))
    assert [s.machine for s in edge.born().signals] == ["L-1"]


@pytest.mark.parametrize(
    ("topic", "content"),
    [
        ("spBv1.0/STATE/host", b"{}"),
        ("spBv1.0/G/NCMD/N", encoded([])),
        ("other/G/NBIRTH/N", encoded([])),
        ("spBv1.0/G/NBIRTH/N", b"\xff\xff"),
    ],
)
def test_what_is_none_of_ours_is_passed_over(topic: str, content: bytes) -> None:
    assert SparkplugHost("hall", [ITEM]).hear(topic, content, 1.0) == Heard()


def test_the_wire_is_that_of_the_published_definition() -> None:
    """Bytes put together by hand: field 1 timestamp, 2 metrics (1 name, 2 alias, 4 datatype, 14 boolean), 3 seq."""
    metric = b"\x0a\x01S" + b"\x10\x05" + b"\x20\x0b" + b"\x70\x01"
    wire = b"\x08\xe8\x07" + b"\x12" + bytes([len(metric)]) + metric + b"\x18\x03"
    assert decoded(wire) == Payload((Metric("S", 5, True, None, 11),), 3, 1000)
    assert encoded([Metric("S", 5, True, None)], 3, 1000) == wire
    assert (signed(2**32 - 3, 3), signed(255, 1), signed(3, 3), signed(2**64 - 1, 8)) == (-3, -1, 3, 2**64 - 1)
