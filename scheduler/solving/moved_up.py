"""The queue moves up: whatever can start sooner on its machine, in its sequence and at no cost, does."""

from __future__ import annotations

from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing

SLACK = 1e-9


def moved_up(builder: Builder, timing: Timing) -> Timing:
    """The same machines and sequences with nothing later and nothing dearer; the plan itself where that is none.

    Frozen work keeps its place, as the builder holds it. Where the plant prices moves, they are part of the cost.
    """
    if not timing.held_back:
        return timing  # it was built so
    again = builder.build(builder.order_of(timing), timing.choice)
    if (
        again.status != OK
        or again.cost > timing.cost + SLACK
        or (again.times[:, c.PLACED_START] > timing.times[:, c.PLACED_START]).any()
    ):
        return timing
    return again
