"""A hundred small plants, each with one planted cause of lateness: the chain names it, and not what came in time."""

from __future__ import annotations

from benchmarks.planted import KINDS, adds_up, decoy_named, late_plants
from scheduler.solving.planner import RejigPlanner

OF_EACH = 10
LEAST = 95


def test_the_planted_cause_is_in_the_chain() -> None:
    drawn = list(late_plants(0, OF_EACH, RejigPlanner().repair))
    assert {planted.kind for planted, _, _ in drawn} == KINDS.keys()
    assert len(drawn) == OF_EACH * len(KINDS) == 100
    missed = [planted.kind for planted, _, chain in drawn if not planted.named(chain)]
    assert len(missed) <= len(drawn) - LEAST, missed
    assert all(adds_up(chain, made) for _, made, chain in drawn)
    assert sum(decoy_named(chain) for _, _, chain in drawn) <= 1
