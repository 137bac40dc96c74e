"""What the parts of the ledger share: the database, the plant's row, and what is kept in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import fields
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.errors import UnknownPlant, did_you_mean
from scheduler.storage.database import Database
from scheduler.storage.schema import plants

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Record = TypeVar("Record")


def of_row(kind: type[Record], row: RowMapping, **otherwise: Any) -> Record:
    """A dataclass whose fields are the row's columns of the same name, but for those that are given."""
    return kind(**{f.name: row[f.name] for f in fields(kind) if f.name not in otherwise}, **otherwise)  # type: ignore[arg-type]


class LruCache(Generic[Key, Value]):
    """The `size` values that were used last, by key. Safe between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def keep(self, key: Key, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def keys(self) -> list[Key]:
        with self._lock:
            return list(self._values)


class Repository:
    """A part of the ledger. Only what is committed, and cannot change any more, is kept in memory.

    A state is fixed by (plant, revision), the operations of a plan by (plant, number), whichever process asks.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._states: LruCache[tuple[str, int], PlantState] = LruCache(32)
        self._operations: LruCache[tuple[str, int], tuple[PlannedOperation, ...]] = LruCache(32)


# Said once: to build a statement anew costs more than to run it.
_ROW = sa.select(plants).where(plants.c.plant == sa.bindparam("name"))
_LOCKED_ROW = _ROW.with_for_update()
_CHANGED_ROW = sa.update(plants).where(plants.c.plant == sa.bindparam("name"))


def find_plant(connection: Connection, plant: str, lock: bool = False) -> RowMapping:
    """The plant's row, with `lock` held until the transaction ends. Raises UnknownPlant."""
    row = connection.execute(_LOCKED_ROW if lock else _ROW, {"name": plant}).mappings().first()
    if row is None:
        known = connection.execute(sa.select(plants.c.plant)).scalars().all()
        raise UnknownPlant(f"no plant '{plant}' is loaded; {did_you_mean(plant, known)}")
    return row


def change_row(connection: Connection, plant: str, **values: object) -> None:
    connection.execute(_CHANGED_ROW, {"name": plant, **values})
