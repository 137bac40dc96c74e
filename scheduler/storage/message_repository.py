"""What is told to the outside: the event stream, and what a MES has confirmed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from scheduler.messages import Acknowledgement, MessageType, StreamMessage
from scheduler.planning.lists.list_changes import ShownRow
from scheduler.storage import records
from scheduler.storage.outbox import publish
from scheduler.storage.repository import Repository, find_plant
from scheduler.storage.schema import acknowledgements, messages


class MessageRepository(Repository):
    """acknowledge, acknowledgement, acknowledgements, publish, stream, stream_ends."""

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keeps the newest per target, and tells it; one that comes late changes nothing."""
        here = (acknowledgements.c.plant == acknowledgement.plant) & (
            acknowledgements.c.target == acknowledgement.target
        )
        with self._database.writing() as connection:
            find_plant(connection, acknowledgement.plant, lock=True)
            before = connection.execute(sa.select(acknowledgements.c.at).where(here)).scalar()
            if before is not None and before > acknowledgement.at:
                return
            connection.execute(sa.delete(acknowledgements).where(here))
            connection.execute(
                sa.insert(acknowledgements),
                {
                    "plant": acknowledgement.plant,
                    "target": acknowledgement.target,
                    "version": acknowledgement.version,
                    "by": acknowledgement.by,
                    "at": acknowledgement.at,
                    "plan": acknowledgement.plan,
                    "rows": None if acknowledgement.rows is None else records.write(acknowledgement.rows),
                },
            )
            told = {name: getattr(acknowledgement, name) for name in ("target", "version", "by")}
            publish(connection, acknowledgement.plant, "dispatch-list.acknowledged", told, acknowledgement.at)

    def acknowledgement(self, plant: str, target: str) -> Acknowledgement | None:
        table = acknowledgements
        query = sa.select(table).where(table.c.plant == plant, table.c.target == target)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _acknowledgement(row, row["rows"])

    def acknowledgements(self, plant: str) -> list[Acknowledgement]:
        table = acknowledgements
        headlines = [c for c in table.c if c.name != "rows"]
        with self._database.reading() as connection:
            find_plant(connection, plant)
            rows = connection.execute(sa.select(*headlines).where(table.c.plant == plant).order_by(table.c.target))
            return [_acknowledgement(row, None) for row in rows.mappings()]

    def publish(
        self, plant: str, type: MessageType, data: Mapping[str, Any], at: dt.datetime | None = None
    ) -> StreamMessage:
        """Not waited for until it is on the disk: after a power cut the newest may be gone, the truth is elsewhere."""
        with self._database.writing(durable=False) as connection:
            find_plant(connection, plant, lock=True)
            return publish(connection, plant, type, data, at or dt.datetime.now(dt.UTC))

    def stream(self, plant: str, after: int, limit: int = 200) -> list[StreamMessage]:
        query = (
            sa.select(messages)
            .where(messages.c.plant == plant, messages.c.number > after)
            .order_by(messages.c.number)
            .limit(limit)
        )
        with self._database.reading() as connection:
            find_plant(connection, plant)
            return [_message(row) for row in connection.execute(query).mappings()]

    def stream_ends(self, plant: str) -> tuple[int, int]:
        query = sa.select(sa.func.min(messages.c.number)).where(messages.c.plant == plant)
        with self._database.reading() as connection:
            newest = find_plant(connection, plant)["last_message"]
            oldest = connection.execute(query).scalar()
        return newest + 1 if oldest is None else oldest, newest


def _message(row: RowMapping) -> StreamMessage:
    return StreamMessage(row["number"], row["plant"], row["type"], json.loads(row["data"]))


def _acknowledgement(row: RowMapping, rows: str | None) -> Acknowledgement:
    return Acknowledgement(
        plant=row["plant"],
        target=row["target"],
        version=row["version"],
        by=row["by"],
        at=row["at"],
        plan=row["plan"],
        rows=None if rows is None else records.read_all(ShownRow, rows),
    )
