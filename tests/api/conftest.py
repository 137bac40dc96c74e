"""One server for all tests that bring a plant of their own."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from scheduler.limits import Limits
from scheduler.settings import Settings
from scheduler.solving.warm import warm_kernels
from tests.api.served import serving


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    warm_kernels()  # compiled once to disk, for the workers too
    settings = Settings(data=tmp_path_factory.mktemp("served"), workers=1, limits=Limits(upload_bytes=300_000))
    with serving(settings) as client:
        yield client
