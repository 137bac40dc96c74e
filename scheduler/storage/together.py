"""Work that waits for the disk is done together: whoever comes first takes along all who wait."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MOST_TOGETHER = 1000
"""So that a transaction stays short, however many wait."""


@dataclass(slots=True, eq=False)
class _Ticket(Generic[Item, Answer]):
    item: Item
    done: bool = False
    answer: Answer | None = None
    fault: BaseException | None = None


class Together(Generic[Item, Answer]):
    """`work(key, items)` answers every item of a key, in one transaction; callers of one key share it.

    While one group commits, the next gathers: with n callers a commit carries up to n items, and nobody waits for a
    timer. Where a group fails, each of its items is tried alone, so that a fault meets only who brought it.
    """

    def __init__(self, work: Callable[[str, Sequence[Item]], Sequence[Answer]]) -> None:
        self._work = work
        self._waiting: defaultdict[str, list[_Ticket[Item, Answer]]] = defaultdict(list)
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def do(self, key: str, item: Item) -> Answer:
        """The answer to `item`; raises what `work` raises over it."""
        ticket: _Ticket[Item, Answer] = _Ticket(item)
        with self._lock:
            self._waiting[key].append(ticket)
            turn = self._turns[key]
        with turn:
            if not ticket.done:
                self._serve(key, ticket)
        if ticket.fault is not None:
            raise ticket.fault
        assert ticket.answer is not None
        return ticket.answer

    def _serve(self, key: str, own: _Ticket[Item, Answer]) -> None:
        with self._lock:
            group = self._waiting[key][:MOST_TOGETHER]
            if own not in group:  # so many wait that this one would not be among them
                group = [own]
            self._waiting[key] = [t for t in self._waiting[key] if t not in group]
        try:
            for ticket, answer in zip(group, self._work(key, [t.item for t in group]), strict=True):
                ticket.answer, ticket.done = answer, True
        except BaseException as fault:
            if len(group) == 1:
                own.fault, own.done = fault, True
                return
            for ticket in group:
                self._alone(key, ticket)

    def _alone(self, key: str, ticket: _Ticket[Item, Answer]) -> None:
        try:
            (ticket.answer,) = self._work(key, [ticket.item])
        except BaseException as fault:
            ticket.fault = fault
        ticket.done = True
