"""The one place where a call is let in or refused, and where what it did is written down.

Each call needs one right (`CALLS`); a call that the table does not name is for an admin alone. The caller is known
before anything of the body is read. What changes something of a person's is in the audit twice: that it was asked for,
before it is done, and what came of it. What the floor and the ERP report stands in the plant's log already.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.audited import Handler, audited
from api.rates import Rates
from scheduler.access.keys import Caller
from scheduler.access.roles import Right, who_may
from scheduler.errors import NotAllowed, NotSignedIn, StorageAway
from scheduler.usecases.doorkeeper import Doorkeeper
from scheduler.usecases.tools import Tools

PLANT = "/v1/plants/{plant}"
OPEN: frozenset[str] = frozenset({"/healthz", "/readyz", "/floor/{file}", "/floor/{plant}/{machine}"})
"""They tell nothing of a plant's business: how the process is, and the terminal's page, which asks for a key itself."""

CALLS: Mapping[str, Right] = {
    "GET /metrics": "see",
    "GET /v1/reactions": "see",
    "GET /v1/plants": "lists",
    f"GET {PLANT}": "lists",
    f"GET {PLANT}/scenario": "take_out",
    f"PUT {PLANT}": "load",
    f"PATCH {PLANT}": "settings",
    f"DELETE {PLANT}": "administer",
    f"POST {PLANT}/events": "report",
    f"POST {PLANT}/b2mml": "report",
    f"GET {PLANT}/b2mml/job-lists/{{target}}": "lists",
    f"GET {PLANT}/mes/orders": "lists",
    f"POST {PLANT}/mes/orders/{{order}}/ack": "lists",
    f"POST {PLANT}/mes/confirmations": "report",
    f"GET {PLANT}/dispatch-lists": "lists",
    f"GET {PLANT}/dispatch-lists.pdf": "lists",
    f"GET {PLANT}/dispatch-lists/{{target}}": "lists",
    f"GET {PLANT}/dispatch-lists/{{target}}/{{order}}/{{operation}}/lineage": "see",
    f"POST {PLANT}/dispatch-lists/{{target}}/acknowledge": "lists",
    f"GET {PLANT}/webhooks": "see",
    f"GET {PLANT}/webhooks/{{webhook}}": "see",
    f"POST {PLANT}/plans": "plan",
    f"DELETE {PLANT}/jobs/{{id}}": "plan",
    f"POST {PLANT}/plans/{{id}}/release": "release",
    f"POST {PLANT}/plans/{{id}}/reject": "release",
    f"POST {PLANT}/plans/{{id}}/roll-back": "release",
    f"POST {PLANT}/orders/{{order}}/fixes": "plan",
    f"POST {PLANT}/promises": "promise",
    f"DELETE {PLANT}/promises/{{reservation}}": "promise",
    f"POST {PLANT}/what-ifs": "plan",
    f"PATCH {PLANT}/what-ifs/{{id}}": "plan",
    f"DELETE {PLANT}/what-ifs/{{id}}": "plan",
    f"POST {PLANT}/what-ifs/{{id}}/duplicate": "plan",
    f"POST {PLANT}/what-ifs/{{id}}/refresh": "plan",
    f"POST {PLANT}/what-ifs/{{id}}/promote": "release",
    f"POST {PLANT}/what-ifs/{{id}}/adopt": "release",
    f"POST {PLANT}/what-ifs/{{id}}/take-back": "release",
    f"POST {PLANT}/orders/{{order}}/comments": "plan",
    f"POST {PLANT}/plans/{{id}}/comments": "plan",
    f"POST {PLANT}/doubts/confirm": "mend",
    f"POST {PLANT}/doubts/correct": "mend",
    f"POST {PLANT}/quarantine/retry": "mend",
    f"POST {PLANT}/quarantine/dismiss": "mend",
    f"POST {PLANT}/quarantine/{{number}}/retry": "mend",
    f"POST {PLANT}/quarantine/{{number}}/dismiss": "mend",
    "GET /v1/connections": "see",
    "GET /v1/sources": "see",
    "GET /v1/lists": "see",
    "GET /v1/connections/{connection}": "see",
    "POST /v1/connections/{connection}/test": "administer",
    "POST /v1/connections/{connection}/messages/{number}/replay": "mend",
    "POST /v1/connections/{connection}/resend": "mend",
    "POST /v1/connections/{connection}/drop": "mend",
    "GET /v1/keys": "administer",
    "POST /v1/keys": "administer",
    "DELETE /v1/keys/{id}": "administer",
    "GET /v1/audit": "administer",
    "GET /v1/audit/verification": "administer",
    f"GET {PLANT}/verification": "administer",
}
"""method path -> the right that it needs. Of a plant, any other GET is `see`."""

UNAUDITED: frozenset[str] = frozenset({f"POST {PLANT}/events", f"POST {PLANT}/dispatch-lists/{{target}}/acknowledge"})
"""Changes that are records themselves: the log, and the lists that a MES says it shows."""


def right_of(method: str, path: str) -> Right:
    """What a call needs."""
    path = _plain(path)
    named = CALLS.get(f"{method} {path}")
    if named is not None:
        return named
    return "see" if method == "GET" and path.startswith(PLANT + "/") and "webhook" not in path else "administer"


def _plain(path: str) -> str:
    """As the OpenAPI document has it."""
    return path.replace(":path}", "}")


class Guarded(APIRoute):
    """A route behind the door: `APIRouter(route_class=Guarded)`."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            rates: Rates = request.app.state.rates
            if _plain(self.path) in OPEN:
                rates.call(request, None)
                return await handle(request)
            try:
                caller = await admit(request, self.path)
            except (NotSignedIn, NotAllowed, StorageAway):
                rates.call(request, None)  # who guesses is heard as often as who asks
                raise
            rates.call(request, caller)
            if request.method in ("GET", "HEAD") or f"{request.method} {_plain(self.path)}" in UNAUDITED:
                return await handle(request)
            return await audited(handle, request, caller)

        return guarded


def caller_of(request: Request) -> Caller:
    """Who was let in."""
    caller: Caller = request.state.caller
    return caller


async def admit(request: Request, path: str) -> Caller:
    """The caller, let in. Raises NotSignedIn or NotAllowed."""
    door: Doorkeeper = request.app.state.door
    sent = request.headers.get("authorization")
    caller = await run_in_threadpool(door.caller, sent) if door.may_wait(sent) else door.caller(sent)
    right = right_of(request.method, path)
    if not caller.may(right):
        who = ", ".join(who_may(right))
        raise NotAllowed(f"'{caller.name}' ({', '.join(caller.roles)}) may not do that; it is for {who}")
    plant = request.path_params.get("plant") or _plant_of(request.path_params.get("connection"), request)
    if (path == "/metrics" and caller.plants) or (plant is not None and not caller.opens(str(plant))):
        what = f"and not '{plant}'" if plant else "and the figures are of all"
        raise NotAllowed(f"the key of '{caller.name}' opens {', '.join(caller.plants)}, {what}")
    if caller.work_centers:
        await run_in_threadpool(_of_its_work_center, request, path, caller)
    request.state.caller, request.state.plant = caller, plant
    return caller


def _plant_of(connection: str | None, request: Request) -> str | None:
    """The plant of a connection; None: there is no such connection, which the call says."""
    connections = request.app.state.services.connections
    if connection is None or connections is None:
        return None
    return next((a.link.plant for a in connections.adapters if a.link.name == connection), None)


def _of_its_work_center(request: Request, path: str, caller: Caller) -> None:
    """A floor key for some work centers opens their lists alone."""
    target = request.path_params.get("target")
    if target is None:
        if path.endswith(".pdf") or "/mes/" in path:
            raise NotAllowed(f"the key of '{caller.name}' opens single lists: those of {_listed(caller)}")
        return
    tools: Tools = request.app.state.services.tools
    machine = tools.snapshot(str(request.path_params["plant"])).state.machines.get(str(target))
    if (machine.work_center if machine is not None else target) not in caller.work_centers:
        raise NotAllowed(f"the key of '{caller.name}' opens the lists of {_listed(caller)}, and not '{target}'")


def _listed(caller: Caller) -> str:
    return ", ".join(caller.work_centers)
