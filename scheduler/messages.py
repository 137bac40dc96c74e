"""Messages to other systems and what they confirm, as records and Protocols: stream, acknowledgements, webhooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, get_args

from scheduler.planning.lists.list_changes import ShownRow

WebhookState: TypeAlias = Literal["active", "disabled"]

MessageType: TypeAlias = Literal[
    "plan.released", "plan.proposed", "plan.improved", "plan.rejected", "plant.loaded", "plant.changed",
    "event.accepted", "event.set_aside", "event.retried", "event.dismissed", "dispatch-list.acknowledged",
    "job.progress", "what-if.progress",
]  # fmt: skip
MESSAGE_TYPES: tuple[MessageType, ...] = get_args(MessageType)
"""What the stream tells and a webhook may want. Nothing else is told, so that nobody waits for it in vain."""
PING = "webhook.ping"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A MES has confirmed the version of a dispatch list that it shows.

    plan : in force when that version was served.   rows : as shown; None: nobody here knows that version any more.
    """

    plant: str
    target: str
    version: str
    by: str
    at: dt.datetime
    plan: int | None = None
    rows: tuple[ShownRow, ...] | None = None


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """What the event stream tells: number (rising, without gaps), type ("plan.released"), data."""

    number: int
    plant: str
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


class MessageReader(Protocol):
    """Looks at what was told and confirmed."""

    def acknowledgement(self, plant: str, target: str) -> Acknowledgement | None:
        """The newest of a target, with its rows."""
        ...

    def acknowledgements(self, plant: str) -> list[Acknowledgement]:
        """The newest per target, without rows."""
        ...

    def stream(self, plant: str, after: int, limit: int = 200) -> list[StreamMessage]:
        """Oldest first, numbers > `after`."""
        ...

    def stream_ends(self, plant: str) -> tuple[int, int]:
        """The oldest number kept and the newest told; (1, 0) before the first."""
        ...


class MessageBook(MessageReader, Protocol):
    """Tells, and keeps what was confirmed."""

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep it and tell it (`dispatch-list.acknowledged`) in one transaction."""
        ...

    def publish(
        self, plant: str, type: MessageType, data: Mapping[str, Any], at: dt.datetime | None = None
    ) -> StreamMessage:
        """Append to the event stream, and to what waits for the webhooks that want it. at : when; None: now."""
        ...


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of a plant's messages. Its secret is not here: nobody reads it again.

    types : of the messages that it wants.   disabled_because : in words; "" while it is active.
    failing_since : since when no delivery went well; None: the last one did.
    waiting, dead : messages not yet delivered, and given up.
    """

    plant: str
    id: str
    url: str
    types: tuple[str, ...]
    description: str
    state: WebhookState
    disabled_because: str
    created_at: dt.datetime
    failing_since: dt.datetime | None = None
    delivered_at: dt.datetime | None = None
    waiting: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to one webhook; `id` and `body` stay the same however often it is tried.

    attempts : made so far.   secrets : to sign with, the newest first; shown nowhere.
    """

    plant: str
    webhook: str
    id: str
    url: str
    type: str
    body: str
    attempts: int
    created_at: dt.datetime
    failing_since: dt.datetime | None
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, and why."""

    id: str
    type: str
    body: str
    attempts: int
    created_at: dt.datetime
    reason: str


class WebhookReader(Protocol):
    """Looks at webhooks. Unknown ids raise UnknownWebhook."""

    def webhooks(self, plant: str) -> list[Webhook]:
        """Oldest first."""
        ...

    def webhook(self, plant: str, id: str) -> Webhook: ...

    def dead_letters(self, plant: str, id: str) -> list[DeadLetter]:
        """Oldest first; the newest 1,000 are kept."""
        ...

    def delivery_counts(self) -> Mapping[str, tuple[int, int]]:
        """Messages (not delivered yet, given up) of each plant that has any."""
        ...


class WebhookBook(WebhookReader, Protocol):
    """Keeps webhooks. What one is told is written by the transaction that makes it true, so nothing is lost with the
    process."""

    def add_webhook(self, webhook: Webhook, secret: str) -> None: ...

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
        """Only what is given changes. Made active again, it counts as never having failed."""
        ...

    def remove_webhook(self, plant: str, id: str) -> None:
        """With everything that waits for it."""
        ...

    def rotate_secret(self, plant: str, id: str, secret: str, old_until: dt.datetime) -> Webhook:
        """Until `old_until` messages are signed with the old secret too."""
        ...

    def post_to_webhook(self, plant: str, id: str, message: str, type: str, body: str, at: dt.datetime) -> None:
        """One message to one webhook, whatever types it wants."""
        ...

    def resend(self, plant: str, id: str, messages: Sequence[str] | None, at: dt.datetime) -> int:
        """Dead letters wait for delivery again, those named or all; how many."""
        ...


class DeliveryBook(Protocol):
    """What is on its way to webhooks: for who sends."""

    def due_deliveries(self, now: dt.datetime, limit: int = 100, busy: Collection[str] = ()) -> list[Delivery]:
        """What is to be tried by now, the oldest message first; none of the webhooks `busy`."""
        ...

    def delivered(self, delivery: Delivery, at: dt.datetime) -> None: ...

    def postpone(self, delivery: Delivery, reason: str, at: dt.datetime, until: dt.datetime) -> None:
        """It failed `at`, and is tried again at `until`."""
        ...

    def bury(self, delivery: Delivery, reason: str, at: dt.datetime) -> None:
        """It is given up, and kept among the dead letters."""
        ...

    def disable_webhook(self, plant: str, id: str, reason: str) -> None:
        """What waits for it becomes dead letters with that reason, and so does what it would have been told later."""
        ...


class NotDelivered(Exception):
    """The other side did not take it, in words.

    gone : it never will (410).   retry_after : seconds that it asked for, None: nothing said.
    """

    def __init__(self, reason: str, gone: bool = False, retry_after: float | None = None) -> None:
        self.gone = gone
        self.retry_after = retry_after
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class WrongAddress:
    """Why nothing is sent to an address: what was found in it, what was expected, and both as a sentence."""

    found: str
    expected: str
    said: str = ""

    def __str__(self) -> str:
        return self.said or f"found {self.found}, expected {self.expected}"


class Courier(Protocol):
    """Carries a signed message to an address."""

    def refuses(self, url: str) -> WrongAddress | None:
        """Why nothing would be sent there; None: it would."""
        ...

    def deliver(self, delivery: Delivery, at: dt.datetime) -> None:
        """Raises NotDelivered."""
        ...

    def close(self) -> None: ...
