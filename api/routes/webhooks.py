"""Webhooks: signed messages (Standard Webhooks) to a MES or whoever else must know."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.common import ID, PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.webhooks import (
    DeadLetterList,
    DeadLetterModel,
    PingAnswer,
    ResendAnswer,
    ResendAsk,
    WebhookAsk,
    WebhookChange,
    WebhookList,
    WebhookModel,
    WebhookWithSecret,
)
from api.present.times import Times
from scheduler.messages import Webhook
from scheduler.usecases.tools import Tools
from scheduler.usecases.webhooks import (
    add_webhook,
    change_webhook,
    ping_webhook,
    remove_webhook,
    resend_dead_letters,
    rotate_secret,
)

router = APIRouter(route_class=Guarded, tags=["webhooks"])

ALL = "/v1/plants/{plant}/webhooks"
ONE = ALL + "/{webhook}"
Id = Annotated[str, Path(alias="webhook", description="Id of the webhook", examples=["wh-3f2a9c81d07e"], pattern=ID)]


@router.post(ALL, status_code=201, response_model=WebhookWithSecret, responses=problems(404, 422))
def create(plant: PlantName, ask: WebhookAsk, tools: ToolsOf) -> Response:
    """Subscribe an address. The answer holds the secret that signs, this once; each message is retried for 19 hours."""
    webhook, secret = add_webhook(tools, plant, ask.url, ask.types, ask.description)
    place = f"/v1/plants/{plant}/webhooks/{webhook.id}"
    return answer(_with_secret(tools, webhook, secret), 201, {"Location": place, "Cache-Control": "no-store"})


@router.get(ALL, response_model=WebhookList, responses=problems(404))
def list_webhooks(plant: PlantName, tools: ToolsOf) -> Response:
    """Who is told of what, and how that goes."""
    return answer(WebhookList(webhooks=[_model(tools, w) for w in tools.ledger.webhooks(plant)]))


@router.get(ONE, response_model=WebhookModel, responses=problems(404))
def get_webhook(plant: PlantName, id: Id, tools: ToolsOf) -> Response:
    """One webhook; its secret is not told again."""
    return answer(_model(tools, tools.ledger.webhook(plant, id)))


@router.patch(ONE, response_model=WebhookModel, responses=problems(404, 422))
def patch_webhook(plant: PlantName, id: Id, change: WebhookChange, tools: ToolsOf) -> Response:
    """Change address or types, switch it off, or on again after it was disabled."""
    changed = change_webhook(tools, plant, id, change.url, change.types, change.description, change.active)
    return answer(_model(tools, changed))


@router.delete(ONE, status_code=204, responses=problems(404))
def delete_webhook(plant: PlantName, id: Id, tools: ToolsOf) -> Response:
    """It is told no more; what waited for it goes too."""
    remove_webhook(tools, plant, id)
    return Response(status_code=204)


@router.post(ONE + "/rotate", response_model=WebhookWithSecret, responses=problems(404))
def rotate(plant: PlantName, id: Id, tools: ToolsOf) -> Response:
    """A new secret, told this once. For 24 hours messages carry a signature by the old one too."""
    webhook, secret = rotate_secret(tools, plant, id)
    return answer(_with_secret(tools, webhook, secret), headers={"Cache-Control": "no-store"})


@router.post(ONE + "/ping", status_code=202, response_model=PingAnswer, responses=problems(404, 409))
def ping(plant: PlantName, id: Id, tools: ToolsOf) -> Response:
    """Send a test message of type `webhook.ping`, signed and retried as any other."""
    return answer(PingAnswer(message=ping_webhook(tools, plant, id)), 202)


@router.get(ONE + "/dead-letters", response_model=DeadLetterList, responses=problems(404))
def list_dead_letters(plant: PlantName, id: Id, tools: ToolsOf) -> Response:
    """Messages that were given up, each with its reason."""
    times = _times(tools, plant)
    letters = [
        DeadLetterModel(
            message=letter.id,
            type=letter.type,
            created_at=times.wall(letter.created_at),
            attempts=letter.attempts,
            reason=letter.reason,
            payload=json.loads(letter.body),
        )
        for letter in tools.ledger.dead_letters(plant, id)
    ]
    return answer(DeadLetterList(dead_letters=letters))


@router.post(ONE + "/dead-letters/resend", status_code=202, response_model=ResendAnswer, responses=problems(404, 409))
def resend(plant: PlantName, id: Id, tools: ToolsOf, ask: ResendAsk | None = None) -> Response:
    """Send dead letters again, those named or all."""
    return answer(ResendAnswer(resent=resend_dead_letters(tools, plant, id, ask.messages if ask else None)), 202)


def _model(tools: Tools, webhook: Webhook) -> WebhookModel:
    times = _times(tools, webhook.plant)
    return WebhookModel(
        id=webhook.id,
        url=webhook.url,
        types=list(webhook.types),
        description=webhook.description,
        state=webhook.state,
        disabled_because=webhook.disabled_because,
        created_at=times.wall(webhook.created_at),
        delivered_at=times.wall(webhook.delivered_at),
        failing_since=times.wall(webhook.failing_since),
        waiting=webhook.waiting,
        dead_letters=webhook.dead,
    )


def _with_secret(tools: Tools, webhook: Webhook, secret: str) -> WebhookWithSecret:
    return WebhookWithSecret(**_model(tools, webhook).model_dump(), secret=secret)


def _times(tools: Tools, plant: str) -> Times:
    return Times(tools.snapshot(plant).state.zone)
