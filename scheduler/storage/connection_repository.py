"""Connections: the inbox, and what is known of the other systems."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.connect_ports import Arrived, ConnectionState, InState, Link, Received
from scheduler.domain.imports import Imported, ImportedTable, RejectedRow
from scheduler.errors import UnknownConnection, did_you_mean
from scheduler.storage.repository import Repository, find_plant
from scheduler.storage.schema import connections, imports, inbox, outgoing, plants

KEPT = 1000
"""Messages of the inbox that are done and kept; older ones go."""
_WITHOUT_CONTENT = [c for c in inbox.c if c.name != "content"]


class ConnectionRepository(Repository):
    """The `ConnectionBook`. One process reads and sends, by a lease, so its rows need no lock of their own."""

    def keep_connections(self, links: Sequence[Link]) -> list[Link]:
        with self._database.writing() as connection:
            loaded = set(connection.execute(sa.select(plants.c.plant)).scalars())
            known = {(row.plant, row.name) for row in connection.execute(sa.select(connections))}
            kept = [link for link in links if link.plant in loaded]
            for link in kept:
                values = {"writes": json.dumps(link.writes), "source": link.source, "policy": link.policy}
                this = (connections.c.plant == link.plant) & (connections.c.name == link.name)
                if (link.plant, link.name) in known:
                    connection.execute(sa.update(connections).where(this).values(**values))
                else:
                    # A connection of that name that led to another plant is another connection.
                    fresh = {"trouble": "", "vanished": "[]"} | _last_numbers(connection, link)
                    connection.execute(sa.delete(connections).where(connections.c.name == link.name))
                    where = {"plant": link.plant, "name": link.name}
                    connection.execute(sa.insert(connections), values | fresh | where)
            gone = known - {(link.plant, link.name) for link in links}
            for plant, name in gone:
                # It is told nothing more; what it has said and was to be told stays until it comes back.
                here = (connections.c.plant == plant) & (connections.c.name == name)
                connection.execute(sa.update(connections).where(here).values(writes="[]"))
            return kept

    def receive(self, link: Link, message: Arrived, at: dt.datetime) -> Received:
        with self._database.writing() as connection:
            find_plant(connection, link.plant, lock=True)
            number = _find(connection, link.name)["last_in"] + 1
            here = _in(link.plant, link.name)
            same = (inbox.c.outer_id == message.outer_id) & (inbox.c.digest == message.digest)
            found = connection.execute(sa.select(inbox).where(here & same)).mappings().first()
            if found is not None:
                return _received(found)
            values = {
                "plant": link.plant,
                "connection": link.name,
                "number": number,
                "outer_id": message.outer_id,
                "digest": message.digest,
                "state": "waiting",
                "content": message.content,
                "received_at": at,
                "spoken_at": message.spoken_at,
                "settled_at": None,
                "said": "",
                "rejected": "[]",
            }
            connection.execute(sa.insert(inbox), values)
            connection.execute(sa.update(connections).where(connections.c.name == link.name).values(last_in=number))
            old = here & (inbox.c.number <= number - KEPT) & (inbox.c.state == "done")
            connection.execute(sa.delete(inbox).where(old))
            return _received(connection.execute(sa.select(inbox).where(here & same)).mappings().one())

    def received(self, name: str, number: int) -> Received:
        with self._database.reading() as connection:
            row = _find(connection, name)
            query = sa.select(inbox).where(_in(row["plant"], name), inbox.c.number == number)
            found = connection.execute(query).mappings().first()
        if found is None:
            raise UnknownConnection(f"connection '{name}' has no message {number} in its inbox; its list has them")
        return _received(found)

    def imported(self, link: Link) -> Imported:
        query = sa.select(imports).where(imports.c.plant == link.plant, imports.c.connection == link.name)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        tables: dict[Any, ImportedTable] = {}
        for row in rows:
            kept = json.loads(zlib.decompress(row["rows"]))
            tables[row["kind"]] = ImportedTable(kept["rows"], row["whole"], tuple(kept["columns"]), row["spoken_at"])
        return Imported(tables)

    def settle_message(
        self,
        message: Received,
        state: InState,
        said: str,
        at: dt.datetime,
        *,
        known: Imported | None = None,
        rejected: Sequence[RejectedRow] = (),
        vanished: Sequence[str] | None = None,
    ) -> None:
        packed = _packed(known) if known is not None else {}
        here = _in(message.plant, message.connection) & (inbox.c.number == message.number)
        changes: dict[str, Any] = {"trouble": ""}
        if state == "done":
            changes |= {"read_at": at, "data_at": message.spoken_at or message.received_at}
        if vanished is not None:
            changes["vanished"] = json.dumps(list(vanished))
        with self._database.writing() as connection:
            find_plant(connection, message.plant, lock=True)
            values = {"state": state, "said": said, "settled_at": at}
            values["rejected"] = json.dumps([asdict(row) for row in rejected])
            connection.execute(sa.update(inbox).where(here).values(**values))
            connection.execute(sa.update(connections).where(connections.c.name == message.connection).values(**changes))
            for kind, values in packed.items():
                this = {"plant": message.plant, "connection": message.connection, "kind": kind}
                connection.execute(sa.delete(imports).where(*(imports.c[n] == v for n, v in this.items())))
                connection.execute(sa.insert(imports), this | values)

    def tell_trouble(self, name: str, trouble: str) -> None:
        with self._database.writing(durable=False) as connection:
            connection.execute(sa.update(connections).where(connections.c.name == name).values(trouble=trouble))

    def connection_states(self) -> list[ConnectionState]:
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(connections).order_by(connections.c.name)).mappings().all()
            out = _counted(connection, outgoing)
            came = _counted(connection, inbox)
            query = sa.select(inbox.c.connection, inbox.c.rejected).where(inbox.c.rejected != "[]")
            refused: Counter[str] = Counter()
            for name, rejected in connection.execute(query):
                refused[name] += len(json.loads(rejected))
        return [
            ConnectionState(
                name=row["name"],
                plant=row["plant"],
                read_at=row["read_at"],
                data_at=row["data_at"],
                wrote_at=row["wrote_at"],
                trouble=row["trouble"],
                vanished=tuple(json.loads(row["vanished"])),
                waiting=out[row["name"], "waiting"],
                held=out[row["name"], "held"],
                dead=out[row["name"], "dead"],
                rejected=refused[row["name"]],
                asked=came[row["name"], "asked"],
            )
            for row in rows
        ]

    def inbox(self, name: str, states: Collection[InState] = (), limit: int = 100) -> list[Received]:
        with self._database.reading() as connection:
            here = _in(_find(connection, name)["plant"], name)
            query = sa.select(*_WITHOUT_CONTENT).where(here).order_by(inbox.c.number.desc()).limit(limit)
            if states:
                query = query.where(inbox.c.state.in_(list(states)))
            return [_received(row) for row in connection.execute(query).mappings()]

    def rejected_rows(self, name: str, limit: int = 500) -> list[tuple[int, RejectedRow]]:
        with self._database.reading() as connection:
            here = _in(_find(connection, name)["plant"], name) & (inbox.c.rejected != "[]")
            query = sa.select(inbox.c.number, inbox.c.rejected).where(here).order_by(inbox.c.number.desc())
            found = connection.execute(query.limit(limit)).all()
        return [(number, RejectedRow(**row)) for number, text in found for row in json.loads(text)][:limit]


def _packed(known: Imported) -> dict[str, dict[str, Any]]:
    """Before the plant is locked, because that takes long for a large one."""
    return {
        kind: {
            "whole": table.whole,
            "rows": zlib.compress(json.dumps({"rows": table.rows, "columns": table.columns}).encode(), 1),
            "spoken_at": table.spoken_at,
        }
        for kind, table in known.tables.items()
    }


def _counted(connection: Connection, table: sa.Table) -> Counter[tuple[str, str]]:
    query = sa.select(table.c.connection, table.c.state, sa.func.count())
    counts: Counter[tuple[str, str]] = Counter()
    for name, state, number in connection.execute(query.group_by(table.c.connection, table.c.state)):
        counts[name, state] = number
    return counts


def _last_numbers(connection: Connection, link: Link) -> dict[str, int]:
    """From where a connection counts that is new, or back at a plant that it led to before.

    They grow over all its plants: what is still there keeps its number, and a key that has gone out is no other's.
    """
    old = connection.execute(sa.select(connections).where(connections.c.name == link.name)).mappings().first()
    last = {}
    for name, table in (("last_in", inbox), ("last_out", outgoing)):
        here = (table.c.plant == link.plant) & (table.c.connection == link.name)
        kept = connection.execute(sa.select(sa.func.max(table.c.number)).where(here)).scalar()
        last[name] = max(kept or 0, old[name] if old is not None else 0)
    return last


def _in(plant: str, name: str) -> sa.ColumnElement[bool]:
    return (inbox.c.plant == plant) & (inbox.c.connection == name)


def _find(connection: Connection, name: str) -> RowMapping:
    row = connection.execute(sa.select(connections).where(connections.c.name == name)).mappings().first()
    if row is None:
        known = list(connection.execute(sa.select(connections.c.name)).scalars())
        raise UnknownConnection(f"no connection '{name}' with a plant that is loaded; {did_you_mean(name, known)}")
    return row


def _received(row: RowMapping) -> Received:
    return Received(
        plant=row["plant"],
        connection=row["connection"],
        number=row["number"],
        outer_id=row["outer_id"],
        digest=row["digest"],
        state=row["state"],
        received_at=row["received_at"],
        said=row["said"],
        content=row.get("content", b""),
        spoken_at=row["spoken_at"],
    )
