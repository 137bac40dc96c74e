"""Tables: first as text cell by cell (`Sheet`), then as columns of values (`Table`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.errors import did_you_mean
from scheduler.ingest.cells import Local, Unreadable
from scheduler.ingest.faults import Faults
from scheduler.ingest.rows import Allowance, csv_rows
from scheduler.ingest.schema import Column, FileSpec


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text, blanks around the cells included.

    lines : the row of each record as a spreadsheet counts it (header = 1).
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]


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


def sheet_of_csv(file: str, content: bytes, faults: Faults, allowance: Allowance) -> Sheet | None:
    """Comma separated text in UTF-8 to a Sheet; rows that do not fit the header are faults."""
    rows = csv_rows(file, content, faults, allowance)
    if rows is None:
        return None
    if rows and len(rows[0]) == 1 and ";" in rows[0][0]:
        faults.add(file, 1, None, "semicolons", "cells separated by commas", "export with a comma as separator")
        return None
    return sheet_of_rows(file, rows, faults)


def sheet_of_rows(file: str, rows: Sequence[Sequence[str]], faults: Faults) -> Sheet | None:
    """The first row is the header; empty rows are passed over."""
    if not rows or not any(rows[0]):
        faults.add(file, 1, None, "no header", "a first row with the names of the columns", "add the header row")
        return None
    header = [name.strip() for name in rows[0]]
    while header and not header[-1]:
        header.pop()
    for name in sorted({n for n in header if n and header.count(n) > 1}):
        faults.add(file, 1, name, "the column twice", "each column once", "remove or rename one of them")
    width = len(header)
    body = rows[1:]
    lines: Sequence[int] = range(2, len(rows) + 1)
    if not all(len(row) == width and row[0] for row in body):
        body, lines = _squared(file, width, body, faults)
    columns = zip(*body, strict=True) if body else [()] * width
    return Sheet(file, {n: cells for n, cells in zip(header, columns, strict=True) if n}, lines)


def _squared(
    file: str, width: int, body: Sequence[Sequence[str]], faults: Faults
) -> tuple[list[Sequence[str]], list[int]]:
    kept: list[Sequence[str]] = []
    lines: list[int] = []
    for line, row in enumerate(body, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[width:]):
            faults.add(
                file, line, None, f"{len(row)} cells", f"{width}, as the header has", "quote a text that has a comma"
            )
        kept.append([*row[:width], *[""] * (width - len(row))])
        lines.append(line)
    return kept, lines


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
