"""Webhooks of a plant: made, changed, tried out, their secrets renewed, what was given up sent again."""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
from collections.abc import Collection

from scheduler.errors import BadRequest, did_you_mean
from scheduler.messages import MESSAGE_TYPES, PING, Webhook
from scheduler.usecases.tools import Tools

SECRET_BYTES = 32
OLD_SECRET_HOURS = 24
"""How long after a rotation messages are signed with the old secret too."""


def new_secret() -> str:
    """As Standard Webhooks writes it: whsec_ and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def add_webhook(
    tools: Tools, plant: str, url: str, types: Collection[str], description: str = ""
) -> tuple[Webhook, str]:
    """The webhook and its secret, which is told here and never again. Raises BadRequest, UnknownPlant."""
    webhook = Webhook(
        plant=plant,
        id=f"wh-{secrets.token_hex(6)}",
        url=_good_url(tools, url),
        types=_good_types(types),
        description=description,
        state="active",
        disabled_because="",
        created_at=tools.clock(),
    )
    secret = new_secret()
    tools.ledger.add_webhook(webhook, secret)
    return webhook, secret


def change_webhook(
    tools: Tools,
    plant: str,
    id: str,
    url: str | None = None,
    types: Collection[str] | None = None,
    description: str | None = None,
    active: bool | None = None,
) -> Webhook:
    """Only what is given changes. Raises BadRequest, UnknownWebhook."""
    changed = tools.ledger.change_webhook(
        plant,
        id,
        url=None if url is None else _good_url(tools, url),
        types=None if types is None else _good_types(types),
        description=description,
        active=active,
    )
    tools.bell.ring(plant)
    return changed


def remove_webhook(tools: Tools, plant: str, id: str) -> None:
    """It is told no more; what waited for it goes too. Raises UnknownWebhook."""
    tools.ledger.remove_webhook(plant, id)


def rotate_secret(tools: Tools, plant: str, id: str) -> tuple[Webhook, str]:
    """A new secret, told here and never again; the old one signs too for a day. Raises UnknownWebhook."""
    secret = new_secret()
    until = tools.clock() + dt.timedelta(hours=OLD_SECRET_HOURS)
    return tools.ledger.rotate_secret(plant, id, secret, until), secret


def ping_webhook(tools: Tools, plant: str, id: str) -> str:
    """A test message goes out as any other would; its id. Raises UnknownWebhook, Conflict where it is disabled."""
    message, at = f"msg_{id}_ping_{secrets.token_hex(4)}", tools.clock()
    payload = {"type": PING, "timestamp": at.astimezone(dt.UTC).isoformat(), "data": {"plant": plant, "webhook": id}}
    tools.ledger.post_to_webhook(plant, id, message, PING, json.dumps(payload, separators=(",", ":")), at)
    tools.bell.ring(plant)
    return message


def resend_dead_letters(tools: Tools, plant: str, id: str, messages: Collection[str] | None) -> int:
    """How many wait for delivery again: those named, or all. Raises UnknownWebhook, Conflict where it is disabled."""
    count = tools.ledger.resend(plant, id, None if messages is None else list(messages), tools.clock())
    tools.bell.ring(plant)
    return count


def _good_url(tools: Tools, url: str) -> str:
    refused = tools.courier.refuses(url) if tools.courier is not None else None
    if refused:
        raise BadRequest(f"url: {refused}", "url", refused.found, refused.expected)
    return url


def _good_types(types: Collection[str]) -> tuple[str, ...]:
    for type in types:
        if type not in MESSAGE_TYPES:
            message = f"types: found '{type}'; {did_you_mean(type, MESSAGE_TYPES)}"
            raise BadRequest(message, "types", f"'{type}'", "a type of message")
    return tuple(dict.fromkeys(types))
