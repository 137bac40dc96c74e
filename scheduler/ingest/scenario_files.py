"""A PlantState out as a scenario again: what is read back is the same state."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scheduler.atomic import write_files
from scheduler.domain.minutes import DAY, WEEKDAYS, iso, to_datetime
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Routing
from scheduler.ingest.assemble import next_lower
from scheduler.ingest.csv_text import csv_text
from scheduler.ingest.plan_files import broken_pins_json
from scheduler.ingest.schema import FILES, PLAN_FIGURES_FILE, PLANT_FILE
from scheduler.planning.tables.broken_pins import broken_pins


def write_scenario(state: PlantState, folder: Path) -> None:
    """The state as a scenario folder, the plan in force as plan.csv. Every table is written, the empty ones too.

    So a folder that held an older state holds nothing of it any more, but for events.jsonl, which is not state.
    """
    write_files(folder, scenario_texts(state))


def scenario_zip(state: PlantState) -> bytes:
    """The same as a zip with the files at its top level. The same state gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in scenario_texts(state).items():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text)
    return packed.getvalue()


def scenario_texts(state: PlantState) -> dict[str, str]:
    """File name to text. A plan.json only where the plan in force loses pins: it names them."""
    texts = {PLANT_FILE: _plant_toml(state)}
    rows = _Rows(state)
    for spec in FILES:
        texts[spec.file] = csv_text([column.name for column in spec.columns], getattr(rows, spec.name)())
    if lost := broken_pins(state, state.unfinished(state.plan)):
        texts[PLAN_FIGURES_FILE] = broken_pins_json(lost)
    return texts


def _plant_toml(state: PlantState) -> str:
    facts = (
        ("name", _quoted(state.name)),
        ("timezone", _quoted(str(state.zone))),
        ("now", to_datetime(state.now, state.zone).isoformat()),
        ("horizon_days", state.horizon_days),
        ("clock", _quoted(state.clock)),
        ("frozen_minutes", state.frozen_minutes),
        ("default_repair_minutes", state.default_repair_minutes),
        ("lost_report_minutes", state.lost_report_minutes),
        ("max_leap_hours", state.max_leap_hours),
        ("increment_sources", f"[{', '.join(map(_quoted, state.increment_sources))}]"),
    )
    weights = asdict(state.objective).items()
    lines = [f"{key} = {value}" for key, value in facts]
    return "\n".join([*lines, "", "[objective]", *(f"{key} = {float(value)!r}" for key, value in weights), ""])


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(value: float) -> str:
    """10 and not 10.0; every other float so that it reads back exactly."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}" if minutes != DAY else "24:00"


class _Rows:
    """The rows of each file, in the order of its columns in the schema."""

    def __init__(self, state: PlantState) -> None:
        self.state = state

    def _at(self, minute: int | None) -> str:
        return "" if minute is None else iso(minute, self.state.zone)

    def calendars(self) -> Iterator[Iterable[Any]]:
        for calendar in self.state.calendars.values():
            for window in calendar.windows:
                yield calendar.name, WEEKDAYS[window.weekday], _clock(window.start), _clock(window.end)

    def calendar_exceptions(self) -> Iterator[Iterable[Any]]:
        for calendar in self.state.calendars.values():
            for x in calendar.exceptions:
                yield calendar.name, self._at(x.start), self._at(x.end), x.kind, x.reason, ""
        for machine in self.state.machines.values():
            for x in machine.exceptions:
                yield "", self._at(x.start), self._at(x.end), x.kind, x.reason, machine.name

    def machines(self) -> Iterator[Iterable[Any]]:
        for m in self.state.machines.values():
            yield m.name, m.work_center, m.calendar, _plain(m.efficiency), m.initial_setup, _plain(m.cost_per_hour)

    def downtimes(self) -> Iterator[Iterable[Any]]:
        for d in self.state.downtimes:
            yield d.machine, self._at(d.start), self._at(d.end), d.kind, d.reason

    def materials(self) -> Iterator[Iterable[Any]]:
        for m in self.state.materials.values():
            yield m.name, m.description, m.unit, _plain(m.on_hand)

    def receipts(self) -> Iterator[Iterable[Any]]:
        for r in self.state.receipts.values():
            yield r.name, r.material, _plain(r.quantity), self._at(r.expected)

    def orders(self) -> Iterator[Iterable[Any]]:
        for o in self.state.orders.values():
            yield (
                o.name,
                o.material,
                _plain(o.quantity),
                o.routing,
                self._at(o.release),
                self._at(o.due),
                _plain(o.priority),
                o.status,
                o.customer,
                "yes" if o.cancelled else "no",
                o.reservation,
            )

    def routings(self) -> Iterator[Iterable[Any]]:
        for routing in self.state.routings.values():
            lower = next_lower([o.number for o in routing.operations])
            for o in routing.operations:
                yield (
                    routing.name,
                    o.number,
                    o.description,
                    "" if o.predecessors == lower[o.number] else ";".join(map(str, o.predecessors)) or "-",
                    o.setup_family,
                    "yes" if o.pausable else "no",
                    o.min_wait,
                    "" if o.max_wait is None else o.max_wait,
                )

    def routing_machines(self) -> Iterator[Iterable[Any]]:
        for routing in self.state.routings.values():
            for o in routing.operations:
                for m in o.machines:
                    yield (
                        routing.name,
                        o.number,
                        m.machine,
                        m.setup_minutes,
                        _plain(m.run_minutes_per_unit),
                        _plain(m.run_minutes_fixed),
                    )

    def bom(self) -> Iterator[Iterable[Any]]:
        for name, number, c in _of_operations(self.state.routings.values(), "components"):
            yield name, number, c.material, _plain(c.quantity_per_unit)

    def setup_matrix(self) -> Iterator[Iterable[Any]]:
        for matrix in self.state.setup_matrices.values():
            for (before, after), minutes in matrix.minutes.items():
                yield matrix.work_center, before, after, minutes

    def pools(self) -> Iterator[Iterable[Any]]:
        for p in self.state.pools.values():
            yield p.name, _plain(p.capacity), p.calendar or ""

    def pool_exceptions(self) -> Iterator[Iterable[Any]]:
        for pool in self.state.pools.values():
            for s in pool.stretches:
                yield pool.name, self._at(s.start), self._at(s.end), _plain(s.capacity), s.reason

    def routing_pools(self) -> Iterator[Iterable[Any]]:
        for name, number, need in _of_operations(self.state.routings.values(), "pools"):
            yield name, number, need.pool, _plain(need.quantity)

    def progress(self) -> Iterator[Iterable[Any]]:
        for p in self.state.progress.values():
            yield (
                p.order,
                p.operation,
                p.status,
                p.machine or "",
                self._at(p.started),
                self._at(p.finished),
                "" if p.remaining_minutes is None else p.remaining_minutes,
                _plain(p.quantity_good),
                _plain(p.quantity_scrap),
                self._at(p.drifting_since),
                _plain(self.state.passed_on(p.order, p.operation)) if p.status == "done" else "",
                "" if p.told_minutes is None else p.told_minutes,
                "" if p.pieces_taken is None else _plain(p.pieces_taken),
                self._at(p.counted),
            )

    def doubts(self) -> Iterator[Iterable[Any]]:
        for d in self.state.doubts.values():
            yield (
                d.id,
                d.rule,
                d.words,
                self._at(d.since),
                d.order,
                "" if d.operation is None else d.operation,
                d.machine,
                d.event,
                d.source,
                d.status,
                d.by,
                d.reason,
                self._at(d.closed),
                d.report,
            )

    def issued(self) -> Iterator[Iterable[Any]]:
        for i in self.state.issued:
            yield i.order, i.operation, i.material, _plain(i.quantity), _plain(i.quantity_per_unit)

    def pins(self) -> Iterator[Iterable[Any]]:
        for p in self.state.pins.values():
            times = (self._at(t) for t in (p.start, p.not_before, p.not_after))
            yield p.order, p.operation, p.machine or "", *times, p.by, p.reason

    def reservations(self) -> Iterator[Iterable[Any]]:
        for r in self.state.reservations.values():
            yield r.order, self._at(r.until), r.part_of, r.by, r.reason

    def plan(self) -> Iterator[Iterable[Any]]:
        for o in self.state.unfinished(self.state.plan):
            yield o.order, o.operation, o.machine, self._at(o.start), self._at(o.end), self._at(o.setup_start)


def _of_operations(routings: Iterable[Routing], what: str) -> Iterator[tuple[str, int, Any]]:
    for routing in routings:
        for operation in routing.operations:
            for row in getattr(operation, what):
                yield routing.name, operation.number, row
