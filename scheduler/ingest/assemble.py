"""Columns of values to a PlantState. Everything here is known to be right already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow
from scheduler.domain.doubts import Doubt
from scheduler.domain.orders import Issued, Material, Order, Progress, Receipt
from scheduler.domain.pins import Pin
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import Reservation
from scheduler.domain.resources import Downtime, Machine, Pool, PoolStretch, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.ingest.plant_file import PlantFacts
from scheduler.ingest.schema import SPECS
from scheduler.ingest.tables import Table

Tables = Mapping[str, Table]


def assemble(facts: PlantFacts, tables: Tables) -> PlantState:
    calendars, own = _calendars(tables)
    state = PlantState(
        name=facts.name,
        zone=facts.zone,
        now=facts.now,
        horizon_days=facts.horizon_days,
        clock=facts.clock,
        frozen_minutes=facts.frozen_minutes,
        default_repair_minutes=facts.default_repair_minutes,
        objective=facts.objective,
        calendars=calendars,
        machines={
            row[0]: replace(Machine(*row), exceptions=tuple(own[row[0]]))
            for row in tables["machines"].rows(
                "machine", "work_center", "calendar", "efficiency", "initial_setup", "cost_per_hour"
            )
        },
        downtimes=tuple(
            Downtime(*row) for row in tables["downtimes"].rows("machine", "start", "end", "kind", "reason")
        ),
        materials={
            row[0]: Material(*row) for row in tables["materials"].rows("material", "description", "unit", "on_hand")
        },
        receipts={
            row[0]: Receipt(*row) for row in tables["receipts"].rows("receipt", "material", "quantity", "expected")
        },
        orders=_orders(tables["orders"]),
        routings=_routings(tables),
        setup_matrices=_matrices(tables["setup_matrix"]),
        pools=_pools(tables),
        progress=_progress(tables["progress"]),
        issued=tuple(
            Issued(*row)
            for row in tables["issued"].rows("order", "operation", "material", "quantity", "quantity_per_unit")
        ),
        plan=planned_operations(tables["plan"]),
        lost_report_minutes=facts.lost_report_minutes,
        max_leap_hours=facts.max_leap_hours,
        increment_sources=facts.increment_sources,
        doubts=_doubts(tables["doubts"]),
        pins=_pins(tables["pins"]),
        reservations={
            row[0]: Reservation(*row)
            for row in tables["reservations"].rows("order", "until", "part_of", "by", "reason")
        },
    )
    return with_passed_on(state)


def with_passed_on(state: PlantState) -> PlantState:
    """Done work that does not say what it passes on passes on its own quantity, and says so from now on."""
    silent = {
        key: replace(p, passed_on=state.passed_on(*key))
        for key, p in state.progress.items()
        if p.status == "done" and p.passed_on is None
    }
    return replace(state, progress={**state.progress, **silent}) if silent else state


def planned_operations(table: Table) -> tuple[PlannedOperation, ...]:
    return tuple(
        PlannedOperation(*row) for row in table.rows("order", "operation", "machine", "start", "end", "setup_start")
    )


def next_lower(numbers: list[int]) -> dict[int, tuple[int, ...]]:
    """The predecessors that an empty cell means: the next lower operation number, none for the first."""
    return {number: (numbers[i - 1],) if i else () for i, number in enumerate(numbers)}


def _calendars(tables: Tables) -> tuple[dict[str, Calendar], Mapping[str, list[CalendarException]]]:
    """The calendars, and what was changed for machines alone: a row with a machine is never the calendar's."""
    windows: dict[str, list[WeeklyWindow]] = {}
    for name, weekday, start, end in tables["calendars"].rows("calendar", "weekday", "start", "end"):
        windows.setdefault(name, []).append(WeeklyWindow(weekday, start, end))
    exceptions: dict[str, list[CalendarException]] = defaultdict(list)
    own: dict[str, list[CalendarException]] = defaultdict(list)
    for name, machine, *change in tables["calendar_exceptions"].rows(
        "calendar", "machine", "start", "end", "kind", "reason"
    ):
        (own[machine] if machine else exceptions[name]).append(CalendarException(*change))
    return {name: Calendar(name, tuple(rows), tuple(exceptions[name])) for name, rows in windows.items()}, own


def _orders(table: Table) -> dict[str, Order]:
    return {
        name: Order(name, material, quantity, due, routing or material, *rest)
        for name, material, quantity, due, routing, *rest in table.rows(
            "order",
            "material",
            "quantity",
            "due",
            "routing",
            "release",
            "priority",
            "status",
            "customer",
            "cancelled",
            "reservation",
        )
    }


def _routings(tables: Tables) -> dict[str, Routing]:
    machines: dict[tuple[str, int], list[EligibleMachine]] = defaultdict(list)
    for routing, number, machine, per_unit, setup, fixed in tables["routing_machines"].rows(
        "routing", "operation", "machine", "run_minutes_per_unit", "setup_minutes", "run_minutes_fixed"
    ):
        machines[routing, number].append(EligibleMachine(machine, per_unit, setup, fixed))
    components: dict[tuple[str, int], list[Component]] = defaultdict(list)
    for routing, number, component, quantity in tables["bom"].rows(
        "routing", "operation", "component", "quantity_per_unit"
    ):
        components[routing, number].append(Component(component, quantity))
    pools: dict[tuple[str, int], list[PoolNeed]] = defaultdict(list)
    for routing, number, pool, quantity in tables["routing_pools"].rows("routing", "operation", "pool", "quantity"):
        pools[routing, number].append(PoolNeed(pool, quantity))

    rows: dict[str, list[tuple[Any, ...]]] = {}
    for row in tables["routings"].rows(
        "routing", "operation", "description", "predecessors", "setup_family", "pausable", "min_wait", "max_wait"
    ):
        rows.setdefault(row[0], []).append(row[1:])
    routings: dict[str, Routing] = {}
    for routing, steps in rows.items():
        steps.sort(key=lambda step: step[0])
        lower = next_lower([step[0] for step in steps])
        routings[routing] = Routing(
            routing,
            tuple(
                Operation(
                    number,
                    description,
                    lower[number] if predecessors is None else predecessors,
                    family,
                    pausable,
                    min_wait,
                    max_wait,
                    tuple(machines.get((routing, number), ())),
                    tuple(components.get((routing, number), ())),
                    tuple(pools.get((routing, number), ())),
                )
                for number, description, predecessors, family, pausable, min_wait, max_wait in steps
            ),
        )
    for material, routing in tables["orders"].rows("material", "routing"):
        routings.setdefault(routing or material, Routing(routing or material, ()))  # until it comes
    return routings


def _matrices(table: Table) -> dict[str, SetupMatrix]:
    minutes: dict[str, dict[tuple[str, str], int]] = {}
    for work_center, before, after, value in table.rows("work_center", "from_family", "to_family", "minutes"):
        minutes.setdefault(work_center, {})[before, after] = value
    return {name: SetupMatrix(name, entries) for name, entries in minutes.items()}


def _pools(tables: Tables) -> dict[str, Pool]:
    stretches: dict[str, list[PoolStretch]] = defaultdict(list)
    for name, *stretch in tables["pool_exceptions"].rows("pool", "start", "end", "capacity", "reason"):
        stretches[name].append(PoolStretch(*stretch))
    return {
        name: Pool(name, capacity, calendar or None, tuple(stretches[name]))
        for name, capacity, calendar in tables["pools"].rows("pool", "capacity", "calendar")
    }


def _progress(table: Table) -> dict[tuple[str, int], Progress]:
    return {
        (order, number): Progress(order, number, status, machine or None, *rest)
        for order, number, status, machine, *rest in table.rows(
            "order",
            "operation",
            "status",
            "machine",
            "started",
            "finished",
            "remaining_minutes",
            "quantity_good",
            "quantity_scrap",
            "drifting_since",
            "passed_on",
            "told_minutes",
            "pieces_taken",
            "counted",
        )
    }


def _pins(table: Table) -> dict[tuple[str, int], Pin]:
    return {
        (order, number): Pin(order, number, machine or None, *rest)
        for order, number, machine, *rest in table.rows(*(c.name for c in SPECS["pins"].columns))
    }


def _doubts(table: Table) -> dict[str, Doubt]:
    return {row[0]: Doubt(*row) for row in table.rows(*(c.name for c in SPECS["doubts"].columns))}
