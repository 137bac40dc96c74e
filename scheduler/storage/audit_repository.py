"""The audit, appended to under one lock so that the chain has no forks."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from scheduler.access.audit import Deed, Entry, hash_of
from scheduler.storage.repository import Repository
from scheduler.storage.schema import audit, audit_head

PIECE = 1000
"""Entries read at a time."""


class AuditRepository(Repository):
    """The `AuditBook`."""

    def audit(self, deed: Deed) -> Entry:
        with self._database.writing() as connection:
            head = connection.execute(sa.select(audit_head).with_for_update()).mappings().one()
            number = head["number"] + 1
            hash = hash_of(number, deed, head["hash"])
            connection.execute(
                sa.insert(audit),
                {
                    "number": number,
                    "at": deed.at,
                    "who": deed.who,
                    "act": deed.act,
                    "plant": deed.plant,
                    "before": deed.before,
                    "after": deed.after,
                    "status": deed.status,
                    "asked": deed.asked,
                    "hash": hash,
                },
            )
            connection.execute(sa.update(audit_head).values(number=number, hash=hash))
        return Entry(number, deed, hash)

    def audited(self, after: int, most: int, *, plant: str | None = None, who: str | None = None) -> list[Entry]:
        query = sa.select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(most)
        if plant is not None:
            query = query.where(audit.c.plant == plant)
        if who is not None:
            query = query.where((audit.c.who == who) | audit.c.who.startswith(f"{who} (", autoescape=True))
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def audit_end(self) -> tuple[int, str]:
        with self._database.reading() as connection:
            head = connection.execute(sa.select(audit_head)).mappings().one()
            return head["number"], head["hash"]

    def audit_trail(self) -> Iterator[Entry]:
        last = 0
        while piece := self.audited(last, PIECE):
            yield from piece
            last = piece[-1].number


def _entry(row: RowMapping) -> Entry:
    names = ("at", "who", "act", "plant", "before", "after", "status", "asked")
    return Entry(row["number"], Deed(**{name: row[name] for name in names}), row["hash"])
