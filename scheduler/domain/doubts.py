"""What was inferred where a report does not fit what was known: told, and kept until something settles it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.minutes import Minute

DoubtStatus = Literal["open", "confirmed", "corrected", "settled"]

CLOSED_KEPT = 500
"""Doubts that are no longer open and are still told of, the newest of them."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One inference about the floor. A report is never refused for it; the state follows the report.

    id : a whole number, counts up within a plant.   rule : a name of `RULES` in `domain/folding/floor_table.py`.
    words : what was inferred.   since : the plant's minute from which it holds.
    event, source : the report it was inferred from; "" where it was the lack of one.
    status : `settled` by a later report, `confirmed` or `corrected` by a person.   by, reason, closed : who, why, when.
    report : the report itself as CloudEvents JSON, where it waits to be taken in; else "".
    """

    id: str
    rule: str
    words: str
    since: Minute
    order: str = ""
    operation: int | None = None
    machine: str = ""
    event: str = ""
    source: str = ""
    status: DoubtStatus = "open"
    by: str = ""
    reason: str = ""
    closed: Minute | None = None
    report: str = ""


class Doubts(Mapping[str, Doubt]):
    """Doubts by id, in the order in which they came up, which their numbers say; never changed in place.

    Those that are open are found by their order without a look at the rest.
    """

    __slots__ = ("_all", "_open")

    def __init__(self, doubts: Iterable[Doubt] = ()) -> None:
        self._all = {doubt.id: doubt for doubt in sorted(doubts, key=lambda doubt: int(doubt.id))}
        self._open: dict[str, dict[str, Doubt]] = {}
        for doubt in self._all.values():
            if doubt.status == "open":
                self._open.setdefault(doubt.order, {})[doubt.id] = doubt

    def __getitem__(self, id: str) -> Doubt:
        return self._all[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return f"Doubts({[*self._all.values()]})"

    def open(self, order: str | None = None) -> Iterator[Doubt]:
        """Those that are open, or the open ones of an order; each order's in the order in which they came up."""
        if order is not None:
            yield from self._open.get(order, {}).values()
            return
        for of_order in self._open.values():
            yield from of_order.values()

    def open_count(self) -> int:
        return sum(map(len, self._open.values()))

    def last_number(self) -> int:
        """The number of the newest; 0 where there is none."""
        return int(next(reversed(self._all))) if self._all else 0

    def having(self, doubts: Iterable[Doubt]) -> Doubts:
        """With these in place of those of the same id, new ones at the end."""
        after = self._copy()
        for doubt in doubts:
            after._all[doubt.id] = doubt
            mine = {id: known for id, known in after._open.get(doubt.order, {}).items() if id != doubt.id}
            if doubt.status == "open":
                mine[doubt.id] = doubt
            after._open[doubt.order] = mine
            if not mine:
                del after._open[doubt.order]
        return after

    def without_closed(self, ids: Collection[str]) -> Doubts:
        """Without these, none of which is open."""
        after = self._copy()
        for id in ids:
            del after._all[id]
        return after

    def _copy(self) -> Doubts:
        after = Doubts()
        after._all, after._open = dict(self._all), dict(self._open)
        return after
