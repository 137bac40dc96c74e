"""Serve the API with uvicorn."""

from __future__ import annotations

import sys

import structlog
import uvicorn

from api.app import create_app
from api.slow_heads import PatientForSeconds
from scheduler.usecases.services import Services

GRACE_SECONDS = 3
SWITCH_SECONDS = 0.001
"""After so long a thread that plans or writes a list lets one that answers go on; the usual 5 ms are many answers."""


def narrate_to_stderr() -> None:
    """stdout is for data. Tracebacks without local values: a plant's state fills screens."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso", utc=False),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def run(host: str, port: int, services: Services) -> None:
    """Until Ctrl+C or SIGTERM; open streams and waiting calls are then given three seconds."""
    narrate_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    uvicorn.run(
        create_app(services),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        http=PatientForSeconds,
    )
