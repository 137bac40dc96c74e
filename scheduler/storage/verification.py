"""Whether what is stored of a plant is what its log says: folded anew from the load on, compared byte by byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.log_ports import LogCheck
from scheduler.storage.folding import FoldingRepository, fold_log
from scheduler.storage.repository import find_plant
from scheduler.storage.schema import events, snapshots
from scheduler.storage.state_codec import decode_state, encode_state

PAGE = 5_000
"""Revisions that are read at a time, so that a log of a million events is verified in the memory of a few."""


class VerificationRepository(FoldingRepository):
    """verify_log."""

    def verify_log(self, plant: str) -> LogCheck:
        with self._database.reading() as connection:
            if not self._database.is_sqlite:
                # One look at all of it, though others write meanwhile.
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            row = find_plant(connection, plant)
            return _check(connection, row, self._held(plant, row["loaded_revision"]))

    def _held(self, plant: str, since: int) -> dict[int, bytes]:
        """What this process has in memory, by revision."""
        held = {r: self._states.get((p, r)) for p, r in self._states.keys() if p == plant and r >= since}  # noqa: SIM118
        return {revision: encode_state(state) for revision, state in held.items() if state is not None}


def _check(connection: Connection, row: RowMapping, held: dict[int, bytes]) -> LogCheck:
    plant, last = row["plant"], row["revision"]
    start, kept = _load(connection, plant)
    state = decode_state(_stored(connection, plant, start))
    wrong: list[str] = []
    stored, compared = dict.fromkeys(kept), 0
    at = start
    for stop in sorted({*kept, *(r for r in held if start < r <= last), *range(start + PAGE, last, PAGE), last}):
        state = fold_log(connection, plant, at, stop, state)
        at = stop
        said = {}
        if stop in stored:
            said["the stored state"] = _read_again(_stored(connection, plant, stop))
        if stop in held:
            said["the state in memory"] = held[stop]
        replayed = encode_state(state) if said or stop == last else b""
        compared += len(said)
        wrong += [
            f"{name} of revision {stop} is not what the log says" for name, blob in said.items() if blob != replayed
        ]
    missing = next(_missing(connection, plant, start, last), None)
    if missing is not None:
        wrong.append(f"revision {missing} is missing in the log")
    count = sa.select(sa.func.count(), sa.func.count(events.c.set_aside)).where(
        events.c.plant == plant, events.c.revision > start
    )
    in_log, aside = connection.execute(count).one()
    return LogCheck(plant, start, last, in_log, aside, compared, hashlib.sha256(replayed).hexdigest(), tuple(wrong))


def _load(connection: Connection, plant: str) -> tuple[int, list[int]]:
    """The revision of the newest load, and those of the states that are stored after it.

    What is kept at a setting aside is called a load in its row, and can be folded from the one before.
    """
    of_plant = events.c.plant == plant
    aside = set(connection.execute(sa.select(events.c.set_aside).where(of_plant).distinct()).scalars())
    kept = connection.execute(
        sa.select(snapshots.c.revision, snapshots.c.loaded).where(snapshots.c.plant == plant)
    ).all()
    start = max(revision for revision, loaded in kept if loaded and revision not in aside)
    return start, [revision for revision, _ in kept if revision > start]


def _stored(connection: Connection, plant: str, revision: int) -> bytes:
    query = sa.select(snapshots.c.state).where(snapshots.c.plant == plant, snapshots.c.revision == revision)
    blob: bytes = connection.execute(query).scalar_one()
    return blob


def _read_again(blob: bytes) -> bytes:
    """As this version writes it, whichever wrote it; b"": it cannot be read."""
    try:
        return encode_state(decode_state(blob))
    except Exception:
        return b""


def _missing(connection: Connection, plant: str, start: int, last: int) -> Iterator[int]:
    """Revisions after the load that are neither an event's nor a setting aside's."""
    of_plant = events.c.plant == plant
    aside = set(connection.execute(sa.select(events.c.set_aside).where(of_plant).distinct()).scalars())
    for first in range(start, last, PAGE):
        until = min(first + PAGE, last)
        query = sa.select(events.c.revision).where(of_plant, events.c.revision > first, events.c.revision <= until)
        there = set(connection.execute(query).scalars()) | aside
        yield from (revision for revision in range(first + 1, until + 1) if revision not in there)
