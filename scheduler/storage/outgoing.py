"""The outbox of connections: what goes to other systems, written in the caller's transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scheduler.domain.events import Event
from scheduler.domain.imports import Told, reported
from scheduler.domain.plant import PlantState
from scheduler.storage.schema import connections, outgoing

_WRITERS = sa.select(connections).where(connections.c.plant == sa.bindparam("plant"), connections.c.writes != "[]")


class OutgoingWriter:
    """For one transaction, with the plant's row locked: `heard` or `tell`, then `write`."""

    def __init__(self, connection: Connection, plant: str, at: dt.datetime) -> None:
        self._connection = connection
        self._plant = plant
        self._at = at
        self._writers: Sequence[Any] | None = None
        self._rows: list[dict[str, Any]] = []
        self._last: dict[str, int] = {}

    def heard(self, before: PlantState, after: PlantState, event: Event) -> None:
        """What the event has made true, but to the one that said it."""
        if self._wanted():
            for told in reported(before, after, event):
                self.tell(told, but=event.source)

    def tell(self, told: Told, but: str = "") -> None:
        for writer in self._wanted():
            if writer.source == but or told.kind not in json.loads(writer.writes):
                continue
            number = self._last.get(writer.name, writer.last_out) + 1
            self._last[writer.name] = number
            self._rows.append(
                {
                    "plant": self._plant,
                    "connection": writer.name,
                    "number": number,
                    "key": f"{self._plant}.{writer.name}.{number}",
                    "kind": told.kind,
                    "subject": told.subject,
                    "body": json.dumps(told.body),
                    "state": "held" if writer.policy == "approved" else "waiting",
                    "attempts": 0,
                    "created_at": self._at,
                    "next_at": self._at,
                    "reason": "",
                }
            )

    def write(self) -> None:
        if not self._rows:
            return
        self._connection.execute(sa.insert(outgoing), self._rows)
        for name, last in self._last.items():
            this = (connections.c.plant == self._plant) & (connections.c.name == name)
            self._connection.execute(sa.update(connections).where(this).values(last_out=last))
        self._rows = []

    def _wanted(self) -> Sequence[Any]:
        if self._writers is None:
            self._writers = self._connection.execute(_WRITERS, {"plant": self._plant}).all()
        return self._writers
