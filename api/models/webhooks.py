"""Webhooks: who is told of what, and what could not be delivered."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.models.fields import Answer, Request, about
from api.models.plants import LATER, NOW

URL = "https://mes.example/rejig"


class WebhookAsk(Request):
    """A new webhook."""

    url: Annotated[str, about("Where messages are posted, http or https", URL, min_length=1, max_length=2000)]
    types: Annotated[
        list[str],
        about("Types of messages wanted, as the stream names them", ["plan.released"], min_length=1, max_length=50),
    ] = Field(default_factory=lambda: ["plan.released"])
    description: Annotated[str, about("For people", "MES of hall 1", max_length=500)] = ""


class WebhookChange(Request):
    """What to change; what is left out stays."""

    url: Annotated[str | None, about("Where messages are posted", URL, min_length=1, max_length=2000)] = None
    types: Annotated[
        list[str] | None, about("Types of messages wanted", ["plan.released"], min_length=1, max_length=50)
    ] = None
    description: Annotated[str | None, about("For people", "MES of hall 1", max_length=500)] = None
    active: Annotated[bool | None, about("false: nothing is sent; true: again, as if it had never failed", True)] = None


class WebhookModel(Answer):
    """A webhook, without its secret."""

    id: Annotated[str, about("Its id", "wh-3f2a9c81d07e")]
    url: Annotated[str, about("Where messages are posted", URL)]
    types: Annotated[list[str], about("Types of messages wanted", ["plan.released"])]
    description: Annotated[str, about("For people", "MES of hall 1")]
    state: Annotated[Literal["active", "disabled"], about("disabled: nothing is sent", "active")]
    disabled_because: Annotated[
        str,
        about("Why it is disabled, in words; empty: it is not", "it answered 410 Gone; the last fault: answered 410"),
    ]
    created_at: Annotated[str, about("When it was made", NOW, "ISO 8601 with offset")]
    delivered_at: Annotated[
        str | None, about("Last delivery that went well; null: none", LATER, "ISO 8601 with offset")
    ]
    failing_since: Annotated[
        str | None, about("Since when none went well; null: the last one did", None, "ISO 8601 with offset")
    ]
    waiting: Annotated[int, about("Messages not delivered yet", 0, "1")]
    dead_letters: Annotated[int, about("Messages given up", 0, "1")]


class WebhookWithSecret(WebhookModel):
    """A webhook with a secret that is told this once."""

    secret: Annotated[
        str, about("Signs every message; keep it, it is never told again", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    ]


class WebhookList(Answer):
    """The webhooks of a plant."""

    webhooks: Annotated[list[WebhookModel], about("Oldest first", [])]


class PingAnswer(Answer):
    """A test message is on its way."""

    message: Annotated[str, about("Its `webhook-id`", "msg_wh-3f2a9c81d07e_ping_5d01")]


class DeadLetterModel(Answer):
    """A message that was given up."""

    message: Annotated[str, about("Its `webhook-id`", "msg_wh-3f2a9c81d07e_42")]
    type: Annotated[str, about("Its type", "plan.released")]
    created_at: Annotated[str, about("When what it tells of happened", NOW, "ISO 8601 with offset")]
    attempts: Annotated[int, about("How often it was tried", 10, "1")]
    reason: Annotated[str, about("Why it was given up", "given up after 10 attempts: answered 500")]
    payload: Annotated[dict[str, Any], about("What was to be delivered", {"type": "plan.released"})]


class DeadLetterList(Answer):
    """What could not be delivered."""

    dead_letters: Annotated[list[DeadLetterModel], about("Oldest first; the newest 1,000 are kept", [])]


class ResendAsk(Request):
    """Which dead letters to send again."""

    messages: Annotated[
        list[str] | None, about("Ids of messages; null: all", ["msg_wh-3f2a9c81d07e_42"], max_length=1000)
    ] = None


class ResendAnswer(Answer):
    """What is sent again."""

    resent: Annotated[int, about("Messages that wait for delivery again", 1, "1")]
