"""Lists of another system: fetched part by part, and their rows in our columns."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scheduler.connect.rest.client import Answer, Refused, RestClient, rows_of
from scheduler.connect.rest.conversions import Scope, number
from scheduler.connect.rest.system import KEYS, Call, Entity, Page
from scheduler.connect.rest.templates import looked_up, written
from scheduler.connect_ports import FileMapping, Reading, TableFiles
from scheduler.domain.imports import Imported, Kind, RejectedRow
from scheduler.domain.plant import PlantState

MOST_ROWS = 2_000_000
MOVED = "the list changed while it was read; nothing of it was used, and it is read anew at the next look"


def fetched(client: RestClient, entity: Entity, scope: Scope, most: int = MOST_ROWS) -> list[Mapping[str, Any]]:
    """The rows of a list, of all its parts. Raises Refused where a part is missing or the list moved meanwhile."""
    rows: list[Mapping[str, Any]] = []
    said: int | None = None
    for answer in _parts(client, entity, scope):
        part = rows_of(answer.body, entity.rows)
        page = entity.page
        if page is not None and page.by == "offset" and rows:
            # A part begins with the last row of the one before: where it does not, rows have moved between the two.
            if not part or part[0] != rows[-1]:
                raise Refused(MOVED)
            part = part[1:]
        if said is None and page is not None and page.count:
            found = looked_up(answer.body, page.count)
            said = None if found is None else int(number(found))
        rows += part
        if len(rows) >= most:
            if most == MOST_ROWS:
                raise Refused(f"more than {MOST_ROWS:,} rows; narrow the filter of the system's file")
            return rows
    if said is not None and said != len(rows):
        raise Refused(f"it said {said} rows and gave {len(rows)}; {MOVED}")
    return rows


def _parts(client: RestClient, entity: Entity, scope: Scope) -> Iterator[Answer]:
    page = entity.page
    if page is None:
        yield client.call(entity, scope)
        return
    if page.by == "link":
        answer, seen = client.call(_paged(entity, page, None), scope), set[str]()
        yield answer
        while link := looked_up(answer.body, page.next):
            if str(link) in seen:
                raise Refused(f"it links to a part that was read already ({str(link)[:100]})")
            seen.add(str(link))
            answer = client.follow(str(link), answer, entity, scope)
            yield answer
        return
    start = 0 if page.by == "offset" else page.first
    while True:
        answer = client.call(_paged(entity, page, start), scope)
        yield answer
        got = len(rows_of(answer.body, entity.rows))
        more = looked_up(answer.body, page.more) if page.more else got >= page.size
        if not more or not got:
            return
        if page.by == "offset" and got < 2:
            raise Refused("it gives a row at a time; the size of a part must be 2 or more")
        start += got - 1 if page.by == "offset" else 1


def _paged(entity: Entity, page: Page, start: int | None) -> Call:
    asked: dict[str, Any] = {}
    if page.limit:
        asked[page.limit] = page.size
    if start is not None:
        asked[page.start] = start
    if page.place == "body":
        return entity.model_copy(update={"body": {**(entity.body or {}), **asked}})
    return entity.model_copy(update={"query": {**entity.query, **{name: str(value) for name, value in asked.items()}}})


def as_message(kind: Kind, rows: list[Mapping[str, Any]]) -> bytes:
    """What came, as the inbox keeps it."""
    return json.dumps({"kind": kind, "rows": rows}, ensure_ascii=False, separators=(",", ":")).encode()


def of_message(content: bytes) -> tuple[Kind, list[Mapping[str, Any]]]:
    """Raises ValueError, in words."""
    try:
        said = json.loads(content, parse_float=Decimal)
        kind, rows = said["kind"], said["rows"]
    except (ValueError, KeyError, TypeError):
        raise ValueError("expected JSON with 'kind' and 'rows', as this connection writes it") from None
    if kind not in KEYS or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("expected 'kind' orders, receipts or stock, and 'rows' as a list of objects")
    return kind, rows


def understood(
    name: str,
    kind: Kind,
    rows: list[Mapping[str, Any]],
    entity: Entity,
    scope: Scope,
    state: PlantState,
    tables: TableFiles,
) -> Reading:
    """The rows in our columns, checked as rows of a file are."""
    scope = {"zone": state.zone, **{k: v for k, v in scope.items() if k != "zone" or v}}
    key, columns = KEYS[kind], list(entity.fields)
    kept: dict[str, dict[str, str]] = {}
    rejected: list[RejectedRow] = []
    for line, row in enumerate(rows, start=1):
        cells, fault = _cells(entity, {**row, **scope})
        called = cells.get(key) or ""
        if fault is not None:
            rejected.append(
                RejectedRow(kind, called, f"{kind}.{fault[0]}", f"{name} {kind}, {called}: {fault[1]}", line)
            )
        elif called in kept and entity.sum:
            kept[called][entity.sum] = _added(kept[called][entity.sum], cells[entity.sum])
        elif called in kept:
            return Reading(stopped=f"{kind}: '{called}' is listed twice; {MOVED}")
        else:
            kept[called or f"#{line}"] = cells
    if entity.sum:  # of a sum with a part that cannot be read nothing is known
        for unreadable in rejected:
            kept.pop(unreadable.name, None)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept.values())
    mapping = FileMapping(decimal=".", patterns=(("*", kind),), whole=frozenset({kind}))
    reading = tables.read(f"{name} {kind}", text.getvalue().encode(), state, mapping)
    if not rejected:
        return reading
    parts = {kind: replace(table, whole=False) for kind, table in reading.imported.tables.items()}
    return replace(reading, imported=Imported(parts), rejected=(*rejected, *reading.rejected))


def first_fault(entity: Entity, row: Mapping[str, Any], scope: Scope) -> str:
    """Why a row cannot be read; "": it can."""
    _, fault = _cells(entity, {**row, "zone": dt.UTC, **{k: v for k, v in scope.items() if k != "zone" or v}})
    return f"{fault[0]}: {fault[1]}" if fault else ""


def _cells(entity: Entity, scope: Scope) -> tuple[dict[str, str], tuple[str, str] | None]:
    """A row in our columns, and the first (column, what is wrong with it)."""
    cells: dict[str, str] = {}
    fault: tuple[str, str] | None = None
    for column, template in entity.fields.items():
        try:
            cells[column] = _cell(written(template, scope))
            if column == entity.sum:
                number(cells[column])
        except ValueError as wrong:
            cells[column] = ""
            fault = fault or (column, str(wrong))
    return cells, fault


def _added(one: str, other: str) -> str:
    return format(number(one) + number(other), "f")


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case dt.datetime():
            return value.isoformat(timespec="minutes")
        case bool():
            return str(value).lower()
        case float() | Decimal():
            return format(Decimal(str(value)), "f")
        case _:
            return str(value)
