"""Plants as loaded, and their log."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, RowMapping

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent
from scheduler.ports import Appended, LoggedEvent, Mode, PlantRecord, Policy, Rejected
from scheduler.storage import records
from scheduler.storage.folding import EVENTS_PER_SNAPSHOT, FoldingShelf, event_of
from scheduler.storage.schema import events, plans, plants, snapshots
from scheduler.storage.shelf import change_row, find_plant
from scheduler.storage.state_codec import decode_state, encode_state

LONGEST_NAME = 255
NAMES_PER_QUERY = 500


class PlantShelf(FoldingShelf):
    """load_plant, plants, plant, change_plant, append, events."""

    def load_plant(self, plant: str, state: PlantState, at: dt.datetime) -> PlantRecord:
        blob = encode_state(state)
        fresh = {
            "plant": plant,
            "mode": "observe",
            "policy": records.write(Policy()),
            "revision": 0,
            "loaded_revision": 0,
            "snapshot_revision": 0,
            "loaded_at": at,
            "last_plan": 0,
            "last_message": 0,
        }
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        with self._database.writing() as connection:
            connection.execute(insert(plants).values(fresh).on_conflict_do_nothing())
            row = find_plant(connection, plant, lock=True)
            revision = row["revision"] + 1
            connection.execute(
                sa.update(plans)
                .where(plans.c.plant == plant, plans.c.number == row["plan_in_force"])
                .values(status="superseded")
            )
            connection.execute(
                sa.insert(snapshots), {"plant": plant, "revision": revision, "loaded": True, "state": blob}
            )
            change_row(
                connection,
                plant,
                revision=revision,
                loaded_revision=revision,
                snapshot_revision=revision,
                loaded_at=at,
                plan_in_force=None,
                plan_in_force_revision=None,
            )
            record = _plant_record(find_plant(connection, plant))
        # As it will be read after a restart, not as it came in: one state, whoever asks.
        self._states.keep((plant, revision), decode_state(blob))
        return record

    def plants(self) -> list[PlantRecord]:
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(plants).order_by(plants.c.plant)).mappings()
            return [_plant_record(row) for row in rows]

    def plant(self, plant: str) -> PlantRecord:
        with self._database.reading() as connection:
            return _plant_record(find_plant(connection, plant))

    def change_plant(self, plant: str, mode: Mode | None = None, policy: Policy | None = None) -> PlantRecord:
        changes = {"mode": mode, "policy": None if policy is None else records.write(policy)}
        changes = {name: value for name, value in changes.items() if value is not None}
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            if changes:
                change_row(connection, plant, **changes)
            return _plant_record(find_plant(connection, plant))

    def append(self, plant: str, events: Sequence[Event], at: dt.datetime) -> Appended:
        self._warm(plant)
        accepted: list[LoggedEvent] = []
        duplicates: list[Event] = []
        rejected: list[Rejected] = []
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            state, revision = self._folded(connection, row), row["revision"]
            texts = [_storable(event) for event in events]
            good = [e for e, text in zip(events, texts, strict=True) if not isinstance(text, InvalidEvent)]
            known = _known(connection, plant, good)
            rows = []
            for event, text in zip(events, texts, strict=True):
                if (event.source, event.id) in known:
                    duplicates.append(event)
                    continue
                try:
                    if isinstance(text, InvalidEvent):
                        raise text
                    # Folded as it will be read again, so that the log gives the same state for ever.
                    event = dataclasses.replace(event, data=json.loads(text))
                    state = fold_event(state, event)
                except InvalidEvent as fault:
                    rejected.append(Rejected(event.id, event.source, str(fault)))
                    continue
                revision += 1
                known.add((event.source, event.id))
                accepted.append(LoggedEvent(revision, event, at))
                rows.append(_event_row(plant, revision, event, text, at))
            self._write_log(connection, plant, rows, revision, at)
        if accepted:
            self._states.keep((plant, revision), state)
            if revision - row["snapshot_revision"] >= EVENTS_PER_SNAPSHOT:
                self._snapshot(plant, revision, state)
        return Appended(revision, tuple(accepted), tuple(duplicates), tuple(rejected))

    def events(self, plant: str, after: int = 0, limit: int = 500) -> list[LoggedEvent]:
        query = (
            sa.select(events)
            .where(events.c.plant == plant, events.c.revision > after)
            .order_by(events.c.revision)
            .limit(limit)
        )
        with self._database.reading() as connection:
            find_plant(connection, plant)
            rows = connection.execute(query).mappings()
            return [LoggedEvent(row["revision"], event_of(row), row["accepted_at"]) for row in rows]

    def _warm(self, plant: str) -> None:
        """After a start-up, fold before the plant is locked, so that nobody waits for it with the lock held."""
        if not any(name == plant for name, _ in self._states.keys()):  # noqa: SIM118
            with self._database.reading() as connection:
                self._states.keep(
                    (plant, (row := find_plant(connection, plant))["revision"]), self._folded(connection, row)
                )

    def _write_log(
        self, connection: Connection, plant: str, rows: list[dict[str, object]], revision: int, at: dt.datetime
    ) -> None:
        if rows:
            connection.execute(sa.insert(events), rows)
            change_row(connection, plant, revision=revision, last_event_at=at)


def _plant_record(row: RowMapping) -> PlantRecord:
    return PlantRecord(
        plant=row["plant"],
        mode=row["mode"],
        policy=records.read_policy(row["policy"]),
        revision=row["revision"],
        loaded_at=row["loaded_at"],
        last_event_at=row["last_event_at"],
        plan_in_force=row["plan_in_force"],
        plan_in_force_revision=row["plan_in_force_revision"],
        told=row["last_message"],
    )


def _event_row(plant: str, revision: int, event: Event, text: str, at: dt.datetime) -> dict[str, object]:
    return {
        "plant": plant,
        "revision": revision,
        "source": event.source,
        "event_id": event.id,
        "type": event.type,
        "time": event.time,
        "data": text,
        "accepted_at": at,
    }


def _storable(event: Event) -> str | InvalidEvent:
    """The event's data as JSON text, or why it cannot be kept."""
    for field, text in (("id", event.id), ("source", event.source), ("type", event.type)):
        if not text or len(text) > LONGEST_NAME or "\0" in text or not _is_unicode(text):
            return InvalidEvent(
                f"event {field}: found {text[:40]!r} of {len(text)} characters, "
                f"expected 1 to {LONGEST_NAME} characters of Unicode without NUL",
                field,
            )
    try:
        return json.dumps(event.data if isinstance(event.data, dict) else dict(event.data), allow_nan=False)
    except (TypeError, ValueError) as fault:
        return InvalidEvent(f"event '{event.id}' data: found a value that JSON cannot say ({fault})", "data")


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)


def _known(connection: Connection, plant: str, wanted: Iterable[Event]) -> set[tuple[str, str]]:
    """Which (source, id) are in the log already."""
    by_source: dict[str, list[str]] = {}
    for event in wanted:
        by_source.setdefault(event.source, []).append(event.id)
    known: set[tuple[str, str]] = set()
    for source, ids in by_source.items():
        for first in range(0, len(ids), NAMES_PER_QUERY):
            chunk = ids[first : first + NAMES_PER_QUERY]
            query = sa.select(events.c.event_id).where(
                events.c.plant == plant, events.c.source == source, events.c.event_id.in_(chunk)
            )
            known.update((source, id) for id in connection.execute(query).scalars())
    return known
