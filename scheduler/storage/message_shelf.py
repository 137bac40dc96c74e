"""What is told to the outside: the event stream, and what a MES has confirmed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.ports import Acknowledgement, StreamMessage
from scheduler.storage.schema import acknowledgements, messages
from scheduler.storage.shelf import Shelf, change_row, find_plant

MESSAGES_KEPT = 10_000


class MessageShelf(Shelf):
    """acknowledge, acknowledgements, tell, stream."""

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keeps the newest per target; one that comes late changes nothing."""
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
                },
            )

    def acknowledgements(self, plant: str) -> list[Acknowledgement]:
        table = acknowledgements
        with self._database.reading() as connection:
            find_plant(connection, plant)
            rows = connection.execute(sa.select(table).where(table.c.plant == plant).order_by(table.c.target))
            return [Acknowledgement(**row) for row in rows.mappings()]

    def tell(self, plant: str, type: str, data: Mapping[str, Any]) -> StreamMessage:
        """Not waited for until it is on the disk: after a power cut the newest may be gone, the truth is elsewhere."""
        with self._database.writing(durable=False) as connection:
            number = write_messages(connection, find_plant(connection, plant, lock=True), [(type, data)])
            change_row(connection, plant, last_message=number)
        return StreamMessage(number, plant, type, dict(data))

    def stream(self, plant: str, after: int, limit: int = 200) -> list[StreamMessage]:
        """Oldest first, numbers > `after`."""
        query = (
            sa.select(messages)
            .where(messages.c.plant == plant, messages.c.number > after)
            .order_by(messages.c.number)
            .limit(limit)
        )
        with self._database.reading() as connection:
            find_plant(connection, plant)
            return [_message(row) for row in connection.execute(query).mappings()]


def write_messages(connection: Connection, row: RowMapping, told: Sequence[tuple[str, Mapping[str, Any]]]) -> int:
    """Append (type, data) to the stream of the plant whose row is locked; the number of the last, for its row."""
    plant, last = row["plant"], row["last_message"]
    rows = [
        {"plant": plant, "number": number, "type": type, "data": json.dumps(dict(data))}
        for number, (type, data) in enumerate(told, start=last + 1)
    ]
    connection.execute(sa.insert(messages), rows)
    number: int = last + len(rows)
    connection.execute(
        sa.delete(messages).where(messages.c.plant == plant, messages.c.number <= number - MESSAGES_KEPT)
    )
    return number


def _message(row: RowMapping) -> StreamMessage:
    return StreamMessage(row["number"], row["plant"], row["type"], json.loads(row["data"]))
