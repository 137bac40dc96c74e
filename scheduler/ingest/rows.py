"""Rows of text out of a file, as far as the limits allow: a reader that meets one says so and stops."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from scheduler.ingest.faults import Faults
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


def csv_rows(file: str, content: bytes, faults: Faults, allowance: Allowance) -> list[Row] | None:
    """The rows of a CSV file in UTF-8, a byte-order mark cut off; None where it cannot be read, and why is a fault."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    try:
        return list(allowance.taken(reader))
    except UnicodeDecodeError:
        decoded(file, content, faults)
    except csv.Error as error:
        faults.add(
            file, reader.line_num, None, f"a broken row ({error})", "comma separated cells", "close the quotation marks"
        )
    except TooMuch as much:
        told_size(file, much, faults)
    return None


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
