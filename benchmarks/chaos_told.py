"""What a floor tells of its life: true reports, and among them late, doubled, forgotten and wrongly dated ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from benchmarks.chaos_life import Life, Shares, Stay
from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY, Minute

TOTALS, INCREMENTS = "/floor", "/floor-increments"
SAID_ASIDE = 0.3
"""Share of the work put aside that the floor says so of; else only what takes its machine tells."""
SAID_PROGRESS = 0.5
"""Share of the stays of which pieces are told halfway."""
LATE_MINUTES, PACKED_MINUTES, AGAIN_MINUTES = 45.0, 24 * 60.0, 20.0
"""Means of what a report is late, of when an order's forgotten last end is booked, and of when one is told again."""
NEVER: Minute = 10**9
TURN_MINUTES = 60
"""The longest that a report waits for a later one of its order."""
CLOCK_MINUTES = 25
LEAP_DAYS = 90


@dataclass(frozen=True, slots=True)
class Post:
    """A report, and when it comes in: NEVER where it is forgotten.

    true : when it happened, by a clock that goes right.   machine : whose terminal.
    known : it says nothing that was not told before.
    """

    at: Minute
    event: Event
    true: Minute
    machine: str
    known: bool = False


def told(life: Life, seed: int, shares: Shares) -> list[Post]:
    """Every report of a life in the order in which they come in; what is late comes in at its end at the latest."""
    return _Teller(life, seed, shares).told()


class _Teller:
    def __init__(self, life: Life, seed: int, shares: Shares) -> None:
        self.life, self.seed, self.shares = life, seed, shares
        self.clock, self.source = dict[str, int](), dict[str, str]()
        for machine in sorted(life.state.machines):
            random = self._random("terminal", machine)
            self.source[machine] = INCREMENTS if random.random() < shares.increments else TOTALS
            wrong = random.random() < shares.wrong_clock
            self.clock[machine] = random.choice((-CLOCK_MINUTES, CLOCK_MINUTES)) if wrong else 0
        self.last = {name: self._last_operations(name) for name in life.state.orders}
        self.pieces: dict[tuple[str, int], float] = {}

    def told(self) -> list[Post]:
        true = sorted(self._reports(), key=lambda e: (e[0].time, e[2]))
        posts: list[Post] = []
        for number, (event, machine, _) in enumerate(true):
            posts += self._posts(replace(event, id=f"e{number}"), machine, self._next_of_order(true, number))
        until = self.life.until
        posts = [p if p.at == NEVER else replace(p, at=min(p.at, until)) for p in posts]
        return sorted(posts, key=lambda p: p.at)

    # -- what happened ------------------------------------------------------------------------------------------------

    def _reports(self) -> Iterator[tuple[Event, str, int]]:
        """(the true report, whose terminal, which comes first within a minute) of all that happened."""
        until = self.life.until
        for added in self.life.added:
            row = added.operation.machines[0]
            cells = {
                "machine": row.machine,
                "setup_minutes": row.setup_minutes,
                "run_minutes_per_unit": row.run_minutes_per_unit,
            }
            data: dict[str, Any] = {
                "order": added.order,
                "operation": added.operation.number,
                "description": added.operation.description,
                "predecessors": ";".join(map(str, added.operation.predecessors)),
                "machine_rows": [cells],
            }
            yield Event("", TOTALS, "operation.added", added.at, data), row.machine, 1
        for stay in self.life.stays:
            source, name = self.source[stay.machine], {"order": stay.key[0], "operation": stay.key[1]}
            yield Event("", source, "operation.started", stay.start, {**name, "machine": stay.machine}), stay.machine, 2
            halfway = self._halfway(stay)
            if halfway is not None:
                at, good = halfway
                pieces = self._counted(stay, good)
                yield Event("", source, "operation.progressed", at, {**name, "quantity_good": pieces}), stay.machine, 1
            if stay.end > until:
                continue
            if stay.good is not None:
                data = {**name, "machine": stay.machine}
                data |= {"quantity_good": self._counted(stay, stay.good), "quantity_scrap": 0}
                yield Event("", source, "operation.finished", stay.end, data), stay.machine, 0
            elif stay.waits or self._random("aside", stay.key, stay.start).random() < SAID_ASIDE:
                yield Event("", source, "operation.put_aside", stay.end, name), stay.machine, 0

    def _halfway(self, stay: Stay) -> tuple[Minute, float] | None:
        """(when, pieces made by then) where they are told."""
        works = self.life.works[stay.machine]
        whole = works.between(stay.start, min(stay.end, self.life.until))
        at = works.after(stay.start, whole // 2)
        if whole < 4 or at is None or self._random("progress", stay.key, stay.start).random() >= SAID_PROGRESS:
            return None
        quantity = self.life.state.orders[stay.key[0]].quantity
        made = float(int(min(stay.good or quantity, quantity) * self.life.share(stay, at)))
        return (at, made) if made > 0 else None

    def _counted(self, stay: Stay, total: float) -> float:
        """The total, or what is more of it than was told before where the terminal sends increments.

        What a machine made before the work went to a terminal of the other kind is told as that one counts.
        """
        before = self.pieces.get(stay.key, 0.0)
        self.pieces[stay.key] = max(before, total)
        return max(0.0, total - before) if self.source[stay.machine] == INCREMENTS else total

    def _last_operations(self, order: str) -> set[int]:
        steps = self.life.state.routings[self.life.state.orders[order].routing].operations
        numbers = {s.number for s in steps} - {p for s in steps for p in s.predecessors}
        return numbers | {a.operation.number for a in self.life.added if a.order == order}

    # -- what is told -------------------------------------------------------------------------------------------------

    def _posts(self, event: Event, machine: str, later: Minute | None) -> Iterator[Post]:
        true = event.time
        if event.type == "operation.added":  # the office adds it; a terminal can only work on what it has
            yield Post(true, event, true, machine)
            return
        shares, random = self.shares, self._random("post", event.id)
        draws = [random.random() for _ in range(5)]
        event, at = replace(event, time=true + self.clock[machine]), true
        if event.type == "operation.finished" and draws[0] < shares.forgotten:
            if event.data["operation"] not in self.last[event.data["order"]]:
                yield Post(NEVER, event, true, machine)
                return
            at = true + round(random.expovariate(1.0 / PACKED_MINUTES))
        elif draws[1] < shares.late:
            at = true + 1 + round(random.expovariate(1.0 / LATE_MINUTES))
        elif draws[2] < shares.out_of_turn and later is not None:
            at = min(later, true + TURN_MINUTES) + 1
        if draws[3] < shares.leaps:
            wrong = replace(event, id=f"{event.id}-leap", time=event.time + LEAP_DAYS * DAY)
            yield Post(at, wrong, true, machine, known=True)
            at += 30
        yield Post(at, event, true, machine)
        if draws[4] < shares.twice:
            again = replace(event, id=f"{event.id}-again")
            at += 1 + round(random.expovariate(1.0 / AGAIN_MINUTES))
            yield Post(at, again, true, machine, known=True)

    @staticmethod
    def _next_of_order(true: Sequence[tuple[Event, str, int]], number: int) -> Minute | None:
        order = true[number][0].data["order"]
        return next((e.time for e, _, _ in true[number + 1 :] if e.data["order"] == order), None)

    def _random(self, *about: object) -> Random:
        return Random("|".join(map(str, (self.seed, *about))))
