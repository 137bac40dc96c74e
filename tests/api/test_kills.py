"""Whatever dies, and wherever: no acknowledged event is lost, no event goes unplanned, one desk, no orphan.

A fault point ends or freezes the process by itself (REJIG_FAULTS). The two controls at the end switch off what makes
these tests pass, and must see them fail.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.faults import small_plant
from benchmarks.killing import (
    PLANT,
    Posts,
    Site,
    every_event_is_in_the_plan,
    loaded,
    never_two_desks,
    nothing_is_lost,
    site,
    until,
)
from scheduler.errors import BadRequest
from scheduler.fault_points import OF_CONNECTIONS, POINTS, read_faults
from scheduler.solving.warm import warm_kernels

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

_numbers = itertools.count(1)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Site]:
    """SQLite, for one process."""
    warm_kernels()
    with site(tmp_path) as opened:
        yield opened


@pytest.fixture
def shared(tmp_path: Path, postgres: Any) -> Iterator[Site]:
    """PostgreSQL, for several."""
    psycopg = pytest.importorskip("psycopg")
    warm_kernels()
    name = f"kills_{next(_numbers)}"
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with site(tmp_path, postgres.get_uri(database=name)) as opened:
        yield opened


def test_a_kill_at_every_named_point_loses_nothing(alone: Site) -> None:
    first = alone.start().ready()
    loaded(first, small_plant())
    posts = Posts(alone)
    alone.kill(first)
    for point in (p for p in POINTS if p not in OF_CONNECTIONS):  # tests/connect/test_folder_live.py has these
        server = alone.start(f"{point}=kill")
        until(lambda: server.ended() or server.answers(), "it answers or is dead")  # noqa: B023
        posts.post(posts.event(), server)
        if point == "search.begun":
            with suppress(httpx.TransportError):  # the job is kept before it begins; its asker may hear nothing
                server.client.post(f"{PLANT}/plans", json={"time_limit_seconds": 1})
        alone.buried(server)
        assert alone.orphans() == []
    last = alone.start().ready()
    every_event_is_in_the_plan(last)
    assert nothing_is_lost(posts, last) >= len(posts.acknowledged) > 0
    jobs = last.client.get(f"{PLANT}/plans").json()["plans"]
    until(
        lambda: [p for p in last.client.get(f"{PLANT}/plans").json()["plans"] if p["cause"] == "asked for"], "the job"
    )
    assert jobs


def test_kills_at_random_while_events_come_in(alone: Site) -> None:
    dice = random.Random(1)
    server = alone.start().ready()
    loaded(server, small_plant())
    posts = Posts(alone)
    posts.begin()
    for _ in range(2):
        known = len(posts.acknowledged)
        until(lambda: len(posts.acknowledged) > known + dice.randrange(3, 12), "events are taken")  # noqa: B023
        alone.kill(server)
        assert alone.orphans() == []
        server = alone.start().ready()
    posts.end()
    the_last_kill_has_no_event_after_it(alone, posts, patience=60)


def test_of_two_processes_one_dies_and_the_other_takes_over(shared: Site) -> None:
    first, second = shared.start().ready(), shared.start().ready()
    loaded(first, small_plant())
    never_two_desks(shared, 1)
    posts = Posts(shared)
    posts.begin()
    for _ in range(2):
        holder = until(lambda: [s for s in shared.alive() if s.here()], "somebody has the desk")[0]
        known = len(posts.acknowledged)
        until(lambda: len(posts.acknowledged) > known + 5, "events are taken")  # noqa: B023
        shared.kill(holder)
        (left,) = shared.alive()
        until(left.here, "the other has the desk")
        shared.start().ready()
        assert shared.orphans() == []
    posts.end()
    every_event_is_in_the_plan(shared.alive()[0])
    nothing_is_lost(posts, shared.alive()[1])
    assert [s.figure("rejig_desks_fenced_total") for s in shared.alive()] == [0, 0]
    del second


def test_a_holder_that_was_frozen_before_publishing_publishes_nothing_when_it_wakes(shared: Site) -> None:
    holder = shared.start("plan.made=stop@2").ready()
    loaded(holder, small_plant())
    until(holder.here, "the first has the desk")
    other = shared.start().ready()
    posts = Posts(shared)
    posts.one(other)  # the holder makes a plan for it, or has one from its search, and freezes with it in its hands
    until(other.here, "the other has taken over from a process that is frozen, not dead")
    every_event_is_in_the_plan(other)
    until(lambda: not other.client.get("/readyz").json()["desks"][0]["doing"].startswith("improving"), "it rests")
    before = other.client.get(f"{PLANT}/plans").json()["plans"]
    os.kill(holder.process.pid, signal.SIGCONT)
    until(lambda: holder.figure("rejig_desks_fenced_total") == 1, "the one that woke was refused")
    assert other.client.get(f"{PLANT}/plans").json()["plans"] == before
    never_two_desks(shared, 1)
    nothing_is_lost(posts, holder)


def test_a_holder_that_was_frozen_in_a_transaction_keeps_nobody_waiting(shared: Site) -> None:
    holder = shared.start("plan.stored=stop@2").ready()
    loaded(holder, small_plant())
    until(holder.here, "the first has the desk")
    other = shared.start().ready()
    posts = Posts(shared)
    posts.one(other)  # the holder stores a plan for it, or one of its search, and freezes with the plant's row locked
    until(other.here, "the other has taken over")
    posts.one(other)
    every_event_is_in_the_plan(other)
    os.kill(holder.process.pid, signal.SIGCONT)
    until(lambda: not holder.here(), "the one that woke has noticed that its lease is gone")
    never_two_desks(shared, 1)
    every_event_is_in_the_plan(holder)
    nothing_is_lost(posts, holder)


def test_with_sqlite_a_second_process_will_not_start_and_says_why(alone: Site) -> None:
    first = alone.start().ready()
    second = alone.start()
    second.process.wait(60)
    said = second.log.read_text()
    assert second.process.returncode == 2, said
    assert f"served by another process already (process {first.process.pid})" in " ".join(said.split())
    assert "REJIG_DATABASE_URL" in said
    assert first.answers()
    assert {f.name for f in (alone.folder / "data").glob("*.lock")} == {"rejig.db.lock", "rejig.db.upgrade.lock"}


def test_control_without_the_lease_two_desks_are_seen(shared: Site) -> None:
    first = shared.start("lease=off").ready()
    shared.start("lease=off").ready()
    loaded(first, small_plant())
    with pytest.raises(AssertionError, match="two desks at work"):
        never_two_desks(shared, 3)


def test_control_without_the_sweep_the_last_event_is_never_planned(alone: Site) -> None:
    server = alone.start().ready()
    loaded(server, small_plant())
    with pytest.raises(AssertionError, match="the plan in force knows every event"):
        the_last_kill_has_no_event_after_it(alone, Posts(alone), patience=6, faults="sweep=off")


def the_last_kill_has_no_event_after_it(site: Site, posts: Posts, patience: float, faults: str = "") -> None:
    """An event is durable, its server dies before anybody has heard of it, and nothing else ever comes."""
    (server,) = site.alive()
    every_event_is_in_the_plan(server)
    site.kill(server)
    server = site.start(f"event.committed=kill {faults}").ready()
    event = posts.event()
    assert not posts.post(event, server)
    site.buried(server)
    server = site.start(faults).ready()
    every_event_is_in_the_plan(server, patience)
    assert nothing_is_lost(posts, server) > len(posts.acknowledged)
    assert site.orphans() == []


def test_a_fault_point_that_nobody_knows_is_refused_in_words() -> None:
    with pytest.raises(BadRequest, match=r"found 'plan\.mode=kill', expected POINT=kill"):
        read_faults("plan.mode=kill")
