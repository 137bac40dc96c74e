"""Events that could not be taken in, or had to be taken out again: kept with their reason, tried again or dismissed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.domain.event_reading import event_json
from scheduler.domain.fold import Folder
from scheduler.errors import Conflict, UnknownQuarantine
from scheduler.ports import Quarantined
from scheduler.storage.database import speaking
from scheduler.storage.folding import FoldingRepository, event_of, newest_snapshot
from scheduler.storage.quarantine_rows import NAMES_PER_QUERY, QuarantineWriter
from scheduler.storage.repository import change_row, find_plant, of_row
from scheduler.storage.schema import events, quarantine, snapshots
from scheduler.storage.state_codec import encode_state


class QuarantineRepository(FoldingRepository):
    """quarantine, quarantined, set_aside, dismiss, retaken, decide_all."""

    def quarantine(self, plant: str, waiting: bool = False, limit: int = 500) -> list[Quarantined]:
        query = sa.select(quarantine).where(quarantine.c.plant == plant)
        if waiting:
            query = query.where(quarantine.c.state == "waiting")
        with self._database.reading() as connection:
            find_plant(connection, plant)
            rows = connection.execute(query.order_by(quarantine.c.number.desc()).limit(limit)).mappings()
            return [_quarantined(row) for row in rows]

    def quarantined(self, plant: str, number: int) -> Quarantined:
        with self._database.reading() as connection:
            find_plant(connection, plant)
            return _quarantined(_find(connection, plant, number))

    def dismiss(self, plant: str, number: int, by: str, at: dt.datetime) -> Quarantined:
        return self._decide(plant, number, "dismissed", by, at)

    def retaken(self, plant: str, number: int, by: str, at: dt.datetime) -> Quarantined:
        return self._decide(plant, number, "taken", by, at)

    def decide_all(
        self, plant: str, numbers: Sequence[int], state: Literal["dismissed", "taken"], by: str, at: dt.datetime
    ) -> int:
        with self._database.writing() as connection:
            writer = QuarantineWriter(connection, find_plant(connection, plant, lock=True), at)
            before = writer.waiting
            for first in range(0, len(numbers), NAMES_PER_QUERY):
                some = quarantine.c.number.in_(numbers[first : first + NAMES_PER_QUERY])
                writer.let_go(some, state, decided_by=by)
            writer.write()
            return before - writer.waiting

    def _decide(self, plant: str, number: int, state: str, by: str, at: dt.datetime) -> Quarantined:
        with self._database.writing() as connection:
            writer = QuarantineWriter(connection, find_plant(connection, plant, lock=True), at)
            if _find(connection, plant, number)["state"] == "taken":
                raise Conflict(f"event {number} in quarantine of '{plant}' was taken in meanwhile")
            writer.let_go(quarantine.c.number == number, state, decided_by=by)
            writer.write()
            return _quarantined(_find(connection, plant, number))

    def set_aside(self, plant: str, revision: int, reason: str, at: dt.datetime) -> int:
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            _set_aside(connection, row, revision, reason, at)
            now: int = find_plant(connection, plant)["revision"]
            return now


def _set_aside(connection: Connection, row: RowMapping, revision: int, reason: str, at: dt.datetime) -> None:
    plant, last = row["plant"], row["revision"]
    of_plant = events.c.plant == plant
    standing = of_plant & events.c.set_aside.is_(None)
    if not connection.execute(sa.select(events.c.revision).where(standing, events.c.revision == revision)).first():
        return
    # A snapshot is of a load, of its time, or of an earlier setting aside; only a load ends what can be folded anew.
    aside = set(connection.execute(sa.select(events.c.set_aside).where(of_plant).distinct()).scalars())
    loads = connection.execute(
        sa.select(snapshots.c.revision).where(snapshots.c.plant == plant, snapshots.c.loaded)
    ).scalars()
    if revision < max(load for load in loads if load not in aside):
        raise Conflict(f"plant '{plant}': it was loaded anew after revision {revision}, which says nothing any more")
    start, state = newest_snapshot(connection, plant, revision - 1)
    folder = Folder(state)
    writer = QuarantineWriter(connection, row, at)
    out = []
    query = sa.select(events).where(standing, events.c.revision > start).order_by(events.c.revision)
    for logged in speaking(connection, connection.execute(query).mappings().all()):
        event = event_of(logged)
        why = reason
        if logged["revision"] != revision:
            try:
                folder.fold(event)
                continue
            except Exception as fault:
                why = f"it cannot be without revision {revision}, which was set aside: {fault}"
        out.append(logged["revision"])
        raw = event_json(event, folder.state.zone)
        writer.keep(event.source, event.id, event.type, raw, why, revision=logged["revision"])
    for chunk in (out[first : first + 500] for first in range(0, len(out), 500)):
        connection.execute(sa.update(events).where(of_plant, events.c.revision.in_(chunk)).values(set_aside=last + 1))
    connection.execute(
        sa.delete(snapshots).where(
            snapshots.c.plant == plant,
            snapshots.c.revision >= revision,
            ~snapshots.c.loaded | snapshots.c.revision.in_([a for a in aside if a is not None]),
        )
    )
    fresh = {"plant": plant, "revision": last + 1, "loaded": True, "state": encode_state(folder.state)}
    connection.execute(sa.insert(snapshots), fresh)
    change_row(connection, plant, revision=last + 1, loaded_revision=last + 1, snapshot_revision=last + 1)
    writer.write()


def _find(connection: Connection, plant: str, number: int) -> RowMapping:
    query = sa.select(quarantine).where(quarantine.c.plant == plant, quarantine.c.number == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UnknownQuarantine(f"plant '{plant}' has no event {number} in quarantine; its list has the numbers")
    return row


def _quarantined(row: RowMapping) -> Quarantined:
    return of_row(Quarantined, row, id=row["event_id"], event=json.loads(row["event"]))
