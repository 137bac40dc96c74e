"""Do the rows about operations fit the routings, and can each routing be walked to its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from scheduler.domain.resources import ANY_FAMILY
from scheduler.errors import did_you_mean
from scheduler.ingest.faults import Faults, Nearest, where_unknown
from scheduler.ingest.tables import Table

Tables = Mapping[str, Table]
OF_OPERATIONS = ("routing_machines", "bom", "routing_pools")


def check_routings(tables: Tables, unreadable: Collection[str], faults: Faults) -> None:
    routings = tables["routings"]
    pairs = set(routings.rows("routing", "operation"))
    steps: dict[str, set[int]] = defaultdict(set)
    for routing, number in pairs:
        if routing is not None and number is not None:
            steps[routing].add(number)
    # Where a number could not be read, nothing is held against the rows that may mean that operation.
    unread = {routing for routing, number in pairs if number is None}
    pairs |= _pairs_of(tables, unread) if unread else set()
    for file in OF_OPERATIONS:
        if file not in unreadable:
            _rows_of_routings(tables[file], steps, pairs, faults)
    _predecessors(routings, steps, faults)
    for line, least, most in zip(routings.lines, routings["min_wait"], routings["max_wait"], strict=True):
        if most is not None and least is not None and most < least:
            faults.add(
                routings.file,
                line,
                "max_wait",
                f"{most} below the min_wait of {least}",
                "max_wait of min_wait or more",
                "exchange the two, or leave max_wait empty",
            )
    for line, family in zip(routings.lines, routings["setup_family"], strict=True):
        if family == ANY_FAMILY:
            faults.add(
                routings.file,
                line,
                "setup_family",
                "'*'",
                "the name of a family",
                "'*' stands for any in setup_matrix.csv only",
            )


def _pairs_of(tables: Tables, routings: Collection[str | None]) -> set[tuple[str | None, int]]:
    """What the other tables say of these routings."""
    rows = (row for file in OF_OPERATIONS for row in tables[file].rows("routing", "operation"))
    return {(name, number) for name, number in rows if name in routings and number is not None}


def _rows_of_routings(table: Table, steps: Mapping[str, set[int]], pairs: Collection[object], faults: Faults) -> None:
    names = steps.keys()
    nearest = Nearest(names)
    for index, name in where_unknown(table["routing"], names):
        faults.add(
            table.file,
            table.lines[index],
            "routing",
            f"'{name}'",
            "a routing of routings.csv",
            nearest(name, "correct the name"),
        )
    for line, pair in zip(table.lines, table.rows("routing", "operation"), strict=True):
        if pair in pairs:
            continue
        routing, number = pair
        if routing in steps and number is not None:
            has = ", ".join(map(str, sorted(steps[routing])))
            faults.add(
                table.file, line, "operation", f"{number}", f"an operation of routing '{routing}'", f"it has {has}"
            )


def _predecessors(table: Table, steps: Mapping[str, set[int]], faults: Faults) -> None:
    suspects: set[str] = set()
    lines: dict[tuple[str, int], int] = {}
    rows = zip(table.lines, table["routing"], table["operation"], table["predecessors"], strict=True)
    for line, routing, number, before in rows:
        if before is None or routing is None or number is None:
            continue
        for other in before:
            if other not in steps[routing]:
                near = did_you_mean(str(other), map(str, steps[routing]))
                faults.add(table.file, line, "predecessors", f"{other}", f"operations of routing '{routing}'", near)
        if any(other >= number for other in before):
            suspects.add(routing)  # only a predecessor that is not lower can close a circle
        lines[routing, number] = line
    if not suspects:
        return
    before_of: dict[str, dict[int, tuple[int, ...]]] = {routing: {} for routing in sorted(suspects)}
    for routing, number, before in table.rows("routing", "operation", "predecessors"):
        if routing in suspects and number is not None:
            if before is None:
                lower = [n for n in steps[routing] if n < number]
                before = (max(lower),) if lower else ()
            before_of[routing][number] = tuple(b for b in before if b in steps[routing])
    for routing, waits in before_of.items():
        circle = _circle(waits)
        if circle:
            shown = " after ".join(map(str, circle))
            row = next((lines[routing, n] for n in sorted(circle) if (routing, n) in lines), None)
            faults.add(
                table.file,
                row,
                "predecessors",
                f"a circle in routing '{routing}': {shown}",
                "an order that can be worked",
                "remove one of these predecessors",
            )


def _circle(before_of: Mapping[int, tuple[int, ...]]) -> list[int]:
    """Operations that wait for each other, the first again at the end; empty where all can be worked."""
    left = dict(before_of)
    while True:
        free = [n for n, before in left.items() if not any(b in left for b in before)]
        if not free:
            break
        for number in free:
            del left[number]
    if not left:
        return []
    walk = [min(left)]
    while True:
        following = next(b for b in left[walk[-1]] if b in left)
        if following in walk:
            return [*walk[walk.index(following) :], following]
        walk.append(following)
