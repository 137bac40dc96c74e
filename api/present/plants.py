"""Plants, machines, orders and materials as answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from api.models.machines import MachineList, MachineTimes, Outage, Stretch
from api.models.materials import MaterialLine, MaterialList, ReceiptLine, StockPoint
from api.models.orders import OrderLine, OrderList
from api.models.plants import PlantDetail, PlantSummary
from api.models.policy import ObjectiveModel, PolicyModel
from api.present.times import Times
from scheduler.domain.calendars import Calendar, WorkingTime, working_time
from scheduler.domain.material_flow import short_orders
from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Objective
from scheduler.planning.lists.material_outlook import MaterialOutlook
from scheduler.planning.lists.order_outlook import OrderOutlook
from scheduler.usecases.snapshots import Snapshot


def objective_model(objective: Objective) -> ObjectiveModel:
    return ObjectiveModel(
        tardiness=objective.tardiness,
        setup=objective.setup,
        makespan=objective.makespan,
        flow=objective.flow,
        stability=objective.stability,
    )


def plant_detail(snapshot: Snapshot, clock: dt.datetime, notices: Sequence[str] = ()) -> PlantDetail:
    record, state = snapshot.record, snapshot.state
    times = Times(state.zone)
    steps = {name: tuple(o.number for o in routing.operations) for name, routing in state.routings.items()}
    done = {key for key, p in state.progress.items() if p.status == "done"}
    open_orders = sum(
        o.status != "hold" and any((o.name, n) not in done for n in steps[o.routing]) for o in state.orders.values()
    )
    policy = record.policy
    return PlantDetail(
        plant=record.plant,
        name=state.name,
        mode=record.mode,
        now=times(state.now),
        timezone=state.zone.key,
        clock=state.clock,
        revision=snapshot.revision,
        loaded_at=times.wall(record.loaded_at),
        last_event_at=times.wall(record.last_event_at),
        data_age_seconds=max(0.0, (clock - (record.last_event_at or record.loaded_at)).total_seconds()),
        plan_in_force=record.plan_in_force,
        plan_in_force_revision=record.plan_in_force_revision,
        plan_is_current=record.plan_in_force_revision == record.revision,
        orders=len(state.orders),
        open_orders=open_orders,
        operations=sum(len(steps[o.routing]) for o in state.orders.values()),
        machines=len(state.machines),
        materials=len(state.materials),
        work_center_modes=dict(policy.work_center_modes),
        policy=PolicyModel(
            objective=objective_model(state.objective),
            frozen_minutes=state.frozen_minutes,
            max_moves=policy.limits.max_moves,
            time_fence_minutes=policy.limits.time_fence_minutes,
            keep_machines=policy.limits.keep_machines,
            time_limit_seconds=policy.time_limit_seconds,
            improve_seconds=policy.improve_seconds,
            improve_iterations=policy.improve_iterations,
            expected_delay_minutes=policy.expected_delay_minutes,
            gain_over_person=policy.gain_over_person,
        ),
        horizon_days=state.horizon_days,
        default_repair_minutes=state.default_repair_minutes,
        notices=list(notices),
    )


def plant_summary(snapshot: Snapshot, clock: dt.datetime) -> PlantSummary:
    detail = plant_detail(snapshot, clock)
    return PlantSummary(**{name: getattr(detail, name) for name in PlantSummary.model_fields})


def machine_list(snapshot: Snapshot, first: Minute, last: Minute) -> MachineList:
    state = snapshot.state
    times = Times(state.zone)
    closed: dict[Calendar, list[Stretch]] = {}
    for calendar in {state.calendar_of(name) for name in state.machines}:
        open_time = working_time(calendar, state.zone, first, last)
        shut = WorkingTime([(first, last)]).minus(open_time.stretches).stretches
        closed[calendar] = [Stretch(start=times(a), end=times(b)) for a, b in shut]
    machines = []
    for machine in sorted(state.machines.values(), key=lambda m: (m.work_center, m.name)):
        outages, down = [], False
        for outage in state.downtimes:
            end = outage.until(state.now, state.default_repair_minutes)
            if outage.machine != machine.name:
                continue
            down = down or outage.start <= state.now < end
            if outage.start < last and end > first:
                outages.append(
                    Outage(
                        start=times(outage.start),
                        end=times(end),
                        end_assumed=outage.end is None,
                        kind=outage.kind,
                        reason=outage.reason,
                    )
                )
        machines.append(
            MachineTimes(
                machine=machine.name,
                work_center=machine.work_center,
                efficiency=machine.efficiency,
                down=down,
                closed=closed[state.calendar_of(machine.name)],
                outages=outages,
            )
        )
    return MachineList(revision=snapshot.revision, start=times(first), end=times(last), machines=machines)


def order_list(snapshot: Snapshot, outlook: Sequence[OrderOutlook]) -> OrderList:
    state = snapshot.state
    times = Times(state.zone)
    short, reservations = short_orders(state), state.reservations
    lines = []
    for item in outlook:
        order, material = item.order, state.materials.get(item.order.material)
        lines.append(
            OrderLine(
                order=order.name,
                material=order.material,
                description=material.description if material else "",
                quantity=order.quantity,
                pieces_short=short.get(order.name, 0.0),
                unit=material.unit if material else "",
                customer=order.customer,
                routing=order.routing,
                release=times(order.release),
                due=times(order.due),
                priority=order.priority,
                status=order.status,
                progress=item.progress,
                operations=item.operations,
                operations_done=item.done,
                planned_end=times(item.end),
                late_minutes=item.late_minutes,
                unplanned_reason=item.unplanned_reason,
                reserved_until=times(kept.until) if (kept := reservations.get(order.name)) else None,
            )
        )
    return OrderList(revision=snapshot.revision, plan=snapshot.record.plan_in_force, orders=lines)


def material_list(snapshot: Snapshot, outlook: Sequence[MaterialOutlook]) -> MaterialList:
    times = Times(snapshot.state.zone)
    lines = [
        MaterialLine(
            material=item.material.name,
            description=item.material.description,
            unit=item.material.unit,
            on_hand=item.material.on_hand,
            receipts=[
                ReceiptLine(receipt=r.name, material=r.material, quantity=r.quantity, expected=times(r.expected))
                for r in item.receipts
            ],
            projection=[StockPoint(at=times(p.at), stock=p.stock, cause=p.cause) for p in item.projection],
            lowest=item.lowest,
            short_from=times(item.short_from),
            orders_hit=list(item.orders_hit),
        )
        for item in outlook
    ]
    return MaterialList(revision=snapshot.revision, plan=snapshot.record.plan_in_force, materials=lines)
