"""What the product counts while it works; /metrics reads it."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """A count that only rises, or a sum of seconds with how many times it was added to."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float


class Meters:
    """Safe from any thread. Names are as Prometheus has them, without a unit's prefix."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, tuple[tuple[str, str], ...]], float] = defaultdict(float)
        self._latest: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, name: str, by: float = 1, **labels: str) -> None:
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += by

    def took(self, name: str, seconds: float, **labels: str) -> None:
        """A duration: adds to `<name>_seconds_sum` and `<name>_seconds_count`."""
        self.count(f"{name}_seconds_sum", seconds, **labels)
        self.count(f"{name}_seconds_count", 1, **labels)
        with self._lock:
            self._latest.setdefault(name, deque(maxlen=200)).append(seconds)

    def latest(self, name: str) -> tuple[float, ...]:
        """The last 200 durations, in seconds."""
        with self._lock:
            return tuple(self._latest.get(name, ()))

    def readings(self) -> list[Reading]:
        with self._lock:
            return [Reading(name, labels, value) for (name, labels), value in sorted(self._counts.items())]

    def total(self, name: str, **labels: str) -> float:
        """The sum over every reading of that name with those labels among its own."""
        wanted: Mapping[str, str] = labels
        return sum(
            r.value for r in self.readings() if r.name == name and all((k, v) in r.labels for k, v in wanted.items())
        )
