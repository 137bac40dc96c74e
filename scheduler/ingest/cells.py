"""One cell of text to one value. Each reader says what it expected and how to mend what it found."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import DAY, WEEKDAYS, YEARS, Minute, credible, parse_minute, to_minute
from scheduler.domain.texts import addressable, tidy_name, tidy_text
from scheduler.errors import did_you_mean
from scheduler.ingest.written import OURS, AmbiguousCell, Written, moment_of, number_of
from scheduler.limits import STANDARD


@dataclass(frozen=True, slots=True)
class Local:
    """Where and when a scenario speaks: what its times without an offset mean. now : None, of plant.toml itself.

    written : how the file at hand writes numbers and dates.
    """

    zone: ZoneInfo
    now: Minute | None = None
    written: Written = OURS


Reader: TypeAlias = Callable[[str, Local], Any]

YES = frozenset({"yes", "true", "1", "y", "ja", "oui", "si", "sí"})
NO = frozenset({"no", "false", "0", "n", "nein", "non"})
OTHER_WEEKDAYS = (
    frozenset({"mo", "montag", "lun", "lundi", "lunes", "lunedì"}),
    frozenset({"di", "dienstag", "mar", "mardi", "martes", "martedì"}),
    frozenset({"mi", "mittwoch", "mer", "mercredi", "miércoles", "mercoledì"}),
    frozenset({"do", "donnerstag", "jeu", "jeudi", "jueves", "giovedì"}),
    frozenset({"fr", "freitag", "ven", "vendredi", "viernes", "venerdì"}),
    frozenset({"sa", "samstag", "sonnabend", "sam", "samedi", "sábado", "sabato"}),
    frozenset({"so", "sonntag", "dim", "dimanche", "domingo", "domenica"}),
)
LONG_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DIGITS = 15
SAY_DECIMAL = 'say decimal = "," or decimal = "." under [files] in plant.toml'
SAY_DATES = 'say dates = "day-month-year" or dates = "month-day-year" under [files] in plant.toml'
NUMBERS: set[Reader] = set()
"""The readers of numbers."""
OPERATION_DIGITS = 9
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")


class Unreadable(ValueError):
    """A cell that cannot be read: what was expected in it, and the remedy."""

    def __init__(self, expected: str, remedy: str) -> None:
        self.expected, self.remedy = expected, remedy
        super().__init__(f"expected {expected}; {remedy}")


def text(cell: str, at: Local) -> str:  # noqa: ARG001
    try:
        return tidy_text(cell)
    except ValueError as fault:
        raise Unreadable(f"text of at most {STANDARD.text_length:,} characters", f"it has {fault}") from None


def report(cell: str, at: Local) -> str:  # noqa: ARG001
    """An event as JSON, which a doubt holds."""
    try:
        return tidy_text(cell, STANDARD.report_length)
    except ValueError as fault:
        raise Unreadable("an event as JSON", f"it has {fault}") from None


def name(cell: str, at: Local) -> str:  # noqa: ARG001
    """In Unicode NFC, so that one name is spelt one way."""
    try:
        return tidy_name(cell)
    except ValueError as fault:
        expected = f"a name of at most {STANDARD.name_length} characters, none of them a control character"
        raise Unreadable(expected, f"it has {fault}") from None


def place(cell: str, at: Local) -> str:
    """The name of a machine or work center: it stands in addresses."""
    found = name(cell, at)
    if not addressable(found):
        raise Unreadable("a name that an address can hold", "no '.', '..' or nothing between slashes")
    return found


def number(*, above_zero: bool = False, below_too: bool = False, most: float = STANDARD.number) -> Reader:
    """A decimal number, 0 or more, or above 0, or any, and not beyond what means anything."""
    expected = "a number above 0" if above_zero else "a number" if below_too else "a number, 0 or more"

    def read(cell: str, at: Local) -> float:
        try:
            value = number_of(cell, at.written)
        except AmbiguousCell as either:
            raise Unreadable(expected, f"is it {either}? {SAY_DECIMAL}") from None
        except ValueError:
            raise Unreadable(expected, "write digits only, without a unit") from None
        if not math.isfinite(value):
            raise Unreadable(expected, "leave the cell empty for the default, or write a number")
        if (value < 0 and not below_too) or (above_zero and value == 0):
            raise Unreadable(expected, "correct the sign or the value")
        if abs(value) > most:
            raise Unreadable(f"{expected}, at most {most:,.0f}", "correct it, or its unit")
        if above_zero and value < STANDARD.least_positive:
            raise Unreadable(f"{expected}, at least {STANDARD.least_positive:g}", "correct it, or its unit")
        return value

    NUMBERS.add(read)
    return read


def whole(round_to_minute: Callable[[float], int] = math.trunc, most: float = STANDARD.number) -> Reader:
    """Minutes, 0 or more; a fraction is cut off unless told otherwise."""
    read_number = number(most=most)

    def read(cell: str, at: Local) -> int:
        return round_to_minute(read_number(cell, at))

    NUMBERS.add(read)
    return read


def operation(cell: str, at: Local) -> int:  # noqa: ARG001
    if not (cell.isascii() and cell.isdigit() and len(cell) <= OPERATION_DIGITS):
        raise Unreadable("an operation number such as 10", "write a whole number without sign or decimals")
    return int(cell)


def counted(cell: str, at: Local) -> str:  # noqa: ARG001
    """A number that counts up and is a name: the text of a whole number, without zeros before it."""
    if not (cell.isascii() and cell.isdigit() and len(cell) <= DIGITS):
        raise Unreadable(f"a whole number of at most {DIGITS} digits", "number the rows 1, 2, 3 … in their order")
    return str(int(cell))


def predecessors(cell: str, at: Local) -> tuple[int, ...]:
    """Operation numbers joined by `;`, `-` for none."""
    if cell == "-":
        return ()
    parts = cell.split(";")
    if len(parts) > STANDARD.predecessors:
        raise Unreadable(f"at most {STANDARD.predecessors} operation numbers", "name those that come right before")
    try:
        return tuple(dict.fromkeys(operation(part.strip(), at) for part in parts))
    except Unreadable:
        raise Unreadable(
            "operation numbers joined by ';', or '-' for none",
            "write for example 10;20, or leave the cell empty for the next lower number",
        ) from None


def moment(cell: str, at: Local) -> Minute:
    """ISO 8601, by the plant's clock where it has no offset; of an hour that comes twice, one not before now."""
    try:
        found = parse_minute(cell, at.zone, at.now)
    except (ValueError, OverflowError):
        found = _as_others_write(cell, at)
    if not credible(found):
        raise Unreadable(f"a date and time of the years {YEARS}", "correct the year, or leave the cell empty")
    return found


def _as_others_write(cell: str, at: Local) -> Minute:
    expected = "a date and time such as 2026-03-02T06:00"
    try:
        return to_minute(moment_of(cell, at.written.dates), at.zone, at.now)
    except AmbiguousCell as either:
        raise Unreadable(expected, f"is it {either}? {SAY_DATES}") from None
    except (ValueError, OverflowError):
        raise Unreadable(expected, "write it as year-month-day, T, hours:minutes (ISO 8601)") from None


def past_moment(cell: str, at: Local) -> Minute:
    """The same of what has happened: of an hour that comes twice, the later one that is not after now."""
    second = moment(cell, at)
    return second if at.now is None or second <= at.now else moment(cell, Local(at.zone))


MOMENTS: frozenset[Reader] = frozenset({moment, past_moment})


def clock(cell: str, at: Local) -> int:  # noqa: ARG001
    """HH:MM to minutes after midnight; 24:00 is 1440."""
    match = CLOCK.fullmatch(cell)
    if match:
        minutes = int(match[1]) * 60 + int(match[2])
        if int(match[2]) < 60 and minutes <= DAY:
            return minutes
    raise Unreadable("a time of day from 00:00 to 24:00", "write hours:minutes, for example 06:30")


def weekday(cell: str, at: Local) -> int:  # noqa: ARG001
    """mon…sun (or the English day's full name) to 0…6."""
    name = cell.lower()
    if name in LONG_WEEKDAYS:
        return LONG_WEEKDAYS.index(name)
    if name in WEEKDAYS:
        return WEEKDAYS.index(name)
    for number, names in enumerate(OTHER_WEEKDAYS):
        if name in names:
            return number
    raise Unreadable("a weekday: mon, tue, wed, thu, fri, sat or sun", did_you_mean(name, WEEKDAYS))


def yes_no(cell: str, at: Local) -> bool:  # noqa: ARG001
    if cell.lower() in YES:
        return True
    if cell.lower() in NO:
        return False
    raise Unreadable("yes or no", "write yes or no")


def choice(*allowed: str) -> Reader:
    expected = f"{', '.join(allowed[:-1])} or {allowed[-1]}"

    def read(cell: str, at: Local) -> str:  # noqa: ARG001
        if cell not in allowed:
            raise Unreadable(expected, did_you_mean(cell.lower(), allowed))
        return cell

    return read
