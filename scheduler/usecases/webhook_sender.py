"""The sender: takes what waits for the webhooks out of the ledger and delivers it. One at a time, by a lease.

What waits was written by the transaction that it tells of, so nothing is lost with the process; a message may come
twice after a crash, under the same id. Each webhook gets one message at a time, the oldest first, and a slow one keeps
no other waiting. A message that failed is tried again later and does not hold up those behind it.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from scheduler.errors import UnknownPlant
from scheduler.messages import Courier, Delivery, NotDelivered, Webhook
from scheduler.ports import DeliveryBook
from scheduler.usecases.leased_loop import LeasedLoop
from scheduler.usecases.retries import retry_after
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.webhooks")

BREATH_SECONDS = 0.05
MOST_AT_ONCE = 8
MOST_OF_A_PLANT = 4
"""So that a plant whose receivers answer slowly leaves room for the others."""
MOST_ATTEMPTS = 10
"""5 s, 20 s, 80 s, 5 min, 21 min, 1.4 h, 5.7 h and twice 6 h apart: for about 19 hours."""
DISABLED_AFTER = dt.timedelta(hours=24)


class WebhookSender:
    """`start` once, `close` once; or call `step` by hand."""

    def __init__(self, tools: Tools, courier: Courier, chance: random.Random | None = None) -> None:
        self._tools = tools
        self._waiting: DeliveryBook = tools.ledger
        self._courier = courier
        self._chance = chance or random.Random()
        self._busy: dict[str, tuple[str, Future[None]]] = {}
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="webhook")
        self._loop = LeasedLoop(tools, "webhooks", self.step, errors="webhook_errors", breath=BREATH_SECONDS)

    def start(self) -> None:
        self._loop.start()

    def close(self) -> None:
        """What is on its way is waited for; what waits is delivered after the next start."""
        self._loop.end()
        self._pool.shutdown()
        self._loop.release()
        self._courier.close()

    def step(self) -> int:
        """Begin what is due, one message to each webhook that none is on its way to; how many were begun."""
        self._busy = {id: busy for id, busy in self._busy.items() if not busy[1].done()}
        begun = 0
        while len(self._busy) < MOST_AT_ONCE and not self._loop.closing:
            due = self._waiting.due_deliveries(self._tools.clock(), limit=1, busy=[*self._busy, *self._in_turn()])
            if not due:
                break
            self._busy[due[0].webhook] = due[0].plant, self._pool.submit(self._try, due[0])
            begun += 1
        return begun

    def _in_turn(self) -> list[str]:
        """The webhooks of plants that have as many messages on their way as one may have."""
        underway = Counter(plant for plant, _ in self._busy.values())
        full = [plant for plant, count in underway.items() if count >= MOST_OF_A_PLANT]
        return [webhook.id for plant in full for webhook in self._webhooks_of(plant)]

    def _webhooks_of(self, plant: str) -> list[Webhook]:
        try:
            return self._tools.ledger.webhooks(plant)
        except UnknownPlant:
            return []  # it was deleted while its messages were on their way

    def wait(self) -> None:
        """Until nothing is on its way."""
        for _, sending in list(self._busy.values()):
            sending.result()

    def _try(self, delivery: Delivery) -> None:
        try:
            self._deliver(delivery)
        except Exception:
            # The ledger is away: the message still waits there, and goes out once more when it is back.
            log.exception("webhooks.not_recorded", plant=delivery.plant, webhook=delivery.webhook, message=delivery.id)
            self._tools.meters.count("webhook_errors")
            self._loop.pause()
        finally:
            self._loop.wake()

    def _deliver(self, delivery: Delivery) -> None:
        tools, began = self._tools, self._tools.clock()
        try:
            self._courier.deliver(delivery, began)
        except NotDelivered as failed:
            self._failed(delivery, failed)
            return
        self._waiting.delivered(delivery, tools.clock())
        tools.meters.count("webhook_deliveries", plant=delivery.plant, result="delivered")
        tools.meters.took("webhook_delivery", (tools.clock() - began).total_seconds(), plant=delivery.plant)

    def _failed(self, delivery: Delivery, failed: NotDelivered) -> None:
        tools, now, attempts = self._tools, self._tools.clock(), delivery.attempts + 1
        tools.meters.count("webhook_deliveries", plant=delivery.plant, result="failed")
        log.warning(
            "webhooks.not_delivered",
            plant=delivery.plant,
            webhook=delivery.webhook,
            message=delivery.id,
            attempts=attempts,
            reason=str(failed),
        )
        if failed.gone or attempts >= MOST_ATTEMPTS:
            self._waiting.bury(
                delivery, f"given up after {attempts} attempt{'' if attempts == 1 else 's'}: {failed}", now
            )
            tools.meters.count("webhook_deliveries", plant=delivery.plant, result="dead")
        else:
            pause = max(retry_after(attempts, self._chance), failed.retry_after or 0.0)
            self._waiting.postpone(delivery, str(failed), now, now + dt.timedelta(seconds=pause))
        since = delivery.failing_since or now
        if failed.gone or now - since >= DISABLED_AFTER:
            why = "it answered 410 Gone" if failed.gone else f"nothing was delivered since {since:%Y-%m-%d %H:%M} UTC"
            self._waiting.disable_webhook(delivery.plant, delivery.webhook, f"{why}; the last fault: {failed}")
            tools.meters.count("webhooks_disabled", plant=delivery.plant)
