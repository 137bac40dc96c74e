"""Disturbances of a simulated shop: failures, deliveries and new orders, as the drawn future has them."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.minutes import Minute
from scheduler.simulation.future import Arrival, Outage
from scheduler.simulation.shop import Shop
from scheduler.simulation.work import Wait

MORE_MINUTES = 30
"""A repair that is not done when it was to be takes so much longer, as far as anybody knows."""


def let_happen(shop: Shop) -> None:
    """From now on, whatever the shop's future holds."""
    env, future = shop.env, shop.future
    for machine in sorted(shop.works):
        env.process(_failures(shop, machine, future.outages(machine, shop.works[machine])))
    slips = future.slips()
    for name in sorted(shop.receipts):
        env.process(_delivery(shop, name))
        if name in slips:
            env.process(_slip(shop, name, slips[name].told, slips[name].expected))
    for arrival in future.rush_orders():
        shop.to_come += 1
        env.process(_arrival(shop, arrival))


def _failures(shop: Shop, machine: str, outages: Iterator[Outage]) -> Wait:
    for outage in outages:
        if outage.start > shop.now:
            yield shop.env.timeout(outage.start - shop.now)
        expected = outage.expected
        shop.goes_down(machine, expected, outage.reason, known=outage.start < shop.state.now)
        while shop.now < outage.end:
            until = outage.end if expected is None else min(outage.end, expected)
            yield shop.env.timeout(until - shop.now)
            if shop.now < outage.end:
                expected = shop.now + MORE_MINUTES
                shop.goes_down(machine, expected, outage.reason)
        shop.comes_back(machine)


def _slip(shop: Shop, name: str, told: Minute, expected: Minute) -> Wait:
    yield shop.env.timeout(max(0, told - shop.now))
    shop.delivery_slips(name, expected)


def _delivery(shop: Shop, name: str) -> Wait:
    yield shop.env.timeout(0)
    while (expected := shop.receipts[name].expected) > shop.now:
        yield shop.env.timeout(expected - shop.now)
    shop.delivery_comes(name)


def _arrival(shop: Shop, arrival: Arrival) -> Wait:
    yield shop.env.timeout(arrival.at - shop.now)
    shop.to_come -= 1
    shop.order_comes(arrival)
