"""Values of an OPC UA server, by subscription. It only reads."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from scheduler.connect.credentials import Login
from scheduler.connect.sources.loop import run_until
from scheduler.connect.sources.mapping import Item
from scheduler.connect.sources.needed import needed
from scheduler.errors import ConnectionAway
from scheduler.signals.signal import Meaning, Signal
from scheduler.source_ports import Emit, SourceSetup

if TYPE_CHECKING:
    from asyncua.client.client import Client

log = structlog.get_logger("rejig.sources")

NODE = re.compile(r"(?:nsu=(?P<uri>[^;]+);)?(?P<name>[sigb]=.+)")
"""A node by the URI of its namespace, which stays, and never by its index, which a server may change at each start."""
PUBLISHED_MS, SAMPLED_MS = 200.0, 100.0
KEPT = 10
"""Changes between two publications that the server keeps of each node."""
AT_ONCE = 500
"""Nodes asked for in one call; servers have limits."""


class OpcUaSource:
    """A session and one subscription; where either is lost all its machines are, and it begins anew."""

    def __init__(
        self,
        setup: SourceSetup,
        items: Sequence[Item],
        login: Callable[[], Login | None] = lambda: None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._setup, self._items, self._login, self._clock = setup, items, login, clock

    @property
    def setup(self) -> SourceSetup:
        return self._setup

    @property
    def machines(self) -> frozenset[str]:
        return frozenset(item.machine for item in self._items)

    def run(self, emit: Emit, closing: threading.Event) -> None:
        library = needed("asyncua", "opcua", self._setup.name)
        try:
            run_until(self._listen(library, emit), closing)
        except (TimeoutError, OSError, library.ua.UaError) as gone:
            raise ConnectionAway(f"{self._setup.address}: {gone or type(gone).__name__}") from gone

    async def _listen(self, library: Any, emit: Emit) -> None:
        client: Client = library.Client(self._setup.address, timeout=10, watchdog_intervall=1.0)
        if (login := self._login()) is not None:
            client.set_user(login.user)
            client.set_password(login.password)
        lost: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

        async def is_lost(fault: Exception) -> None:
            if not lost.done():
                lost.set_result(fault)

        client.connection_lost_callback = is_lost
        await client.connect()
        try:
            hears = _Hears(self._setup.name, emit, self._clock, lost)
            subscription = await client.create_subscription(PUBLISHED_MS, hears, queue_maxsize=100_000)
            hears.meant = await self._nodes(library, client)
            nodes = [client.get_node(node) for node in hears.meant]
            sampled = library.ua.Double(SAMPLED_MS)
            for first in range(0, len(nodes), AT_ONCE):
                some = nodes[first : first + AT_ONCE]
                said = await subscription.subscribe_data_change(some, queuesize=KEPT, sampling_interval=sampled)
                for node, handle in zip(some, said, strict=True):
                    if not isinstance(handle, int):
                        hears.refuse(node.nodeid, str(handle))
            fault = await lost
        finally:
            await _left(client, lost)
        raise ConnectionAway(f"{self._setup.address}: the session is lost ({fault or type(fault).__name__})")

    async def _nodes(self, library: Any, client: Client) -> dict[Any, list[tuple[str, Meaning]]]:
        """By node, what it means. One of a namespace that the server lacks is told of and left out."""
        spaces = await client.get_namespace_array()
        found: dict[Any, list[tuple[str, Meaning]]] = {}
        for machine, meaning, name in self._named():
            match = NODE.fullmatch(name)
            uri = match["uri"] if match else None
            if match is None or (uri is not None and uri not in spaces):
                log.warning("sources.no_namespace", source=self._setup.name, node=name, there=spaces)
                continue
            index = spaces.index(uri) if uri is not None else 0
            node = library.ua.NodeId.from_string(f"ns={index};{match['name']}")
            found.setdefault(node, []).append((machine, meaning))
        return found

    def _named(self) -> Iterator[tuple[str, Meaning, str]]:
        for item in self._items:
            for meaning, name in item.values.items():
                yield item.machine, meaning, name


class _Hears:
    """What the library calls with each change. meant : by node, what it means."""

    def __init__(self, source: str, emit: Emit, clock: Callable[[], float], lost: asyncio.Future[Exception]) -> None:
        self.meant: dict[Any, list[tuple[str, Meaning]]] = {}
        self._source, self._emit, self._clock, self._lost = source, emit, clock, lost

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        read = data.monitored_item.Value
        good = read.StatusCode is None or read.StatusCode.is_good()
        at = read.SourceTimestamp.timestamp() if read.SourceTimestamp else None
        self._tell(node.nodeid, plain(value), at, good and value is not None)

    def status_change_notification(self, status: Any) -> None:
        """The subscription itself has ended."""
        if not self._lost.done():
            self._lost.set_result(RuntimeError(f"subscription: {status}"))

    def refuse(self, node: Any, why: str) -> None:
        """The server does not have it: its machine is UNKNOWN there."""
        log.warning("sources.no_node", source=self._source, node=str(node), reason=why)
        self._tell(node, None, None, False)

    def _tell(self, node: Any, value: object, at: float | None, good: bool) -> None:
        now = self._clock()
        self._emit(
            [
                Signal(self._source, machine, meaning, value, now, at, quality="good" if good else "bad")
                for machine, meaning in self.meant.get(node, ())
            ]
        )


def plain(value: object) -> object:
    """A value as a code, a number or words: of a localized text its text."""
    text = getattr(value, "Text", value)
    return text if text is None or isinstance(text, (bool, int, float, str)) else str(text)


async def _left(client: Client, lost: asyncio.Future[Exception]) -> None:
    """In peace where the server is still there, else at once."""
    try:
        if lost.done():
            client.disconnect_socket()
        await asyncio.wait_for(client.disconnect(), 3.0)
    except Exception as fault:
        log.info("sources.left", reason=str(fault))
