"""What a plant comes to, before anything is built of it: a few rows may multiply into more than a computer holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from scheduler.ingest.faults import Faults
from scheduler.ingest.tables import Table
from scheduler.limits import Limits

Tables = Mapping[str, Table]
SMALLER = "leave out what is finished, or make two plants of it"


def told_sizes(tables: Tables, faults: Faults, limits: Limits) -> bool:
    """Whether everything stays within the limits; each that does not is a fault."""
    before = len(faults)
    _orders(tables, faults, limits)
    for table, most in (
        ("machines", limits.machines),
        ("pools", limits.pools),
        ("downtimes", limits.changes),
        ("calendar_exceptions", limits.changes),
        ("pool_exceptions", limits.changes),
    ):
        _at_most(tables[table], len(tables[table]), most, "rows", faults)
    windows = Counter(tables["calendars"]["calendar"])
    for calendar, count in windows.most_common(1):
        _at_most(tables["calendars"], count, limits.windows_of_a_calendar, f"rows of '{calendar}'", faults)
    families = {*tables["routings"]["setup_family"], *tables["machines"]["initial_setup"]}
    pairs = len(set(tables["setup_matrix"]["work_center"])) * len(families) ** 2
    _at_most(tables["setup_matrix"], pairs, limits.changeover_pairs, "pairs of setup families in all", faults)
    return len(faults) == before


def _orders(tables: Tables, faults: Faults, limits: Limits) -> None:
    """Each order has every operation of its routing, and each of those every row about it."""
    orders = Counter(routing or material for material, routing in tables["orders"].rows("material", "routing"))
    steps = Counter(tables["routings"]["routing"])
    for routing, count in steps.most_common(1):
        most = limits.operations_of_a_routing
        _at_most(tables["routings"], count, most, f"operations of routing '{routing}'", faults)
    operations = sum(count * steps[routing] for routing, count in orders.items())
    _at_most(tables["orders"], operations, limits.operations, "operations of all orders", faults)
    choices = Counter(steps)
    for table in ("routing_machines", "bom", "routing_pools"):
        choices.update(tables[table]["routing"])
    for routing, before in tables["routings"].rows("routing", "predecessors"):
        choices[routing] += len(before or ())
    rows = sum(count * choices[routing] for routing, count in orders.items())
    what = "rows of machines, parts and pools that the orders come to"
    _at_most(tables["orders"], rows, limits.choices, what, faults)


def _at_most(table: Table, count: int, most: int, what: str, faults: Faults) -> None:
    if count > most:
        faults.add(table.file, None, None, f"{count:,} {what}", f"at most {most:,}", SMALLER)
