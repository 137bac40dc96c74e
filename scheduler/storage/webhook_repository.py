"""Webhooks, what waits for them, and what was given up."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.errors import Conflict, UnknownWebhook, did_you_mean
from scheduler.messages import DeadLetter, Delivery, Webhook
from scheduler.storage.outbox import waiting
from scheduler.storage.repository import Repository, find_plant
from scheduler.storage.schema import deliveries, webhooks

DEAD_KEPT = 1000


class WebhookRepository(Repository):
    """The `WebhookBook`. Deliveries are marked without the plant's lock: only one sender is at work on them."""

    def add_webhook(self, webhook: Webhook, secret: str) -> None:
        with self._database.writing() as connection:
            find_plant(connection, webhook.plant, lock=True)
            connection.execute(
                sa.insert(webhooks),
                {
                    "plant": webhook.plant,
                    "id": webhook.id,
                    "url": webhook.url,
                    "types": json.dumps(webhook.types),
                    "description": webhook.description,
                    "state": webhook.state,
                    "disabled_because": webhook.disabled_because,
                    "secret": secret,
                    "created_at": webhook.created_at,
                },
            )

    def webhooks(self, plant: str) -> list[Webhook]:
        with self._database.reading() as connection:
            find_plant(connection, plant)
            return _webhooks(connection, plant)

    def webhook(self, plant: str, id: str) -> Webhook:
        with self._database.reading() as connection:
            find_plant(connection, plant)
            return _webhook(connection, plant, id)

    def change_webhook(
        self,
        plant: str,
        id: str,
        *,
        url: str | None = None,
        types: Collection[str] | None = None,
        description: str | None = None,
        active: bool | None = None,
    ) -> Webhook:
        changes: dict[str, object] = {}
        if url is not None:
            changes["url"] = url
        if types is not None:
            changes["types"] = json.dumps(list(types))
        if description is not None:
            changes["description"] = description
        if active is not None:
            why = "" if active else "somebody has switched it off"
            changes |= {"state": "active" if active else "disabled", "disabled_because": why, "failing_since": None}
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            _webhook(connection, plant, id)
            if changes:
                connection.execute(sa.update(webhooks).where(_is(plant, id)).values(**changes))
            return _webhook(connection, plant, id)

    def remove_webhook(self, plant: str, id: str) -> None:
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            _webhook(connection, plant, id)
            connection.execute(sa.delete(deliveries).where(_of(plant, id)))
            connection.execute(sa.delete(webhooks).where(_is(plant, id)))

    def rotate_secret(self, plant: str, id: str, secret: str, old_until: dt.datetime) -> Webhook:
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            _webhook(connection, plant, id)
            values = {"old_secret": webhooks.c.secret, "old_secret_until": old_until, "secret": secret}
            connection.execute(sa.update(webhooks).where(_is(plant, id)).values(**values))
            return _webhook(connection, plant, id)

    def post_to_webhook(self, plant: str, id: str, message: str, type: str, body: str, at: dt.datetime) -> None:
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            hook = _webhook(connection, plant, id)
            if hook.state == "disabled":
                raise Conflict(f"webhook '{id}' is disabled ({hook.disabled_because}); make it active first")
            connection.execute(sa.insert(deliveries), waiting(plant, id, message, type, body, at))

    def delivery_counts(self) -> dict[str, tuple[int, int]]:
        query = sa.select(deliveries.c.plant, deliveries.c.state, sa.func.count()).group_by(
            deliveries.c.plant, deliveries.c.state
        )
        with self._database.reading() as connection:
            found = {(plant, state): int(n) for plant, state, n in connection.execute(query)}
        plants = {plant for plant, _ in found}
        return {plant: (found.get((plant, "waiting"), 0), found.get((plant, "dead"), 0)) for plant in plants}

    def due_deliveries(self, now: dt.datetime, limit: int = 100, busy: Collection[str] = ()) -> list[Delivery]:
        both = deliveries.join(
            webhooks, (deliveries.c.plant == webhooks.c.plant) & (deliveries.c.webhook == webhooks.c.id)
        )
        hook = webhooks.c
        query = (
            sa.select(deliveries, hook.url, hook.secret, hook.old_secret, hook.old_secret_until, hook.failing_since)
            .select_from(both)
            .where(deliveries.c.state == "waiting", deliveries.c.next_at <= now, hook.state == "active")
            .where(deliveries.c.webhook.not_in(list(busy)))
            .order_by(deliveries.c.next_at, deliveries.c.created_at, sa.func.length(deliveries.c.id), deliveries.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_delivery(row, now) for row in connection.execute(query).mappings()]

    def delivered(self, delivery: Delivery, at: dt.datetime) -> None:
        """Not waited for on the disk: after a power cut it may go out twice, under the same id."""
        with self._database.writing(durable=False) as connection:
            connection.execute(sa.delete(deliveries).where(_this(delivery)))
            values = {"failing_since": None, "delivered_at": at}
            connection.execute(sa.update(webhooks).where(_is(delivery.plant, delivery.webhook)).values(**values))

    def postpone(self, delivery: Delivery, reason: str, at: dt.datetime, until: dt.datetime) -> None:
        self._failed(delivery, at, next_at=until, reason=reason)

    def bury(self, delivery: Delivery, reason: str, at: dt.datetime) -> None:
        self._failed(delivery, at, state="dead", reason=reason)

    def disable_webhook(self, plant: str, id: str, reason: str) -> None:
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            _webhook(connection, plant, id)
            values = {"state": "disabled", "disabled_because": reason}
            connection.execute(sa.update(webhooks).where(_is(plant, id)).values(**values))
            left = _of(plant, id) & (deliveries.c.state == "waiting")
            dead = {"state": "dead", "reason": f"the webhook was disabled: {reason}"}
            connection.execute(sa.update(deliveries).where(left).values(**dead))

    def dead_letters(self, plant: str, id: str) -> list[DeadLetter]:
        query = (
            sa.select(deliveries)
            .where(_of(plant, id), deliveries.c.state == "dead")
            .order_by(deliveries.c.created_at.desc(), sa.func.length(deliveries.c.id).desc(), deliveries.c.id.desc())
            .limit(DEAD_KEPT)
        )
        with self._database.reading() as connection:
            find_plant(connection, plant)
            _webhook(connection, plant, id)
            rows = connection.execute(query).mappings().all()
        fields = DeadLetter.__slots__
        return [DeadLetter(**{name: row[name] for name in fields}) for row in reversed(rows)]

    def resend(self, plant: str, id: str, messages: Sequence[str] | None, at: dt.datetime) -> int:
        chosen = _of(plant, id) & (deliveries.c.state == "dead")
        if messages is not None:
            chosen &= deliveries.c.id.in_(list(messages))
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            hook = _webhook(connection, plant, id)
            if hook.state == "disabled":
                raise Conflict(f"webhook '{id}' is disabled ({hook.disabled_because}); make it active first")
            again = {"state": "waiting", "attempts": 0, "next_at": at, "reason": ""}
            return connection.execute(sa.update(deliveries).where(chosen).values(**again)).rowcount

    def _failed(self, delivery: Delivery, at: dt.datetime, **values: object) -> None:
        with self._database.writing(durable=False) as connection:
            values["attempts"] = delivery.attempts + 1
            connection.execute(sa.update(deliveries).where(_this(delivery)).values(**values))
            since = sa.func.coalesce(
                webhooks.c.failing_since, sa.bindparam("since", at, type_=webhooks.c.created_at.type)
            )
            connection.execute(
                sa.update(webhooks).where(_is(delivery.plant, delivery.webhook)).values(failing_since=since)
            )
            if values.get("state") == "dead":
                _forget_old(connection, delivery.plant, delivery.webhook)


def _forget_old(connection: Connection, plant: str, id: str) -> None:
    """Of the dead letters only the newest are kept."""
    dead = _of(plant, id) & (deliveries.c.state == "dead")
    kept = sa.select(deliveries.c.id).where(dead).order_by(deliveries.c.created_at.desc(), deliveries.c.id.desc())
    connection.execute(sa.delete(deliveries).where(dead, deliveries.c.id.not_in(kept.limit(DEAD_KEPT))))


def _is(plant: str, id: str) -> sa.ColumnElement[bool]:
    return (webhooks.c.plant == plant) & (webhooks.c.id == id)


def _of(plant: str, id: str) -> sa.ColumnElement[bool]:
    return (deliveries.c.plant == plant) & (deliveries.c.webhook == id)


def _this(delivery: Delivery) -> sa.ColumnElement[bool]:
    return _of(delivery.plant, delivery.webhook) & (deliveries.c.id == delivery.id)


def _webhook(connection: Connection, plant: str, id: str) -> Webhook:
    known = _webhooks(connection, plant)
    found = next((hook for hook in known if hook.id == id), None)
    if found is None:
        raise UnknownWebhook(f"plant '{plant}' has no webhook '{id}'; {did_you_mean(id, [h.id for h in known])}")
    return found


def _webhooks(connection: Connection, plant: str) -> list[Webhook]:
    here = deliveries.c.plant == plant
    counting = sa.select(deliveries.c.webhook, deliveries.c.state, sa.func.count()).where(here)
    counts = {(w, s): n for w, s, n in connection.execute(counting.group_by(deliveries.c.webhook, deliveries.c.state))}
    query = sa.select(webhooks).where(webhooks.c.plant == plant).order_by(webhooks.c.created_at, webhooks.c.id)
    return [
        Webhook(
            plant=row["plant"],
            id=row["id"],
            url=row["url"],
            types=tuple(json.loads(row["types"])),
            description=row["description"],
            state=row["state"],
            disabled_because=row["disabled_because"],
            created_at=row["created_at"],
            failing_since=row["failing_since"],
            delivered_at=row["delivered_at"],
            waiting=counts.get((row["id"], "waiting"), 0),
            dead=counts.get((row["id"], "dead"), 0),
        )
        for row in connection.execute(query).mappings()
    ]


def _delivery(row: RowMapping, now: dt.datetime) -> Delivery:
    old = row["old_secret"] if row["old_secret_until"] is not None and row["old_secret_until"] > now else None
    return Delivery(
        plant=row["plant"],
        webhook=row["webhook"],
        id=row["id"],
        url=row["url"],
        type=row["type"],
        body=row["body"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        failing_since=row["failing_since"],
        secrets=(row["secret"],) if old is None else (row["secret"], old),
    )
