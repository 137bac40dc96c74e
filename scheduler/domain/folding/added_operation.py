"""operation.added: work that an order's routing does not have, such as rework or a second inspection."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.brought_routing import read_routing
from scheduler.domain.folding.lookup import find_order, refuse, refuse_value
from scheduler.domain.folding.own_routing import with_own_operations
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation


def operation_added(state: PlantState, event: Event) -> PlantState:
    """The order gets a routing of its own with the operation in it; what followed its predecessors follows it.

    Told a second time it changes nothing. Without `predecessors` it follows the next lower number.
    """
    order, data = find_order(state, event), event.data
    routing, number = state.routings[order.routing], int(data["operation"])
    if routing.operation(number) is not None:
        return state
    added = _read(state, event, order.routing, number)
    before = _predecessors(event, number, [o.number for o in routing.operations])
    added = replace(added, predecessors=before)
    followed = tuple(_behind(o, before, number) for o in routing.operations)
    return with_own_operations(state, order, (*followed, added))


def _read(state: PlantState, event: Event, routing: str, number: int) -> Operation:
    row = {"operation": number, "description": data_text(event, "description"), "predecessors": "-"}
    rows = [{**cells, "operation": cells.get("operation", number)} for cells in event.data.get("machine_rows") or ()]
    if not rows:
        message = f"operation {number} names no machine, expected at least one row"
        raise refuse(event, message, "machine_rows", "no machine", "at least one row")
    plain = replace(event, data={"routing_rows": [row], "machine_rows": rows})
    return read_routing(state, plain, routing).operations[0]


def data_text(event: Event, name: str) -> str:
    return str(event.data.get(name) or "")


def _predecessors(event: Event, number: int, known: list[int]) -> tuple[int, ...]:
    text = data_text(event, "predecessors").strip()
    if text == "-":
        return ()
    if not text:
        return tuple(sorted(n for n in known if n < number)[-1:])
    found = []
    for part in text.split(";"):
        if not part.strip().isdigit() or int(part) not in known:
            shown = ", ".join(map(str, known))
            raise refuse_value(event, f"'{part.strip()}'", f"operations of the order: {shown}", "predecessors")
        found.append(int(part))
    return tuple(found)


def _behind(operation: Operation, before: tuple[int, ...], added: int) -> Operation:
    """It waits for the added operation in place of those that this one follows."""
    if not set(operation.predecessors) & set(before):
        return operation
    kept = tuple(p for p in operation.predecessors if p not in before)
    return replace(operation, predecessors=(*kept, added))
