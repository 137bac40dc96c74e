"""Bodies as they come in: JSON read with care, uploads put on disk piece by piece."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.problems import HttpProblem
from scheduler.limits import STANDARD


def read_json(body: bytes) -> Any:
    """A JSON document. A number with too many digits becomes infinite, so that it fails where it stands and not the
    document. Raises HttpProblem."""
    try:
        return json.loads(body)
    except RecursionError:
        raise HttpProblem(400, "the body is not JSON that can be read: it is nested too deep") from None
    except UnicodeDecodeError as error:
        raise HttpProblem(400, f"the body is not JSON: byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise HttpProblem(400, f"the body is not JSON: {error}") from None
    except ValueError:
        return json.loads(body, parse_int=_whole)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= STANDARD.digits + 1 else float("inf")


@asynccontextmanager
async def on_disk(request: Request) -> AsyncIterator[Path]:
    """The body as a file that is gone afterwards: of ten uploads at once none is held in memory."""
    with tempfile.TemporaryDirectory(prefix="rejig-upload-") as folder:
        place = Path(folder) / "scenario"
        with place.open("wb") as file:
            async for piece in request.stream():
                if piece:
                    await run_in_threadpool(file.write, piece)
        yield place
