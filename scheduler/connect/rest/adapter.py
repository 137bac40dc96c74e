"""kind = "rest": a system with a REST or OData interface, as its data file describes it."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scheduler.connect.rest.client import Refused, RestClient
from scheduler.connect.rest.reading import as_message, fetched, first_fault, of_message, understood
from scheduler.connect.rest.signature import Signature
from scheduler.connect.rest.system import System
from scheduler.connect.rest.writing import Writer
from scheduler.connect_ports import Abilities, Arrived, InState, Link, Outgoing, Reading, TableFiles
from scheduler.domain.imports import Kind
from scheduler.domain.plant import PlantState
from scheduler.errors import ConnectionAway, RejigError

AGAIN_SECONDS = 3600.0
"""A list that says the same as before is taken in again after so long: what was rejected then may count by now."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a list said when it was last settled. at : seconds of the clock."""

    digest: str
    at: float


class RestAdapter:
    """The `Adapter` of a system with a data file."""

    def __init__(
        self,
        link: Link,
        system: System,
        settings: dict[str, Any],
        signature: Signature,
        tables: TableFiles,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._system = system
        self._scope = {"settings": settings, "zone": settings.get("zone") or None}
        self._signature = signature
        self._tables = tables
        self._clock = clock
        self._client = RestClient(link.address, system, signature, clock)
        self._writer = Writer(system, self._client, self._scope)
        self._read: dict[Kind, Read] = {}
        self._on_its_way: dict[str, tuple[Kind, str]] = {}

    @property
    def link(self) -> Link:
        return self._link

    @property
    def can(self) -> Abilities:
        return self._system.abilities

    def test(self) -> Iterator[tuple[str, str]]:
        secret = "read the secret"
        try:
            self._signature.read()
        except RejigError as away:
            yield secret, str(away)
            return
        yield secret, ""
        for kind in self._link.reads or tuple(self._system.entities):
            entity = self._system.entities[kind]
            step = f"read {kind} from {self._link.address}{entity.path}"
            try:
                rows = fetched(self._client, entity, self._scope, most=1)
                yield step, ""
            except (Refused, RejigError, ValueError) as fault:
                yield step, str(fault)
                continue
            if rows:
                yield f"understand the first of the {kind}", first_fault(entity, rows[0], self._scope)

    def arrived(self) -> Iterator[Arrived]:
        """Each list that says something else than when it was last settled. One that cannot be read stops no other."""
        away: list[str] = []
        for kind in self._link.reads:
            moment = dt.datetime.now(dt.UTC)
            try:
                rows = fetched(self._client, self._system.entities[kind], self._scope)
            except (Refused, RejigError, ValueError) as fault:
                away.append(f"{kind}: {fault}")
                continue
            content = as_message(kind, rows)
            digest = hashlib.sha256(content).hexdigest()
            last = self._read.get(kind)
            if last is not None and last.digest == digest and self._clock() < last.at + AGAIN_SECONDS:
                continue
            outer_id = f"{kind}@{moment:%Y%m%dT%H%M%S%f}"
            self._on_its_way[outer_id] = kind, digest
            yield Arrived(outer_id, content, moment)
        if away:
            raise ConnectionAway("\n".join(away))

    def understood(self, message: Arrived, state: PlantState) -> Reading:
        try:
            kind, rows = of_message(message.content)
        except ValueError as fault:
            return Reading(stopped=str(fault))
        if kind not in self._link.reads:
            return Reading(
                stopped=f"connection '{self._link.name}' does not read {kind} (reads = {list(self._link.reads)})"
            )
        entity = self._system.entities[kind]
        return understood(self._system.title, kind, rows, entity, self._scope, state, self._tables)

    def settle(self, outer_id: str, state: InState, said: str) -> None:  # noqa: ARG002
        """Nothing is moved over there; what the list said is remembered."""
        if (way := self._on_its_way.pop(outer_id, None)) is not None:
            self._read[way[0]] = Read(way[1], self._clock())

    def send(self, message: Outgoing) -> str:
        return self._writer.tell(message)

    def close(self) -> None:
        self._client.close()
