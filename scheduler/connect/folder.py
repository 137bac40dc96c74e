"""kind = "folder": files of people and of systems that can only write files, and files back.

ADDRESS/in        what is dropped here is read when it is whole
ADDRESS/done      what was read, with its report beside it
ADDRESS/failed    what could not be used, with the reason beside it
ADDRESS/asked     what waits for an answer, with the question beside it
ADDRESS/out       one CSV file a message, there whole or not at all
ADDRESS/mapping.toml   the answers, remembered
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from scheduler.atomic import move_file, write_files
from scheduler.connect.answers import answered
from scheduler.connect_ports import (
    BOTH_WAYS,
    Abilities,
    Arrived,
    FileMapping,
    InState,
    Link,
    Outgoing,
    Reading,
    TableFiles,
)
from scheduler.domain.plant import PlantState
from scheduler.errors import ConnectionAway, InvalidConnections
from scheduler.messages import NotDelivered

log = structlog.get_logger("rejig.connections")

ROOMS = ("in", "done", "failed", "asked", "out")
MAKING = ".making"
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".lock", ".swp")
READ = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")
MOST_BYTES = 500_000_000
REPORT = ".report.txt"
QUIET_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it looked: while this changes, somebody still writes it. since : when it was first seen like this."""

    size: int
    changed: int
    since: float = field(compare=False)


class FolderAdapter:
    """The `Adapter` of a folder. Only one process at a time works in it, by the lease of the connections."""

    def __init__(
        self, link: Link, mapping: FileMapping, tables: TableFiles, clock: Callable[[], float] = time.time
    ) -> None:
        self._link = link
        self._mapping = mapping
        self._tables = tables
        self._clock = clock
        self._home = Path(link.address)
        self._seen: dict[str, Seen] = {}
        self._tried: set[str] = set()

    @property
    def link(self) -> Link:
        return self._link

    @property
    def can(self) -> Abilities:
        """A file takes whatever we know; whether the other side books it is not ours to see."""
        return BOTH_WAYS

    def test(self) -> Iterator[tuple[str, str]]:
        fault = self._away()
        yield f"find {self._home}", fault
        if fault:
            return
        for room in ROOMS:
            yield f"write into {self._home / room}", _writable(self._home / room)
        try:
            self._remembered()
            yield "read mapping.toml", ""
        except InvalidConnections as fault:
            yield "read mapping.toml", str(fault)

    def arrived(self) -> Iterable[Arrived]:
        self._make_rooms()
        digest = self._mapping_digest()
        # Asked again only where there is another answer. The oldest first, wherever it lies.
        asked = [p for p in _files(self._home / "asked") if f"{p.name}#{digest}" not in self._tried]
        for path in _by_age([*self._whole_files(), *asked]):
            again = path.parent.name == "asked"
            if (message := _read(path, f"#{digest}" if again else "")) is not None:
                if again:
                    self._tried.add(f"{path.name}#{digest}")
                yield message

    def understood(self, message: Arrived, state: PlantState) -> Reading:
        try:
            mapping = self._remembered()
        except InvalidConnections as fault:
            return Reading(asks=str(fault))
        reading = self._tables.read(_name(message.outer_id), message.content, state, mapping)
        unasked = [kind for kind in reading.imported.tables if kind not in self._link.reads]
        if unasked:
            said = f"{_name(message.outer_id)}: it holds {', '.join(unasked)}, which connection '{self._link.name}' "
            return replace(reading, stopped=said + f"does not read (reads = {list(self._link.reads)})")
        return reading

    def settle(self, outer_id: str, state: InState, said: str) -> None:
        room = {"done": "done", "failed": "failed", "asked": "asked"}.get(state)
        name = _name(outer_id)
        path = next((p for p in (self._home / "in" / name, self._home / "asked" / name) if _is(p, outer_id)), None)
        if room is None or path is None:
            return
        target = path if path.parent.name == room else _free(self._home / room, path)
        write_files(target.parent, {target.name + REPORT: said.rstrip() + "\n"})
        if target != path:
            move_file(path, target)
            path.with_name(path.name + REPORT).unlink(missing_ok=True)
        self._seen.pop(name, None)
        if state == "asked":
            self._tried.add(f"{target.name}#{self._mapping_digest()}")

    def send(self, message: Outgoing) -> str:
        """One file a message, named by its key.

        The other side may take a file away at once, so that it is not there is no sign that it was not written. It is
        made beside the folder first, then marked as ready, then moved: a ready one that is gone was moved.
        """
        name = f"{message.kind}-{message.key}.csv"
        making = self._home / MAKING
        ready = making / f"{name}.ready"
        try:
            self._make_rooms()
            if not ready.exists():
                write_files(making, {name: _csv(message)})
                write_files(making, {ready.name: ""})
            if (making / name).exists():
                move_file(making / name, self._home / "out" / name)
            # Of those before it the outbox knows by now that they went out.
            for old in making.glob("*.ready"):
                if old != ready:
                    old.unlink()
        except OSError as error:
            raise NotDelivered(f"{self._home / 'out'}: {error.strerror}") from None
        except ConnectionAway as away:
            raise NotDelivered(str(away)) from None
        return name

    def close(self) -> None:
        pass

    def _away(self) -> str:
        """Why the folder cannot be used; "": it is there. It is never made, as its share may just not be mounted."""
        if self._home.is_dir():
            return ""
        found = "this is no folder" if self._home.exists() else "there is no such folder"
        return f"{self._home}: {found}; mount the share that it is on, or make it"

    def _make_rooms(self) -> None:
        if away := self._away():
            raise ConnectionAway(away)
        for room in ROOMS:
            (self._home / room).mkdir(exist_ok=True)

    def _whole_files(self) -> Iterator[Path]:
        """Those that look as they did at the last look, and that nobody holds with a lock beside them.

        A program may pause while it writes, so the last change must be a while ago, by the file's clock or, where that
        of the share is ahead, by ours.
        """
        now: dict[str, Seen] = {}
        moment = self._clock()
        for path in _files(self._home / "in"):
            try:
                stat = path.stat()
            except OSError:
                continue
            was, looks = self._seen.get(path.name), Seen(stat.st_size, stat.st_mtime_ns, moment)
            now[path.name] = was if was is not None and was == looks else looks
            quiet = moment - min(stat.st_mtime, now[path.name].since) >= QUIET_SECONDS
            locked = path.with_name(path.name + ".lock").exists()
            if not locked and stat.st_size and was == looks and quiet:
                yield path
        self._seen = now

    def _mapping_file(self) -> Path:
        return self._home / "mapping.toml"

    def _mapping_digest(self) -> str:
        try:
            return hashlib.sha256(self._mapping_file().read_bytes()).hexdigest()[:8]
        except OSError:
            return "none"

    def _remembered(self) -> FileMapping:
        """The mapping of the configuration, with what mapping.toml answers. Raises InvalidConnections."""
        try:
            raw: dict[str, Any] = tomllib.loads(self._mapping_file().read_text(encoding="utf-8"))
        except FileNotFoundError:
            return self._mapping
        except (OSError, ValueError) as error:
            raise InvalidConnections(f"{self._mapping_file()}: cannot be read ({error})") from None
        try:
            return answered(self._mapping, raw)
        except ValueError as error:
            raise InvalidConnections(f"{self._mapping_file()}: {error}") from None


def _writable(room: Path) -> str:
    """Why nothing can be written there; where it is not there yet, whether it can be made."""
    try:
        probe = (room if room.exists() else room.parent) / ".rejig-test"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _files(room: Path) -> list[Path]:
    """Tables in it, the oldest first, then by name."""
    found: list[Path] = []
    for path in room.iterdir() if room.is_dir() else ():
        name = path.name.lower()
        if name.startswith((".", "~$")) or name.endswith((*UNFINISHED, REPORT)) or not name.endswith(READ):
            continue
        try:
            if path.is_file():
                found.append(path)
        except OSError:
            continue
    return _by_age(found)


def _by_age(paths: Iterable[Path]) -> list[Path]:
    """The oldest first, then by name; without those that are gone."""
    found = []
    for path in paths:
        try:
            found.append((path.stat().st_mtime_ns, path))
        except OSError:
            continue
    return [path for _, path in sorted(found)]


def _read(path: Path, suffix: str) -> Arrived | None:
    """The file, if it did not change while it was read."""
    try:
        before = path.stat()
        if before.st_size > MOST_BYTES:
            log.warning("connections.too_large", file=str(path), bytes=before.st_size)
            return None
        content = path.read_bytes()
        after = path.stat()
    except OSError as error:
        log.warning("connections.not_read", file=str(path), reason=error.strerror)
        return None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        return None
    spoken = dt.datetime.fromtimestamp(after.st_mtime, dt.UTC)
    return Arrived(f"{path.name}@{after.st_mtime_ns}{suffix}", content, spoken)


def _name(outer_id: str) -> str:
    return outer_id.rpartition("@")[0]


def _is(path: Path, outer_id: str) -> bool:
    """Whether the file is the one that was read, and not one that came in its place."""
    try:
        return outer_id.rpartition("@")[2].partition("#")[0] == str(path.stat().st_mtime_ns)
    except OSError:
        return False


def _free(room: Path, path: Path) -> Path:
    """A name that no file there has: that of the file, with the time of its last change."""
    changed = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    stem = path.stem if room.name == "asked" else f"{path.stem}-{changed:%Y%m%d-%H%M%S}"
    target, number = room / f"{stem}{path.suffix}", 1
    while target.exists():
        number += 1
        target = room / f"{stem}-{number}{path.suffix}"
    return target


def _csv(message: Outgoing) -> str:
    """Its rows with the key in front, so that who reads files twice can tell."""
    rows: list[dict[str, Any]] = message.body.get("rows") or [dict(message.body)]
    text = io.StringIO()
    writer = csv.DictWriter(text, ["key", *rows[0]], lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({"key": message.key, **row} for row in rows)
    return text.getvalue()
