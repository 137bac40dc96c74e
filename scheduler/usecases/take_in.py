"""A message of another system becomes events: read, compared, posted, and what became of it written beside it.

Nothing is half done: what a message says is posted under ids of that message, and only then the message is settled. A
process that dies between the two reads it once more, and the ids are known already.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import structlog

from scheduler.connect_ports import Adapter, Arrived, InState, Reading, Received
from scheduler.domain.imports import Difference, Imported, ImportedTable, RejectedRow, difference, merged
from scheduler.fault_points import passing
from scheduler.ports import Ledger
from scheduler.usecases.post_events import post_events
from scheduler.usecases.tools import Tools
from scheduler.usecases.unseen import unseen_movements

log = structlog.get_logger("rejig.connections")

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became, or would become, of a message. said : the report, in words."""

    state: InState
    said: str
    change: Difference = field(default_factory=Difference)
    rejected: tuple[RejectedRow, ...] = ()


def take_in(tools: Tools, adapter: Adapter, message: Received, replay: bool = False) -> Outcome:
    """Read a message of the inbox and settle it, over there too.

    replay : it was settled before; only rows that were rejected then and that nothing later speaks of count now.
    Raises UnknownPlant, UnknownConnection.
    """
    link, at = adapter.link, tools.clock()
    reading, change = _compared(tools.ledger, adapter, message, replay)
    state = _state(reading, change)
    known, rejected = None, [*reading.rejected, *change.rejected]
    said = [f"{message.outer_id.rpartition('@')[0] or message.outer_id}: {WORDS[state]}"]
    if state == "done":
        posted = post_events(tools, link.plant, change.events) if change.events else None
        for refused in posted.rejected if posted else ():
            kind, name = change.subjects[refused.id]
            row = reading.imported.of(kind).rows.get(name, {})
            reason = refused.reason.partition(f"'{refused.id}': ")[2] or refused.reason
            rejected.append(RejectedRow(kind, name, f"{kind}.event", reason, row=row))
        passing("import.posted")
        refused_rows = {(row.kind, row.name) for row in rejected}
        known = merged(tools.ledger.imported(link), reading.imported, refused_rows, change.vanished)
        taken = len(posted.accepted) if posted else 0
        said.append(f"{taken} change{'' if taken == 1 else 's'}")
        tools.meters.count("connection_events", taken, connection=link.name)
        tools.meters.count("connection_rejected_rows", len(rejected), connection=link.name)
    outcome = Outcome(state, "\n".join([*said, *_details(reading, change, rejected)]), change, tuple(rejected))
    speaks_of_orders = "orders" in reading.imported.tables and not replay
    tools.ledger.settle_message(
        message,
        state,
        outcome.said,
        at,
        known=known,
        rejected=rejected,
        vanished=change.vanished if state == "done" and speaks_of_orders else None,
    )
    passing("import.settled")
    adapter.settle(message.outer_id, state, outcome.said)
    tools.meters.count("connection_messages", connection=link.name, direction="in", result=state)
    return outcome


def preview(ledger: Ledger, adapter: Adapter, message: Received) -> Outcome:
    """What `take_in` would do; nothing is changed."""
    reading, change = _compared(ledger, adapter, message, replay=False)
    rejected = (*reading.rejected, *change.rejected)
    state = _state(reading, change)
    events = [f"  {event.type} {dict(event.data)}" for event in change.events[:SHOWN]]
    more = [f"  and {len(change.events) - SHOWN} more"] if len(change.events) > SHOWN else []
    head = f"{message.outer_id.rpartition('@')[0]}: would be {state}, {len(change.events)} changes"
    return Outcome(state, "\n".join([head, *events, *more, *_details(reading, change, rejected)]), change, rejected)


WORDS: dict[InState, str] = {
    "done": "read",
    "failed": "not read, nothing was changed",
    "asked": "waits for an answer, nothing was changed",
}


def _compared(ledger: Ledger, adapter: Adapter, message: Received, replay: bool) -> tuple[Reading, Difference]:
    link = adapter.link
    _, state = ledger.state(link.plant)
    spoken = message.spoken_at or message.received_at
    reading = adapter.understood(Arrived(message.outer_id, message.content, message.spoken_at), state)
    if reading.stopped or reading.asks:
        return reading, Difference()
    previous = ledger.imported(link)
    if replay:
        reading = _only_rejected(ledger, message, reading, previous)
    else:
        if older := _older(reading.imported, previous, spoken, state.zone):
            return replace(reading, stopped=older), Difference()
        tables = {kind: replace(table, spoken_at=spoken) for kind, table in reading.imported.tables.items()}
        reading = replace(reading, imported=Imported(tables))
    exact, unseen = "stock" in link.writes, {}
    if "stock" in reading.imported.tables:
        unseen = ledger.unbooked(link.name, spoken) if exact else unseen_movements(ledger, link, spoken)
    change = difference(
        state,
        reading.imported,
        previous,
        source=link.source,
        message=f"{message.number}-{message.received_at:%Y%m%dT%H%M%S%f}",
        rules=link.rules,
        unseen=unseen,
        exact=exact,
    )
    return reading, change


def _older(new: Imported, previous: Imported, spoken: dt.datetime, zone: dt.tzinfo) -> str:
    """Why a message may not be taken in because something newer was; "": nothing newer was.

    One that waited for an answer may have been overtaken, and its dates and stock are no longer true.
    """
    for kind in new.tables:
        known = previous.of(kind).spoken_at
        if known is not None and spoken < known:
            return (
                f"{kind}: this is of {spoken.astimezone(zone):%Y-%m-%d %H:%M:%S}, and what was read already is of "
                f"{known.astimezone(zone):%Y-%m-%d %H:%M:%S}, which is newer, so nothing was changed. If this is right "
                "nevertheless, save it once more, so that it is the newest, and send that"
            )
    return ""


def _only_rejected(ledger: Ledger, message: Received, reading: Reading, previous: Imported) -> Reading:
    """Of an old message, the rows that were rejected then and are not known since; it lists nothing whole."""
    rows = ledger.rejected_rows(message.connection)
    wanted = {(row.kind, row.name) for number, row in rows if number == message.number}
    tables = {}
    for kind, table in reading.imported.tables.items():
        known = previous.of(kind).rows
        some = {name: row for name, row in table.rows.items() if (kind, name) in wanted and name not in known}
        tables[kind] = ImportedTable(some, False, table.columns, previous.of(kind).spoken_at)
    return Reading(Imported(tables), reading.rejected, reading.notices)


def _state(reading: Reading, change: Difference) -> InState:
    if reading.stopped or change.stopped:
        return "failed"
    return "asked" if reading.asks else "done"


def _details(reading: Reading, change: Difference, rejected: list[RejectedRow] | tuple[RejectedRow, ...]) -> list[str]:
    said = [line for text in (reading.stopped, reading.asks, change.stopped) if text for line in text.splitlines()]
    said += [f"row rejected ({row.rule}): {row.reason}" for row in rejected[:SHOWN]]
    if len(rejected) > SHOWN:
        said.append(f"and {len(rejected) - SHOWN} rows more")
    if change.vanished:
        names = ", ".join(change.vanished[:20]) + (" …" if len(change.vanished) > 20 else "")
        said.append(f"no longer in the list, and kept until somebody decides: {names}")
    return [*said, *(f"note: {notice}" for notice in reading.notices)]
