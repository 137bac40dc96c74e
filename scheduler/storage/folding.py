"""The state of a plant from its newest snapshot and the log after it."""

from __future__ import annotations

import json
import threading

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.domain.events import Event
from scheduler.domain.fold import Folder
from scheduler.domain.plant import PlantState
from scheduler.errors import UnfoldableEvent
from scheduler.storage.database import Database, speaking
from scheduler.storage.repository import Repository, change_row, find_plant
from scheduler.storage.schema import events, snapshots
from scheduler.storage.state_codec import decode_state, encode_state

EVENTS_PER_SNAPSHOT = 500
"""Folding an event of a plant of 10,000 operations takes well under a millisecond, so a start-up folds for less than a
second; a snapshot of it takes about a tenth of a second, once in 500 events."""


class FoldingRepository(Repository):
    """Folds from the nearest state in memory, else from the newest snapshot. The plan in force is not folded in."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._being_snapshot: set[str] = set()
        self._snapshot_lock = threading.Lock()

    def _folded(self, connection: Connection, row: RowMapping) -> PlantState:
        """The state at the revision of the plant's `row`, without the plan in force."""
        plant, revision = row["plant"], row["revision"]
        start = max(
            (r for p, r in self._states.keys() if p == plant and row["loaded_revision"] <= r <= revision),  # noqa: SIM118
            default=None,
        )
        state = None if start is None else self._states.get((plant, start))
        if start is None or state is None:
            start, state = newest_snapshot(connection, plant, revision)
        if start < revision:
            state = fold_log(connection, plant, start, revision, state)
            self._states.keep((plant, revision), state)
        return state

    def _snapshot(self, plant: str, revision: int, state: PlantState) -> None:
        """Keep this state, so that a start-up folds only what came later; an older one, if not of a load, goes.

        Runs after the commit and outside the plant's lock; losing it costs nothing but time.
        """
        with self._snapshot_lock:
            if plant in self._being_snapshot:
                return
            self._being_snapshot.add(plant)
        try:
            blob = encode_state(state)
            with self._database.writing(durable=False) as connection:
                row = find_plant(connection, plant, lock=True)
                if revision <= max(row["snapshot_revision"], row["loaded_revision"]):
                    return
                older = (snapshots.c.plant == plant) & ~snapshots.c.loaded & (snapshots.c.revision < revision)
                connection.execute(sa.delete(snapshots).where(older))
                connection.execute(
                    sa.insert(snapshots), {"plant": plant, "revision": revision, "loaded": False, "state": blob}
                )
                change_row(connection, plant, snapshot_revision=revision)
        finally:
            with self._snapshot_lock:
                self._being_snapshot.discard(plant)


def past_state(connection: Connection, plant: str, revision: int) -> PlantState:
    """The state at an earlier revision, as it would have been without the events set aside since."""
    start, state = newest_snapshot(connection, plant, revision)
    return fold_log(connection, plant, start, revision, state)


def event_of(row: RowMapping) -> Event:
    return Event(row["event_id"], row["source"], row["type"], row["time"], json.loads(row["data"]))


def newest_snapshot(connection: Connection, plant: str, revision: int) -> tuple[int, PlantState]:
    query = (
        sa.select(snapshots.c.revision, snapshots.c.state)
        .where(snapshots.c.plant == plant, snapshots.c.revision <= revision)
        .order_by(snapshots.c.revision.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one()
    return row["revision"], decode_state(row["state"])


def fold_log(connection: Connection, plant: str, start: int, revision: int, state: PlantState) -> PlantState:
    """Events that were set aside are passed over. Raises UnfoldableEvent."""
    query = (
        sa.select(events)
        .where(
            events.c.plant == plant,
            events.c.revision > start,
            events.c.revision <= revision,
            events.c.set_aside.is_(None),
        )
        .order_by(events.c.revision)
    )
    folder = Folder(state)
    for row in speaking(connection, connection.execute(query).mappings()):
        try:
            folder.fold(event_of(row))
        except Exception as fault:
            reason = f"{type(fault).__name__}: {fault}"
            raise UnfoldableEvent(
                f"plant '{plant}' revision {row['revision']}: event '{row['event_id']}' was taken in once and is "
                f"refused now ({reason}); its desk sets it aside, or start the version that wrote it",
                plant,
                row["revision"],
                reason,
            ) from fault
    return folder.state
