"""Connections at work: what has come is taken in, what waits goes out. One process does that, by a lease.

Each connection has one look at a time; a slow one keeps no other waiting, and no plan waits for any.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import structlog

from scheduler.connect_ports import Adapter, Arrived, Outgoing
from scheduler.domain.minutes import iso
from scheduler.errors import RejigError, UnknownConnection, did_you_mean
from scheduler.fault_points import passing
from scheduler.messages import NotDelivered
from scheduler.usecases.leased_loop import LeasedLoop
from scheduler.usecases.retries import retry_after
from scheduler.usecases.take_in import take_in
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.connections")

BREATH_SECONDS = 0.1
MOST_ATTEMPTS = 20
"""Of a message: for about three days, so that a system that is away over a weekend costs none."""
PAGE = 100
IN_DOUBT = (
    "it was being sent when the server ended; look over there whether it was booked, then send it again or drop it"
)


class Connections:
    """`start` once, `close` once; or call `read` and `write` by hand."""

    def __init__(self, tools: Tools, adapters: Sequence[Adapter], chance: random.Random | None = None) -> None:
        self._tools = tools
        self._adapters = {adapter.link.name: adapter for adapter in adapters}
        self._chance = chance or random.Random()
        self._plants: frozenset[str] = frozenset()
        self._kept: frozenset[str] = frozenset()
        self._next: dict[str, dt.datetime] = {}
        self._busy: dict[str, Future[None]] = {}
        self._trouble: dict[str, str] = {}
        self._unread: dict[str, str] = {}
        self._pool = ThreadPoolExecutor(max(1, min(8, len(adapters))), thread_name_prefix="connection")
        self._loop = LeasedLoop(
            tools, "connections", self._step, errors="connection_loop_errors", breath=BREATH_SECONDS
        )

    def start(self) -> None:
        self.keep()
        self._loop.start()

    def close(self) -> None:
        """What is on its way is waited for; the rest goes on at the next start."""
        self._loop.end()
        self._pool.shutdown()
        self._loop.release()
        for adapter in self._adapters.values():
            adapter.close()

    def adapter(self, name: str) -> Adapter:
        """Raises UnknownConnection."""
        if name not in self._adapters:
            raise UnknownConnection(f"no connection '{name}'; {did_you_mean(name, self._adapters)}")
        return self._adapters[name]

    @property
    def adapters(self) -> list[Adapter]:
        return list(self._adapters.values())

    def keep(self) -> None:
        """Tell the ledger what the connections are, whenever other plants are loaded than before."""
        plants = frozenset(record.plant for record in self._tools.ledger.plants())
        if plants != self._plants:
            kept = self._tools.ledger.keep_connections([a.link for a in self._adapters.values()])
            self._plants, self._kept = plants, frozenset(link.name for link in kept)

    def look(self, name: str, read: bool) -> None:
        """Take in what has come, where its time is there, and send what waits."""
        adapter = self._adapters[name]
        try:
            if read:
                self._unread[name] = self._fault(self.read, adapter)
            trouble = self._fault(self.write, adapter)
            self._told(name, self._unread.get(name, "") or trouble)
        except UnknownConnection:
            self._plants = frozenset()

    def _fault(self, act: Callable[[Adapter], int], adapter: Adapter) -> str:
        """Do it; why it did not work, "" where it did. Raises UnknownConnection."""
        name = adapter.link.name
        try:
            act(adapter)
        except UnknownConnection:
            raise
        except Exception as fault:
            log.exception("connections.failed", connection=name)
            self._tools.meters.count("connection_errors", connection=name)
            said = str(fault) if isinstance(fault, (RejigError, OSError)) else f"{type(fault).__name__}: {fault}"
            return "\n".join([said, *getattr(fault, "__notes__", ())])[:2000]
        return ""

    def _told(self, name: str, trouble: str) -> None:
        if self._trouble.get(name) != trouble:
            self._tools.ledger.tell_trouble(name, trouble)
            self._trouble[name] = trouble

    def read(self, adapter: Adapter) -> int:
        """How many messages were taken in. One that fails keeps none waiting; its fault is raised after all others."""
        if not adapter.link.reads:
            return 0
        taken, first = 0, None
        for arrived in adapter.arrived():
            if self._loop.closing:
                break
            try:
                taken += self._taken(adapter, arrived)
            except UnknownConnection:
                raise
            except Exception as fault:
                fault.add_note(f"while {arrived.outer_id.rpartition('@')[0]} was taken in; it is tried again")
                log.warning("connections.not_taken_in", connection=adapter.link.name, message=arrived.outer_id)
                first = first or fault
        if first is not None:
            raise first
        return taken

    def _taken(self, adapter: Adapter, arrived: Arrived) -> bool:
        message = self._tools.ledger.receive(adapter.link, arrived, self._tools.clock())
        passing("import.received")
        if message.state == "waiting":
            take_in(self._tools, adapter, message)
            self._trouble[adapter.link.name] = ""  # as the ledger has it now
            return True
        # It was settled before, and the other side was not told: the process ended between the two.
        adapter.settle(message.outer_id, message.state, message.said)
        return False

    def write(self, adapter: Adapter) -> int:
        """How many messages went out."""
        tools, name, gone = self._tools, adapter.link.name, 0
        while not self._loop.closing:
            due = tools.ledger.due_outgoing(name, tools.clock(), PAGE)
            if not due:
                break
            for message in due:
                gone += self._sent(adapter, message)
        return gone

    def _sent(self, adapter: Adapter, message: Outgoing) -> bool:
        tools, name = self._tools, adapter.link.name
        if adapter.can.stops_in_doubt:
            # Should this process end now, it stands there as given up, and is not sent a second time by itself.
            tools.ledger.not_sent(message, IN_DOUBT, tools.clock(), None)
        rendered = self._rendered(message)
        try:
            try:
                adapter.send(rendered)
            except NotDelivered:
                raise
            except Exception as fault:
                # A fault of ours, or an answer that nobody foresaw: it costs this message its turn, not the connection.
                log.exception("connections.failed", connection=name, key=message.key)
                raise NotDelivered(f"{type(fault).__name__}: {fault}") from fault
        except NotDelivered as failed:
            attempts, now = message.attempts + 1, tools.clock()
            dead = failed.gone or attempts >= MOST_ATTEMPTS
            pause = max(retry_after(attempts, self._chance), failed.retry_after or 0.0)
            tools.ledger.not_sent(message, str(failed), now, None if dead else now + dt.timedelta(seconds=pause))
            tools.meters.count("connection_messages", connection=name, direction="out", result="failed")
            log.warning("connections.not_sent", connection=name, key=message.key, reason=str(failed))
            return False
        passing("outbox.sent")
        tools.ledger.sent(message, tools.clock())
        tools.meters.count("connection_messages", connection=name, direction="out", result="sent")
        return True

    def _rendered(self, message: Outgoing) -> Outgoing:
        """A released plan with its rows; they never change, so the outbox keeps its number alone."""
        if message.kind != "plan":
            return message
        record = self._tools.ledger.get_plan(message.plant, int(message.body["plan"]))
        zone = self._tools.ledger.state(message.plant)[1].zone
        rows: list[dict[str, Any]] = [
            {
                "plan": record.number,
                "order": o.order,
                "operation": o.operation,
                "machine": o.machine,
                "setup_start": iso(o.setup_start, zone) if o.setup_start is not None else "",
                "start": iso(o.start, zone),
                "end": iso(o.end, zone),
            }
            for o in record.plan.operations
        ]
        return replace(message, body={"rows": rows}) if rows else message

    def _step(self) -> None:
        self.keep()
        now = self._tools.clock()
        self._busy = {name: look for name, look in self._busy.items() if not look.done()}
        for name in sorted(self._kept - self._busy.keys()):
            every = dt.timedelta(seconds=self._adapters[name].link.every)
            due = self._next.get(name, now) <= now
            if due:
                self._next[name] = now + every
            self._busy[name] = self._pool.submit(self.look, name, due)
