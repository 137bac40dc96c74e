"""Serve the API with uvicorn."""

from __future__ import annotations

import sys

import structlog
import uvicorn

from api.app import create_app
from scheduler.usecases.services import Services

GRACE_SECONDS = 3


def run(host: str, port: int, services: Services) -> None:
    """Until Ctrl+C or SIGTERM; open streams and waiting calls are then given three seconds."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is for data
    uvicorn.run(
        create_app(services),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
