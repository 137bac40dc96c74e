"""Rows of text out of a file, as far as the limits allow: a reader that meets one says so and stops."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterable, Iterator

from scheduler.ingest.faults import Faults
from scheduler.ingest.headers import LOOKED_AT, OTHER_WORDS, plain
from scheduler.limits import STANDARD, Limits

Row = list[str]


class TooMuch(Exception):
    """A table is larger than what is taken: which row, what was found, what is expected."""

    def __init__(self, row: int, found: str, expected: str) -> None:
        self.row, self.found, self.expected = row, found, expected
        super().__init__(f"row {row}: found {found}, expected {expected}")


class Allowance:
    """What may still be read: cells of all tables together, rows and columns of each."""

    def __init__(self, limits: Limits = STANDARD) -> None:
        self.limits = limits
        self._cells = limits.cells

    def taken(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, as they come. Raises TooMuch at the first that goes beyond what is allowed."""
        most = self.limits
        for number, row in enumerate(rows, start=1):
            if number > most.rows + 1:
                raise TooMuch(number, f"more than {most.rows:,} rows", f"at most {most.rows:,} rows in a file")
            if len(row) > most.columns:
                raise TooMuch(number, f"{len(row):,} cells", f"at most {most.columns} columns")
            self._cells -= len(row)
            if self._cells < 0:
                all_cells = f"at most {most.cells:,} cells in all files together"
                raise TooMuch(number, f"more than {most.cells:,} cells", all_cells)
            yield row


SEPARATORS = ",;\t|"
OTHER_ENCODING = "cp1252"
"""Of a file that is not UTF-8 and does not say what it is: Windows in Western Europe."""


def csv_rows(
    file: str, content: bytes, faults: Faults, allowance: Allowance, columns: Collection[str]
) -> tuple[list[Row], str] | None:
    """The rows of a CSV file and what separates its cells; None where it cannot be read, and why is a fault.

    UTF-8, or what programs on Windows write: UTF-16 with a byte-order mark, or cp1252, which is told.
    columns : names by which the separator is recognised; where it cannot be, it is a comma.
    """
    text = table_text(file, content, faults)
    if text is None:
        return None
    separator = _separator(text, columns)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(allowance.taken(reader)), separator
    except csv.Error as error:
        faults.add(
            file, reader.line_num, None, f"a broken row ({error})", "comma separated cells", "close the quotation marks"
        )
    except TooMuch as much:
        told_size(file, much, faults)
    return None


def _separator(text: str, columns: Collection[str]) -> str:
    """By which the first lines fall into the most names of columns; a comma where none does better."""
    lines = text[:20_000].splitlines()[:LOOKED_AT]
    known = {plain(name) for name in columns}.union(*(OTHER_WORDS.get(name, "").split() for name in columns))

    def names(separator: str) -> int:
        return max((len(known & {plain(c.strip('"')) for c in line.split(separator)}) for line in lines), default=0)

    return max(SEPARATORS, key=lambda separator: (names(separator), separator == ","))


def table_text(file: str, content: bytes, faults: Faults) -> str | None:
    """A table's text, a byte-order mark cut off; None where it is no text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            faults.add(file, None, None, "half a character at the end", "UTF-16 text", "export the file again")
            return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if not content.decode("utf-8", "ignore").isascii() or (b"\xed" in content and _has_surrogates(content)):
        return decoded(file, content, faults)  # UTF-8 that is broken somewhere, and nothing else
    try:
        text = content.decode(OTHER_ENCODING)
    except UnicodeDecodeError:
        return decoded(file, content, faults)
    if any(ord(c) < 32 and c not in "\t\r\n" for c in text):
        return decoded(file, content, faults)
    faults.notice(
        f"{file}: it is not UTF-8 and was read as {OTHER_ENCODING} (Windows, Western Europe); where names look odd, "
        "save it as 'CSV UTF-8'"
    )
    return text


def _has_surrogates(content: bytes) -> bool:
    """Halves of characters, which no text holds, written as if they were some."""
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def decoded(file: str, content: bytes, faults: Faults) -> str | None:
    """UTF-8 text, a byte-order mark cut off; None where it is something else."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        faults.add(
            file, row, None, f"byte 0x{content[error.start]:02x}", "UTF-8 text", "save it as 'CSV UTF-8' and try again"
        )
        return None


def told_size(file: str, much: TooMuch, faults: Faults) -> None:
    faults.add(file, much.row, None, much.found, much.expected, "leave out what is not part of the scenario")
