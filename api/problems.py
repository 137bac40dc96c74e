"""Errors as RFC 9457 problem details. The only place that knows which error is which HTTP status."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping, Sequence

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from api.models.health import Fault, Problem
from api.renamed import with_new_name
from scheduler.errors import (
    BadInput,
    Conflict,
    InternalFault,
    InvalidScenario,
    NotAllowed,
    NotFound,
    NotSignedIn,
    RejigError,
    StorageAway,
    StorageFull,
    TooManyCalls,
    TooMuchOpen,
    WrongField,
    faults,
)
from scheduler.limits import STANDARD

log = structlog.get_logger("rejig.api")

MEDIA_TYPE = "application/problem+json"
STATUSES: Mapping[type[RejigError], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    BadInput: 422,
    TooMuchOpen: 429,
    TooManyCalls: 429,
    InternalFault: 500,
    StorageAway: 503,
    StorageFull: 507,
}
RETRY_AFTER: Mapping[int, str] = {429: "10", 503: "5", 507: "60"}
"""Seconds, where the error does not know better."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
TITLES = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "Not with this key",
    404: "There is nothing here",
    405: "This address does not take that method",
    406: "Not in that form",
    408: "The request came too slowly",
    413: "The request is too large",
    415: "Not a form that is understood here",
    422: "The request does not say what is expected",
    429: "Too much is open already",
    500: "A fault of ours",
    503: "Not now",
    507: "There is no room left",
}


class HttpProblem(Exception):
    """A problem of HTTP itself: the form or the size of a request."""

    def __init__(
        self, status: int, detail: str, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.errors = list(errors)
        self.headers = headers
        super().__init__(detail)


def problem(
    instance: str,
    status: int,
    detail: str,
    kind: str | None = None,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`kind` : the error's name as a slug; None: nothing more than the status says."""
    title = kind.replace("-", " ").capitalize() if kind else TITLES.get(status, "The request was refused")
    body = Problem(
        type=f"/problems/{kind}" if kind else "about:blank",
        title=title,
        status=status,
        detail=detail,
        instance=instance,
        errors=list(errors),
    )
    text = body.model_dump_json(exclude_none=True)
    return Response(text, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def slug(error: Exception) -> str:
    """UnknownPlant -> unknown-plant."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()


def status_of(error: Exception) -> int:
    """With which status an error is answered."""
    if isinstance(error, (HttpProblem, HTTPException)):
        return error.status if isinstance(error, HttpProblem) else error.status_code
    if isinstance(error, RequestValidationError):
        return 422
    return next((s for kind, s in STATUSES.items() if isinstance(error, kind)), 500)


def refused(request: Request, error: Exception) -> Response:
    """An error raised on purpose."""
    status = status_of(error)
    if status == 500:
        log.error("api.fault", path=request.url.path, exc_info=error)
    if status in (503, 507):
        log.error("api.storage", path=request.url.path, reason=str(error))
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    if status in RETRY_AFTER:
        headers = {"Retry-After": str(getattr(error, "retry_after", RETRY_AFTER[status]))}
    return problem(request.url.path, status, _detail(error), slug(error), _faults(error), headers)


def _detail(error: Exception) -> str:
    if isinstance(error, InvalidScenario):
        more = error.count - len(error.issues)
        told = f", the first {len(error.issues)} of them below and {more} more" if more else ""
        return f"{faults(error.count)} in the scenario{told}; nothing was changed"
    return str(error)


def _faults(error: Exception) -> list[Fault]:
    if isinstance(error, InvalidScenario):
        return [
            Fault(file=i.file, row=i.row, column=i.column, found=i.found, expected=i.expected, remedy=i.remedy)
            for i in error.issues
        ]
    if isinstance(error, WrongField) and error.field:
        return [Fault(field=error.field, found=error.found, expected=error.expected)]
    return []


def misread(request: Request, error: Exception) -> Response:
    """FastAPI could not read a parameter or a body."""
    assert isinstance(error, RequestValidationError)
    faults = []
    status = 422
    for fault in error.errors()[: STANDARD.faults]:
        where = [str(part) for part in fault["loc"] if part not in ("body", "query", "path", "header")]
        if fault["type"] == "json_invalid":
            status, where = 400, ["body"]
        found = fault.get("input")
        shown = _shown(found) if fault["type"] != "missing" else "nothing"
        faults.append(Fault(field=".".join(where) or "body", found=shown[:200], expected=_wanted(fault["msg"])))
    faults = [with_new_name(fault) for fault in faults]
    detail = "; ".join(f"{f.field}: found {f.found}, expected {f.expected}" for f in faults[:5])
    return problem(request.url.path, status, detail, errors=faults)


def _shown(found: object) -> str:
    try:
        return repr(found)
    except (RecursionError, ValueError):
        return "something nested too deep, or with too many digits"


def _wanted(message: str) -> str:
    """pydantic's sentence without its beginning: what stands behind 'expected'."""
    words = re.sub(r"^(Input should be|Value error,|Field) ?", "", message).strip()
    return {"required": "this field", "Extra inputs are not permitted": "no field of that name"}.get(words, words)


def not_served(request: Request, error: Exception) -> Response:
    """No such address, or not by that method."""
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == 404:
        detail = f"no call at {request.method} {request.url.path}; every call is listed at /openapi.json and /docs"
    elif error.status_code == 405:
        allowed = ", ".join(sorted(_methods(request)))
        detail = f"{request.url.path} does not take {request.method}; it takes {allowed}"
        return problem(request.url.path, 405, detail, headers={"Allow": allowed})
    return problem(request.url.path, error.status_code, detail, headers=error.headers)


def _methods(request: Request) -> set[str]:
    """Every method that some route takes at this address."""
    found: set[str] = set()
    for route in request.app.state.calls:
        if route.matches(request.scope)[0] != Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return found


def http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpProblem)
    return http_answer(request.url.path, error)


def http_answer(path: str, error: HttpProblem) -> Response:
    return problem(path, error.status, str(error), errors=error.errors, headers=error.headers)


def gone(request: Request, error: Exception) -> Response:
    """Who asked has left before the body was whole; nobody reads this, and nothing is at fault."""
    return problem(request.url.path, 400, f"the connection ended before the body did ({type(error).__name__})")


def disk(request: Request, error: Exception) -> Response:
    """A file of ours that cannot be written: where the disk is full that is said, anything else is a fault."""
    assert isinstance(error, OSError)
    if error.errno not in FULL:
        return broken(request, error)
    return refused(request, StorageFull(f"the disk is full ({error.strerror}); nothing was changed"))


def broken(request: Request, error: Exception) -> Response:
    """A fault of ours that nobody raised on purpose: said plainly, with nothing of its inside."""
    log.error("api.crash", path=request.url.path, exc_info=error)
    return problem(request.url.path, 500, "something broke here; it is in the server's log, and nothing was changed")


def install(app: FastAPI) -> None:
    app.add_exception_handler(RejigError, refused)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(HTTPException, not_served)
    app.add_exception_handler(HttpProblem, http_problem)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(OSError, disk)
    app.add_exception_handler(Exception, broken)
