"""All desks of this process: one thread per plant whose lease it holds. What fails in one plant stops no other."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import dataclass

import structlog

from scheduler.domain.events import Event
from scheduler.domain.minutes import EPOCH
from scheduler.errors import DeskTaken, UnfoldableEvent, UnknownPlant
from scheduler.fault_points import is_off, passing
from scheduler.ports import Lease
from scheduler.usecases.desk import Desk
from scheduler.usecases.poison import PlanningFailed, set_aside
from scheduler.usecases.post_events import post_events
from scheduler.usecases.resume import resume_unfinished
from scheduler.usecases.searches import Searches
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.desks")

LOOK_SECONDS = 1.0
"""How often a desk looks without having been woken: events may have come in through another process."""
HARVEST_SECONDS = 0.05
RESUME_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class DeskHealth:
    """here : this process holds the plant's lease.   error : the last one, None since it last went well.

    settled : the revision up to which the desk has planned and looks for nothing better any more; None: none.
    """

    plant: str
    here: bool
    doing: str
    error: str | None
    settled: int | None = None


class Desks:
    """Starts and ends the desks; `start` once, `close` once."""

    def __init__(self, tools: Tools, searches: Searches) -> None:
        self._tools = tools
        self._searches = searches
        self._desks: dict[str, DeskThread] = {}
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desks", daemon=True)
        self._deaf = tools.bell.listen(self._rung)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End every desk and give its lease back."""
        self._deaf()
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for desk in self._desks.values():
            desk.close()
        for desk in self._desks.values():
            desk.join()

    def health(self) -> list[DeskHealth]:
        return [desk.health() for _, desk in sorted(self._desks.items())]

    def alive(self) -> bool:
        return self._thread.is_alive()

    def _rung(self, plant: str) -> None:
        desk = self._desks.get(plant)
        if desk is None:
            self._wake.set()
        else:
            desk.wake()

    def _run(self) -> None:
        resume_at = 0.0
        while not self._closing.is_set():
            self._wake.clear()
            try:
                loaded = {record.plant for record in self._tools.ledger.plants()}
                for plant in loaded - self._desks.keys():
                    desk = DeskThread(self._tools, plant)
                    desk.start()
                    self._desks = {**self._desks, plant: desk}  # read by others meanwhile
                for plant in self._desks.keys() - loaded:
                    self._desks[plant].close()
                    self._desks = {name: desk for name, desk in self._desks.items() if name != plant}
                if time.monotonic() >= resume_at:
                    resume_at = time.monotonic() + RESUME_SECONDS
                    resume_unfinished(self._tools, self._searches)
            except Exception:
                log.exception("desks.failed")
                self._tools.meters.count("desk_errors", plant="")
            self._wake.wait(LOOK_SECONDS)


class DeskThread(threading.Thread):
    """The desk of one plant, as long as this process holds its lease."""

    def __init__(self, tools: Tools, plant: str) -> None:
        super().__init__(name=f"desk-{plant}", daemon=True)
        self._tools = tools
        self._plant = plant
        self._desk = Desk(tools, plant)
        self._lease: Lease | None = None
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._error: str | None = None
        self._ticked = ""

    def wake(self) -> None:
        self._wake.set()

    def close(self) -> None:
        self._closing.set()
        self._wake.set()

    def health(self) -> DeskHealth:
        here = self._lease is not None
        doing = self._desk.doing if here else "another process has this desk"
        return DeskHealth(self._plant, here, doing, self._error or self._desk.trouble, self._desk.settled)

    def run(self) -> None:
        failures = 0
        heard = False
        while not self._closing.is_set():
            self._wake.clear()
            pause = LOOK_SECONDS
            try:
                if (heard or not is_off("sweep")) and self._holds_lease():
                    self._tick()
                    self._desk.look()
                    if self._desk.improving():
                        pause = HARVEST_SECONDS
                failures, self._error = 0, None
            except UnknownPlant:
                self._give_up()  # it was deleted; the desks end this one
                self._closing.wait(LOOK_SECONDS)
                continue
            except DeskTaken as taken:
                log.warning("desk.fenced", plant=self._plant, why=str(taken))
                self._tools.meters.count("desks_fenced", plant=self._plant)
                self._give_up()
            except Exception as error:
                failures += 1
                self._error = str(error) if isinstance(error, PlanningFailed) else f"{type(error).__name__}: {error}"
                self._tools.meters.count("desk_errors", plant=self._plant)
                log.exception("desk.failed", plant=self._plant, failures=failures)
                if isinstance(error, UnfoldableEvent):
                    self._set_aside(error)
                if self._lease is not None and not self._lease.held():
                    self._give_up()
                pause = min(LOOK_SECONDS * 2 ** min(failures - 1, 10), LONGEST_PAUSE_SECONDS)
                self._closing.wait(pause)
                continue
            heard = self._wake.wait(pause)
        self._give_up()

    def _holds_lease(self) -> bool:
        """Looks before it works; what happens after that look is for the term to fence."""
        if self._lease is not None and not self._lease.held():
            log.warning("desk.lease_lost", plant=self._plant)
            self._give_up()
        if self._lease is None:
            lease = self._tools.ledger.lease(f"desk:{self._plant}")
            if lease is None:
                return False
            try:
                self._desk = Desk(self._tools, self._plant, self._tools.ledger.begin_term(self._plant))
            except BaseException:
                lease.release()
                raise
            self._lease = lease
            log.info("desk.taken", plant=self._plant)
            passing("desk.taken")
        return True

    def _give_up(self) -> None:
        """First stop saying that the desk is here, then give the lease back: so two processes never both say it."""
        self._desk.stop_improving()
        lease, self._lease = self._lease, None
        self._desk = Desk(self._tools, self._plant)
        if lease is not None:
            lease.release()

    def _set_aside(self, fault: UnfoldableEvent) -> None:
        try:
            set_aside(self._tools, fault.plant, fault.revision, fault.reason)
        except Exception:
            log.exception("desk.not_set_aside", plant=self._plant, revision=fault.revision)

    def _tick(self) -> None:
        """With `clock = "wall"` time itself is an event, once a minute; its id makes it one, whoever posts it."""
        now = self._tools.clock()
        minute = now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")
        if minute == self._ticked:
            return
        self._ticked = minute
        state = self._tools.snapshot(self._plant).state
        since_epoch = int((now - EPOCH).total_seconds() // 60)
        if state.clock == "wall" and since_epoch > state.now:
            event = Event(f"tick-{minute}", "/clock", "clock.ticked", since_epoch)
            post_events(self._tools, self._plant, [event])
