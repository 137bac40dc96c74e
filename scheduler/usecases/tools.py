"""What every use case works with, put together once by the bootstrap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduler.access.tokens import Claims
from scheduler.access_ports import Tokens
from scheduler.limits import STANDARD, Limits
from scheduler.messages import Courier, MessageType
from scheduler.ports import Ledger, Planner, ScenarioFiles, Workers
from scheduler.usecases.asked_searches import AskedSearches
from scheduler.usecases.bell import Bell
from scheduler.usecases.engine_failures import WatchedPlanner, WatchedWorkers
from scheduler.usecases.list_cache import ListCache
from scheduler.usecases.meters import Meters
from scheduler.usecases.report_watch import ReportWatch, ReportWatches
from scheduler.usecases.snapshots import Snapshot, Snapshots
from scheduler.usecases.stop_catalogue import StopCatalogue

Clock = Callable[[], dt.datetime]


def wall_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Tools:
    """The concrete parts behind the ports, and what is shared within the process.

    clock : aware moments; the only clock of the use cases.   courier : carries webhooks; None: none are sent.
    watches : whether what the floor reports can be believed.   limits : of what comes in.
    asked_searches : of whoever asks what would help, as each keeps a worker busy for some seconds.
    stops : why machines stand, and what lateness costs, as configured.
    tokens : of an identity provider; None: keys alone are taken.   claims : what a token gives its holder here.
    """

    ledger: Ledger
    planner: Planner
    workers: Workers
    files: ScenarioFiles
    clock: Clock = wall_clock
    bell: Bell = field(default_factory=Bell)
    meters: Meters = field(default_factory=Meters)
    lists: ListCache = field(default_factory=ListCache)
    courier: Courier | None = None
    watches: ReportWatches = field(default_factory=ReportWatches)
    limits: Limits = STANDARD
    asked_searches: AskedSearches = field(default_factory=AskedSearches, repr=False)
    stops: StopCatalogue = field(default_factory=StopCatalogue)
    tokens: Tokens | None = field(default=None, repr=False)
    claims: Claims = field(default_factory=Claims)
    snapshots: Snapshots = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "snapshots", Snapshots(self.ledger))
        # whoever asks for a plan need not think of engines that failed
        object.__setattr__(self, "planner", WatchedPlanner(self.planner, self.meters))
        object.__setattr__(self, "workers", WatchedWorkers(self.workers, self.meters))

    def snapshot(self, plant: str) -> Snapshot:
        return self.snapshots.of(plant)

    def watch(self, plant: str) -> ReportWatch:
        return self.watches.of(self.ledger, self.snapshot(plant))

    def publish(self, plant: str, type: MessageType, data: Mapping[str, Any]) -> None:
        """Put it on the event stream, and wake those who wait for the plant."""
        self.ledger.publish(plant, type, data, self.clock())
        self.bell.ring(plant)
