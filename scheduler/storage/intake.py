"""One transaction's worth of events for a plant: which are taken in, which wait in quarantine, what is told of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, RowMapping

from scheduler.domain.ahead import refuse_far_ahead
from scheduler.domain.event_reading import event_json, parse_event
from scheduler.domain.events import Event
from scheduler.domain.fold import Folder
from scheduler.domain.keepable import NotKeepable, look_through
from scheduler.domain.minutes import to_minute
from scheduler.domain.plant import PlantState
from scheduler.domain.texts import sayable
from scheduler.errors import InvalidEvent
from scheduler.limits import STANDARD
from scheduler.messages import MessageType
from scheduler.ports import Appended, LoggedEvent, Rejected
from scheduler.storage.database import speaking
from scheduler.storage.event_texts import is_name, storable
from scheduler.storage.outbox import publish_all
from scheduler.storage.outgoing import OutgoingWriter
from scheduler.storage.quarantine_rows import NAMES_PER_QUERY, QuarantineWriter
from scheduler.storage.schema import events

log = structlog.get_logger("rejig.intake")

MOST_REASON = 2_000
MOST_BYTES = 2 * STANDARD.event_bytes
"""Of an event in quarantine with its envelope."""

Name = tuple[str, str]

_KNOWN = sa.select(events.c.event_id).where(
    events.c.plant == sa.bindparam("plant"),
    events.c.source == sa.bindparam("source"),
    events.c.event_id.in_(sa.bindparam("ids", expanding=True)),
)


class Intake:
    """With the plant's row locked: `read` what was posted, `expect` the events, `offer` each, then write.

    revision, state : of the log with what was accepted so far.
    """

    def __init__(self, connection: Connection, row: RowMapping, state: PlantState, at: dt.datetime) -> None:
        self._connection = connection
        self._plant: str = row["plant"]
        self._row = row
        self._at = at
        self._server_now = to_minute(at, state.zone)
        self._quarantine_writer = QuarantineWriter(connection, row, at)
        self._outgoing = OutgoingWriter(connection, row["plant"], at)
        self._known: set[Name] = set()
        self._rows: list[dict[str, object]] = []
        self._folder = Folder(state)
        self.revision: int = row["revision"]
        self.accepted: dict[Name, LoggedEvent] = {}

    @property
    def state(self) -> PlantState:
        return self._folder.state

    def read(self, item: object) -> Event | Rejected:
        """What was posted as an event; what is none is refused, and kept where it says who it is."""
        if isinstance(item, Event):
            return item
        raw: Mapping[str, Any] = item if isinstance(item, Mapping) else {}
        id, source, type_ = (raw.get(name) for name in ("id", "source", "type"))
        try:
            if not isinstance(item, Mapping):
                raise InvalidEvent(f"an event is a JSON object, found {type(item).__name__}; see the contract")
            return parse_event(item, self.state.zone, self.state.now)
        except InvalidEvent as fault:
            reason = str(fault)
        except Exception as fault:
            log.exception("event.not_read", plant=self._plant, id=id, source=source)
            reason = f"a fault of ours, the event is kept to be tried again: {type(fault).__name__}: {fault}"
        id, source, reason = sayable(_said(id)), sayable(_said(source)), sayable(reason, MOST_REASON)
        number = None
        if raw and id == raw.get("id") and source == raw.get("source") and is_name(id) and is_name(source):
            number = self._kept(source, id, sayable(_said(type_)), raw, reason)
        return Rejected(id, source, reason, number)

    def _kept(self, source: str, id: str, type_: str, raw: Mapping[str, Any], reason: str) -> int | None:
        """Its number in quarantine; None where it is of a kind that could not be shown there again."""
        try:
            look_through(raw)
        except NotKeepable:
            return None
        return (
            self._quarantine_writer.keep(source, id, type_, raw, reason) if len(json.dumps(raw)) <= MOST_BYTES else None
        )

    def expect(self, wanted: Iterable[Event]) -> None:
        """Look up which of them the log knows already."""
        by_source: dict[str, list[str]] = {}
        for event in wanted:
            if is_name(event.source) and is_name(event.id):
                by_source.setdefault(event.source, []).append(event.id)
        for source, ids in by_source.items():
            for first in range(0, len(ids), NAMES_PER_QUERY):
                some = {"plant": self._plant, "source": source, "ids": ids[first : first + NAMES_PER_QUERY]}
                self._known.update((source, id) for id in self._connection.execute(_KNOWN, some).scalars())

    def offer(self, event: Event) -> LoggedEvent | Rejected | None:
        """Taken in, or rejected and kept in quarantine; None: it is known already."""
        if (event.source, event.id) in self._known:
            return None
        try:
            text = storable(event)
        except InvalidEvent as fault:
            return Rejected(sayable(event.id), sayable(event.source), sayable(str(fault), MOST_REASON))
        reason = self._fold(event, text)
        if reason is None:
            return self.accepted[event.source, event.id]
        number = self._quarantine_writer.keep(
            event.source, event.id, event.type, event_json(event, self.state.zone), reason
        )
        return Rejected(event.id, event.source, reason, number)

    def take_in_what_waited(self) -> None:
        """Work that was told of before its order, now that the order is there."""
        came = {e.event.data.get("order") for e in self.accepted.values() if e.event.type == "order.created"}
        if not came or not self._quarantine_writer.waiting:
            return
        for source, id, raw in speaking(self._connection, self._quarantine_writer.about(came)):
            try:
                event = parse_event(raw, self.state.zone, self.state.now)
                if (source, id) not in self._known:
                    self._fold(event, storable(event))
            except InvalidEvent:
                continue

    def write(self) -> None:
        if self._rows:
            self._connection.execute(sa.insert(events), self._rows)
            self._quarantine_writer.taken({name: logged.revision for name, logged in self.accepted.items()})
            told: list[tuple[MessageType, Mapping[str, Any]]] = [
                ("event.accepted", {"id": e.event.id, "type": e.event.type, "revision": e.revision})
                for e in self.accepted.values()
            ]
            publish_all(
                self._connection,
                self._plant,
                told,
                self._at,
                last=self._row["last_message"],
                revision=self.revision,
                last_event_at=self._at,
            )
            self._outgoing.write()
        self._quarantine_writer.write()

    def settled(self, answer: Appended) -> Appended:
        """The answer as it is in the end: what was refused at first may have been taken in with its order."""
        late = [r for r in answer.rejected if (r.source, r.id) in self.accepted and r.quarantine is not None]
        return dataclasses.replace(
            answer,
            revision=self.revision,
            accepted=(*answer.accepted, *(self.accepted[r.source, r.id] for r in late)),
            rejected=tuple(r for r in answer.rejected if r not in late),
        )

    def _fold(self, event: Event, text: str) -> str | None:
        """Take it in; the reason where that cannot be."""
        # Folded as it will be read again, so that the log gives the same state for ever.
        event = dataclasses.replace(event, data=json.loads(text))
        before = self.state
        try:
            refuse_far_ahead(event, self.state, self._server_now)
            if event.type == "order.created" and len(self.state.orders) >= STANDARD.operations:
                most = f"at most {STANDARD.operations:,} orders are kept"
                raise InvalidEvent(f"order.created: {most}; load the plant without those that are finished", "type")
            after = self._folder.fold(event)
            if event.type != "order.created":  # of which no work and no stock is known yet
                self._outgoing.heard(before, after, event)
        except InvalidEvent as fault:
            return sayable(str(fault), MOST_REASON)
        except Exception as fault:
            # A fault of ours; whoever posts with it, and whatever comes after it, must not suffer.
            log.exception("event.not_folded", plant=self._plant, id=event.id, source=event.source)
            self._folder = Folder(before)
            reason = f"a fault of ours, the event is kept to be tried again: {type(fault).__name__}: {fault}"
            return sayable(reason, MOST_REASON)
        self.revision += 1
        name = (event.source, event.id)
        self._known.add(name)
        self.accepted[name] = LoggedEvent(self.revision, event, self._at)
        self._rows.append(
            {
                "plant": self._plant,
                "revision": self.revision,
                "source": event.source,
                "event_id": event.id,
                "type": event.type,
                "time": event.time,
                "data": text,
                "accepted_at": self._at,
            }
        )
        return None


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""
