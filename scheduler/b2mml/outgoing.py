"""What a plant tells in B2MML: its plan, each machine's list, and what the floor has reported.

A job order is called `ORDER/OPERATION` (MO-00012/20), in both directions. Quantities are pieces, as totals.
Source: ISA-95 parts 2 and 4 as B2MML V0700 writes them; elements stand in the schema's order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from lxml import etree
from lxml.builder import ElementMaker

from scheduler.b2mml.documents import NAMESPACE
from scheduler.domain.minutes import Minute, to_datetime
from scheduler.domain.orders import Order, Progress
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Component
from scheduler.planning.lists.dispatch_list import DispatchList, DispatchRow


class Maker(Protocol):
    """Elements by their names; what it is given stands inside."""

    def __getattr__(self, name: str) -> Callable[..., etree._Element]: ...
    def __call__(self, name: str, *inside: etree._Element) -> etree._Element: ...


E: Maker = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})
STATES = {"running": "Running", "paused": "Paused", "aside": "Suspended", "done": "Completed"}
"""How ISA-95 calls what an operation is."""


def job_list(state: PlantState, listing: DispatchList) -> etree._Element:
    """A machine's or work center's dispatch list as `JobList`: job orders in the sequence in which they are to be
    done; Priority counts that sequence."""
    return E.JobList(
        E.ID(listing.target),
        E.Version(listing.version),
        E.PublishedDate(_moment(state, state.now)),
        E.WorkType("Production"),
        *(_job_order(state, row) for row in listing.rows),
    )


def _job_order(state: PlantState, row: DispatchRow) -> etree._Element:
    operation = state.operation(row.order, row.operation)
    components = operation.components if operation else ()
    return E.JobOrder(
        E.ID(job(row.order, row.operation)),
        E.Description(row.description),
        E.StartTime(_moment(state, row.start)),
        E.EndTime(_moment(state, row.end)),
        E.WorkType("Production"),
        E.Priority(str(row.position)),
        E.DispatchStatus({"running": "Running", "paused": "Held"}.get(row.state, "Dispatched")),
        E.EquipmentRequirement(E.ID(row.machine), E.EquipmentID(row.machine)),
        *_materials(row.material, row.quantity, components, state),
    )


def operations_schedule(state: PlantState, id: str) -> etree._Element | None:
    """The plan in force as `OperationsSchedule`, an `OperationsRequest` for each order; None: it holds no operation.

    id : the document's.
    """
    planned: dict[str, list[PlannedOperation]] = {}
    for operation in state.unfinished(state.plan):
        planned.setdefault(operation.order, []).append(operation)
    orders = [(state.orders[name], rows) for name, rows in planned.items() if name in state.orders]
    if not orders:
        return None
    return E.OperationsSchedule(
        E.ID(id),
        E.PublishedDate(_moment(state, state.now)),
        E.StartTime(_moment(state, min(o.start for _, rows in orders for o in rows))),
        E.EndTime(_moment(state, max(o.end for _, rows in orders for o in rows))),
        E.OperationsType("Production"),
        E.ScheduleState("Released"),
        *(_request(state, order, rows) for order, rows in orders),
    )


def _request(state: PlantState, order: Order, rows: list[PlannedOperation]) -> etree._Element:
    return E.OperationsRequest(
        E.ID(order.name),
        E.StartTime(_moment(state, min(o.start for o in rows))),
        E.EndTime(_moment(state, max(o.end for o in rows))),
        E.OperationsType("Production"),
        E.Priority(f"{order.priority:g}"),
        E.RequestState("Released"),
        E.OperationsDefinitionID(order.routing),
        *(_segment(state, order, placed) for placed in sorted(rows, key=lambda o: o.operation)),
    )


def _segment(state: PlantState, order: Order, placed: PlannedOperation) -> etree._Element:
    operation = state.operation(order.name, placed.operation)
    number = str(placed.operation)
    return E.SegmentRequirement(
        E.ID(job(order.name, placed.operation)),
        E.Description(operation.description if operation else ""),
        E.EarliestStartTime(_moment(state, placed.start)),
        E.LatestEndTime(_moment(state, placed.end)),
        E.OperationsType("Production"),
        E.ProcessSegmentID(number),
        E.OperationsDefinitionID(order.routing),
        E.OperationsSegmentID(number),
        E.SegmentState("Released"),
        E.EquipmentRequirement(E.ID(placed.machine), E.EquipmentID(placed.machine)),
        *_materials(
            order.material,
            state.quantity_of(order.name, placed.operation),
            operation.components if operation else (),
            state,
        ),
    )


def _materials(
    material: str, quantity: float, components: tuple[Component, ...], state: PlantState
) -> Iterator[etree._Element]:
    yield _material("Requirement", material, "Produced", quantity, state)
    for part in components:
        yield _material("Requirement", part.material, "Consumed", part.quantity_per_unit * quantity, state)


def operations_performance(state: PlantState, id: str) -> etree._Element | None:
    """What has been reported of the orders that the plant has, as `OperationsPerformance`; None: nothing was."""
    known = [p for p in state.progress.values() if p.order in state.orders]
    by_order: dict[str, list[Progress]] = {}
    for progress in known:
        by_order.setdefault(progress.order, []).append(progress)
    if not by_order:
        return None
    return E.OperationsPerformance(
        E.ID(id),
        E.PublishedDate(_moment(state, state.now)),
        E.OperationsType("Production"),
        *(
            E.OperationsResponse(
                E.ID(order),
                E.OperationsType("Production"),
                E.OperationsRequestID(order),
                *(_segment_response(state, progress) for progress in rows),
            )
            for order, rows in by_order.items()
        ),
    )


def _segment_response(state: PlantState, progress: Progress) -> etree._Element:
    name = job(progress.order, progress.operation)
    started = [E.ActualStartTime(_moment(state, progress.started))] if progress.started is not None else []
    finished = [E.ActualEndTime(_moment(state, progress.finished))] if progress.finished is not None else []
    return E.SegmentResponse(
        E.ID(name),
        *started,
        *finished,
        E.ProcessSegmentID(str(progress.operation)),
        E.OperationsRequestID(progress.order),
        E.SegmentRequirementID(name),
        E.SegmentState(STATES[progress.status]),
        *_actuals(state, progress),
    )


def job_responses(state: PlantState, id: str) -> etree._Element | None:
    """The same as `JobResponseList`; None: nothing was reported."""
    known = [p for p in state.progress.values() if p.order in state.orders]
    if not known:
        return None
    return E.JobResponseList(
        E.ID(id),
        E.PublishedDate(_moment(state, state.now)),
        E.WorkType("Production"),
        *(_job_response(state, progress) for progress in known),
    )


def _job_response(state: PlantState, progress: Progress) -> etree._Element:
    name = job(progress.order, progress.operation)
    started = [E.StartTime(_moment(state, progress.started))] if progress.started is not None else []
    finished = [E.EndTime(_moment(state, progress.finished))] if progress.finished is not None else []
    return E.JobResponse(
        E.ID(name),
        E.PublishedDate(_moment(state, state.now)),
        *started,
        *finished,
        E.WorkType("Production"),
        E.JobOrderID(name),
        E.JobState(STATES[progress.status]),
        *_actuals(state, progress),
    )


def _actuals(state: PlantState, progress: Progress) -> Iterator[etree._Element]:
    if progress.machine is not None:
        yield E.EquipmentActual(E.ID(progress.machine), E.EquipmentID(progress.machine))
    material = state.orders[progress.order].material
    yield _material("Actual", material, "Produced", progress.quantity_good, state)
    if progress.quantity_scrap:
        yield _material("Actual", material, "Scrap", progress.quantity_scrap, state)


def _material(kind: str, material: str, use: str, quantity: float, state: PlantState) -> etree._Element:
    """kind : Requirement or Actual. ISA-95 has no word for scrap among its uses: it is Other, called so."""
    known = state.materials.get(material)
    used = E.MaterialUse("Other", OtherValue=use) if use == "Scrap" else E.MaterialUse(use)
    unit = [E.UnitOfMeasure(known.unit)] if known is not None and known.unit else []
    amount = E.Quantity(E.QuantityString(f"{quantity:.12g}"), E.DataType("double"), *unit)
    return E(f"Material{kind}", E.ID(f"{material} {use}"), E.MaterialDefinitionID(material), used, amount)


def job(order: str, operation: int) -> str:
    """How a job order is called."""
    return f"{order}/{operation}"


def _moment(state: PlantState, minute: Minute) -> str:
    return to_datetime(minute, state.zone).isoformat(timespec="seconds")
