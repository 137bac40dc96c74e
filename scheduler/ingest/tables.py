"""Tables: first as text cell by cell (`Sheet`), then as columns of values (`Table`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from scheduler.errors import did_you_mean
from scheduler.ingest.cells import MOMENTS, NUMBERS, SAY_DATES, SAY_DECIMAL, Local, Unreadable
from scheduler.ingest.faults import Faults
from scheduler.ingest.headers import header_row, renamed, without_totals
from scheduler.ingest.rows import Allowance, csv_rows
from scheduler.ingest.schema import Column, FileSpec
from scheduler.ingest.written import Written, decimal_of, is_ambiguous, is_foreign_date, moment_of, order_of


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text, blanks around the cells included.

    lines : the row of each record as a spreadsheet counts it (header = 1).
    ours : nothing of its form looks as if another program than ours had written it.   texts : as in `Written`.
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    ours: bool = True
    texts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as values, column by column in file order. A cell that could not be read is None."""

    file: str
    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, column: str) -> Sequence[Any]:
        return self.columns[column]

    def rows(self, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Row by row, the named columns."""
        return zip(*(self.columns[c] for c in columns), strict=True)


def empty_table(spec: FileSpec) -> Table:
    return Table(spec.file, {c.name: () for c in spec.columns}, ())


def sheet_of_csv(spec: FileSpec, file: str, content: bytes, faults: Faults, allowance: Allowance) -> Sheet | None:
    """Separated text to a Sheet; rows that do not fit the header are faults."""
    read = csv_rows(file, content, faults, allowance, [c.name for c in spec.columns])
    if read is None:
        return None
    rows, separator = read
    return sheet_of_rows(spec, file, rows, faults, ours=separator == ",")


def sheet_of_rows(
    spec: FileSpec,
    file: str,
    rows: Sequence[Sequence[str]],
    faults: Faults,
    *,
    ours: bool = True,
    texts: frozenset[str] | None = None,
) -> Sheet | None:
    """The first row is the header, or the first below a title; empty rows and totals at the end are passed over.

    ours : nothing so far looks as if another program than ours had written it.   texts : as in `Written`.
    """
    if not any(map(any, rows)):
        faults.add(file, 1, None, "no header", "a first row with the names of the columns", "add the header row")
        return None
    above = header_row(rows, spec)
    if above:
        faults.notice(f"{file}: the header was found in row {above + 1}; what stands above it is no data")
    header, guessed = renamed(rows[above], spec)
    for name, column in guessed.items():
        faults.notice(f"{file}: column '{name}' is read as '{column}'")
    while header and not header[-1]:
        header.pop()
    if not header:
        faults.add(file, 1, None, "no header", "a first row with the names of the columns", "add the header row")
        return None
    for name in sorted({n for n in header if n and header.count(n) > 1}):
        faults.add(file, 1, name, "the column twice", "each column once", "remove or rename one of them")
    width = len(header)
    body, totals = without_totals([*rows[above + 1 :]], spec, header)
    if totals:
        faults.notice(f"{file}: {totals} row(s) of totals at the end are no data")
    lines: Sequence[int] = range(above + 2, above + 2 + len(body))
    if not all(len(row) == width and row[0] for row in body):
        body, lines = _squared(file, width, body, faults, above + 2)
    columns = zip(*body, strict=True) if body else [()] * width
    ours = ours and not above and not guessed
    return Sheet(file, {n: cells for n, cells in zip(header, columns, strict=True) if n}, lines, ours, texts)


def _squared(
    file: str, width: int, body: Sequence[Sequence[str]], faults: Faults, first: int
) -> tuple[list[Sequence[str]], list[int]]:
    kept: list[Sequence[str]] = []
    lines: list[int] = []
    for line, row in enumerate(body, start=first):
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[width:]):
            faults.add(
                file, line, None, f"{len(row)} cells", f"{width}, as the header has", "quote a text that has a comma"
            )
        kept.append([*row[:width], *[""] * (width - len(row))])
        lines.append(line)
    return kept, lines


def _as_written(sheet: Sheet, spec: FileSpec, said: Written, faults: Faults) -> Written:
    """How the sheet writes its numbers and dates, where nobody has `said` so; what it writes in two ways is a fault."""
    there = [c for c in spec.columns if c.name in sheet.columns]
    moments = {cell.strip() for c in there if c.read in MOMENTS for cell in set(sheet.columns[c.name])}
    foreign = sorted(cell for cell in moments if is_foreign_date(cell))
    dates, decimal = said.dates, said.decimal
    if not dates and foreign:
        dates, both = order_of(foreign)
        if both:
            faults.add(sheet.file, None, None, f"'{both[0]}' and '{both[1]}'", "dates in one order", SAY_DATES)
    with suppress(StopIteration, ValueError):
        sample = next(cell for cell in foreign if dates or not is_ambiguous(cell))
        faults.notice(f"{sheet.file}: {sample} is read as {moment_of(sample, dates):%-d %B %Y}, and all its like")
    if not decimal and sheet.texts is None:
        numbers = {cell for c in there if c.read in NUMBERS for cell in set(sheet.columns[c.name])}
        decimal, marks = decimal_of(sorted(numbers), sheet.ours and not foreign)
        if marks:
            found = f"'{marks[0]}' and '{marks[1]}'"
            faults.add(sheet.file, None, None, found, "numbers with one decimal mark", SAY_DECIMAL)
        if decimal == ",":
            faults.notice(f"{sheet.file}: numbers are read with a decimal comma")
    return Written(decimal, dates, sheet.texts)


def table_of(sheet: Sheet, spec: FileSpec, at: Local, faults: Faults) -> Table:
    """Every cell read; unknown columns are told, missing required ones and repeated keys are faults."""
    known = {c.name for c in spec.columns}
    for name in sheet.columns:
        if name not in known:
            hint = did_you_mean(name, known - set(sheet.columns))
            faults.notice(
                f"{spec.file}: column '{name}' is not known and was ignored"
                + (f"; {hint}" if hint.startswith("did") else "")
            )
    at = replace(at, written=_as_written(sheet, spec, at.written, faults))
    columns = {c.name: _column(sheet, c, spec, at, faults) for c in spec.columns}
    table = Table(sheet.file, columns, sheet.lines)
    if spec.key:
        _told_apart(table, spec.key, faults)
    return table


def _column(sheet: Sheet, column: Column, spec: FileSpec, at: Local, faults: Faults) -> Sequence[Any]:
    cells = sheet.columns.get(column.name)
    if cells is None:
        if column.required:
            remedy = did_you_mean(column.name, sheet.columns.keys() - {c.name for c in spec.columns})
            if not remedy.startswith("did"):
                remedy = "add the column"
            faults.add(sheet.file, 1, column.name, "no such column", "it in the header", remedy)
        return [None if column.required else column.default] * len(sheet.lines)
    # Each distinct text is read once: columns of 100,000 cells hold few different ones.
    values: dict[str, Any] = {}
    bad: dict[str, Unreadable] = {}
    for cell in set(cells):
        stripped = cell.strip()
        try:
            if stripped:
                values[cell] = column.read(stripped, at)
            elif column.required:
                raise Unreadable("a value", "fill the cell in")
            else:
                values[cell] = column.default
        except Unreadable as error:
            bad[cell] = error
            values[cell] = None
    if bad:
        for line, cell in zip(sheet.lines, cells, strict=True):
            if cell in bad:
                found = f"'{cell.strip()}'" if cell.strip() else "nothing"
                faults.add(sheet.file, line, column.name, found, bad[cell].expected, bad[cell].remedy)
    return list(map(values.__getitem__, cells))


def _told_apart(table: Table, key: tuple[str, ...], faults: Faults) -> None:
    if len(set(table.rows(*key))) == len(table):
        return
    first: dict[tuple[Any, ...], int] = {}
    for line, values in zip(table.lines, table.rows(*key), strict=True):
        if None in values:
            continue
        if values in first:
            found = " ".join(f"'{v}'" if isinstance(v, str) else str(v) for v in values)
            faults.add(
                table.file,
                line,
                key[-1],
                f"{found} again",
                "it once",
                f"remove the row, or the one in row {first[values]}",
            )
        else:
            first[values] = line
