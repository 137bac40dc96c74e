"""The file of connections: `[[connection]]`, `[[source]]`, `[[list]]`, `[[reason]]`, `[[penalty]]` tables in TOML.

Nothing secret stands in it: a folder needs no credentials, and where they are needed it says where they stand.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scheduler.connect.list_configuration import ListTable
from scheduler.connect.source_configuration import SourceTable
from scheduler.connect.stop_configuration import PenaltyTable, ReasonTable
from scheduler.connect_ports import FileMapping, Link
from scheduler.domain.imports import Kind, OutKind, Rules
from scheduler.errors import InvalidConnections

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RulesTable(_Strict):
    """vanished : what becomes of orders that a whole list has no longer."""

    vanished: Literal["ask", "cancel", "keep"] = "ask"
    most_vanished_percent: int = Field(default=25, ge=0, le=100)


class FilesTable(_Strict):
    """How files are written, where they do not show it; which files are of which kind, by the shape of their names."""

    decimal: Literal["", ",", "."] = ""
    dates: Literal["", "day-month-year", "month-day-year"] = ""
    patterns: dict[str, Kind] = {}
    whole: list[Kind] = ["orders", "stock", "receipts"]


class RestTable(_Strict):
    """kind = "rest". system : one that comes with the product, or a file of one's own, such as "./erp.toml".

    auth : how we say who we are; `credentials` holds a key for bearer, `key:secret` for token, `user:password` for
    basic, `client:secret` for oauth, which also needs the address that gives tokens.
    settings : what the system's file asks for.
    """

    system: str
    auth: Literal["bearer", "basic", "token", "oauth"]
    token_url: str = ""
    scope: str = ""
    settings: dict[str, str] = {}


class ConnectionTable(_Strict):
    """One connection. every : seconds between two looks.   silent_hours : data that are older are told of.

    credentials : where they stand, "env:NAME" or "file:PATH".   warehouse : which of several.   rest : of kind "rest".
    """

    name: Name
    kind: Literal["folder", "tryton", "rest"]
    plant: str = Field(min_length=1)
    address: str = Field(min_length=1)
    credentials: str = Field(default="", pattern=r"^$|^env:[A-Za-z_][A-Za-z0-9_]*$|^file:.+")
    warehouse: str = ""
    reads: list[Kind] = []
    writes: list[OutKind] = []
    every: float = Field(default=60.0, ge=0.2, le=86_400.0)
    policy: Literal["auto", "approved"] = "auto"
    silent_hours: float = Field(default=24.0, gt=0)
    rules: RulesTable = RulesTable()
    files: FilesTable = FilesTable()
    fields: dict[Kind, dict[str, str]] = {}
    rest: RestTable | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == "folder":
            if self.credentials or self.warehouse:
                raise ValueError("a folder has no credentials and no warehouse")
            return self
        if (self.rest is None) != (self.kind != "rest"):
            raise ValueError('a table [connection.rest] is for kind "rest", which needs it')
        if not self.credentials:
            raise ValueError('credentials: found nothing, expected "env:NAME" or "file:PATH"')
        if self.kind == "rest":
            return self
        if not re.match(r"https?://[^/@]+/[^/?#]+/?$", self.address):
            raise ValueError(f"address: found {self.address!r}, expected like https://erp.example/DATABASE")
        if ("confirmations" in self.writes) != ("stock" in self.writes):
            raise ValueError("writes: a production in Tryton books its stock; name confirmations and stock, or neither")
        return self

    @property
    def link(self) -> Link:
        return Link(
            name=self.name,
            kind=self.kind,
            plant=self.plant,
            address=self.address,
            reads=tuple(self.reads),
            writes=tuple(self.writes),
            every=self.every,
            policy=self.policy,
            silent_hours=self.silent_hours,
            rules=Rules(self.rules.vanished, self.rules.most_vanished_percent),
        )

    @property
    def mapping(self) -> FileMapping:
        return FileMapping(
            decimal=self.files.decimal,
            dates=self.files.dates,
            fields={str(kind): names for kind, names in self.fields.items()},
            patterns=tuple(self.files.patterns.items()),
            whole=frozenset(self.files.whole),
        )


class _File(_Strict):
    connection: list[ConnectionTable] = []
    source: list[SourceTable] = []
    lists: list[ListTable] = Field(default=[], alias="list")
    reason: list[ReasonTable] = []
    penalty: list[PenaltyTable] = []


def read_connections(path: Path) -> list[ConnectionTable]:
    """The connections of a file. Raises InvalidConnections with all that is wrong, each where it stands."""
    found = _read(path).connection
    _apart(path, found)
    return [_beside(table, path.parent) for table in found]


def read_sources(path: Path) -> list[SourceTable]:
    """The sources of signals of a file; raises as `read_connections`."""
    return _read(path).source


def read_lists(path: Path) -> list[ListTable]:
    """Where a file says that dispatch lists go; raises as `read_connections`."""
    return _read(path).lists


def read_stops(path: Path) -> tuple[list[ReasonTable], list[PenaltyTable]]:
    """Why machines stand, and what late orders cost; raises as `read_connections`."""
    found = _read(path)
    return found.reason, found.penalty


def _read(path: Path) -> _File:
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidConnections(f"{path}: {error.strerror}; name the file of connections") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidConnections(f"{path}: no TOML ({error}); see docs/connect") from None
    try:
        found = _File.model_validate(raw)
    except ValidationError as error:
        raise InvalidConnections(_said(path, raw, error)) from None
    for kind, tables in (("connection", found.connection), ("source", found.source), ("list", found.lists)):
        names = [table.name for table in tables]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise InvalidConnections(f"{path}: {kind} '{twice[0]}' stands there twice; give each a name of its own")
    return found


def _beside(table: ConnectionTable, folder: Path) -> ConnectionTable:
    """A system's file of one's own lies beside the file of connections."""
    if table.rest is None or not table.rest.system.endswith(".toml"):
        return table
    file = str((folder / table.rest.system).resolve())
    return table.model_copy(update={"rest": table.rest.model_copy(update={"system": file})})


def _apart(path: Path, found: Sequence[ConnectionTable]) -> None:
    """Two connections of one folder would take each other's files. Raises InvalidConnections."""
    folders = [(table, Path(table.address).resolve()) for table in found if table.kind == "folder"]
    for (one, here), (other, there) in itertools.combinations(folders, 2):
        if here.is_relative_to(there) or there.is_relative_to(here):
            raise InvalidConnections(
                f"{path}: connection '{other.name}' address: found {other.address!r}, which is the folder of "
                f"connection '{one.name}' ({one.address!r}) or lies in it, or it in this; give each a folder of its own"
            )


def _said(path: Path, raw: dict[str, Any], error: ValidationError) -> str:
    lines = []
    for fault in error.errors(include_url=False):
        where = [str(part) for part in fault["loc"]]
        if len(where) > 1 and where[1].isdigit():
            given = raw[where[0]][int(where[1])]
            name = given.get("name") if isinstance(given, dict) else None
            where[:2] = [f"{where[0]} '{name}'" if name else f"{where[0]} {int(where[1]) + 1}"]
        found = "" if fault["type"] in ("missing", "value_error") else f", found {fault['input']!r}"
        lines.append(f"{path}: {' '.join(where)}: {fault['msg']}{found}")
    return "\n".join(lines)
