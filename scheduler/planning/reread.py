"""What stands in many frozen objects, as columns; of objects that have been read before only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from scheduler.planning.arrays import Ints
from scheduler.planning.identity_cache import IdentityCache

T = TypeVar("T")
REMEMBERED = 4
NOWHERE = -1


def _ids(objects: Sequence[Any]) -> Ints:
    return np.fromiter(map(id, objects), np.int64, len(objects))


_identities: IdentityCache[Ints] = IdentityCache(_ids)


def _found_in(objects: Sequence[Any], before: Sequence[Any]) -> Ints:
    """(n,) where each of the objects stands among those before, NOWHERE: nowhere."""
    ids, known = _identities(objects), _identities(before)
    if not len(ids) or not len(known):
        return np.full(len(ids), NOWHERE)
    for hinted, source, place in _hints:
        if hinted is objects and source is before:
            there = known[place] == ids  # a hint is only believed where it is true
            return np.where(there, place, NOWHERE)
    order = np.argsort(known)
    place = order[np.minimum(np.searchsorted(known[order], ids), len(known) - 1)]
    return np.where(known[place] == ids, place, NOWHERE)


_found: IdentityCache[Ints] = IdentityCache(_found_in)
_hints: tuple[tuple[Sequence[Any], Sequence[Any], Ints], ...] = ()


def hint(objects: Sequence[Any], before: Sequence[Any], place: Ints) -> None:
    """Where each of the objects probably stands among those before, any row where it does not: saves looking."""
    global _hints
    _hints = ((objects, before, place), *_hints[: REMEMBERED - 1])


class Rereading(Generic[T]):
    """Rows of what `read` finds in objects, (n, k), not to be written to.

    A plan after an event holds most operations of the plan before, and they are the same objects: those are looked up,
    the others read. The objects are frozen and `context` (what `read` needs besides them) is the very same, so what was
    read stays true. They are held, so that no other takes their identity. Safe between threads: at worst two read the
    same.
    """

    def __init__(self, read: Callable[..., Ints]) -> None:
        self._read = read
        self._known: tuple[tuple[Sequence[T], tuple[Any, ...], Ints], ...] = ()

    def __call__(self, objects: Sequence[T], *context: Any) -> Ints:
        last = None
        for known, asked, rows in self._known:
            if all(a is b for a, b in zip(asked, context, strict=True)):
                if known is objects:
                    return rows
                last = last or (known, rows)
        rows = self._read(objects, *context) if last is None else self._read_new(objects, *last, context)
        self.keep(objects, context, rows)
        return rows

    def keep(self, objects: Sequence[T], context: tuple[Any, ...], rows: Ints) -> None:
        """What `read` would find, from who has made the objects."""
        rows.setflags(write=False)
        self._known = ((objects, context, rows), *self._known[: REMEMBERED - 1])

    def _read_new(self, objects: Sequence[T], before: Sequence[T], known: Ints, context: tuple[Any, ...]) -> Ints:
        place = _found(objects, before)
        new = np.flatnonzero(place == NOWHERE)
        if len(new) == len(place):
            return self._read(objects, *context)
        rows: Ints = known[place]
        if len(new):
            rows[new] = self._read(list(map(objects.__getitem__, new.tolist())), *context)
        return rows

    def forget(self) -> None:
        self._known = ()
