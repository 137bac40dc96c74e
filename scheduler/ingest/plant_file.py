"""plant.toml (or the `plant` sheet): what is true of the plant as a whole."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from scheduler.domain.minutes import Minute, to_minute
from scheduler.domain.plans import Objective
from scheduler.errors import did_you_mean
from scheduler.ingest.faults import Faults
from scheduler.ingest.schema import PLANT_FILE
from scheduler.ingest.tables import decoded

MEASURES = tuple(f.name for f in fields(Objective))
KEYS = (
    "name",
    "timezone",
    "now",
    "horizon_days",
    "clock",
    "frozen_minutes",
    "default_repair_minutes",
    "lost_report_minutes",
    "max_leap_hours",
    "increment_sources",
    "objective",
)


@dataclass(frozen=True, slots=True)
class PlantFacts:
    """Of plant.toml. A fact that could not be read has its default; the fault is on the list."""

    name: str
    zone: ZoneInfo
    now: Minute
    horizon_days: int = 60
    clock: Literal["events", "wall"] = "events"
    frozen_minutes: int = 0
    default_repair_minutes: int = 120
    lost_report_minutes: int = 480
    max_leap_hours: int = 96
    increment_sources: tuple[str, ...] = ()
    objective: Objective = field(default_factory=Objective)


def facts_of_toml(content: bytes, name: str, faults: Faults) -> PlantFacts:
    raw: Mapping[str, Any] = {}
    text = decoded(PLANT_FILE, content, faults)
    if text is None:
        return _unknown(name)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.add(PLANT_FILE, None, None, f"text that is not TOML ({error})", "key = value lines", "correct that line")
        return _unknown(name)
    return facts_of(raw, name, faults)


def facts_of_sheet(rows: Sequence[Sequence[str]], name: str, faults: Faults) -> PlantFacts:
    """Key/value rows; weights as `objective.tardiness` or `tardiness`; a header row is passed over."""
    raw: dict[str, Any] = {}
    objective: dict[str, Any] = {}
    for row in rows:
        key, value = (row[0].strip(), row[1].strip()) if len(row) > 1 else (row[0].strip() if row else "", "")
        if not value or key.lower() == "key":
            continue
        if key.startswith("objective.") or key in MEASURES:
            objective[key.removeprefix("objective.")] = value
        else:
            raw[key] = value
    return facts_of({**raw, "objective": objective}, name, faults)


def facts_of(raw: Mapping[str, Any], name: str, faults: Faults) -> PlantFacts:
    """Values as TOML has them, or all as text."""
    for key in raw:
        if key not in KEYS:
            hint = did_you_mean(key, KEYS)
            told = f"; {hint}" if hint.startswith("did") else ""
            faults.notice(f"{PLANT_FILE}: '{key}' is not known and was ignored{told}")
    zone = _zone(raw, faults)
    clock = raw.get("clock", "events")
    if clock not in ("events", "wall"):
        faults.add(
            PLANT_FILE, None, "clock", f"'{clock}'", "events or wall", did_you_mean(str(clock), ("events", "wall"))
        )
        clock = "events"
    return PlantFacts(
        name=str(raw.get("name") or name),
        zone=zone,
        now=_now(raw, zone, faults),
        horizon_days=_whole(raw, "horizon_days", 60, 1, faults),
        clock=clock,
        frozen_minutes=_whole(raw, "frozen_minutes", 0, 0, faults),
        default_repair_minutes=_whole(raw, "default_repair_minutes", 120, 0, faults),
        lost_report_minutes=_whole(raw, "lost_report_minutes", 480, 1, faults),
        max_leap_hours=_whole(raw, "max_leap_hours", 96, 1, faults),
        increment_sources=_names(raw, "increment_sources", faults),
        objective=_objective(raw.get("objective", {}), faults),
    )


def _unknown(name: str) -> PlantFacts:
    return PlantFacts(name, ZoneInfo("UTC"), 0)


def _zone(raw: Mapping[str, Any], faults: Faults) -> ZoneInfo:
    key = raw.get("timezone", "UTC")
    if isinstance(key, str) and (key == "UTC" or key in available_timezones()):
        return ZoneInfo(key)
    hint = did_you_mean(str(key), available_timezones())
    remedy = hint if hint.startswith("did") else "write an IANA name such as Europe/Zurich"
    faults.add(PLANT_FILE, None, "timezone", f"'{key}'", "the name of a time zone", remedy)
    return ZoneInfo("UTC")


def _now(raw: Mapping[str, Any], zone: ZoneInfo, faults: Faults) -> Minute:
    value = raw.get("now")
    found = "nothing" if value is None else f"'{value}'"
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            value = None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    if isinstance(value, dt.datetime):
        return to_minute(value, zone)
    faults.add(
        PLANT_FILE, None, "now", found, "the moment the data speaks of", "write for example now = 2026-03-02T06:00:00"
    )
    return 0


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _whole(raw: Mapping[str, Any], key: str, default: int, least: int, faults: Faults) -> int:
    if key not in raw:
        return default
    number = _number(raw[key])
    if number is None or number < least or number != int(number):
        faults.add(
            PLANT_FILE, None, key, f"'{raw[key]}'", f"a whole number, {least} or more", f"the default is {default}"
        )
        return default
    return int(number)


def _names(raw: Mapping[str, Any], key: str, faults: Faults) -> tuple[str, ...]:
    """A list of names; in a cell of a workbook joined by commas."""
    value = raw.get(key, ())
    names = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        faults.add(PLANT_FILE, None, key, f"'{value}'", "a list of names", f'write {key} = ["/mes"]')
        return ()
    return tuple(name for name in names if name)


def _objective(raw: Any, faults: Faults) -> Objective:
    if not isinstance(raw, Mapping):
        faults.add(PLANT_FILE, None, "objective", f"'{raw}'", "a table of weights", "write [objective] on its own line")
        return Objective()
    weights: dict[str, float] = {}
    for key, value in raw.items():
        number = _number(value)
        if key not in MEASURES:
            faults.notice(
                f"{PLANT_FILE}: objective '{key}' is not known and was ignored; {did_you_mean(key, MEASURES)}"
            )
        elif number is None or number < 0:
            faults.add(PLANT_FILE, None, f"objective.{key}", f"'{value}'", "a weight, 0 or more", "write a number")
        else:
            weights[key] = number
    return Objective(**weights)
