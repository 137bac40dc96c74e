"""Dispatch lists on their way to machines: each is made when it changes, brought by its carrier, and confirmed.

One process brings them, by a lease. Only the newest list of a machine is ever on its way; what a carrier could not
bring is brought with the next.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import structlog

from scheduler.errors import RejigError, UnknownMachine, UnknownPlant
from scheduler.list_ports import ListCarrier, MachineList
from scheduler.usecases.acknowledge import acknowledge
from scheduler.usecases.dispatch_lists import list_of, serve_list
from scheduler.usecases.leased_loop import LeasedLoop
from scheduler.usecases.list_bodies import list_body
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.lists")

BREATH_SECONDS = 0.02
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class ListSeen:
    """A machine's list and how far it has come. made, carried, confirmed, refused : versions; "": none.

    since : when the newest was made.   carried_at : when the other side got what it has.
    by : who confirmed or refused.   why : it was refused, or not carried.
    """

    machine: str
    revision: int
    made: str
    since: dt.datetime
    carried: str = ""
    carried_at: dt.datetime | None = None
    confirmed: str = ""
    refused: str = ""
    by: str = ""
    why: str = ""

    def works_by_an_old_one(self, now: dt.datetime, patience_minutes: float) -> bool:
        """The newest is not confirmed, for longer than that; or it is refused."""
        if self.refused == self.made:
            return True
        waits = (now - self.since).total_seconds() > patience_minutes * 60
        return self.confirmed != self.made and waits


class ListDesks:
    """`start` once, `close` once."""

    def __init__(self, tools: Tools, carriers: Sequence[ListCarrier]) -> None:
        self._desks = [OneListDesk(tools, carrier) for carrier in carriers]
        self._loop = LeasedLoop(
            tools, "lists", self._look, errors="list_loop_errors", breath=BREATH_SECONDS, stand_by=self._stop
        )

    def start(self) -> None:
        self._loop.start()

    def close(self) -> None:
        self._loop.end()
        self._stop()
        self._loop.release()

    @property
    def desks(self) -> list[OneListDesk]:
        return self._desks

    def _look(self) -> None:
        for desk in self._desks:
            desk.look()

    def _stop(self) -> None:
        for desk in self._desks:
            desk.stop()


@dataclass(slots=True)
class OneListDesk:
    """The lists of one carrier. trouble : why its other side cannot be reached; "": it can."""

    tools: Tools
    carrier: ListCarrier
    trouble: str = ""
    _made: dict[str, tuple[int, MachineList]] = field(default_factory=dict)
    _seen: dict[str, ListSeen] = field(default_factory=dict)
    _number: int = 0
    _looked_at: object = None
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def look(self) -> None:
        """Make the lists that have changed, and see that somebody carries them."""
        try:
            self._make()
        except UnknownPlant:
            return
        if self._thread is None or not self._thread.is_alive():
            self._closing = threading.Event()
            name = f"lists-{self.carrier.setup.name}"
            self._thread = threading.Thread(target=self._carry, args=(self._closing,), name=name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._looked_at = None, None

    @property
    def carries(self) -> bool:
        """Whether this process does; of several one does."""
        return self._thread is not None and self._thread.is_alive()

    def seen(self) -> list[ListSeen]:
        """By machine."""
        with self._changed:
            return [self._seen[machine] for machine in sorted(self._seen)]

    def _make(self) -> None:
        setup, tools = self.carrier.setup, self.tools
        snapshot = tools.snapshot(setup.plant)
        record, state = snapshot.record, snapshot.state
        looked_at = record.loaded_at, snapshot.revision, record.plan_in_force
        if looked_at == self._looked_at:
            return
        for machine in setup.machines or sorted(state.machines):
            try:
                listing = list_of(tools, snapshot, machine)
            except UnknownMachine:
                continue  # it may be loaded later
            known = self._made.get(machine)
            if known is not None and known[1].version == listing.version:
                continue
            # The record is older than what is served, if anything: a number never stands for an older list.
            served = serve_list(tools, setup.plant, machine)
            body = list_body(setup.plant, served, record.last_message, setup.rows)
            made = MachineList(machine, record.last_message, served.listing.version, body)
            with self._changed:
                self._number += 1
                self._made[machine] = self._number, made
                seen = self._seen.get(machine) or ListSeen(machine, 0, "", tools.clock())
                confirmed = served.acknowledged or ""
                self._seen[machine] = replace(
                    seen, revision=made.revision, made=made.version, since=tools.clock(), confirmed=confirmed
                )
                self._changed.notify_all()
        self._looked_at = looked_at

    # -- for the carrier ----------------------------------------------------------------------------------------------

    def newer(self, than: int, wait: float) -> tuple[int, list[MachineList]]:
        with self._changed:
            self._changed.wait_for(lambda: self._number > than or self._closing.is_set(), wait)
            found = sorted((number, made) for number, made in self._made.values() if number > than)
            return self._number, [made for _, made in found]

    def machines(self) -> Collection[str]:
        with self._changed:
            return list(self._made)

    def carried(self, machine: str, version: str) -> None:
        self.trouble = ""
        self._note(machine, carried=version, carried_at=self.tools.clock(), why="")
        self.tools.meters.count("lists_carried", carrier=self.carrier.setup.name)

    def kept_back(self, machine: str, why: str) -> None:
        if self._note(machine, why=why):
            log.warning("lists.not_carried", carrier=self.carrier.setup.name, machine=machine, reason=why)
        self.tools.meters.count("lists_not_carried", carrier=self.carrier.setup.name)

    def confirmed(self, machine: str, version: str, by: str) -> None:
        """Said again it is no news."""
        plant = self.carrier.setup.plant
        seen = self._seen.get(machine)
        if seen is not None and seen.confirmed == version and not seen.refused:
            return
        try:
            acknowledge(self.tools, plant, machine, version, by)
        except (UnknownMachine, UnknownPlant) as fault:
            log.warning("lists.answer_of_nobody", carrier=self.carrier.setup.name, machine=machine, reason=str(fault))
            return
        self._note(machine, confirmed=version, refused="", by=by, why="")
        self.tools.meters.count("lists_confirmed", carrier=self.carrier.setup.name)

    def refused(self, machine: str, version: str, by: str, why: str) -> None:
        if self._note(machine, refused=version, by=by, why=f"refused: {why}"):
            log.warning("lists.refused", carrier=self.carrier.setup.name, machine=machine, version=version, reason=why)
            self.tools.meters.count("lists_refused", carrier=self.carrier.setup.name)

    def _note(self, machine: str, **changes: object) -> bool:
        """Whether that is news."""
        with self._changed:
            seen = self._seen.get(machine)
            if seen is None:
                return False
            self._seen[machine] = replace(seen, **changes)  # type: ignore[arg-type]
            return self._seen[machine] != seen

    def _carry(self, closing: threading.Event) -> None:
        name, failures = self.carrier.setup.name, 0
        while not closing.is_set():
            began = time.monotonic()
            try:
                self.carrier.carry(self, closing)
            except Exception as fault:
                said = str(fault) if isinstance(fault, RejigError) else f"{type(fault).__name__}: {fault}"
                if said != self.trouble:
                    log.warning("lists.away", carrier=name, reason=said)
                self.trouble = said
                self.tools.meters.count("list_carrier_errors", carrier=name)
            if closing.is_set():
                return
            failures = 0 if time.monotonic() - began > LONGEST_PAUSE else failures + 1
            closing.wait(min(LONGEST_PAUSE, 0.25 * 2 ** min(failures, 7)))
