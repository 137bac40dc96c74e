"""The log of a plant: events are taken in once, in order, several posts in one commit where they come together."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute
from scheduler.fault_points import passing
from scheduler.log_ports import MOST_HEARD, Heard
from scheduler.ports import Appended, LoggedEvent, Rejected
from scheduler.storage.database import speaking
from scheduler.storage.folding import EVENTS_PER_SNAPSHOT, FoldingRepository, event_of
from scheduler.storage.intake import Intake
from scheduler.storage.repository import find_plant
from scheduler.storage.schema import events


class LogRepository(FoldingRepository):
    """append, append_all, events, events_about, told_by, heard."""

    def append(self, plant: str, events: Sequence[object], at: dt.datetime) -> Appended:
        return self.append_all(plant, [events], at)[0]

    def append_all(self, plant: str, posts: Sequence[Sequence[object]], at: dt.datetime) -> list[Appended]:
        self._warm(plant)
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            intake = Intake(connection, row, self._folded(connection, row), at)
            read = [[intake.read(item) for item in speaking(connection, post)] for post in posts]
            intake.expect(item for post in read for item in post if isinstance(item, Event))
            answers = [_one(intake, speaking(connection, post)) for post in read]
            intake.take_in_what_waited()
            intake.write()
            passing("event.appended")
        passing("event.committed")
        if intake.accepted:
            self._states.keep((plant, intake.revision), intake.state)
            if intake.revision - row["snapshot_revision"] >= EVENTS_PER_SNAPSHOT:
                self._snapshot(plant, intake.revision, intake.state)
        return [intake.settled(answer) for answer in answers]

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
            return [LoggedEvent(row["revision"], event_of(row), row["accepted_at"], row["set_aside"]) for row in rows]

    def events_about(self, plant: str, order: str, operation: int, since: dt.datetime, limit: int) -> list[LoggedEvent]:
        named = events.c.data.contains(json.dumps(order), autoescape=True)
        query = (
            sa.select(events)
            .where(events.c.plant == plant, events.c.accepted_at >= since, named)
            .order_by(events.c.revision.desc())
        )
        found: list[LoggedEvent] = []
        with self._database.reading() as connection:
            find_plant(connection, plant)
            with connection.execute(query.execution_options(yield_per=500)) as rows:
                for row in rows.mappings():
                    event = event_of(row)
                    if event.data.get("order") == order and event.data.get("operation", operation) == operation:
                        found.append(LoggedEvent(row["revision"], event, row["accepted_at"], row["set_aside"]))
                    if len(found) == limit:
                        break
        return found

    def told_by(self, plant: str, source: str, type: str, limit: int) -> list[Event]:
        query = (
            sa.select(events)
            .where(events.c.plant == plant, events.c.source == source, events.c.type == type)
            .where(events.c.set_aside.is_(None))
            .order_by(events.c.revision.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            find_plant(connection, plant)
            return [event_of(row) for row in connection.execute(query).mappings()]

    def heard(self, plant: str, kind: str, since: Minute, day: Minute, now: Minute) -> list[Heard]:
        report = events.c.type.startswith(kind, autoescape=True)
        with self._database.reading() as connection:
            newest: int = find_plant(connection, plant)["revision"]
            query = (
                sa.select(
                    events.c.source,
                    sa.func.count(sa.case((report, 1))).label("reports"),
                    sa.func.count(sa.case((report & (events.c.time > day), 1))).label("in_day"),
                    sa.func.min(sa.case((events.c.time <= now, events.c.time))).label("first"),
                    sa.func.max(sa.case((events.c.time <= now, events.c.time))).label("last"),
                )
                .where(
                    events.c.plant == plant,
                    events.c.revision > newest - MOST_HEARD,
                    events.c.time > since,
                    events.c.set_aside.is_(None),
                )
                .group_by(events.c.source)
                .order_by(events.c.source)
            )
            rows = connection.execute(query).all()
        return [
            Heard(
                row.source,
                row.reports,
                row.in_day,
                now if row.first is None else row.first,
                now if row.last is None else row.last,
            )
            for row in rows
        ]

    def _warm(self, plant: str) -> None:
        """After a start-up, fold before the plant is locked, so that nobody waits for it. Raises UnknownPlant."""
        if not any(name == plant for name, _ in self._states.keys()):  # noqa: SIM118
            with self._database.reading() as connection:
                row = find_plant(connection, plant)
                self._states.keep((plant, row["revision"]), self._folded(connection, row))


def _one(intake: Intake, post: Iterable[Event | Rejected]) -> Appended:
    accepted: list[LoggedEvent] = []
    duplicates: list[Event] = []
    rejected: list[Rejected] = []
    for item in post:
        if isinstance(item, Rejected):
            rejected.append(item)
            continue
        match intake.offer(item):
            case LoggedEvent() as logged:
                accepted.append(logged)
            case Rejected() as refused:
                rejected.append(refused)
            case None:
                duplicates.append(item)
    return Appended(intake.revision, tuple(accepted), tuple(duplicates), tuple(rejected))
