"""While the server is silent a page keeps what it had, says so, and does not wait long."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from ui.client import ApiProblem, Client, connect
from ui.last_answers import ASK_AGAIN_SECONDS, LastAnswers
from ui.parts.page import PROBE_SECONDS, WATCH_SECONDS, silence


class Server:
    """Answers with a number that rises with each call, or not at all."""

    def __init__(self) -> None:
        self.calls, self.silent = 0, False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.silent:
            raise httpx.ReadTimeout("silent", request=request)
        return httpx.Response(200, json={"plants": [self.calls]})


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> LastAnswers:
    return LastAnswers(clock)


@pytest.fixture
def client(server: Server, memory: LastAnswers) -> Iterator[Client]:
    with httpx.Client(base_url="http://rejig.test", transport=httpx.MockTransport(server)) as http:
        yield Client(http, 7.0, memory)


def test_the_last_answer_counts_while_the_server_is_silent(
    server: Server, clock: Clock, memory: LastAnswers, client: Client
) -> None:
    assert client.plants() == [1]
    assert memory.silent_seconds() is None
    server.silent, clock.now = True, 1005.0
    assert client.plants() == [1]
    assert memory.silent_seconds() == 5.0, "since it was heard last"
    assert client.plants() == [1]
    assert server.calls == 2, "it is not asked again at once"
    clock.now += ASK_AGAIN_SECONDS
    server.silent = False
    assert client.plants() == [3]
    assert memory.silent_seconds() is None


def test_what_was_never_answered_is_a_problem(server: Server, client: Client) -> None:
    server.silent = True
    with pytest.raises(ApiProblem) as told:
        client.plants()
    assert (told.value.status, told.value.unsure) == (0, False)
    with pytest.raises(ApiProblem, match="has been silent"):
        client.plants()


def test_without_recall_an_old_answer_is_never_given(server: Server, memory: LastAnswers, client: Client) -> None:
    client.plants()
    server.silent = True
    with httpx.Client(base_url="http://rejig.test", transport=httpx.MockTransport(server)) as http:
        strict = Client(http, 7.0, memory, recall=False)
        with pytest.raises(ApiProblem):
            strict.plants()


def test_a_change_without_an_answer_may_have_been_made(server: Server, client: Client) -> None:
    server.silent = True
    with pytest.raises(ApiProblem) as told:
        client.change_mode("shop", "auto")
    assert told.value.unsure


def test_a_refusal_is_an_answer(memory: LastAnswers) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(409, json={"title": "Conflict", "detail": "no"})

    refusing = httpx.MockTransport(refuse)
    with httpx.Client(base_url="http://rejig.test", transport=refusing) as http, pytest.raises(ApiProblem):
        Client(http, 7.0, memory).plants()
    assert memory.silent_seconds() is None


def test_only_the_newest_answers_are_kept(clock: Clock) -> None:
    memory = LastAnswers(clock, most=2)
    for call in "abc":
        memory.keep(call, call)
    assert [memory.get(call) for call in "abc"] == [None, "b", "c"]


def test_a_silent_server_is_told_within_ten_seconds() -> None:
    """Seen by the fragment that watches, which begins every 3 s and waits 4.5 s at most."""
    assert WATCH_SECONDS + PROBE_SECONDS < 10
    assert re.search(r'data-silent="12">The server has not answered for 12 s', silence(12.4))


def test_a_probe_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a socket that takes the call and never answers."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        monkeypatch.setenv("REJIG_API_URL", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(ApiProblem, match="took too long"):
            connect(0.3).plants()
        assert time.monotonic() - began < 2
