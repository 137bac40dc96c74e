"""Deliveries and releases that come sooner, and pools that have more."""

from __future__ import annotations

from scheduler.domain.minutes import DAY, Minute, iso, spoken, spoken_duration
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import PoolStretch
from scheduler.replanning.fixes.change import Assumed, Change, Ladder, Steps, events_of


def earlier_delivery(state: PlantState, receipt: str, steps: Steps, blame: int) -> Ladder | None:
    """The delivery some steps sooner, at most now."""
    known = state.receipts.get(receipt)
    if known is None or known.expected <= state.now:
        return None
    most = min(-(-(known.expected - state.now) // steps.delivery), max(1, steps.deliveries * DAY // steps.delivery))

    def change(step: int) -> Change:
        when = max(state.now, known.expected - step * steps.delivery)
        earlier = known.expected - when
        words = f"{receipt} ({known.material}) {spoken_duration(earlier)} earlier, {spoken(when, state.zone)}"
        data = {"receipt": receipt, "expected": iso(when, state.zone)}
        return Change(
            "delivery", receipt, words, events_of(state, [("receipt.changed", data)]), float(earlier), "minutes"
        )

    return Ladder("delivery", receipt, most, change, blame)


def earlier_release(state: PlantState, order: str, steps: Steps, blame: int) -> Ladder | None:
    """The order may begin some steps of a delivery sooner, at most now."""
    release = state.orders[order].release
    if release is None or release <= state.now:
        return None
    most = min(-(-(release - state.now) // steps.delivery), max(1, steps.deliveries * DAY // steps.delivery))

    def change(step: int) -> Change:
        when = max(state.now, release - step * steps.delivery)
        words = f"{order} released {spoken_duration(release - when)} earlier, {spoken(when, state.zone)}"
        data = {"order": order, "release": iso(when, state.zone)}
        return Change(
            "release", order, words, events_of(state, [("order.changed", data)]), float(release - when), "minutes"
        )

    return Ladder("release", order, most, change, blame)


def more_of_pool(state: PlantState, pool: str, until: Minute, steps: Steps, blame: int) -> Ladder | None:
    """One more of the pool from now until then, two more, ...; None where there is no time for it."""
    known = state.pools[pool]
    if until <= state.now:
        return None
    short = [s for s in known.stretches if s.end > state.now and s.start < until]

    def change(step: int) -> Change:
        # Where stretches overlap the smallest counts, so those that are known grow too.
        own = PoolStretch(state.now, until, known.capacity + step, "more")
        grown = [own, *(PoolStretch(s.start, s.end, s.capacity + step, s.reason) for s in short)]
        assumed: list[Assumed] = [
            (
                "pool.changed",
                {
                    "pool": pool,
                    "capacity": s.capacity,
                    "start": iso(s.start, state.zone),
                    "end": iso(s.end, state.zone),
                    "reason": s.reason,
                },
            )
            for s in grown
        ]
        words = f"{pool}: {step} more than usual until {spoken(until, state.zone)}"
        return Change("capacity", pool, words, events_of(state, assumed), float(step), "1")

    return Ladder("capacity", pool, steps.capacity, change, blame)
