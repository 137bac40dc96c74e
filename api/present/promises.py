"""A promise as the API says it."""

from __future__ import annotations

from api.models.promises import (
    BasisModel,
    ComponentOrder,
    PromisedDateModel,
    PromiseModel,
    ReservationList,
    ReservationModel,
)
from api.present.times import Times
from scheduler.replanning.promise import PromisedDate
from scheduler.replanning.promise_words import notices, sentence
from scheduler.usecases.promises import Kept, Promised
from scheduler.usecases.snapshots import Snapshot


def promise_model(told: Promised) -> PromiseModel:
    promise, zone = told.promise, told.state.zone
    times = Times(zone)
    wish = promise.wish
    return PromiseModel(
        material=wish.material,
        quantity=wish.quantity,
        priority=wish.priority,
        wished=times(wish.wished),
        routing=promise.order.routing,
        date=times(promise.date),
        earliest=times(promise.earliest),
        reason=promise.reason,
        sentence=sentence(promise, zone),
        notices=notices(promise, zone, told.until),
        curve=[_date(point, times) for point in promise.curve],
        components=[
            ComponentOrder(
                reservation=part.name if told.reservation else None,
                material=part.material,
                quantity=part.quantity,
                routing=part.routing,
            )
            for part in promise.parts
        ],
        rests_on=[
            BasisModel(kind=b.kind, name=b.name, material=b.material, quantity=b.quantity, at=times(b.at))
            for b in promise.basis
        ],
        as_of=told.as_of,
        plan=told.plan,
        now=times(told.state.now),
        reservation=told.reservation,
        until=times(told.until),
        revision=told.revision,
    )


def reservation_list(snapshot: Snapshot, kept: list[Kept]) -> ReservationList:
    times = Times(snapshot.state.zone)
    return ReservationList(revision=snapshot.revision, reservations=[_reservation(k, times) for k in kept])


def _date(point: PromisedDate, times: Times) -> PromisedDateModel:
    return PromisedDateModel(
        date=times(point.date),
        delivery=times(point.delivery),
        work_begins=times(point.begins),
        newly_late=list(point.newly_late),
        without_material=list(point.left_out),
        orders_later=point.orders_later,
        minutes_later=point.minutes_later,
        minutes_late=point.minutes_late,
    )


def _reservation(kept: Kept, times: Times) -> ReservationModel:
    order, end = kept.order, kept.planned_end
    return ReservationModel(
        reservation=order.name,
        material=order.material,
        quantity=order.quantity,
        due=times(order.due),
        priority=order.priority,
        customer=order.customer,
        until=times(kept.reservation.until),
        part_of=kept.reservation.part_of,
        by=kept.reservation.by,
        reason=kept.reservation.reason,
        planned_end=times(end),
        late_minutes=None if end is None else end - order.due,
    )
