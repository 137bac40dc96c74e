"""What a Sparkplug B host application makes of the messages of edge nodes: births, aliases, sequence, deaths. Pure.

Source: Sparkplug Specification 3.0.0 (Eclipse Foundation), chapters 4 to 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scheduler.connect.sources.mapping import Item
from scheduler.connect.sources.sparkplug_payload import Metric, Payload, decoded, signed
from scheduler.signals.signal import Meaning, Signal, link_lost

NAMESPACE = "spBv1.0"
BDSEQ = "bdSeq"
SEQUENCES = 256
ASK_AGAIN_SECONDS = 10.0
"""A node is asked for its birth at most so often."""


@dataclass(slots=True)
class EdgeNode:
    """born : its birth is known, and its death is not.   aliases : (device, metric's name, data type) of each.

    devices : that are born; "" : the node itself.   bdseq : of the birth; only a death with the same one is its death.
    """

    born: bool = False
    bdseq: int | None = None
    seq: int = 0
    at: int | None = None
    aliases: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    types: dict[tuple[str, str], int] = field(default_factory=dict)
    devices: set[str] = field(default_factory=set)
    asked: float = -ASK_AGAIN_SECONDS


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a message. rebirth : (group, node) that must tell all that it has once more."""

    signals: tuple[Signal, ...] = ()
    rebirth: tuple[str, str] | None = None


NOTHING = Heard()


class SparkplugHost:
    """source : of the signals.   items : their `at` is group/node/device or group/node, + for any; values: metrics."""

    def __init__(self, source: str, items: Sequence[Item]) -> None:
        self._source, self._items = source, items
        self._nodes: dict[tuple[str, str], EdgeNode] = {}
        self._meant: dict[tuple[str, str], list[tuple[str, Meaning]]] = {}
        self._machines: dict[str, set[str]] = {}

    def hear(self, topic: str, content: bytes, now: float) -> Heard:
        """Take a message in; what is none of Sparkplug's, and commands, are passed over."""
        parts = topic.split("/")
        if len(parts) not in (4, 5) or parts[0] != NAMESPACE:
            return NOTHING
        _, group, kind, name = parts[:4]
        device = parts[4] if len(parts) == 5 else ""
        if not any(_matches("/".join(item.at.split("/")[:2]), f"{group}/{name}") for item in self._items):
            return NOTHING  # a node of somebody else's is asked for nothing and remembered in nothing
        payload = decoded(content)
        if payload is None or kind not in ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"):
            return NOTHING
        node = self._nodes.setdefault((group, name), EdgeNode())
        where = f"{group}/{name}"
        if kind == "NDEATH":
            return self._died(node, payload, where, now)
        if kind == "NBIRTH":
            return Heard(tuple(self._born(node, payload, where, now)))
        if payload.seq == node.seq and payload.at == node.at and kind.endswith("DATA"):
            return NOTHING  # the same message again
        in_order = node.born and payload.seq == (node.seq + 1) % SEQUENCES
        node.seq, node.at = payload.seq or 0, payload.at
        rebirth = None if in_order else self._rebirth(node, group, name, now)
        if not node.born:
            return Heard(rebirth=rebirth)
        if kind == "DBIRTH":
            return Heard(tuple(self._told(node, device, payload, where, now, born=True)), rebirth)
        if kind == "DDEATH":
            node.devices.discard(device)
            return Heard(tuple(self._lost(f"{where}/{device}", now)), rebirth)
        if device not in node.devices:
            return Heard(rebirth=rebirth or self._rebirth(node, group, name, now))
        if not all(m.name or m.alias in node.aliases for m in payload.metrics):
            rebirth = rebirth or self._rebirth(node, group, name, now)
        return Heard(tuple(self._told(node, device, payload, where, now)), rebirth)

    def _born(self, node: EdgeNode, payload: Payload, where: str, now: float) -> Iterator[Signal]:
        """Its devices are born after it; where this is another session, until then nothing is known of them."""
        bdseq = next((m.value for m in payload.metrics if m.name == BDSEQ and isinstance(m.value, int)), None)
        if node.born and bdseq != node.bdseq:
            yield from self._lost(where, now)
        node.born, node.bdseq, node.seq, node.at = True, bdseq, payload.seq or 0, payload.at
        node.aliases, node.types, node.devices = {}, {}, set()
        yield from self._told(node, "", payload, where, now, born=True)

    def _died(self, node: EdgeNode, payload: Payload, where: str, now: float) -> Heard:
        """All its devices are UNKNOWN; the death of a session that another has followed is none."""
        bdseq = next((m.value for m in payload.metrics if m.name == BDSEQ), None)
        if not node.born or bdseq != node.bdseq:
            return NOTHING
        node.born = False
        node.devices.clear()
        return Heard(tuple(self._lost(where, now)))

    def _rebirth(self, node: EdgeNode, group: str, name: str, now: float) -> tuple[str, str] | None:
        if now - node.asked < ASK_AGAIN_SECONDS:
            return None
        node.asked = now
        return group, name

    def _told(
        self, node: EdgeNode, device: str, payload: Payload, where: str, now: float, born: bool = False
    ) -> Iterator[Signal]:
        path = f"{where}/{device}" if device else where
        if born:
            node.devices.add(device)
        for metric in payload.metrics:
            if born:
                node.types[device, metric.name] = metric.datatype
                if metric.alias is not None:
                    node.aliases[metric.alias] = device, metric.name, metric.datatype
            known = node.aliases.get(metric.alias) if metric.alias is not None else None
            name = metric.name or (known[1] if known and known[0] == device else "")
            if name and not metric.historical:
                yield from self._signals(path, name, metric, node.types.get((device, name), 0), payload.at, now)

    def _signals(
        self, path: str, name: str, metric: Metric, datatype: int, sent: int | None, now: float
    ) -> Iterator[Signal]:
        at = metric.at if metric.at is not None else sent
        value = signed(metric.value, metric.datatype or datatype)
        quality = "good" if metric.good and value is not None else "bad"
        for machine, meaning in self._meaning(path, name):
            moment = None if at is None else at / 1000.0
            yield Signal(self._source, machine, meaning, value, now, moment, quality=quality)  # type: ignore[arg-type]

    def _meaning(self, path: str, name: str) -> list[tuple[str, Meaning]]:
        """(machine, meaning) of a metric; remembered, with the machines that speak there."""
        if (path, name) not in self._meant:
            found = [
                (item.machine_of(path), meaning)
                for item in self._items
                if _matches(item.at, path)
                for meaning, metric in item.values.items()
                if metric == name
            ]
            self._meant[path, name] = found
            self._machines.setdefault(path, set()).update(machine for machine, _ in found if machine)
        return self._meant[path, name]

    def _lost(self, where: str, now: float) -> Iterator[Signal]:
        """Every machine that spoke there or below."""
        lost = {m for path, ms in self._machines.items() if path == where or path.startswith(f"{where}/") for m in ms}
        for machine in sorted(lost):
            yield link_lost(self._source, machine, now)

    @property
    def machines(self) -> frozenset[str]:
        """That have spoken."""
        return frozenset().union(*self._machines.values())


def _matches(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("/"), path.split("/")
    return len(wanted) == len(given) and all(w in ("+", g) for w, g in zip(wanted, given, strict=True))
