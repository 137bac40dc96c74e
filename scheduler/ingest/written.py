"""How people's programs write numbers and dates: 1.234,5 and 02.03.2026. What may mean two things is not guessed.

A file of our own writes 1234.5 and 2026-03-02T06:00, and is read as ever. Otherwise a number or date that can be read
in one way only is read so; one that can be read in two (1,500; 3/4/2026) is read as the other cells of its file show,
and where they do not show it, is not read at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Decimal = Literal["", ",", ".", "?"]
Dates = Literal["", "day-month-year", "month-day-year"]


@dataclass(frozen=True, slots=True)
class Written:
    """How a file writes.

    decimal : "" as we do, "." with thousands by commas, "," with thousands by points, "?" in a way that nothing shows:
    1.500 may be one and a half or fifteen hundred.   dates : of dates with slashes; "": not known.
    texts : of a workbook, the numbers that stand in it as text, whose marks are a person's; None: of any other file.
    """

    decimal: Decimal = ""
    dates: Dates = ""
    texts: frozenset[str] | None = None


OURS = Written()

_GAPS = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?:\D|$))")
_COMMA = re.compile(
    r"[+-]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,})|(?:0|\d{4,}),\d{3}|\d{1,3}(?:\.\d{3}){2,})"
)
_POINT = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d+\.(?:\d{1,2}|\d{4,})|(?:0|\d{4,})\.\d{3}|\d{1,3}(?:,\d{3}){2,})"
)
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}")
"""With one mark before three digits: a fraction or thousands."""


def number_of(cell: str, written: Written) -> float:
    """Raises ValueError where it is no number, AmbiguousCell where it may be two."""
    is_text, decimal = written.texts is None or cell in written.texts, written.decimal
    cell = _GAPS.sub("", cell)
    either = _EITHER.fullmatch(cell) if is_text else None
    if either:
        mark = either[1]
        if written.texts is not None and not decimal:
            decimal = "?"
        if decimal == "?" or (decimal == "" and mark == ","):
            raise AmbiguousCell(f"{cell.replace(mark, '.')} or {cell.replace(mark, '')}")
        return float(cell.replace(mark, ".") if mark == (decimal or ".") else cell.replace(mark, ""))
    if _COMMA.fullmatch(cell):
        return float(cell.replace(".", "").replace(",", "."))
    if _POINT.fullmatch(cell):
        return float(cell.replace(",", ""))
    return float(cell)


def may_be_two(cell: str) -> bool:
    """Whether a number may be read in two ways by itself: 1.500."""
    return _EITHER.fullmatch(_GAPS.sub("", cell.strip())) is not None


class AmbiguousCell(ValueError):
    """It may mean two things, which the message names."""


def decimal_of(cells: Iterable[str], ours: bool) -> tuple[Decimal, tuple[str, str] | None]:
    """How a file writes its fractions by its numbers; and one number of each kind where it has both.

    ours : nothing else of the file looks as if another program had written it, so that 1.500 is one and a half.
    """
    comma = point = ""
    either = False
    for cell in cells:
        cell = _GAPS.sub("", cell.strip())
        if _EITHER.fullmatch(cell):
            either = True
        elif _COMMA.fullmatch(cell):
            comma = comma or cell
        elif _POINT.fullmatch(cell):
            point = point or cell
    if comma and point:
        return "?", (comma, point)
    if comma:
        return ",", None
    if point:
        return ".", None
    return ("?" if either and not ours else ""), None


_TIME = r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\s*([AaPp])\.?[Mm]\.?)?)?"
_POINTS = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})" + _TIME)
_SLASHES = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})" + _TIME)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})" + _TIME)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_FIRST_SERIAL, _LAST_SERIAL = 25_569, 73_415
"""1970 and 2101 as spreadsheets count days."""
_DAY_ZERO = dt.datetime(1899, 12, 30)


def moment_of(cell: str, dates: Dates) -> dt.datetime:
    """A date, with a time or without (midnight), that is not ISO 8601.

    Points are day.month.year everywhere. Raises ValueError where it is none, AmbiguousCell where it may be two.
    """
    if found := _POINTS.fullmatch(cell):
        day, month, year, *time = found.groups()
        return _at(_year(year), int(month), int(day), time)
    if found := _YEAR_FIRST.fullmatch(cell):
        year, month, day, *time = found.groups()
        return _at(int(year), int(month), int(day), time)
    if found := _SLASHES.fullmatch(cell):
        first, second, year, *time = found.groups()
        order = dates or order_of([cell])[0]
        if not order and first != second:
            one, other = dt.date(int(year), int(second), int(first)), dt.date(int(year), int(first), int(second))
            raise AmbiguousCell(f"{one:%d} {one:%B %Y} or {other:%d} {other:%B %Y}")
        month, day = (first, second) if order == "month-day-year" else (second, first)
        return _at(int(year), int(month), int(day), time)
    if found := _SERIAL.fullmatch(cell):
        days, part = int(found[1]), float(f"0.{found[2]}") if found[2] else 0.0
        if _FIRST_SERIAL <= days < _LAST_SERIAL:
            return _DAY_ZERO + dt.timedelta(days=days, minutes=round(part * 1440))
    raise ValueError(f"no date: {cell!r}")


def order_of(cells: Iterable[str]) -> tuple[Dates, tuple[str, str] | None]:
    """In which order dates with slashes are written, by those that can be read in one way; and one of each kind where
    there are both."""
    days_first = months_first = ""
    for cell in cells:
        found = _SLASHES.fullmatch(cell.strip())
        if not found:
            continue
        first, second = int(found[1]), int(found[2])
        if first > 12 >= second:
            days_first = days_first or cell.strip()
        elif second > 12 >= first:
            months_first = months_first or cell.strip()
    if days_first and months_first:
        return "", (days_first, months_first)
    return ("day-month-year" if days_first else "month-day-year" if months_first else ""), None


def is_foreign_date(cell: str) -> bool:
    """Whether a cell holds a date as other programs than ours write it."""
    return any(form.fullmatch(cell) for form in (_POINTS, _SLASHES, _YEAR_FIRST))


def is_ambiguous(cell: str) -> bool:
    """Whether a date with slashes may be two days by itself."""
    try:
        moment_of(cell, "")
    except AmbiguousCell:
        return True
    except ValueError:
        pass
    return False


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _at(year: int, month: int, day: int, time: list[str | None]) -> dt.datetime:
    hour, minute, second, half = time
    hours = int(hour or 0)
    if half is not None:
        if not 1 <= hours <= 12:
            raise ValueError(f"no hour of a half day: {hours}")
        hours = hours % 12 + (12 if half in "pP" else 0)
    return dt.datetime(year, month, day, hours, int(minute or 0), int(second or 0))
