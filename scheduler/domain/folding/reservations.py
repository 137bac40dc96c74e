"""promise.reserved, promise.released: a place is kept for an order that has not come yet, and let go of again.

The place is an order of the reservation's name, so every plan keeps it as it keeps any order. An order that names the
reservation takes its place (`order.created`); once now is past its end it goes by itself.
"""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.doubts import Doubt
from scheduler.domain.events import Event
from scheduler.domain.folding.doubting import settled, with_doubt
from scheduler.domain.folding.issues import asking_for_the_rest
from scheduler.domain.folding.leaving import taken_out
from scheduler.domain.folding.lookup import moment_in, refuse, refuse_name
from scheduler.domain.folding.own_routing import shared_name
from scheduler.domain.folding.quantity import with_new_quantity
from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import Reservation
from scheduler.errors import did_you_mean

NO_RESERVATION = "no_reservation"


def promise_reserved(state: PlantState, event: Event) -> PlantState:
    """A place is kept until then, for so many pieces by that date, as if they were ordered."""
    data = event.data
    name, part_of = data["reservation"], data.get("part_of") or ""
    if name in state.orders:
        message = f"'{name}' is the name of an order or a reservation already"
        raise refuse(event, message, "reservation", f"'{name}'", "a name that neither has")
    routing = data.get("routing") or data["material"]
    if routing not in state.routings or not state.routings[routing].operations:
        raise refuse_name(event, "routing", routing, state.routings)
    due, until = moment_in(data, "due", state), moment_in(data, "until", state)
    if due is None or until is None:
        raise refuse(event, "due and until are moments", "due" if due is None else "until", "nothing", "a moment")
    if until <= state.now:
        found, expected = spoken(until, state.zone), f"a moment after the plant's now, {spoken(state.now, state.zone)}"
        raise refuse(event, f"found {found}, expected {expected}", "until", found, expected)
    if part_of and part_of not in state.reservations:
        message = f"no reservation '{part_of}' in the plant; {did_you_mean(part_of, state.reservations)}"
        raise refuse(event, message, "part_of", f"'{part_of}'", "a reservation of the plant")
    priority = data.get("priority")
    order = Order(
        name=name,
        material=data["material"],
        quantity=float(data["quantity"]),
        due=due,
        routing=routing,
        release=moment_in(data, "release", state),
        priority=1.0 if priority is None else float(priority),
        status="planned",
        customer=data.get("customer") or "",
    )
    kept = Reservation(name, until, part_of, data.get("by") or "", data.get("reason") or "")
    return replace(state, orders={**state.orders, name: order}, reservations={**state.reservations, name: kept})


def promise_released(state: PlantState, event: Event) -> PlantState:
    """The place is free, and those of its parts; work of it that runs finishes."""
    name = event.data["reservation"]
    if name not in state.reservations:
        raise refuse_name(event, "reservation", name, state.reservations)
    return taken_out(state, state.orders[name])


def without_lapsed(state: PlantState) -> PlantState:
    """Without the reservations whose end now is past: the order has not come. One whose work has begun stays."""
    over = {r.order: r.until for r in state.reservations.values() if r.until is not None and r.until < state.now}
    if not over:
        return state
    begun = {order for order, _ in state.progress}
    for name, until in sorted(over.items(), key=lambda found: found[1]):
        if name in state.reservations and name not in begun:
            state = taken_out(state, state.orders[name], until + 1)  # whenever it was that time went on
    return state


def in_its_place(state: PlantState, event: Event, order: Order) -> PlantState:
    """The state with the new order in the place of the reservation that it names; where that is not kept any more, the
    order comes in like any other, and that is a doubt.

    Raises InvalidEvent where the place was kept for another material.
    """
    kept = state.reservations.get(order.reservation)
    if kept is None:
        words = (
            f"order '{order.name}' names reservation '{order.reservation}', which is not kept (any more): "
            "the order was put in without it, so its date may not be the one promised"
        )
        doubt = Doubt("", NO_RESERVATION, words, max(event.time, 0), order.name, None, "", event.id, event.source)
        alone = replace(order, reservation="")
        return with_doubt(replace(state, orders={**state.orders, order.name: alone}), doubt)
    held = state.orders[kept.order]
    if held.material != order.material:
        message = f"reservation '{held.name}' is kept for '{held.material}', not for '{order.material}'"
        raise refuse(event, message, "material", f"'{order.material}'", f"'{held.material}'")
    routing = held.routing if shared_name(state, held.routing) == order.routing else order.routing
    came = replace(order, routing=routing)
    state = settled(state, held.name, event.time, f"order '{order.name}' has come in its place")
    after = _renamed(state, held, replace(came, quantity=held.quantity))
    if came.quantity == held.quantity:
        return after
    larger = replace(after, orders={**after.orders, came.name: came})
    return asking_for_the_rest(with_new_quantity(after, larger, came.name, event.time), came.name)


def _renamed(state: PlantState, held: Order, order: Order) -> PlantState:
    """All that was said of the reservation holds for the order; parts that were kept for it stay with it."""
    old, new = held.name, order.name
    reservations = {
        name: replace(r, until=None, part_of=new) if r.part_of == old else r
        for name, r in state.reservations.items()
        if name != old
    }
    return replace(
        state,
        orders={(new if name == old else name): (order if name == old else o) for name, o in state.orders.items()},
        reservations=reservations,
        progress={
            ((new, key[1]) if key[0] == old else key): (replace(p, order=new) if key[0] == old else p)
            for key, p in state.progress.items()
        },
        issued=tuple(replace(i, order=new) if i.order == old else i for i in state.issued),
        pins={
            ((new, key[1]) if key[0] == old else key): (replace(p, order=new) if key[0] == old else p)
            for key, p in state.pins.items()
        },
        plan=tuple(replace(row, order=new) if row.order == old else row for row in state.plan),
    )


def with_new_end(state: PlantState, event: Event, order: Order) -> PlantState:
    """order.changed with `until`: the place is kept longer, or less long. Raises InvalidEvent where none is."""
    until: Minute | None = moment_in(event.data, "until", state)
    if until is None:
        return state
    kept = state.reservations.get(order.name)
    if kept is None or kept.until is None:
        message = f"'{order.name}' is an order and no reservation, so nothing of it ends"
        raise refuse(event, message, "until", spoken(until, state.zone), "nothing; leave it out")
    return without_lapsed(replace(state, reservations={**state.reservations, order.name: replace(kept, until=until)}))
