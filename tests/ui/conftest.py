"""A real API in this process or in one of its own, plants of their own for each test, and a planner at a browser."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from streamlit.testing.v1 import AppTest

from tests.ui import shop
from ui.answers import FINAL, Job
from ui.client import Client

if TYPE_CHECKING:
    from tests.ui.browser import Planner

_numbers = itertools.count(1)
CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
APP = Path(__file__).parents[2] / "ui" / "app.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(ready: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Asks until the answer is true, and fails in words after `seconds`."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if answer := ready():
            return answer
        time.sleep(0.05)
    pytest.fail(f"waited {seconds:.0f} s in vain: {what}")


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real API, served by a thread of this process."""
    yield from serve(tmp_path_factory.mktemp("api"))


@pytest.fixture
def empty_api(tmp_path: Path) -> Iterator[str]:
    """The address of a real API without any plant."""
    yield from serve(tmp_path)


def serve(folder: Path) -> Iterator[str]:
    from api.app import create_app
    from scheduler.bootstrap import build_services
    from scheduler.settings import Settings

    services = build_services(Settings(data=folder, workers=1))
    port = free_port()
    config = uvicorn.Config(
        create_app(services), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, "the API to start")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture
def client(api: str) -> Iterator[Client]:
    with httpx.Client(base_url=api, timeout=30.0) as http:
        yield Client(http)


@pytest.fixture
def plant(client: Client) -> str:
    """A shop of its own, just loaded, without a plan."""
    return new_plant(client)


@pytest.fixture
def planned(client: Client, plant: str) -> str:
    """A shop with plan 1 in force."""
    number = finished(client, plant, client.ask_for_plan(plant, 2.0))
    client.release(plant, number, "test")
    return plant


def new_plant(client: Client) -> str:
    """Loads the shop under a name of its own."""
    name = f"shop-{next(_numbers)}"
    client.load_plant(name, shop.as_zip())
    return name


def finished(client: Client, plant: str, job: Job) -> int:
    """The plan that a job has made."""
    done = until(lambda: (j := client.job(plant, job["id"]))["state"] in FINAL and j, "a plan", 180.0)
    assert done["plan"] is not None, done
    return int(done["plan"])


def happens(client: Client, plant: str, type: str, time: str, **data: Any) -> None:
    """An event of the floor, posted as a MES would."""
    event = {
        "specversion": "1.0",
        "id": f"e-{next(_numbers)}",
        "source": "test",
        "type": type,
        "time": time,
        "data": data,
    }
    answer = httpx.post(
        f"{client.url}/v1/plants/{plant}/events", json=event, headers={"content-type": "application/cloudevents+json"}
    )
    assert answer.status_code == 202, answer.text
    assert not answer.json()["rejected"], answer.text


@pytest.fixture
def app(api: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens a screen for a plant and runs it once."""
    monkeypatch.setenv("REJIG_API_URL", api)

    def opened(screen: str, plant: str, **state: Any) -> AppTest:
        test = AppTest.from_file(str(APP), default_timeout=60)
        test.session_state["plant"] = plant
        test.run()
        for name, value in state.items():
            test.session_state[name.replace("__", ".")] = value
        return test.switch_page(f"screens/{screen}.py").run()

    return opened


def clean(test: AppTest) -> AppTest:
    assert not test.exception, [e.value for e in test.exception]
    return test


def button(test: AppTest, label: str) -> Any:
    return next(b for b in test.button if label in b.label)


def metrics(test: AppTest) -> dict[str, str]:
    return {m.label: m.value for m in test.metric}


# -- in a real browser


@dataclass
class Serving:
    """`rejig serve` as a process of its own: the addresses of the API and of the screens, its data, its process."""

    api: int
    screens: int
    folder: Path
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def addresses(self) -> tuple[str, str]:
        return f"http://127.0.0.1:{self.api}", f"http://127.0.0.1:{self.screens}"

    def start(self) -> None:
        command = [sys.executable, "-m", "scheduler.cli", "serve", f"--port={self.api}", f"--ui-port={self.screens}"]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, f"--data={self.folder}"], stdout=log, stderr=log, env=os.environ | {"REJIG_WORKERS": "1"}
            )
        for url in (f"{self.addresses[0]}/healthz", f"{self.addresses[1]}/_stcore/health"):
            until(partial(answers_or_ended, url, self.process), f"an answer from {url}")
        assert self.process.poll() is None, (self.folder / "log.txt").read_text()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    server = Serving(free_port(), free_port(), tmp_path_factory.mktemp("served"))
    try:
        server.start()
        yield server
    finally:
        server.end()


@pytest.fixture
def served(serving: Serving) -> tuple[str, str]:
    return serving.addresses


def answers_or_ended(url: str, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        return True
    try:
        return httpx.get(url, timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def shop_api(served: tuple[str, str]) -> Iterator[Client]:
    with httpx.Client(base_url=served[0], timeout=30.0) as http:
        yield Client(http)


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def planner(served: tuple[str, str], chromium: object, tmp_path: Path) -> Iterator[Planner]:
    from playwright.sync_api import Browser

    from tests.ui.browser import Planner

    assert isinstance(chromium, Browser)
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    person = Planner(page, served[1], tmp_path)
    yield person
    page.close()
    assert person.errors == []


@pytest.fixture
def loaded(shop_api: Client) -> str:
    return new_plant(shop_api)


@pytest.fixture
def running(shop_api: Client, loaded: str) -> str:
    """A shop with plan 1 in force that plans by itself."""
    shop_api.release(loaded, finished(shop_api, loaded, shop_api.ask_for_plan(loaded, 2.0)), "test")
    shop_api.change_mode(loaded, "auto")
    return loaded
