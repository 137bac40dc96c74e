"""The outbox: a message goes on the stream and into the deliveries of each webhook, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scheduler.messages import MessageType, StreamMessage
from scheduler.storage.repository import change_row
from scheduler.storage.schema import deliveries, messages, plants, webhooks

MESSAGES_KEPT = 10_000
"""At least so many, and up to a hundredth more."""

_LAST = sa.select(plants.c.last_message).where(plants.c.plant == sa.bindparam("plant"))
_OLD = sa.delete(messages).where(messages.c.plant == sa.bindparam("of"), messages.c.number <= sa.bindparam("last"))
_WEBHOOKS = sa.select(webhooks.c.id, webhooks.c.types, webhooks.c.state, webhooks.c.disabled_because).where(
    webhooks.c.plant == sa.bindparam("plant")
)


def publish(
    connection: Connection, plant: str, type: MessageType, data: Mapping[str, Any], at: dt.datetime
) -> StreamMessage:
    """Publish one message. The plant's row must be locked: then numbers have no gaps, and a reader of one message sees
    all before it."""
    return publish_all(connection, plant, [(type, data)], at)[0]


def publish_all(
    connection: Connection,
    plant: str,
    told: Sequence[tuple[MessageType, Mapping[str, Any]]],
    at: dt.datetime,
    last: int | None = None,
    **changes: object,
) -> list[StreamMessage]:
    """As `publish`, each (type, data) in turn.

    last : the number of the plant's newest message, where it is known.   changes : of the plant's row, written with it.
    """
    if last is None:
        last = int(connection.execute(_LAST, {"plant": plant}).scalar_one())
    texts = [json.dumps(dict(data)) for _, data in told]
    said = [
        StreamMessage(number, plant, type, json.loads(text))
        for number, ((type, _), text) in enumerate(zip(told, texts, strict=True), start=last + 1)
    ]
    connection.execute(
        sa.insert(messages),
        [
            {"plant": plant, "number": message.number, "type": message.type, "data": text}
            for message, text in zip(said, texts, strict=True)
        ],
    )
    newest = said[-1].number
    swept_together = max(1, MESSAGES_KEPT // 100)
    if newest // swept_together > last // swept_together:
        connection.execute(_OLD, {"of": plant, "last": newest - MESSAGES_KEPT})
    change_row(connection, plant, last_message=newest, **changes)
    queue_deliveries(connection, said, at)
    return said


def queue_deliveries(connection: Connection, said: list[StreamMessage], at: dt.datetime) -> None:
    """Queue each message (all of one plant) for the webhooks that want it; for a disabled one it is a dead letter."""
    wanted = [(hook, json.loads(hook.types)) for hook in connection.execute(_WEBHOOKS, {"plant": said[0].plant})]
    rows = [
        waiting(
            message.plant,
            hook.id,
            f"msg_{hook.id}_{message.number}",
            message.type,
            webhook_body(message.plant, message.type, message.data, at),
            at,
            "" if hook.state == "active" else f"the webhook was disabled: {hook.disabled_because}",
        )
        for message in said
        for hook, types in wanted
        if message.type in types
    ]
    if rows:
        connection.execute(sa.insert(deliveries), rows)


def webhook_body(plant: str, type: str, data: Mapping[str, Any], at: dt.datetime) -> str:
    """As Standard Webhooks has it: type, timestamp, data."""
    payload = {"type": type, "timestamp": at.astimezone(dt.UTC).isoformat(), "data": {"plant": plant, **data}}
    return json.dumps(payload, separators=(",", ":"))


def waiting(plant: str, webhook: str, id: str, type: str, body: str, at: dt.datetime, dead: str = "") -> dict[str, Any]:
    """A row of `deliveries`. dead : why it will not be tried; "": it will."""
    return {
        "plant": plant,
        "webhook": webhook,
        "id": id,
        "type": type,
        "body": body,
        "state": "dead" if dead else "waiting",
        "attempts": 0,
        "created_at": at,
        "next_at": at,
        "reason": dead,
    }
