"""API keys: made, listed, revoked, by an admin."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.common import ToolsOf, answer, problems
from api.door import Guarded, caller_of
from api.models.keys import KeyAsk, KeyList, KeyMade, KeyModel
from scheduler.access.keys import Key
from scheduler.usecases.keys import make_key
from scheduler.usecases.keys import revoke_key as revoke
from scheduler.usecases.tools import Tools

router = APIRouter(route_class=Guarded, tags=["keys"])

KeyId = Annotated[str, Path(description="Id of the key", pattern=r"^[0-9a-f]{1,40}$", examples=["a1b2c3d4e5f6"])]


@router.get("/v1/keys", response_model=KeyList, responses=problems(401, 403))
def list_keys(tools: ToolsOf) -> Response:
    """All of them, without their secrets."""
    return answer(KeyList(keys=[KeyModel.model_validate(_shown(tools, key)) for key in tools.ledger.api_keys()]))


@router.post("/v1/keys", status_code=201, response_model=KeyMade, responses=problems(401, 403, 422))
def create_key(request: Request, ask: KeyAsk, tools: ToolsOf) -> Response:
    """A new one. What its holder sends is in the answer and nowhere else. The first must be an admin's: with it the
    server is locked."""
    key, sent = make_key(
        tools.ledger,
        ask.name,
        ask.roles,
        at=tools.clock(),
        by=caller_of(request).name,
        plants=ask.plants,
        work_centers=ask.work_centers,
        expires_at=ask.expires_at,
    )
    request.app.state.door.forget()
    request.state.made = f"key {key.id} for {key.name}: {', '.join(key.roles)}"
    return answer(KeyMade.model_validate(_shown(tools, key) | {"key": sent}), 201)


@router.delete("/v1/keys/{id}", response_model=KeyModel, responses=problems(401, 403, 404))
def revoke_key(request: Request, id: KeyId, tools: ToolsOf) -> Response:
    """It opens nothing any more, in other processes within two seconds. It stays listed: the audit speaks of it."""
    key = revoke(tools, id)
    request.app.state.door.forget()
    return answer(KeyModel.model_validate(_shown(tools, key)))


def _shown(tools: Tools, key: Key) -> dict[str, object]:
    names = ("id", "name", "roles", "plants", "work_centers", "created_at", "created_by", "expires_at", "revoked_at")
    return {name: getattr(key, name) for name in names} | {"state": key.state(tools.clock())}
