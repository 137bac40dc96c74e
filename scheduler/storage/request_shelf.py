"""What has been asked for: what-ifs and jobs, and how far they have come."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.sql import Select

from scheduler.errors import Conflict, UnknownJob, UnknownWhatIf, did_you_mean
from scheduler.ports import JobRecord, WhatIfRecord
from scheduler.storage import records
from scheduler.storage.schema import jobs, what_ifs
from scheduler.storage.shelf import Shelf, find_plant

UNFINISHED = ("queued", "running")


class RequestShelf(Shelf):
    """What-ifs, jobs, and those that have not ended."""

    def add_what_if(self, record: WhatIfRecord) -> None:
        with self._database.writing() as connection:
            _add(connection, what_ifs, "what-if", record.plant, record.id, _what_if_values(record))

    def save_what_if(self, record: WhatIfRecord) -> None:
        with self._database.writing() as connection:
            if not _save(connection, what_ifs, record.plant, record.id, _what_if_values(record)):
                raise _unknown_what_if(connection, record.plant, record.id)

    def what_if(self, plant: str, id: str) -> WhatIfRecord:
        with self._database.reading() as connection:
            row = _find(connection, what_ifs, plant, id)
            if row is None:
                raise _unknown_what_if(connection, plant, id)
            return _what_if_record(row)

    def what_ifs(self, plant: str, limit: int | None = None, skip: int = 0) -> list[WhatIfRecord]:
        """Newest first."""
        query = sa.select(what_ifs).where(what_ifs.c.plant == plant)
        with self._database.reading() as connection:
            find_plant(connection, plant)
            rows = connection.execute(_newest_first(query, what_ifs).limit(limit).offset(skip)).mappings()
            return [_what_if_record(row) for row in rows]

    def add_job(self, record: JobRecord) -> None:
        with self._database.writing() as connection:
            _add(connection, jobs, "job", record.plant, record.id, _job_values(record))

    def save_job(self, record: JobRecord) -> None:
        with self._database.writing() as connection:
            if not _save(connection, jobs, record.plant, record.id, _job_values(record)):
                raise _unknown_job(connection, record.plant, record.id)

    def job(self, plant: str, id: str) -> JobRecord:
        with self._database.reading() as connection:
            row = _find(connection, jobs, plant, id)
            if row is None:
                raise _unknown_job(connection, plant, id)
            return _job_record(row)

    def unfinished(self) -> tuple[list[JobRecord], list[WhatIfRecord]]:
        """Oldest first, of every plant."""
        with self._database.reading() as connection:
            open_jobs = sa.select(jobs).where(jobs.c.state.in_(UNFINISHED)).order_by(jobs.c.created_at, jobs.c.id)
            open_what_ifs = (
                sa.select(what_ifs)
                .where(what_ifs.c.state.in_(UNFINISHED))
                .order_by(what_ifs.c.created_at, what_ifs.c.id)
            )
            return (
                [_job_record(row) for row in connection.execute(open_jobs).mappings()],
                [_what_if_record(row) for row in connection.execute(open_what_ifs).mappings()],
            )


def _add(connection: Connection, table: sa.Table, kind: str, plant: str, id: str, values: dict[str, object]) -> None:
    find_plant(connection, plant, lock=True)
    if _find(connection, table, plant, id) is not None:
        raise Conflict(f"plant '{plant}' already has a {kind} '{id}'")
    connection.execute(sa.insert(table), values)


def _save(connection: Connection, table: sa.Table, plant: str, id: str, values: dict[str, object]) -> bool:
    """False where there is none of that id."""
    find_plant(connection, plant)
    change = sa.update(table).where(table.c.plant == plant, table.c.id == id).values(values)
    return connection.execute(change).rowcount == 1


def _find(connection: Connection, table: sa.Table, plant: str, id: str) -> RowMapping | None:
    find_plant(connection, plant)
    query = sa.select(table).where(table.c.plant == plant, table.c.id == id)
    return connection.execute(query).mappings().first()


def _newest_first(query: Select[*tuple[object, ...]], table: sa.Table) -> Select[*tuple[object, ...]]:
    return query.order_by(sa.nulls_last(table.c.created_at.desc()), table.c.id)


def _unknown_what_if(connection: Connection, plant: str, id: str) -> UnknownWhatIf:
    known = connection.execute(sa.select(what_ifs.c.id).where(what_ifs.c.plant == plant)).scalars().all()
    return UnknownWhatIf(f"plant '{plant}' has no what-if '{id}'; {did_you_mean(id, known)}")


def _unknown_job(connection: Connection, plant: str, id: str) -> UnknownJob:
    known = connection.execute(sa.select(jobs.c.id).where(jobs.c.plant == plant)).scalars().all()
    return UnknownJob(f"plant '{plant}' has no job '{id}'; {did_you_mean(id, known)}")


def _job_values(record: JobRecord) -> dict[str, object]:
    return {
        "plant": record.plant,
        "id": record.id,
        "state": record.state,
        "request": records.write(record.request),
        "progress": records.write(record.progress),
        "plan_number": record.plan_number,
        "error": record.error,
        "created_at": record.created_at,
    }


def _what_if_values(record: WhatIfRecord) -> dict[str, object]:
    return {
        "plant": record.plant,
        "id": record.id,
        "name": record.name,
        "state": record.state,
        "revision": record.revision,
        "events": records.write(record.events),
        "request": records.write(record.request),
        "progress": records.write(record.progress),
        "plan_number": record.plan_number,
        "error": record.error,
        "promoted": record.promoted,
        "created_at": record.created_at,
        "mode": record.mode,
    }


def _job_record(row: RowMapping) -> JobRecord:
    return JobRecord(
        id=row["id"],
        plant=row["plant"],
        state=row["state"],
        request=records.read_request(row["request"]),
        progress=records.read_progress(row["progress"]),
        plan_number=row["plan_number"],
        error=row["error"],
        created_at=row["created_at"],
    )


def _what_if_record(row: RowMapping) -> WhatIfRecord:
    return WhatIfRecord(
        id=row["id"],
        plant=row["plant"],
        name=row["name"],
        state=row["state"],
        revision=row["revision"],
        events=records.read_events(row["events"]),
        request=records.read_request(row["request"]),
        progress=records.read_progress(row["progress"]),
        plan_number=row["plan_number"],
        error=row["error"],
        promoted=row["promoted"],
        created_at=row["created_at"],
        mode=row["mode"],
    )
