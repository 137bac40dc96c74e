"""What has been asked for: what-ifs and jobs, and how far they have come."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.errors import Conflict, NotFound, UnknownJob, UnknownWhatIf, did_you_mean
from scheduler.ports import JobRecord, WhatIfRecord
from scheduler.storage import records
from scheduler.storage.repository import Repository, find_plant
from scheduler.storage.schema import jobs, what_ifs

UNFINISHED = ("queued", "running")

Record = TypeVar("Record", JobRecord, WhatIfRecord)

AS_TEXT: Mapping[str, tuple[Callable[[Any], str | None], Callable[[Any], Any]]] = {
    "request": (records.write_limited, records.read_request),
    "progress": (records.write, records.read_progress),
    "events": (records.write, records.read_events),
    "base": (records.write_base, records.read_base),
    "adoption": (records.write_adoption, records.read_adoption),
}
"""Fields of a record that are kept as text, each with who writes and who reads it."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[Record]):
    """How records of one kind are kept: a row each, a column of the same name for each field.

    called : as messages name it.   unknown : what is raised where there is none of an id.
    by_people : fields that saving leaves as they are, as people change them while a search is at work.
    """

    kind: type[Record]
    table: sa.Table
    called: str
    unknown: type[NotFound]
    by_people: tuple[str, ...] = ()

    def add(self, connection: Connection, record: Record) -> None:
        find_plant(connection, record.plant, lock=True)
        if self._row(connection, record.plant, record.id) is not None:
            raise Conflict(f"plant '{record.plant}' already has a {self.called} '{record.id}'")
        connection.execute(sa.insert(self.table), self._values(record))

    def save(self, connection: Connection, record: Record) -> None:
        values = {name: value for name, value in self._values(record).items() if name not in self.by_people}
        self.change(connection, record.plant, record.id, values)

    def change(self, connection: Connection, plant: str, id: str, values: Mapping[str, object]) -> None:
        find_plant(connection, plant)
        if connection.execute(sa.update(self.table).where(self._is(plant, id)).values(values)).rowcount != 1:
            raise self._none(connection, plant, id)

    def find(self, connection: Connection, plant: str, id: str) -> Record:
        find_plant(connection, plant)
        row = self._row(connection, plant, id)
        if row is None:
            raise self._none(connection, plant, id)
        return self._read(row)

    def newest_first(self, connection: Connection, plant: str, limit: int | None, skip: int) -> list[Record]:
        find_plant(connection, plant)
        at = self.table.c.created_at
        query = sa.select(self.table).where(self.table.c.plant == plant)
        return self._all(
            connection, query.order_by(sa.nulls_last(at.desc()), self.table.c.id).limit(limit).offset(skip)
        )

    def unfinished(self, connection: Connection) -> list[Record]:
        """Oldest first, of every plant."""
        query = sa.select(self.table).where(self.table.c.state.in_(UNFINISHED))
        return self._all(connection, query.order_by(self.table.c.created_at, self.table.c.id))

    def _is(self, plant: str, id: str) -> sa.ColumnElement[bool]:
        return sa.and_(self.table.c.plant == plant, self.table.c.id == id)

    def _row(self, connection: Connection, plant: str, id: str) -> RowMapping | None:
        return connection.execute(sa.select(self.table).where(self._is(plant, id))).mappings().first()

    def _all(self, connection: Connection, query: sa.Select[*tuple[Any, ...]]) -> list[Record]:
        return [self._read(row) for row in connection.execute(query).mappings()]

    def _none(self, connection: Connection, plant: str, id: str) -> NotFound:
        known = connection.execute(sa.select(self.table.c.id).where(self.table.c.plant == plant)).scalars().all()
        return self.unknown(f"plant '{plant}' has no {self.called} '{id}'; {did_you_mean(id, known)}")

    def _values(self, record: Record) -> dict[str, object]:
        plain = {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
        return {name: AS_TEXT[name][0](value) if name in AS_TEXT else value for name, value in plain.items()}

    def _read(self, row: RowMapping) -> Record:
        plain = {f.name: row[f.name] for f in dataclasses.fields(self.kind)}
        return self.kind(**{n: AS_TEXT[n][1](value) if n in AS_TEXT else value for n, value in plain.items()})


JOBS = Kept(JobRecord, jobs, "job", UnknownJob)
WHAT_IFS = Kept(WhatIfRecord, what_ifs, "what-if", UnknownWhatIf, by_people=("name",))


class RequestRepository(Repository):
    """What-ifs, jobs, and those that have not ended."""

    def add_what_if(self, record: WhatIfRecord) -> None:
        with self._database.writing() as connection:
            WHAT_IFS.add(connection, record)

    def save_what_if(self, record: WhatIfRecord) -> None:
        with self._database.writing() as connection:
            WHAT_IFS.save(connection, record)

    def rename_what_if(self, plant: str, id: str, name: str) -> None:
        with self._database.writing() as connection:
            WHAT_IFS.change(connection, plant, id, {"name": name})

    def what_if(self, plant: str, id: str) -> WhatIfRecord:
        with self._database.reading() as connection:
            return WHAT_IFS.find(connection, plant, id)

    def what_ifs(self, plant: str, limit: int | None = None, skip: int = 0) -> list[WhatIfRecord]:
        """Newest first."""
        with self._database.reading() as connection:
            return WHAT_IFS.newest_first(connection, plant, limit, skip)

    def add_job(self, record: JobRecord) -> None:
        with self._database.writing() as connection:
            JOBS.add(connection, record)

    def save_job(self, record: JobRecord) -> None:
        with self._database.writing() as connection:
            JOBS.save(connection, record)

    def job(self, plant: str, id: str) -> JobRecord:
        with self._database.reading() as connection:
            return JOBS.find(connection, plant, id)

    def unfinished(self) -> tuple[list[JobRecord], list[WhatIfRecord]]:
        """Oldest first, of every plant."""
        with self._database.reading() as connection:
            return JOBS.unfinished(connection), WHAT_IFS.unfinished(connection)
