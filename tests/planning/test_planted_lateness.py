"""A hundred small plants, each with one planted cause of lateness: the chain names it, and not what came in time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from scheduler.planning.lists.lateness import Lateness, why_late
from scheduler.solving.planner import RejigPlanner
from tests.planning.planted import KINDS, Planted, decoy_named, planted_plant

PLANTS = 100
LEAST = 95
REPAIR = RejigPlanner().repair


def _late_plants() -> Iterator[tuple[Planted, Lateness]]:
    """One kind after the other, without end; only where T is late."""
    for seed in count():
        for kind in KINDS:
            planted = planted_plant(seed, kind, REPAIR)
            plan = REPAIR(planted.state)
            chain = why_late(planted.state, plan.operations, "T", plan.unplanned)
            if chain.late_minutes is not None and chain.late_minutes > 0:
                yield planted, chain


def test_the_planted_cause_is_in_the_chain() -> None:
    drawn = [pair for pair, _ in zip(_late_plants(), range(PLANTS), strict=False)]
    missed = [planted.kind for planted, chain in drawn if not planted.named(chain)]
    assert len(missed) <= PLANTS - LEAST, missed
    assert {planted.kind for planted, _ in drawn} == KINDS.keys()
    for _, chain in drawn:
        assert chain.delivery is not None
        assert chain.minutes == chain.delivery - chain.since
    assert sum(decoy_named(chain) for _, chain in drawn) <= 1
