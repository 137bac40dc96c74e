"""A machine at work: changeover, run, breakdown and the end of the shift."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import simpy

from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plans import OperationKey

if TYPE_CHECKING:
    from scheduler.simulation.shop import Shop

Wait = Generator[simpy.Event, Any, None]

TELL_MINUTES = 5
"""A running operation is reported halfway where it will end so much earlier or later than planned."""


@dataclass(slots=True)
class Job:
    """Work on a machine, or the changeover to it. expected : its end, as planned run time says."""

    key: OperationKey
    machine: str
    process: simpy.Process | None = None
    started: Minute | None = None
    expected: Minute = 0
    interruptible: bool = False


def change_over(shop: Shop, job: Job, minutes: int) -> Wait:
    yield from _busy(shop, job, minutes, pausable=True)
    shop.setup_minutes[job.machine] += minutes
    shop.family[job.machine] = shop.step(job.key).setup_family or shop.family[job.machine]
    shop.prepared[job.machine] = job.key
    if shop.can_start(job.key, job.machine):
        shop.start(job)
    else:
        del shop.jobs[job.machine]
        shop.stir()


def work(shop: Shop, job: Job, minutes: int, planned: int) -> Wait:
    """Work it off. Halfway the operator sees how long the rest will take."""
    pausable, half = shop.step(job.key).pausable, minutes // 2
    if half and abs(minutes - planned) >= TELL_MINUTES:
        yield from _busy(shop, job, half, pausable)
        job.expected = shop.works[job.machine].after(shop.now, minutes - half) or shop.now + minutes - half
        shop.report("operation.progressed", order=job.key[0], operation=job.key[1], remaining_minutes=minutes - half)
        yield from _busy(shop, job, minutes - half, pausable, starts_again_at=minutes)
    else:
        yield from _busy(shop, job, minutes, pausable)
    shop.run_minutes[job.machine] += minutes
    shop.finish(job)


def _busy(shop: Shop, job: Job, minutes: int, pausable: bool, starts_again_at: int | None = None) -> Wait:
    """So many working minutes of the machine pass; while it is down, none do.

    Work that cannot pause is carried to its end even where the shift is over by then, and starts again after a
    breakdown, once it fits; starts_again_at : the minutes that it then takes, None: these.
    """
    left, works = minutes, shop.works[job.machine]
    while left > 0:
        while job.machine in shop.down:
            yield shop.repaired[job.machine]
        began = shop.now
        end = works.after(began, left) if pausable else began + left
        job.interruptible = True
        try:
            yield shop.env.timeout((end if end is not None else shop.last + DAY) - began)
            left = 0
        except simpy.Interrupt:
            left = max(1, left - works.between(began, shop.now)) if pausable else starts_again_at or minutes
        finally:
            job.interruptible = False
        if left and not pausable:
            yield shop.repaired[job.machine]
            yield from _until_it_fits(shop, job, left)


def _until_it_fits(shop: Shop, job: Job, minutes: int) -> Wait:
    works = shop.works[job.machine]
    if not works.in_one_stretch(shop.now, shop.now + minutes):
        starts = (max(a, shop.now) for a, b in works.stretches if b > shop.now and b - max(a, shop.now) >= minutes)
        yield shop.env.timeout(next(starts, shop.now) - shop.now)
