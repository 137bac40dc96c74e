"""What the product asks of a connection to another system, and where what came and goes is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from scheduler.domain.imports import NOTHING, Imported, Kind, OutKind, RejectedRow, Rules
from scheduler.domain.plant import PlantState

Policy: TypeAlias = Literal["auto", "approved"]
InState: TypeAlias = Literal["waiting", "done", "asked", "failed"]
OutState: TypeAlias = Literal["waiting", "held", "dead", "sent"]
"""Of what has gone out only movements of stock are kept for a while: by them its next stock list is read."""


@dataclass(frozen=True, slots=True)
class Link:
    """A connection as it is set up, without anything secret.

    reads, writes : what comes in and what goes out.   every : seconds between two looks.
    policy : what goes out does so by itself, or each batch waits for a person.
    silent_hours : data that are older are told of.
    """

    name: str
    kind: str
    plant: str
    address: str
    reads: tuple[Kind, ...] = ()
    writes: tuple[OutKind, ...] = ()
    every: float = 60.0
    policy: Policy = "auto"
    silent_hours: float = 24.0
    rules: Rules = field(default_factory=Rules)

    @property
    def source(self) -> str:
        """Of the events that it makes."""
        return f"/connections/{self.name}"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a kind of connection can do. It never pretends: what is not said here it cannot do.

    stops_in_doubt : what it is sent twice counts twice, so where an answer was lost a person looks over there first.
    """

    reads: frozenset[Kind] = frozenset()
    writes: frozenset[OutKind] = frozenset()
    operation_times: bool = False
    write_back_start: bool = False
    write_back_machine: bool = False
    idempotency_key: bool = False
    push: bool = False
    stops_in_doubt: bool = False


BOTH_WAYS = Abilities(
    reads=frozenset({"orders", "receipts", "stock"}),
    writes=frozenset({"confirmations", "stock", "plan"}),
    write_back_start=True,
    write_back_machine=True,
    idempotency_key=True,
)
"""All that a connection carries in and back, each message under a key; no times of operations, and nothing pushed."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it came. outer_id : what the other side knows it by; the same id and content come once.

    spoken_at : the moment its quantities speak of.
    """

    outer_id: str
    content: bytes
    spoken_at: dt.datetime | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says. stopped : why none of it can be used.   asks : what a person must answer first."""

    imported: Imported = NOTHING
    rejected: tuple[RejectedRow, ...] = ()
    notices: tuple[str, ...] = ()
    stopped: str = ""
    asks: str = ""


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How somebody's files are to be read, where they do not tell it themselves.

    decimal, dates : as in [files] of plant.toml; "": as the file shows.
    fields : by kind, their name of a column and ours.   patterns : (shape of a file's name, kind), the first that fits.
    whole : kinds whose files list everything.   without : columns that may be missing though they were there before.
    """

    decimal: str = ""
    dates: str = ""
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    patterns: tuple[tuple[str, Kind], ...] = ()
    whole: frozenset[Kind] = frozenset({"orders", "stock", "receipts"})
    without: tuple[str, ...] = ()


class TableFiles(Protocol):
    """Tables as people's programs write them."""

    def read(self, name: str, content: bytes, state: PlantState, mapping: FileMapping) -> Reading:
        """A CSV file or a workbook. Never raises for what is in it."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """A message in the inbox. said : what became of it, in words."""

    plant: str
    connection: str
    number: int
    outer_id: str
    digest: str
    state: InState
    received_at: dt.datetime
    said: str = ""
    content: bytes = field(default=b"", repr=False)
    spoken_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in the outbox. key : the same however often it is sent.   reason : the other side's last refusal."""

    plant: str
    connection: str
    number: int
    key: str
    kind: OutKind
    subject: str
    body: Mapping[str, Any]
    state: OutState
    attempts: int
    created_at: dt.datetime
    reason: str = ""

    @property
    def lasting_key(self) -> str:
        """The key with its moment: a database that is new or restored counts anew, and a key alone may be another's."""
        return f"{self.key}.{self.created_at:%Y%m%d%H%M%S}"


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How a connection stands. asks : orders that have vanished and are asked about."""

    name: str
    plant: str
    read_at: dt.datetime | None = None
    data_at: dt.datetime | None = None
    wrote_at: dt.datetime | None = None
    trouble: str = ""
    vanished: tuple[str, ...] = ()
    waiting: int = 0
    held: int = 0
    dead: int = 0
    rejected: int = 0
    asked: int = 0


class Adapter(Protocol):
    """A connection to one other system."""

    @property
    def link(self) -> Link: ...

    @property
    def can(self) -> Abilities: ...

    def test(self) -> Iterable[tuple[str, str]]:
        """Step by step (what is tried, "" or why it does not work). Changes nothing over there."""
        ...

    def arrived(self) -> Iterable[Arrived]:
        """What has come and is whole. What `settle` was not told of comes again. Raises ConnectionAway."""
        ...

    def understood(self, message: Arrived, state: PlantState) -> Reading: ...

    def settle(self, outer_id: str, state: InState, said: str) -> None:
        """The message has become that; safe to say twice."""
        ...

    def send(self, message: Outgoing) -> str:
        """Send it; the other side's answer. Raises NotDelivered. The same key twice is once over there."""
        ...

    def close(self) -> None: ...


class ConnectionReader(Protocol):
    """Looks at what came in and goes out. Unknown names raise UnknownConnection."""

    def connection_states(self) -> list[ConnectionState]: ...

    def inbox(self, name: str, states: Collection[InState] = (), limit: int = 100) -> list[Received]:
        """Newest first, without content."""
        ...

    def rejected_rows(self, name: str, limit: int = 500) -> list[tuple[int, RejectedRow]]:
        """Of each message in the inbox: (its number, the row), newest message first."""
        ...

    def outbox(self, name: str, states: Collection[OutState] = (), limit: int = 500) -> list[Outgoing]:
        """Oldest first."""
        ...


class ConnectionBook(ConnectionReader, Protocol):
    """Keeps inbox and outbox. What goes out is written by the transaction that makes it true."""

    def keep_connections(self, links: Sequence[Link]) -> list[Link]:
        """These are the connections from now on, those whose plant is loaded; which these are."""
        ...

    def receive(self, link: Link, message: Arrived, at: dt.datetime) -> Received:
        """Into the inbox, once; what is known already comes back as it stands."""
        ...

    def received(self, name: str, number: int) -> Received: ...

    def imported(self, link: Link) -> Imported:
        """What is known of the other system."""
        ...

    def settle_message(
        self,
        message: Received,
        state: InState,
        said: str,
        at: dt.datetime,
        *,
        known: Imported | None = None,
        rejected: Sequence[RejectedRow] = (),
        vanished: Sequence[str] | None = None,
    ) -> None:
        """What became of a message, with what is known of the other system now, in one transaction."""
        ...

    def tell_trouble(self, name: str, trouble: str) -> None:
        """Why it cannot be reached; "": it can."""
        ...


class Outbox(Protocol):
    """What is on its way to other systems: for who sends, and for who decides."""

    def due_outgoing(self, name: str, now: dt.datetime, limit: int = 100) -> list[Outgoing]:
        """What is to be tried by now, the oldest first; nothing behind one of its subject that has not gone out."""
        ...

    def unbooked(self, name: str, spoken_at: dt.datetime) -> dict[str, float]:
        """By material, what has moved here and had not gone out at that moment."""
        ...

    def sent(self, message: Outgoing, at: dt.datetime) -> None: ...

    def not_sent(self, message: Outgoing, reason: str, at: dt.datetime, until: dt.datetime | None) -> None:
        """It failed, and is tried again at `until`; None: it is a dead letter."""
        ...

    def send_again(self, name: str, numbers: Sequence[int] | None, at: dt.datetime) -> int:
        """Dead letters and what is held wait to be sent, those named or all; how many."""
        ...

    def drop_outgoing(self, name: str, numbers: Sequence[int], by: str, reason: str) -> int:
        """They are never sent; how many."""
        ...
