"""A floor whose signals flicker, drawn from a seed, with the truth beside it.

It knows nothing of the rules: machines run, stop for a moment, are set up, stand idle, are switched off for the night
and sometimes break; what is drawn of that is told by bouncing contacts, over links that are lost, repeat and overtake,
by counters that roll over and clocks that are wrong.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from scheduler.signals.signal import Signal, State, link_lost

MONDAY = 1_767_571_200.0
"""2026-01-05T00:00Z, from where all is drawn."""
HOUR = 3600.0
OPENS, CLOSES = 6 * HOUR, 22 * HOUR
ROLLS_AT = 1000.0
ROUND_THE_CLOCK = 0.5
"""The share of machines that work at night too; the others are switched off, and say that they are down."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    machine: str
    start: float
    end: float


@dataclass(slots=True)
class Floor:
    """machines, hours and true breakdowns; all else is drawn. losses : (start, end) of each machine's lost links.

    pieces : by machine, what it has made as far as its counter was heard.
    """

    machines: int = 1000
    hours: float = 24.0
    breakdowns: int = 60
    seed: int = 1
    true: list[Breakdown] = field(default_factory=list)
    losses: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    pieces: dict[str, float] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [f"M{number:04d}" for number in range(self.machines)]

    @property
    def end(self) -> float:
        return MONDAY + self.hours * HOUR

    def at_night(self, machine: str) -> bool:
        """Whether it works at night."""
        return int(machine[1:]) < self.machines * ROUND_THE_CLOCK

    def opening(self, machine: str, at: float) -> float:
        """Its calendar."""
        if self.at_night(machine):
            return at
        day, second = divmod(at - MONDAY, 24 * HOUR)
        if OPENS <= second < CLOSES:
            return at
        return MONDAY + 24 * HOUR * (day + (second >= CLOSES)) + OPENS

    def signals(self) -> Iterator[Signal]:
        """All of them, in the order in which they come."""
        self._draw_breakdowns()
        return heapq.merge(*(self._come(name) for name in self.names), key=lambda s: s.received)

    def _draw_breakdowns(self) -> None:
        rng = random.Random(f"{self.seed}|true")
        for name in rng.sample(self.names, self.breakdowns):
            first, last = (0.0, self.hours * HOUR) if self.at_night(name) else (OPENS, min(CLOSES, self.hours * HOUR))
            start = MONDAY + rng.uniform(first + 600, last - 3000)
            self.true.append(Breakdown(name, start, start + rng.uniform(900, 4 * HOUR)))

    def _come(self, name: str) -> list[Signal]:
        """What comes of one machine, with all that happens on the way."""
        rng = random.Random(f"{self.seed}|{name}")
        offset = rng.choice([0.0] * 18 + [-7200.0, 3600.0])  # of its source's clock
        lost = self.losses[name] = self._lost(rng)
        source = f"plc-{name}"
        told: list[Signal] = []
        spoken = [("state", state, at) for at, state in self._bounced(rng, self._truth(rng, name))]
        spoken += [("good", total, at) for at, total in self._counted(rng, name, spoken)]
        for number, (meaning, value, at) in enumerate(sorted(spoken, key=lambda s: s[2])):
            if any(a <= at < b for a, b in lost):
                continue
            way = rng.uniform(0.05, 0.4) + (rng.uniform(0.5, 3.0) if rng.random() < 0.02 else 0.0)
            signal = Signal(source, name, meaning, value, at + way, at + offset, number)  # type: ignore[arg-type]
            told.append(signal)
            if rng.random() < 0.02:  # a hub that sends at least once
                again = at + way + rng.choice([0.1, 1.0, 30.0])
                told.append(Signal(source, name, signal.meaning, value, again, at + offset, number))
        for a, b in lost:
            told.append(link_lost(source, name, a + 1.0))
            before = [s for s in spoken if s[0] == "state" and s[2] <= b]
            value, at = (before[-1][1], before[-1][2]) if before else ("RUNNING", MONDAY)
            told.append(
                Signal(source, name, "state", value, b + 0.2, at + offset, None)
            )  # as last known, with its time
        return sorted((s for s in told if s.received <= self.end), key=lambda s: s.received)

    def _truth(self, rng: random.Random, name: str) -> list[tuple[float, State]]:
        """(since, state), each lasting until the next."""
        broken = next((b for b in self.true if b.machine == name), None)
        at, found = MONDAY, list[tuple[float, State]]()
        while at < self.end:
            opens = self.opening(name, at)
            if opens > at:
                found.append((at, "DOWN"))  # switched off
                at = opens
                continue
            closes = self.end if self.at_night(name) else MONDAY + CLOSES
            found.append((at, "RUNNING"))
            at = min(at + rng.expovariate(1 / 1200.0), closes)
            if broken is not None and found[-1][0] <= broken.start < at:
                found.append((broken.start, "DOWN"))
                at, broken = broken.end, None
                continue
            if at >= closes:
                continue
            kind = rng.random()
            if kind < 0.9:
                found.append((at, "DOWN"))
                at += min(240.0, rng.lognormvariate(3.2, 0.9))
            elif kind < 0.96:
                found.append((at, rng.choice(["IDLE", "PLANNED_STOP"])))
                at += rng.uniform(60, 2400)
            else:
                found.append((at, "SETUP"))
                at += rng.uniform(300, 2400)
            if broken is not None and broken.start < at:  # it breaks in the midst of a stop
                begin = max(broken.start, found[-1][0])
                self.true[self.true.index(broken)] = Breakdown(name, begin, broken.end)
                found.append((begin, "DOWN"))
                at, broken = broken.end, None
        return found

    def _bounced(self, rng: random.Random, truth: list[tuple[float, State]]) -> list[tuple[float, State]]:
        """Contacts that bounce at a change, and now and then in between."""
        found: list[tuple[float, State]] = []
        before: State = "RUNNING"
        for (at, state), until in zip(truth, [*(t for t, _ in truth[1:]), self.end], strict=True):
            if rng.random() < 0.3 and until - at > 10.0:
                for _ in range(rng.randint(1, 3)):
                    found.append((at, state))
                    at += rng.uniform(0.05, 0.6)
                    found.append((at, before))
                    at += rng.uniform(0.05, 0.6)
            found.append((at, state))
            if state == "RUNNING" and until - at > 60.0 and rng.random() < 0.3:
                glitch = rng.uniform(at + 5.0, until - 5.0)
                found += [(glitch, "DOWN"), (glitch + rng.uniform(0.1, 1.5), state)]
            before = state
        return found

    def _counted(
        self, rng: random.Random, name: str, spoken: list[tuple[str, State, float]]
    ) -> Iterator[tuple[float, float]]:
        """A total each minute while it runs; it rolls over at ROLLS_AT."""
        rate, total, made, counted_from = rng.uniform(2.0, 30.0), float(rng.randint(0, 999)), 0.0, None
        states = sorted((at, state) for _, state, at in spoken)
        n, at = 0, MONDAY + rng.uniform(0, 60.0)
        lost = self.losses[name]
        while at < self.end:
            while n + 1 < len(states) and states[n + 1][0] <= at:
                n += 1
            if states[n][1] == "RUNNING":
                pieces = float(round(rate))
                total, made = (total + pieces) % ROLLS_AT, made + pieces
            if not any(a <= at < b for a, b in lost):
                counted_from = made if counted_from is None else counted_from
                self.pieces[name] = made - counted_from
            yield at, total
            at += 60.0

    def _lost(self, rng: random.Random) -> list[tuple[float, float]]:
        """Two or three times a day, mostly for less than a minute, sometimes for half an hour."""
        found = []
        for _ in range(round(rng.uniform(0, 3) * self.hours / 24 + 0.5)):
            start = MONDAY + rng.uniform(60.0, self.hours * HOUR - 60.0)
            length = rng.uniform(2, 60) if rng.random() < 0.7 else rng.uniform(60, 1800)
            if not any(a - 60 < start + length and start < b + 60 for a, b in found):
                found.append((start, start + length))
        return sorted(found)
