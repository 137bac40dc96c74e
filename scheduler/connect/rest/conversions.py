"""What stands behind a bar in a template: `{due|date|at 16:00}`. One value in, one value out; nothing stays nothing.

Each raises ValueError in words for what it cannot read.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Scope: TypeAlias = Mapping[str, Any]
Look: TypeAlias = Callable[[str], Any]
"""What a path of the scope leads to."""

CLOSE = Decimal("1e-9")
SPACE = uuid.UUID("5b0c3c0e-6f2a-5d43-9d0a-5a1f6d0f7a11")
"""Of the UUIDs that are made of our keys."""
_MS = re.compile(r"/Date\((-?\d+)(?:[+-]\d+)?\)/")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")


def zone_of(look: Look) -> dt.tzinfo | None:
    """Of moments that name none: `zone` of the scope; None where it says nothing."""
    said = look("zone")
    if not said or isinstance(said, dt.tzinfo):
        return said or None
    try:
        return ZoneInfo(str(said))
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"zone: found '{said}', expected one such as Europe/Berlin") from None


def number(value: Any) -> Decimal:
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"found '{value}', expected a number") from None
    if not found.is_finite():
        raise ValueError(f"found '{value}', expected a number")
    return found


def seconds(value: Any) -> int:
    """Of a time of day or a length: seconds, HH:MM[:SS] or ISO 8601 (PT12H30M)."""
    text = str(value).strip()
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    if (length := _DURATION.fullmatch(text)) and len(text) > 2:
        days, hours, minutes, rest = (float(part or 0) for part in length.groups())
        return round(days * 86_400 + hours * 3600 + minutes * 60 + rest)
    return int(number(value))


def moment(value: Any, argument: str, look: Look) -> dt.datetime:
    """ISO 8601, with a T or a space; where it has no offset, by the zone that is named, else that of the scope."""
    if isinstance(value, dt.datetime):
        return value
    try:
        found = dt.datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError(f"found '{value}', expected a date and time (ISO 8601)") from None
    if found.tzinfo is not None:
        return found
    zone = zone_of({"zone": argument}.get) if argument else zone_of(look)
    return found.replace(tzinfo=zone)


def date(value: Any, _argument: str = "", _look: Look | None = None) -> dt.date:
    """The day that is written, whatever hour and offset stand behind it: many systems write a day as its noon."""
    if isinstance(value, dt.datetime):
        return value.date()
    try:
        return dt.date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise ValueError(f"found '{value}', expected a date (ISO 8601)") from None


def milliseconds(value: Any, _argument: str, _look: Look) -> dt.datetime:
    """`/Date(1772755200000)/` of OData V2, in UTC."""
    found = _MS.fullmatch(str(value).strip())
    if found is None:
        raise ValueError(f"found '{value}', expected /Date(milliseconds)/")
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=int(found[1]))


def at(value: Any, argument: str, look: Look) -> dt.datetime:
    """A day with its time, which is written there or stands in another field; by the scope's zone."""
    time = argument if argument[:1].isdigit() else look(argument)
    midnight = dt.datetime.combine(date(value), dt.time())
    return (midnight + dt.timedelta(seconds=seconds(time or 0))).replace(tzinfo=zone_of(look))


def mapped(value: Any, argument: str, _look: Look) -> str | None:
    """`map 0=1 1=2 *=1`: what is written for what; * for all others; `x=` is nothing."""
    known = dict(pair.partition("=")[::2] for pair in argument.split(" "))
    text = _text(value)
    if text not in known and "*" not in known:
        raise ValueError(f"found '{text}', expected one of {', '.join(known)}")
    return known.get(text, known.get("*")) or None


def matched(value: Any, argument: str, _look: Look) -> str | None:
    """What the first group of a pattern holds; nothing where it does not fit."""
    found = re.search(argument, str(value))
    return found[1] if found else None


def local(value: Any, argument: str, look: Look) -> str:
    found = moment(value, "", look)
    zone = zone_of(look)
    return (found.astimezone(zone) if zone and found.tzinfo else found).strftime(argument or "%Y-%m-%d %H:%M:%S")


def utc(value: Any, argument: str, look: Look) -> str:
    return moment(value, "", look).astimezone(dt.UTC).strftime(argument or "%Y-%m-%dT%H:%M:%SZ")


def day_in_milliseconds(value: Any, _argument: str, _look: Look) -> str:
    """A day as OData V2 has it: its midnight in UTC."""
    midnight = dt.datetime.combine(date(value), dt.time(), dt.UTC)
    return f"/Date({int(midnight.timestamp()) * 1000})/"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _other(argument: str, look: Look) -> Decimal:
    return number(argument if argument[:1].isdigit() else (look(argument) or 0))


def plainly(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


Conversion: TypeAlias = Callable[[Any, str, Look], Any]
CONVERSIONS: Mapping[str, Conversion] = {
    "text": lambda v, _a, _l: _text(v),
    "number": lambda v, _a, _l: plainly(number(v)),
    "decimal": lambda v, _a, _l: format(number(v).normalize(), "f"),
    "whole": lambda v, _a, _l: int(number(v)),
    "seconds": lambda v, _a, _l: seconds(v),
    "minus": lambda v, a, look: plainly(number(v) - _other(a, look)),
    "times": lambda v, a, look: plainly(number(v) * _other(a, look)),
    "least": lambda v, a, look: plainly(max(number(v), _other(a, look))),
    "positive": lambda v, _a, _l: v if number(v) > CLOSE else None,
    "match": matched,
    "map": mapped,
    "moment": moment,
    "date": date,
    "ms": milliseconds,
    "at": at,
    "local": local,
    "utc": utc,
    "day_ms": day_in_milliseconds,
    "is": lambda v, a, _l: True if _text(v) in a.split(" ") else None,
    "but": lambda v, a, _l: None if _text(v) in a.split(" ") else True,
    "equals": lambda v, a, look: True if abs(number(v) - _other(a, look)) <= CLOSE else None,
    "has": lambda v, a, look: True if str(look(a)) in str(v) else None,
    "quote": lambda v, _a, _l: str(v).replace("'", "''"),
    "cut": lambda v, a, _l: str(v)[: int(a)],
    "zeros": lambda v, a, _l: str(v).zfill(int(a)),
    "uuid": lambda v, _a, _l: str(uuid.uuid5(SPACE, str(v))),
    "join": lambda v, a, _l: (a or ", ").join(str(x) for x in v if x) if isinstance(v, list) else str(v),
}
