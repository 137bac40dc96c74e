"""The terminal page of a machine. It is the same for every machine, so it is open to all; what it shows needs a key."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.common import matches, problems
from api.door import Guarded
from api.floor.shell import HEADERS, PAGE, shell_files
from api.problems import HttpProblem

router = APIRouter(route_class=Guarded, tags=["the floor's terminal"])

SENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "A file of the page"},
    304: {"description": "It is still the one of If-None-Match"},
}


@router.get("/floor/{file}", response_class=Response, responses=problems(404) | SENT)
async def read_file(
    request: Request,
    file: Annotated[str, Path(description="Script, style or picture of the page", examples=["terminal.js"])],
) -> Response:
    """A file of the terminal page."""
    found = shell_files().get(file)
    if found is None:
        raise HttpProblem(404, f"no file '{file}' of the terminal; a machine's page is /floor/PLANT/MACHINE")
    headers = {**HEADERS, "ETag": found.etag}
    if matches(request, found.etag):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.kind)


@router.get("/floor/{plant}/{machine:path}", response_class=Response, responses=SENT)
async def read_page(
    request: Request,
    plant: Annotated[str, Path(description="Plant; the page asks the API for it", examples=["alpine"])],  # noqa: ARG001
    machine: Annotated[str, Path(description="Machine; the same", examples=["DMG-01"])],  # noqa: ARG001
) -> Response:
    """The terminal of a machine, for a phone or tablet: what comes next, and buttons that report what happens."""
    return await read_file(request, PAGE)
