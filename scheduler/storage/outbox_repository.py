"""What is on its way to other systems, in order per subject."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Sequence

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import RowMapping

from scheduler.connect_ports import Outgoing, OutState
from scheduler.storage.connection_repository import ConnectionRepository
from scheduler.storage.repository import of_row
from scheduler.storage.schema import connections, outgoing

MOVEMENTS_KEPT = dt.timedelta(days=31)
"""After they have gone out; a stock list that is older than that is read as if it knew all before."""

log = structlog.get_logger("rejig.connections")


class OutboxRepository(ConnectionRepository):
    """The `Outbox`. Marked without the plant's lock: only one process sends."""

    def due_outgoing(self, name: str, now: dt.datetime, limit: int = 100) -> list[Outgoing]:
        earlier = outgoing.alias()
        ahead = sa.exists().where(
            earlier.c.plant == outgoing.c.plant,
            earlier.c.connection == outgoing.c.connection,
            earlier.c.kind == outgoing.c.kind,
            earlier.c.subject == outgoing.c.subject,
            earlier.c.number < outgoing.c.number,
            earlier.c.state != "sent",
        )
        query = (
            sa.select(outgoing)
            .where(outgoing.c.connection == name, outgoing.c.state == "waiting", outgoing.c.next_at <= now, ~ahead)
            .order_by(outgoing.c.number)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_outgoing(row) for row in connection.execute(query).mappings()]

    def outbox(self, name: str, states: Collection[OutState] = (), limit: int = 500) -> list[Outgoing]:
        query = sa.select(outgoing).where(outgoing.c.connection == name).order_by(outgoing.c.number).limit(limit)
        if not states:
            query = query.where(outgoing.c.state != "sent")
        else:
            query = query.where(outgoing.c.state.in_(list(states)))
        with self._database.reading() as connection:
            return [_outgoing(row) for row in connection.execute(query).mappings()]

    def unbooked(self, name: str, spoken_at: dt.datetime) -> dict[str, float]:
        unknown = (outgoing.c.state != "sent") | (outgoing.c.next_at > spoken_at)
        query = sa.select(outgoing.c.body).where(outgoing.c.connection == name, outgoing.c.kind == "stock", unknown)
        moved: defaultdict[str, float] = defaultdict(float)
        with self._database.reading() as connection:
            for text in connection.execute(query).scalars():
                body = json.loads(text)
                moved[body["material"]] += body["quantity"]
        return moved

    def sent(self, message: Outgoing, at: dt.datetime) -> None:
        with self._database.writing() as connection:
            if message.kind == "stock":
                done = {"state": "sent", "next_at": at}
                connection.execute(sa.update(outgoing).where(_this(message)).values(**done))
                old = (outgoing.c.state == "sent") & (outgoing.c.next_at < at - MOVEMENTS_KEPT)
                connection.execute(sa.delete(outgoing).where(outgoing.c.connection == message.connection, old))
            else:
                connection.execute(sa.delete(outgoing).where(_this(message)))
            here = (connections.c.plant == message.plant) & (connections.c.name == message.connection)
            connection.execute(sa.update(connections).where(here).values(wrote_at=at))

    def not_sent(self, message: Outgoing, reason: str, at: dt.datetime, until: dt.datetime | None) -> None:
        values = {"attempts": message.attempts + 1, "reason": reason, "next_at": until or at}
        values["state"] = "dead" if until is None else "waiting"
        with self._database.writing(durable=until is None) as connection:
            connection.execute(sa.update(outgoing).where(_this(message)).values(**values))

    def send_again(self, name: str, numbers: Sequence[int] | None, at: dt.datetime) -> int:
        chosen = (outgoing.c.connection == name) & outgoing.c.state.in_(["dead", "held"])
        if numbers is not None:
            chosen &= outgoing.c.number.in_(list(numbers))
        again = {"state": "waiting", "attempts": 0, "next_at": at, "reason": ""}
        with self._database.writing() as connection:
            return connection.execute(sa.update(outgoing).where(chosen).values(**again)).rowcount

    def drop_outgoing(self, name: str, numbers: Sequence[int], by: str, reason: str) -> int:
        chosen = (outgoing.c.connection == name) & outgoing.c.number.in_(list(numbers)) & (outgoing.c.state != "sent")
        with self._database.writing() as connection:
            dropped = connection.execute(sa.delete(outgoing).where(chosen)).rowcount
        log.warning("connections.dropped", connection=name, numbers=list(numbers), by=by, reason=reason)
        return dropped


def _this(message: Outgoing) -> sa.ColumnElement[bool]:
    return (
        (outgoing.c.plant == message.plant)
        & (outgoing.c.connection == message.connection)
        & (outgoing.c.number == message.number)
    )


def _outgoing(row: RowMapping) -> Outgoing:
    return of_row(Outgoing, row, body=json.loads(row["body"]))
