"""Do the tables fit together: every name known, every pair of dates in order, running work said in full."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from scheduler.ingest.faults import Faults, Nearest, where_unknown
from scheduler.ingest.plant_file import PlantFacts
from scheduler.ingest.routing_checks import check_routings
from scheduler.ingest.setup_checks import check_changeovers
from scheduler.ingest.stale_rows import tell_odd_stock, tell_orders_without_routing
from scheduler.ingest.tables import Table

Tables = Mapping[str, Table]


def check_references(facts: PlantFacts, tables: Tables, unreadable: Collection[str], faults: Faults) -> None:
    """Adds every fault between tables.

    unreadable : tables that are missing or broken as a whole; nothing is held against them a second time.
    """
    _names(tables, unreadable, faults)
    tell_odd_stock(tables["materials"], faults)
    _materials(tables, faults)
    for file, column in (
        ("calendar_exceptions", "end"),
        ("pool_exceptions", "end"),
        ("downtimes", "end"),
        ("plan", "end"),
    ):
        _in_order(tables[file], "start", column, faults, may_be_equal=file == "downtimes")
    _whose_change(tables["calendar_exceptions"], faults)
    _in_order(tables["progress"], "started", "finished", faults, may_be_equal=True)
    _in_order(tables["pins"], "not_before", "not_after", faults, may_be_equal=True)
    _fixes_something(tables["pins"], faults)
    if "routings" not in unreadable:
        tell_orders_without_routing(tables, faults)
        check_routings(tables, unreadable, faults)
        _progress(facts, tables, unreadable, faults)
        check_changeovers(tables, faults)


def _names(tables: Tables, unreadable: Collection[str], faults: Faults) -> None:
    for file, column, target, key in (
        ("calendar_exceptions", "calendar", "calendars", "calendar"),
        ("calendar_exceptions", "machine", "machines", "machine"),
        ("machines", "calendar", "calendars", "calendar"),
        ("pools", "calendar", "calendars", "calendar"),
        ("downtimes", "machine", "machines", "machine"),
        ("routing_machines", "machine", "machines", "machine"),
        ("setup_matrix", "work_center", "machines", "work_center"),
        ("progress", "machine", "machines", "machine"),
        ("plan", "machine", "machines", "machine"),
        ("pins", "machine", "machines", "machine"),
        ("routing_pools", "pool", "pools", "pool"),
        ("pool_exceptions", "pool", "pools", "pool"),
    ):
        if target not in unreadable:
            check_names(
                tables[file], column, set(tables[target][key]), f"a {key.replace('_', ' ')} of {target}.csv", faults
            )


def check_names(table: Table, column: str, known: Collection[str], expected: str, faults: Faults) -> None:
    nearest = Nearest(known)
    for index, name in where_unknown(table[column], known):
        faults.add(table.file, table.lines[index], column, f"'{name}'", expected, nearest(name, "correct the name"))


def _materials(tables: Tables, faults: Faults) -> None:
    """A name that nothing else mentions is a slip of the pen where it resembles a known material.

    Otherwise it is a material that nobody supplies: planning then names the orders that wait for it.
    """
    known = set(tables["materials"]["material"]) | set(tables["orders"]["material"])
    known |= set(tables["routings"]["routing"])
    supplied = known | set(tables["receipts"]["material"])
    used = known | set(tables["bom"]["component"])
    for file, column, names in (("bom", "component", supplied), ("receipts", "material", used)):
        table, told = tables[file], set()
        names = {n for n in names if n}
        nearest = Nearest(names)
        for index, name in where_unknown(table[column], names):
            remedy = nearest(name, "")
            if remedy.startswith("did"):
                faults.add(table.file, table.lines[index], column, f"'{name}'", "a material of materials.csv", remedy)
            elif name not in told:
                told.add(name)
                faults.notice(f"{table.file}: '{name}' stands in no other table; it counts as out of stock")


def _whose_change(table: Table, faults: Faults) -> None:
    """A change is a calendar's or a machine's."""
    for line, calendar, machine in zip(table.lines, table["calendar"], table["machine"], strict=True):
        if not calendar and not machine:
            faults.add(table.file, line, "calendar", "nothing", "a calendar, or a machine", "fill one of them in")


def _fixes_something(table: Table, faults: Faults) -> None:
    """A pin fixes the machine or the start. A cell that could not be read has been told already."""
    fixes = ("machine", "start", "not_before", "not_after")
    unread = {i.row for i in faults.of(table.file)}
    for line, row in zip(table.lines, table.rows(*fixes), strict=True):
        if line not in unread and all(cell in (None, "") for cell in row):
            expected = "at least one of machine, start, not_before and not_after"
            faults.add(table.file, line, "machine", "nothing", expected, "fill one of them in, or remove the row")


def _in_order(table: Table, first: str, last: str, faults: Faults, *, may_be_equal: bool) -> None:
    for line, start, end in zip(table.lines, table[first], table[last], strict=True):
        if start is not None and end is not None and (end < start or (end == start and not may_be_equal)):
            faults.add(
                table.file,
                line,
                last,
                f"an {last} before its {first}" if end < start else f"{last} equal to {first}",
                f"an {last} after {first}",
                f"exchange {first} and {last}, or correct one of them",
            )


def _progress(facts: PlantFacts, tables: Tables, unreadable: Collection[str], faults: Faults) -> None:
    table = tables["progress"]
    if not len(table):
        return
    routing_of = {o: r or m for o, m, r in tables["orders"].rows("order", "material", "routing")}
    steps = set(tables["routings"].rows("routing", "operation"))
    eligible = set(tables["routing_machines"].rows("routing", "operation", "machine"))
    busy: dict[str, int] = {}
    rows = table.rows("order", "operation", "status", "machine", "started", "remaining_minutes")
    for line, (order, number, status, machine, started, left) in zip(table.lines, rows, strict=True):
        routing = routing_of.get(order)
        step = (routing, number)
        known = routing is not None and number is not None and step in steps
        if status not in ("running", "paused", "aside"):
            continue
        said = {"machine": machine, "started": started, "remaining_minutes": left}
        if status == "aside":
            del said["started"]
        _said_in_full(table, line, said, status, faults)
        if started is not None and facts.now and started > facts.now:
            faults.add(
                table.file,
                line,
                "started",
                "a start in the future",
                "a moment not after the plant's now",
                "correct the start, or remove the row",
            )
        if not machine:
            continue
        if machine in busy and status != "aside":
            faults.add(
                table.file,
                line,
                "machine",
                f"'{machine}' running a second operation",
                "one running operation on a machine",
                f"see row {busy[machine]}; finish one of them",
            )
        if status != "aside":
            busy.setdefault(machine, line)
        if known and "routing_machines" not in unreadable and (routing, number, machine) not in eligible:
            able = sorted(m for r, n, m in eligible if (r, n) == step and m)
            faults.add(
                table.file,
                line,
                "machine",
                f"'{machine}'",
                f"a machine that can do '{routing}' operation {number}",
                f"routing_machines.csv has {', '.join(able[:5]) or 'none'}",
            )


def _said_in_full(table: Table, line: int, cells: Mapping[str, object], status: str, faults: Faults) -> None:
    for column, value in cells.items():
        # A cell that could not be read has been told already; only an empty one is this rule's.
        if value in (None, "") and not any(i.row == line and i.column == column for i in faults.of(table.file)):
            faults.add(
                table.file,
                line,
                column,
                "nothing",
                f"{column} of the {status} operation",
                "fill the cell in, or remove the row",
            )
