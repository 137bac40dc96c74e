"""An .xlsx workbook as tables of text: one sheet per file, `plant` as key/value rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import IO, Any

import openpyxl

from scheduler.ingest.faults import Faults
from scheduler.ingest.rows import Allowance, Row, TooMuch, told_size
from scheduler.ingest.written import may_be_two


def sheets_of(
    content: IO[bytes], name: str, faults: Faults, allowance: Allowance, known: Collection[str]
) -> dict[str, list[Row]] | None:
    """Rows of text by sheet name (in small letters); None where the workbook cannot be opened.

    known : the sheets that are read; any other is named and left empty.
    """
    try:
        book = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its XML readers meet
        faults.add(
            name,
            None,
            None,
            f"a workbook that cannot be opened ({type(error).__name__})",
            "an .xlsx workbook",
            "open it in a spreadsheet program and save it again as .xlsx",
        )
        return None
    sheets: dict[str, list[Row]] = {}
    for sheet in book.worksheets:
        title = str(sheet.title).strip().lower()
        if title not in known:
            sheets[title] = []
            continue
        try:
            # Some writers leave a wrong size in the file; without it openpyxl reads what is there.
            sheet.reset_dimensions()
            rows = TypedRows()
            rows += _even(allowance.taken(rows.noted(row) for row in sheet.values))
            sheets[title] = rows
        except TooMuch as much:
            told_size(title, much, faults)
        except Exception as error:
            faults.add(
                sheet.title,
                None,
                None,
                f"a sheet that cannot be read ({type(error).__name__})",
                "a table with a header row",
                "save the workbook again",
            )
    book.close()
    return sheets


def sheet_names(content: IO[bytes]) -> list[str]:
    """The sheets that are not hidden, in small letters; none where the workbook cannot be opened."""
    try:
        book = openpyxl.load_workbook(content, read_only=True)
    except Exception:
        return []
    try:
        return [str(sheet.title).strip().lower() for sheet in book.worksheets if sheet.sheet_state == "visible"]
    finally:
        book.close()


class TypedRows(list[Row]):
    """Rows of a sheet. texts : the numbers that a person typed as text and that may mean two things: 1.500."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()

    def noted(self, row: Sequence[Any]) -> Row:
        self.texts.update(value.strip() for value in row if isinstance(value, str) and may_be_two(value))
        return _texts(row)


def _even(rows: Iterable[list[str]]) -> list[list[str]]:
    """All rows as long as the header, as far as nothing is cut off; no empty rows at the end."""
    kept = list(rows)
    while kept and not any(kept[-1]):
        kept.pop()
    width = len(kept[0]) if kept else 0
    return [row + [""] * (width - len(row)) for row in kept]


def _texts(row: Sequence[Any]) -> list[str]:
    """The cells up to the last that is filled: a row may be 16,384 wide for one of them."""
    last = len(row)
    while last and row[last - 1] is None:
        last -= 1
    return [as_text(value) for value in row[:last]]


def as_text(value: Any) -> str:
    """A cell as the CSV file would say it: 10 and not 10.0, dates in ISO 8601, times as HH:MM, yes and no."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case dt.datetime() if value.year < 1910:  # a time of day of 24:00 or more, counted from Excel's day 0
            return _clock(
                (value - dt.datetime(1899, 12, 30)) if value.year < 1900 else value - dt.datetime(1899, 12, 31)
            )
        case dt.datetime():
            return value.isoformat()
        case dt.timedelta():
            return _clock(value)
        case dt.time():
            return value.isoformat("minutes") if not value.second else value.isoformat("seconds")
        case dt.date():
            return value.isoformat()
        case _:
            return str(value).strip()


def _clock(passed: dt.timedelta) -> str:
    hours, minutes = divmod(round(passed.total_seconds() / 60), 60)
    return f"{hours:02d}:{minutes:02d}"
