"""A plan in columns for the board: integers in minutes since an origin, names in tables."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, TypeVar, get_args

from api.models.board import Board, BoardOperations, BoardOrders
from api.models.plans import OperationStatus
from api.present.plans import operation_status
from api.present.times import Times
from scheduler.domain.material_flow import short_orders
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.promises import components_of, is_sub_assembly
from scheduler.planning.lists.order_outlook import order_ends
from scheduler.ports import PlanRecord

STATUSES: tuple[OperationStatus, ...] = get_args(OperationStatus)

T = TypeVar("T", bound=Hashable)


class Table(Generic[T]):
    """Values by the order of their first use."""

    def __init__(self) -> None:
        self._index: dict[T, int] = {}

    def __getitem__(self, value: T) -> int:
        return self._index.setdefault(value, len(self._index))

    def values(self) -> list[T]:
        return list(self._index)


def board(record: PlanRecord, state: PlantState) -> Board:
    """The plan of `record` on the plant `state`, work that the floor has finished included."""
    operations = (*_finished(record, state), *record.plan.operations)
    first = min((o.start if o.setup_start is None else o.setup_start for o in operations), default=state.now)
    # A round minute (UTC midnight) before everything, so that the columns stay small and the same.
    origin = min(first, state.now) // DAY * DAY
    machines = sorted(state.machines.values(), key=lambda m: (m.work_center, m.name))
    machine_names = [m.name for m in machines]
    machine_names += sorted({o.machine for o in operations} - set(machine_names))
    machine_index = {name: i for i, name in enumerate(machine_names)}
    orders: Table[str] = Table()
    texts: Table[str] = Table()
    sets: Table[tuple[int, ...]] = Table()
    rows: dict[tuple[str, int | None], int] = {o.key: i for i, o in enumerate(operations)}
    columns: dict[str, Any] = {name: [] for name in BoardOperations.model_fields}
    for planned in operations:
        step = state.operation(planned.order, planned.operation)
        eligible = sorted(machine_index[m.machine] for m in step.machines) if step else []
        before = step.predecessors if step else ()
        row: dict[str, object] = {
            "order": orders[planned.order],
            "operation": planned.operation,
            "machine": machine_index[planned.machine],
            "setup_start": None if planned.setup_start is None else planned.setup_start - origin,
            "start": planned.start - origin,
            "end": planned.end - origin,
            "status": STATUSES.index(operation_status(state, planned)),
            "description": texts[step.description if step else ""],
            "setup_family": texts[step.setup_family if step else ""],
            "eligible": sets[tuple(eligible)],
            "predecessors": [rows[planned.order, p] for p in before if (planned.order, p) in rows],
        }
        for name, value in row.items():
            columns[name].append(value)
    centers = [state.machines[name].work_center if name in state.machines else "" for name in machine_names]
    return Board.model_construct(
        plant=record.plant,
        plan=record.number,
        revision=record.revision,
        timezone=state.zone.key,
        origin=Times(state.zone)(origin),
        now=state.now - origin,
        frozen_until=state.now + state.frozen_minutes - origin,
        end=max((o.end for o in operations), default=state.now) - origin,
        statuses=list(STATUSES),
        orders=_orders(orders.values(), state, operations, origin, texts),
        texts=texts.values(),
        machines=machine_names,
        work_centers=centers,
        eligible_sets=[list(s) for s in sets.values()],
        operations=BoardOperations.model_construct(**columns),
        pinned=sorted(rows[key] for key in state.pins if key in rows),
        in_doubt=sorted({rows[key] for d in state.known_doubts.open() if (key := (d.order, d.operation)) in rows}),
    )


def _orders(
    names: list[str],
    state: PlantState,
    operations: tuple[PlannedOperation, ...],
    origin: Minute,
    texts: Table[str],
) -> BoardOrders:
    ends: dict[str, Minute] = {}
    for planned in operations:
        ends[planned.order] = max(ends.get(planned.order, planned.end), planned.end)
    ends |= {order: end for order, end in order_ends(state, operations).items() if order in ends}
    known = [state.orders.get(name) for name in names]
    short, components = short_orders(state), components_of(state.routings)
    return BoardOrders.model_construct(
        name=names,
        customer=[texts[o.customer if o else ""] for o in known],
        material=[texts[o.material if o else ""] for o in known],
        quantity=[o.quantity if o else 0.0 for o in known],
        due=[o.due - origin if o else None for o in known],
        priority=[o.priority if o else 1.0 for o in known],
        end=[ends[name] - origin for name in names],
        late_minutes=[ends[name] - o.due if o else 0 for name, o in zip(names, known, strict=True)],
        sub_assembly=[o is not None and is_sub_assembly(o, components) for o in known],
        pieces_short=[short.get(name, 0.0) for name in names],
    )


def _finished(record: PlanRecord, state: PlantState) -> list[PlannedOperation]:
    """Work of the plant's orders that is done and no longer stands in the plan, where its place is known."""
    planned = {o.key for o in record.plan.operations}
    done = [
        PlannedOperation(p.order, p.operation, p.machine, p.started, max(p.finished, p.started + 1))
        for key, p in state.progress.items()
        if p.status == "done" and key not in planned and p.machine and p.started is not None and p.finished is not None
    ]
    return sorted(done, key=lambda o: (o.start, o.order, o.operation))
