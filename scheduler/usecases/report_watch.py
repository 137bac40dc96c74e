"""Whether what the floor reports can be believed: how much of a day is in doubt or refused, and who fell silent."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.domain.calendars import working_time
from scheduler.domain.minutes import DAY, Minute, parse_minute, spoken, spoken_duration
from scheduler.domain.plant import PlantState
from scheduler.log_ports import Heard, Quarantined
from scheduler.ports import LogReader
from scheduler.usecases.snapshots import Snapshot

FEWEST_REPORTS = 5
"""Of fewer reports in a day no share is said: one odd report of two is not half of a floor gone wrong."""
USED_TO = 10
"""A source that sent so many reports within a week used to report; one that did not may well be silent."""
TIMES_THE_USUAL = 4
"""Nor is a source silent before it has been quiet for so many times its usual gap."""
WEEK = 7 * DAY
MOST_REFUSED = 5000
REPORT = "operation."


@dataclass(frozen=True, slots=True)
class ReportLimits:
    """doubtful_share : of a day's reports, from 0 to 1; where more are odd, that is told.

    silent_minutes : of open time; a source that used to report and is quiet for longer is told of.
    """

    doubtful_share: float = 0.2
    silent_minutes: int = 60


@dataclass(frozen=True, slots=True)
class SourceWatch:
    """One sender of reports. last : its last event.   quiet : open minutes since; silent : more than it may be."""

    source: str
    reports: int
    last: Minute
    quiet: int
    silent: bool


@dataclass(frozen=True, slots=True)
class ReportWatch:
    """The last 24 hours of the plant's clock.

    reports : of the floor, those that were refused included.   in_doubt : of these, those that left a doubt that is
    open.   refused : of these, those that wait in quarantine.   warnings : in words; none: all is as it should be.
    """

    reports: int
    in_doubt: int
    refused: int
    share: float
    too_many: bool
    sources: tuple[SourceWatch, ...]
    warnings: tuple[str, ...]


class ReportWatches:
    """What `watched` says of each plant, looked up once per revision."""

    def __init__(self, limits: ReportLimits | None = None) -> None:
        self._limits = limits or ReportLimits()
        self._known: dict[str, tuple[object, ReportWatch]] = {}
        self._lock = threading.Lock()

    def of(self, plant_log: LogReader, snapshot: Snapshot) -> ReportWatch:
        record = snapshot.record
        key = (snapshot.revision, record.loaded_at, record.quarantined)
        with self._lock:
            known = self._known.get(record.plant)
        if known is None or known[0] != key:
            now = snapshot.state.now
            heard = plant_log.heard(record.plant, REPORT, now - WEEK, now - DAY, now)
            refused: Sequence[Quarantined] = ()
            if record.quarantined:
                refused = plant_log.quarantine(record.plant, waiting=True, limit=MOST_REFUSED)
            known = (key, watched(snapshot.state, heard, refused, self._limits))
            with self._lock:
                self._known[record.plant] = known
        return known[1]


def watched(
    state: PlantState, heard: Sequence[Heard], refused: Sequence[Quarantined], limits: ReportLimits
) -> ReportWatch:
    """What stands in the log of a week, and what waits in quarantine, against the limits."""
    since = state.now - DAY
    gone = sum(k.type.startswith(REPORT) and told_at(k, state) > since for k in refused)
    inferred = {(d.source, d.event) for d in state.known_doubts.open() if d.event and d.since > since}
    reports = sum(h.in_day for h in heard) + gone
    bad = min(reports, len(inferred) + gone)
    share = bad / reports if reports else 0.0
    too_many = reports >= FEWEST_REPORTS and share > limits.doubtful_share
    sources = tuple(_source(state, h, limits) for h in heard if h.reports)
    warnings = []
    if too_many:
        warnings.append(
            f"{100 * share:.0f} % of the last day's {reports} reports are in doubt or refused ({len(inferred)} and "
            f"{gone}), more than {100 * limits.doubtful_share:.0f} %: the plan may not be what the floor does"
        )
    for source in sources:
        if source.silent:
            warnings.append(
                f"nothing from '{source.source}' since {spoken(source.last, state.zone)}, "
                f"{spoken_duration(source.quiet)} of open time: is it running?"
            )
    return ReportWatch(reports, len(inferred), gone, share, too_many, sources, tuple(warnings))


def _source(state: PlantState, heard: Heard, limits: ReportLimits) -> SourceWatch:
    quiet = _open_minutes(state, heard.last, state.now)
    usual = _open_minutes(state, heard.first, heard.last) / max(1, heard.reports - 1)
    silent = heard.reports >= USED_TO and quiet > max(limits.silent_minutes, TIMES_THE_USUAL * usual)
    return SourceWatch(heard.source, heard.reports, heard.last, quiet, silent)


def _open_minutes(state: PlantState, first: Minute, last: Minute) -> int:
    """Minutes in which the calendar that is open longest is open."""
    if last <= first:
        return 0
    used = {m.calendar for m in state.machines.values()}
    times = (working_time(state.calendars[name], state.zone, first, last) for name in used)
    return max((time.between(first, last) for time in times), default=0)


def told_at(kept: Quarantined, state: PlantState) -> Minute:
    """The minute that it says it happened; the plant's now where that cannot be read."""
    try:
        return parse_minute(str(kept.event.get("time")), state.zone)
    except ValueError:
        return state.now
