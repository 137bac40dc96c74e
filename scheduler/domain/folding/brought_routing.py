"""A routing that comes with an order: rows with the columns of routings.csv, routing_machines.csv, bom.csv and
routing_pools.csv, in the fields routing_rows, machine_rows, bom_rows and pool_rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import MOST, refuse
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import ANY_FAMILY, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.errors import did_you_mean

_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


def read_routing(state: PlantState, event: Event, name: str) -> Routing:
    """The routing called `name` from an event's rows. Raises InvalidEvent with the row and the column at fault.

    A row without `routing` belongs to it; a row of another routing is refused.
    """
    rows: dict[int, _Row] = {}
    for row in _rows(event, "routing_rows", name):
        number = row.whole("operation")
        if number in rows:
            raise row.wrong("operation", f"operation {number} stands twice", f"{number} twice", "each operation once")
        if row.text("setup_family") == ANY_FAMILY:
            raise row.unfit("setup_family", "'*'", "the name of a family")
        if row.text("max_wait") and row.number("max_wait") < row.number("min_wait", 0.0):
            raise row.unfit("max_wait", row.text("max_wait"), "min_wait or more")
        rows[number] = row
    machines: dict[int, list[EligibleMachine]] = {n: [] for n in rows}
    for row in _rows(event, "machine_rows", name):
        machine = row.known("machine", state.machines)
        found = machines[_operation_of(row, rows)]
        if any(m.machine == machine for m in found):
            message = f"machine '{machine}' stands twice for this operation"
            raise row.wrong("machine", message, f"'{machine}' twice", "each machine once")
        found.append(
            EligibleMachine(
                machine=machine,
                run_minutes_per_unit=row.number("run_minutes_per_unit"),
                setup_minutes=int(row.number("setup_minutes", 0.0)),
                run_minutes_fixed=row.number("run_minutes_fixed", 0.0),
            )
        )
    components: dict[int, list[Component]] = {n: [] for n in rows}
    for row in _rows(event, "bom_rows", name):
        component = Component(row.text("component", required=True), row.number("quantity_per_unit"))
        components[_operation_of(row, rows)].append(component)
    pools: dict[int, list[PoolNeed]] = {n: [] for n in rows}
    for row in _rows(event, "pool_rows", name):
        pools[_operation_of(row, rows)].append(PoolNeed(row.known("pool", state.pools), row.number("quantity", 1.0)))
    routing = Routing(
        name,
        tuple(
            Operation(
                number=number,
                description=row.text("description"),
                predecessors=_predecessors(row, number, sorted(rows)),
                setup_family=row.text("setup_family"),
                pausable=row.yes("pausable"),
                min_wait=math.ceil(row.number("min_wait", 0.0)),
                max_wait=math.floor(row.number("max_wait", 0.0)) if row.text("max_wait") else None,
                machines=tuple(machines[number]),
                components=tuple(components[number]),
                pools=tuple(pools[number]),
            )
            for number, row in sorted(rows.items())
        ),
    )
    _refuse_a_circle(event, routing)
    _refuse_an_unknown_changeover(state, event, routing)
    return routing


class _Row:
    """A row of an event's data; a cell may be text, a number, yes/no or empty, as CSV and JSON write them."""

    def __init__(self, event: Event, field: str, index: int, cells: Mapping[str, Any]) -> None:
        self.event, self.where, self.cells = event, f"{field}[{index}]", cells

    def wrong(self, column: str, message: str, found: str, expected: str) -> Exception:
        field = f"{self.where}.{column}"
        return refuse(self.event, f"{field}: {message}", field, found, expected)

    def unfit(self, column: str, found: str, expected: str) -> Exception:
        """As `wrong`, in the usual words."""
        return self.wrong(column, f"found {found}, expected {expected}", found, expected)

    def text(self, column: str, required: bool = False) -> str:
        value = self.cells.get(column)
        text = "" if value is None else str(value).strip()
        if required and not text:
            raise self.wrong(column, "is missing", "nothing", f"a {column}")
        return text

    def number(self, column: str, default: float | None = None) -> float:
        text = self.text(column, required=default is None)
        if not text and default is not None:
            return default
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 <= number <= MOST:  # nan is not
            raise self.unfit(column, f"'{text[:40]}'", "a number from 0 to a thousand million")
        return number

    def whole(self, column: str) -> int:
        number = self.number(column)
        if number != int(number):
            raise self.unfit(column, f"{number:g}", "a whole number")
        return int(number)

    def yes(self, column: str) -> bool:
        text = self.text(column).lower() or "yes"
        if text not in (*_YES, *_NO):
            raise self.unfit(column, f"'{text}'", "yes or no")
        return text in _YES

    def known(self, column: str, names: Mapping[str, object]) -> str:
        name = self.text(column, required=True)
        if name not in names:
            message = f"no {column} '{name}' in the plant; {did_you_mean(name, names)}"
            raise self.wrong(column, message, f"'{name}'", f"a {column} of the plant")
        return name


def _rows(event: Event, field: str, routing: str) -> Iterator[_Row]:
    for index, cells in enumerate(event.data.get(field) or ()):
        row = _Row(event, field, index, cells)
        if row.text("routing") not in ("", routing):
            found = f"'{row.text('routing')}'"
            raise row.wrong("routing", f"found {found}, but the order's routing is '{routing}'", found, f"'{routing}'")
        yield row


def _operation_of(row: _Row, known: Mapping[int, object]) -> int:
    number = row.whole("operation")
    if number not in known:
        numbers = ", ".join(str(n) for n in sorted(known))
        raise row.unfit("operation", str(number), f"an operation of routing_rows: {numbers}")
    return number


def _predecessors(row: _Row, number: int, numbers: list[int]) -> tuple[int, ...]:
    """Joined by `;`. Empty: the next lower number. `-`: none."""
    text = row.text("predecessors")
    if text == "-":
        return ()
    if not text:
        return tuple(numbers[numbers.index(number) - 1 : numbers.index(number)]) if number != numbers[0] else ()
    found = []
    for part in text.split(";"):
        if not part.strip().isdigit() or int(part) not in numbers or int(part) == number:
            others = ", ".join(str(n) for n in numbers if n != number)
            raise row.unfit("predecessors", f"'{part.strip()}'", f"other operations of this routing: {others}")
        found.append(int(part))
    return tuple(found)


def _refuse_a_circle(event: Event, routing: Routing) -> None:
    """Raises where operations wait for each other."""
    waiting = {o.number: set(o.predecessors) for o in routing.operations}
    while waiting:
        free = {n for n, before in waiting.items() if not before & waiting.keys()}
        if not free:
            numbers = ", ".join(str(n) for n in sorted(waiting))
            raise refuse(event, f"routing_rows: operations {numbers} wait for each other in a circle", "routing_rows")
        for number in free:
            del waiting[number]


def _refuse_an_unknown_changeover(state: PlantState, event: Event, routing: Routing) -> None:
    """Raises where a matrix does not say how long a changeover to or from a new family takes."""
    families: dict[str, set[str]] = {}
    for machine in state.machines.values():
        families.setdefault(machine.work_center, set()).add(machine.initial_setup)
    for known in (*state.routings.values(), routing):
        for operation in known.operations:
            for row in operation.machines:
                families[state.machines[row.machine].work_center].add(operation.setup_family)
    for operation in routing.operations:
        for row in operation.machines:
            center = state.machines[row.machine].work_center
            matrix, new = state.setup_matrices.get(center), operation.setup_family
            if matrix is None or not new:
                continue
            for other in sorted(families[center] - {"", new}):
                for before, after in ((other, new), (new, other)):
                    if not _has_row(matrix, before, after):
                        raise refuse(
                            event,
                            f"work center '{center}' has no changeover from '{before}' to '{after}' in its "
                            f"setup matrix, which operation {operation.number} needs",
                            "routing_rows",
                        )


def _has_row(matrix: SetupMatrix, before: str, after: str) -> bool:
    keys = ((before, after), (before, ANY_FAMILY), (ANY_FAMILY, after), (ANY_FAMILY, ANY_FAMILY))
    return any(key in matrix.minutes for key in keys)
