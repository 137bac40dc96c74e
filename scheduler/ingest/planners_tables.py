"""Orders, deliveries and stock out of a file as planners have them, for a connection.

A row that cannot be read is rejected alone and named; what concerns the whole file (a column that is missing, a date
that may be two days) stops the file or asks.
"""

from __future__ import annotations

import fnmatch
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scheduler.connect_ports import FileMapping, Reading
from scheduler.domain.imports import Imported, ImportedTable, Kind, RejectedRow
from scheduler.domain.plant import PlantState
from scheduler.errors import Issue
from scheduler.ingest.cells import SAY_DATES, SAY_DECIMAL, Local, number
from scheduler.ingest.faults import Faults
from scheduler.ingest.headers import LOOKED_AT
from scheduler.ingest.rows import Allowance, Row, csv_rows
from scheduler.ingest.schema import SPECS, Column, FileSpec
from scheduler.ingest.sources import is_sound_workbook
from scheduler.ingest.tables import Sheet, sheet_of_rows, table_of
from scheduler.ingest.written import Written
from scheduler.limits import STANDARD, Limits

_MATERIAL = SPECS["materials"].columns[0]
_OF_ORDERS = tuple(c for c in SPECS["orders"].columns if c.name not in ("cancelled", "reservation"))
TABLES: Mapping[Kind, FileSpec] = {
    "orders": replace(SPECS["orders"], columns=_OF_ORDERS),
    "receipts": SPECS["receipts"],
    "stock": FileSpec(
        "stock", (_MATERIAL, Column("on_hand", number(below_too=True), required=True)), required=True, key=("material",)
    ),
}
PATTERNS: tuple[tuple[str, Kind], ...] = (
    ("*stock*", "stock"),
    ("*bestand*", "stock"),
    ("*lager*", "stock"),
    ("*material*", "stock"),
    ("*receipt*", "receipts"),
    ("*purchase*", "receipts"),
    ("*bestell*", "receipts"),
    ("*order*", "orders"),
    ("*auftr*", "orders"),
)
"""What a file of that name holds, where nobody has said so."""
REMEMBERED = "in mapping.toml beside the folder 'in'"


class PlannersTables:
    """The `TableFiles`."""

    def __init__(self, limits: Limits = STANDARD) -> None:
        self._limits = limits

    def read(self, name: str, content: bytes, state: PlantState, mapping: FileMapping) -> Reading:
        faults = Faults(self._limits.rows)
        if name.lower().endswith((".xlsx", ".xlsm")):
            sheets = self._workbook(name, content, mapping, faults)
        else:
            sheets = self._csv(name, content, mapping, faults)
        tables: dict[Kind, ImportedTable] = {}
        rejected: list[RejectedRow] = []
        local = Local(state.zone, state.now, Written(mapping.decimal, mapping.dates))  # type: ignore[arg-type]
        for kind, sheet in sheets.items():
            tables[kind] = _table(kind, sheet, local, mapping, faults, rejected)
        issues = faults.in_order(())
        wholly = [issue for issue in issues if not sheets or _of_the_file(issue)]
        asks = [_remembered(issue) for issue in issues if _asks(issue)]
        if wholly or not sheets:
            stopped = "\n".join(map(str, wholly)) or f"{name}: no table of orders, receipts or stock; {_say(mapping)}"
            return Reading(notices=tuple(faults.notices), stopped=stopped)
        if asks:
            more = f"\nand {len(asks) - 20} more" if len(asks) > 20 else ""
            return Reading(notices=tuple(faults.notices), asks="\n".join(dict.fromkeys(asks[:20])) + more)
        return Reading(Imported(tables), tuple(rejected), tuple(faults.notices))

    def _csv(self, name: str, content: bytes, mapping: FileMapping, faults: Faults) -> dict[Kind, Sheet]:
        kind = _kind(name, mapping)
        if kind is None:
            return {}
        spec = TABLES[kind]
        theirs = mapping.fields.get(kind, {})
        read = csv_rows(name, content, faults, Allowance(self._limits), [*(c.name for c in spec.columns), *theirs])
        if read is None:
            return {}
        rows, separator = read
        sheet = sheet_of_rows(spec, name, _mapped(rows, theirs), faults, ours=separator == ",")
        return {} if sheet is None else {kind: sheet}

    def _workbook(self, name: str, content: bytes, mapping: FileMapping, faults: Faults) -> dict[Kind, Sheet]:
        """Each visible sheet by its own name; where none tells, a single one by the file's."""
        from scheduler.ingest.workbook import sheet_names, sheets_of  # openpyxl is slow to import and rarely needed

        if not is_sound_workbook(content, name, faults, self._limits):
            return {}
        names = sheet_names(io.BytesIO(content))
        kinds = {sheet: kind for sheet in names if (kind := _kind(sheet, mapping)) is not None}
        if not kinds and len(names) == 1 and (kind := _kind(name, mapping)) is not None:
            kinds = {names[0]: kind}
        found = sheets_of(io.BytesIO(content), name, faults, Allowance(self._limits), kinds) or {}
        sheets: dict[Kind, Sheet] = {}
        for title, kind in kinds.items():
            rows, theirs = found.get(title, []), mapping.fields.get(kind, {})
            texts = frozenset(getattr(rows, "texts", ()))
            sheet = sheet_of_rows(TABLES[kind], f"{name} {title}", _mapped(rows, theirs), faults, texts=texts)
            if sheet is not None and kind in sheets:
                both = f"two sheets of {kind}"
                faults.add(name, None, None, both, "one of each kind", "name the sheets by what is in them")
            elif sheet is not None:
                sheets[kind] = sheet
        return sheets


def _kind(name: str, mapping: FileMapping) -> Kind | None:
    for pattern, kind in (*mapping.patterns, *PATTERNS):
        if fnmatch.fnmatch(name.lower(), pattern.lower()):
            return kind
    return None


def _say(mapping: FileMapping) -> str:
    known = ", ".join(pattern for pattern, _ in (*mapping.patterns, *PATTERNS))
    return f"a file is known by its name ({known}), or by a pattern of yours {REMEMBERED}"


def _mapped(rows: list[Row], theirs: Mapping[str, str]) -> Sequence[Row]:
    """The rows with our names where the header has theirs."""
    if not theirs:
        return rows
    top = [[theirs.get(cell.strip(), cell) for cell in row] for row in rows[:LOOKED_AT]]
    rows[:LOOKED_AT] = top
    return rows


def _table(
    kind: Kind, sheet: Sheet, local: Local, mapping: FileMapping, faults: Faults, rejected: list[RejectedRow]
) -> ImportedTable:
    spec = TABLES[kind]
    table = table_of(sheet, spec, local, faults)
    key = spec.key[0]
    there = [c.name for c in spec.columns if c.name in sheet.columns]
    wrong: dict[int, Issue] = {}
    for issue in faults.of(sheet.file):
        if issue.row is not None:
            wrong.setdefault(issue.row, issue)
    fields = [name for name in there if name != key]
    rows: dict[str, dict[str, Any]] = {}
    for line, name, *values in zip(table.lines, table[key], *(table[f] for f in fields), strict=True):
        row = dict(zip(fields, values, strict=True))
        if line in wrong:
            rule = f"{kind}.{wrong[line].column or 'row'}"
            rejected.append(RejectedRow(kind, str(name or ""), rule, str(wrong[line]), line, row))
        else:
            rows[name] = row
    columns = (*there, *(name for name in mapping.without if name not in there))
    return ImportedTable(rows, kind in mapping.whole and not any(r.kind == kind for r in rejected), columns)


def _asks(issue: Issue) -> bool:
    return SAY_DATES in issue.remedy or SAY_DECIMAL in issue.remedy


def _of_the_file(issue: Issue) -> bool:
    return not _asks(issue) and issue.row in (None, 1)


def _remembered(issue: Issue) -> str:
    return str(issue).replace("in plant.toml", REMEMBERED)
