"""plant.toml (or the `plant` sheet): what is true of the plant as a whole."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from scheduler.domain.minutes import YEARS, Minute, credible, to_minute
from scheduler.domain.plans import Objective
from scheduler.domain.texts import sayable, tidy_name
from scheduler.errors import did_you_mean
from scheduler.ingest.faults import Faults, Nearest
from scheduler.ingest.rows import decoded
from scheduler.ingest.schema import PLANT_FILE
from scheduler.ingest.written import OURS, Dates, Decimal, Written
from scheduler.limits import STANDARD

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
    "files",
)
MOST_BYTES = 100_000
MOST_LEAP_HOURS = STANDARD.plant_ahead_days * 24
MOST_SOURCES = 1_000
SHOWN = 60


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
    written: Written = OURS


def facts_of_toml(content: bytes, name: str, faults: Faults) -> PlantFacts:
    raw: Mapping[str, Any] = {}
    if len(content) > MOST_BYTES:
        found, expected = f"{len(content):,} bytes", f"at most {MOST_BYTES:,} bytes of key = value lines"
        faults.add(PLANT_FILE, None, None, found, expected, "leave the facts of the plant, and nothing else")
        return _unknown(name)
    text = decoded(PLANT_FILE, content, faults)
    if text is None:
        return _unknown(name)
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        faults.add(PLANT_FILE, None, None, "tables or lists nested too deep", "key = value lines", "remove them")
        return _unknown(name)
    except ValueError as error:
        faults.add(PLANT_FILE, None, None, f"text that is not TOML ({error})", "key = value lines", "correct that line")
        return _unknown(name)
    return facts_of(raw, name, faults)


def facts_of_sheet(rows: Sequence[Sequence[str]], name: str, faults: Faults) -> PlantFacts:
    """Key/value rows; weights as `objective.tardiness` or `tardiness`; a header row is passed over."""
    raw: dict[str, Any] = {}
    objective: dict[str, Any] = {}
    files: dict[str, Any] = {}
    for row in rows:
        key, value = (row[0].strip(), row[1].strip()) if len(row) > 1 else (row[0].strip() if row else "", "")
        if not value or key.lower() == "key":
            continue
        if key.startswith("objective.") or key in MEASURES:
            objective[key.removeprefix("objective.")] = value
        elif key.startswith("files."):
            files[key.removeprefix("files.")] = value
        else:
            raw[key] = value
    return facts_of({**raw, "objective": objective, "files": files}, name, faults)


def facts_of(raw: Mapping[str, Any], name: str, faults: Faults) -> PlantFacts:
    """Values as TOML has them, or all as text."""
    nearest = Nearest(KEYS)
    for key in raw:
        if key not in KEYS:
            hint = nearest(key, "")
            told = f"; {hint}" if hint.startswith("did") else ""
            faults.notice(f"{PLANT_FILE}: '{key}' is not known and was ignored{told}")
    zone = _zone(raw, faults)
    clock = raw.get("clock", "events")
    if clock not in ("events", "wall"):
        found = _shown(clock)
        faults.add(PLANT_FILE, None, "clock", found, "events or wall", did_you_mean(found, ("events", "wall")))
        clock = "events"
    return PlantFacts(
        name=_name(raw, name, faults),
        zone=zone,
        now=_now(raw, zone, faults),
        horizon_days=_whole(raw, "horizon_days", 60, 1, faults, STANDARD.horizon_days),
        clock=clock,
        frozen_minutes=_whole(raw, "frozen_minutes", 0, 0, faults),
        default_repair_minutes=_whole(raw, "default_repair_minutes", 120, 0, faults),
        lost_report_minutes=_whole(raw, "lost_report_minutes", 480, 1, faults),
        max_leap_hours=_whole(raw, "max_leap_hours", 96, 1, faults, MOST_LEAP_HOURS),
        increment_sources=_names(raw, "increment_sources", faults),
        objective=_objective(raw.get("objective", {}), faults),
        written=_written(raw.get("files", {}), faults),
    )


def _unknown(name: str) -> PlantFacts:
    return PlantFacts(name, ZoneInfo("UTC"), 0)


def _zone(raw: Mapping[str, Any], faults: Faults) -> ZoneInfo:
    key = raw.get("timezone", "UTC")
    if isinstance(key, str) and (key == "UTC" or key in available_timezones()):
        return ZoneInfo(key)
    hint = did_you_mean(_shown(key)[1:-1], available_timezones())
    remedy = hint if hint.startswith("did") else "write an IANA name such as Europe/Zurich"
    faults.add(PLANT_FILE, None, "timezone", _shown(key), "the name of a time zone", remedy)
    return ZoneInfo("UTC")


def _now(raw: Mapping[str, Any], zone: ZoneInfo, faults: Faults) -> Minute:
    value = raw.get("now")
    found = "nothing" if value is None else _shown(value)
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            value = None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    expected = "the moment the data speaks of"
    if isinstance(value, dt.datetime):
        with suppress(OverflowError):
            if credible(now := to_minute(value, zone)):
                return now
        expected = f"a moment of the years {YEARS}"
    faults.add(PLANT_FILE, None, "now", found, expected, "write for example now = 2026-03-02T06:00:00")
    return 0


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _whole(
    raw: Mapping[str, Any], key: str, default: int, least: int, faults: Faults, most: int = STANDARD.minutes
) -> int:
    if key not in raw:
        return default
    number = _number(raw[key])
    if number is None or not least <= number <= most or number != int(number):
        expected = f"a whole number from {least} to {most:,}"
        faults.add(PLANT_FILE, None, key, _shown(raw[key]), expected, f"the default is {default}")
        return default
    return int(number)


def _name(raw: Mapping[str, Any], otherwise: str, faults: Faults) -> str:
    """The plant's; that of a folder or file has its odd characters taken out."""
    value = raw.get("name")
    if not value:
        return sayable("".join(c for c in otherwise if c.isprintable()) or "plant", STANDARD.name_length)
    try:
        if not isinstance(value, str):
            raise ValueError("no text")
        return tidy_name(value)
    except ValueError as fault:
        expected = f"a name of at most {STANDARD.name_length} characters"
        faults.add(PLANT_FILE, None, "name", _shown(value), expected, f"it has {fault}")
        return otherwise


def _shown(value: Any) -> str:
    """A value as a fault tells it, whatever it is."""
    if isinstance(value, str):
        return f"'{sayable(value, SHOWN)}'"
    if isinstance(value, dt.date | dt.time | float | bool) or (isinstance(value, int) and abs(value) < 10**SHOWN):
        return f"'{value}'"
    return "a number of very many digits" if isinstance(value, int) else f"a {type(value).__name__}"


def _names(raw: Mapping[str, Any], key: str, faults: Faults) -> tuple[str, ...]:
    """A list of names; in a cell of a workbook joined by commas."""
    value = raw.get(key, ())
    names = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        faults.add(PLANT_FILE, None, key, _shown(value), "a list of names", f'write {key} = ["/mes"]')
        return ()
    if len(names) > MOST_SOURCES or any(len(name) > STANDARD.name_length for name in names):
        expected = f"at most {MOST_SOURCES:,} names of {STANDARD.name_length} characters"
        faults.add(PLANT_FILE, None, key, f"{len(names):,} names", expected, "leave out what is none")
        return ()
    return tuple(name for name in names if name)


def _written(raw: Any, faults: Faults) -> Written:
    """How the files write numbers and dates, where they alone do not tell."""
    allowed = {"decimal": get_args(Decimal)[1:3], "dates": get_args(Dates)[1:]}
    if not isinstance(raw, Mapping):
        faults.add(PLANT_FILE, None, "files", _shown(raw), "a table", "write [files] on its own line")
        return OURS
    found: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in allowed:
            hint = did_you_mean(str(key), allowed)
            faults.notice(f"{PLANT_FILE}: 'files.{key}' is not known and was ignored; {hint}")
        elif value not in allowed[key]:
            expected = " or ".join(f'"{choice}"' for choice in allowed[key])
            faults.add(PLANT_FILE, None, f"files.{key}", _shown(value), expected, f"leave out {key} to have it found")
        else:
            found[key] = value
    return Written(**found)


def _objective(raw: Any, faults: Faults) -> Objective:
    if not isinstance(raw, Mapping):
        faults.add(
            PLANT_FILE, None, "objective", _shown(raw), "a table of weights", "write [objective] on its own line"
        )
        return Objective()
    weights: dict[str, float] = {}
    nearest = Nearest(MEASURES)
    for key, value in raw.items():
        number = _number(value)
        if key not in MEASURES:
            faults.notice(f"{PLANT_FILE}: objective '{key}' is not known and was ignored; {nearest(key, 'remove it')}")
        elif number is None or not 0 <= number <= STANDARD.number:
            expected = f"a weight from 0 to {STANDARD.number:,.0f}"
            faults.add(PLANT_FILE, None, f"objective.{key}", _shown(value), expected, "write a number")
        else:
            weights[key] = number
    return Objective(**weights)
