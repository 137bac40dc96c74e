"""What another system has said, row by row, in our names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["orders", "receipts", "stock"]
Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportedTable:
    """Rows of one kind, by the name of what they speak of.

    rows : each with the fields that the other system has, and no other; moments as minutes, empty ones None.
    whole : it lists all that it knows, so what is not there has vanished.
    columns : the fields that it has; a later import must have them too.
    spoken_at : the moment that it speaks of; None: not known.
    """

    rows: Mapping[str, Row]
    whole: bool = True
    columns: tuple[str, ...] = ()
    spoken_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What one message says. A kind that is not there is not spoken of."""

    tables: Mapping[Kind, ImportedTable] = field(default_factory=dict)

    def of(self, kind: Kind) -> ImportedTable:
        return self.tables.get(kind, ImportedTable({}, whole=False))


NOTHING = Imported()


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not taken in. rule : which one it breaks.   line : as a spreadsheet counts; 0: of no file."""

    kind: Kind
    name: str
    rule: str
    reason: str
    line: int = 0
    row: Row = field(default_factory=dict)


def merged(previous: Imported, new: Imported, refused: Collection[tuple[Kind, str]], kept: Collection[str]) -> Imported:
    """What is known of the other system after a message.

    refused : rows of it that were not taken in, so that they are new once more when they come again.
    kept : orders that have vanished and are still asked about.
    """
    tables = dict(previous.tables)
    for kind, table in new.tables.items():
        before = previous.of(kind).rows
        rows = {} if table.whole else dict(before)
        if kind == "orders":
            rows |= {name: before[name] for name in kept if name in before}
        for name, row in table.rows.items():
            if (kind, name) not in refused:
                rows[name] = row
            elif name in before:
                rows[name] = before[name]
        tables[kind] = ImportedTable(rows, table.whole, table.columns, table.spoken_at)
    return Imported(tables)
