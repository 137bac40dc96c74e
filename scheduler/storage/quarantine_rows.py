"""The rows of the quarantine, within a transaction that holds the plant's row."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.domain.again import LONGEST, comes_again
from scheduler.storage.repository import change_row
from scheduler.storage.schema import quarantine

MOST_TRIED_AGAIN = 1000
NAMES_PER_QUERY = 500


class QuarantineWriter:
    """Writes a plant's quarantine: keeps events that could not be taken in, finds them, lets them go. waiting : so many
    wait."""

    def __init__(self, connection: Connection, row: RowMapping, at: dt.datetime) -> None:
        self._connection = connection
        self._plant: str = row["plant"]
        self._at = at
        self._last: int = row["last_quarantine"]
        self._before = (row["last_quarantine"], row["quarantined"])
        self.waiting: int = row["quarantined"]

    def keep(self, source: str, id: str, type_: str, event: Mapping[str, Any], reason: str, **more: object) -> int:
        """Its number. One that is there already is known to have been tried once more, and waits (again).

        So is one that stood in the log and has come in again under another id: it waits in its row under its own.
        """
        here = self._named(source, id)
        known = self._set_aside_before(source, id)
        if known is not None:
            here = (quarantine.c.plant == self._plant) & (quarantine.c.number == known[0])
            event = {**event, "id": known[1]}
        values = {"type": type_, "event": json.dumps(dict(event)), "reason": reason, "last_at": self._at}
        values |= {"state": "waiting", "decided_by": None, **more}
        found = self._connection.execute(sa.select(quarantine.c.number, quarantine.c.state).where(here)).first()
        if found is not None:
            self._connection.execute(sa.update(quarantine).where(here).values(**values, tries=quarantine.c.tries + 1))
            self.waiting += found.state != "waiting"
            return int(found.number)
        self._last += 1
        self.waiting += 1
        values |= {"plant": self._plant, "number": self._last, "source": source, "event_id": id}
        self._connection.execute(sa.insert(quarantine), values | {"tries": 1, "first_at": self._at})
        return self._last

    def _set_aside_before(self, source: str, id: str) -> tuple[int, str] | None:
        """Its row, where it comes in again after it was set aside."""
        again = comes_again(id)
        if again is None:
            return None
        query = sa.select(quarantine.c.number, quarantine.c.event_id).where(
            quarantine.c.plant == self._plant, quarantine.c.source == source, quarantine.c.number == again[1]
        )
        row = self._connection.execute(query).first()
        return (row.number, row.event_id) if row is not None and row.event_id[:LONGEST] == again[0] else None

    def about(self, orders: Collection[object]) -> list[tuple[str, str, dict[str, Any]]]:
        """(source, id, event) of what waits for one of these orders, by the time it happened."""
        query = (
            sa.select(quarantine.c.source, quarantine.c.event_id, quarantine.c.event)
            .where(self._waits())
            .order_by(quarantine.c.number)
            .limit(MOST_TRIED_AGAIN)
        )
        found = [(row.source, row.event_id, json.loads(row.event)) for row in self._connection.execute(query)]
        about = [f for f in found if isinstance(f[2].get("data"), dict) and f[2]["data"].get("order") in orders]
        return sorted(about, key=lambda f: str(f[2].get("time")))

    def taken(self, revisions: Mapping[tuple[str, str], int]) -> None:
        """These are in the log now, by (source, id)."""
        if not self.waiting:
            return
        ids = [id for _, id in revisions]
        for first in range(0, len(ids), NAMES_PER_QUERY):
            some = quarantine.c.event_id.in_(ids[first : first + NAMES_PER_QUERY])
            query = sa.select(quarantine.c.source, quarantine.c.event_id).where(self._waits(), some)
            for source, id in self._connection.execute(query).all():
                if (source, id) in revisions:
                    self.let_go(self._named(source, id), "taken", revision=revisions[source, id])

    def let_go(self, which: sa.ColumnElement[bool], state: str, **more: object) -> None:
        values = {"state": state, "last_at": self._at, **more}
        done = self._connection.execute(sa.update(quarantine).where(self._waits(), which).values(**values))
        self.waiting -= done.rowcount

    def write(self) -> None:
        if (self._last, self.waiting) != self._before:
            change_row(self._connection, self._plant, last_quarantine=self._last, quarantined=self.waiting)

    def _named(self, source: str, id: str) -> sa.ColumnElement[bool]:
        return (quarantine.c.plant == self._plant) & (quarantine.c.source == source) & (quarantine.c.event_id == id)

    def _waits(self) -> sa.ColumnElement[bool]:
        return (quarantine.c.plant == self._plant) & (quarantine.c.state == "waiting")
