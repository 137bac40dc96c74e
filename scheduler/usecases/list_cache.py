"""Dispatch lists already worked out: many machines ask often, and the answer changes only with the plant."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from scheduler.planning.dispatch_list import DispatchList
from scheduler.usecases.snapshots import Snapshot

MOST_LISTS = 1000

Key = tuple[str, object, int, int | None, str]


class ListCache:
    """The lists that were asked for last, by plant, load, revision, plan in force and target."""

    def __init__(self) -> None:
        self._lists: OrderedDict[Key, DispatchList] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, snapshot: Snapshot, target: str, work_out: Callable[[], DispatchList]) -> DispatchList:
        record = snapshot.record
        key = (record.plant, record.loaded_at, snapshot.revision, record.plan_in_force, target)
        with self._lock:
            known = self._lists.get(key)
        if known is not None:
            return known
        listing = work_out()
        with self._lock:
            self._lists[key] = listing
            while len(self._lists) > MOST_LISTS:
                self._lists.popitem(last=False)
        return listing
