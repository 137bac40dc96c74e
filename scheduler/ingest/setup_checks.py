"""Does every changeover that can come up have a row in the matrix of its work center."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from scheduler.domain.resources import ANY_FAMILY
from scheduler.ingest.faults import Faults
from scheduler.ingest.tables import Table

Tables = Mapping[str, Table]


def check_changeovers(tables: Tables, faults: Faults) -> None:
    """A fault for each (work center, family before, family after) that can meet on a machine and has no row.

    Families meet where operations of routings that have an order share a machine; the family that the machine
    stands in now comes before each of them. The same family without a row needs no changeover.
    """
    matrices: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for work_center, before, after in tables["setup_matrix"].rows("work_center", "from_family", "to_family"):
        matrices[work_center].add((before, after))
    if not matrices:
        return
    machines = {m: (wc, setup) for m, wc, setup in tables["machines"].rows("machine", "work_center", "initial_setup")}
    wanted = {routing or material for material, routing in tables["orders"].rows("material", "routing")}
    family = {
        (r, n): f for r, n, f in tables["routings"].rows("routing", "operation", "setup_family") if f and r in wanted
    }
    families: dict[str, set[str]] = defaultdict(set)
    for routing, number, machine in tables["routing_machines"].rows("routing", "operation", "machine"):
        if (routing, number) in family:
            families[machine].add(family[routing, number])

    missing: set[tuple[str, str, str]] = set()
    for machine, after_these in families.items():
        work_center, initial = machines.get(machine, (None, None))
        if work_center not in matrices:
            continue
        rows = matrices[work_center]
        for before in after_these | ({initial} if initial else set()):
            for after in after_these - {before}:
                keys = ((before, after), (before, ANY_FAMILY), (ANY_FAMILY, after), (ANY_FAMILY, ANY_FAMILY))
                if not any(key in rows for key in keys):
                    missing.add((work_center, before, after))
    for work_center, before, after in sorted(missing):
        faults.add(
            tables["setup_matrix"].file,
            None,
            "from_family, to_family",
            f"no row from '{before}' to '{after}' in work center '{work_center}'",
            "the minutes of each changeover that can come up",
            "add the row, or one with '*' as from_family",
        )
