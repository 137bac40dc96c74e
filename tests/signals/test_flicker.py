"""A small floor for a day: all true breakdowns become events, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.flicker import ROLLS_AT, Floor
from benchmarks.flicker_run import drawn, run
from scheduler.signals.rules import NO_RULES


@pytest.mark.parametrize("seed", [7, 8])
def test_a_flickering_floor_tells_its_breakdowns_and_nothing_else(seed: int) -> None:
    floor = Floor(machines=40, hours=24.0, breakdowns=8, seed=seed)
    signals = drawn(floor)
    ruled = run(floor, signals)
    assert (ruled.found, ruled.false, ruled.of_losses) == (8, 0, 0)
    assert 6 <= ruled.ups <= 8  # some last until the end
    told, made = ruled.pieces
    assert told == pytest.approx(made, rel=0.01)
    assert ruled.tally.signals.total() == ruled.signals == len(signals)
    heard = ruled.tally
    assert all(heard.signals[name] for name in ("repeat", "late", "bounce", "roll_over", "link_lost"))
    assert all(heard.verdicts[name] for name in ("micro_stop", "calendar", "wrong_clock", "burst"))
    bare = run(floor, signals, replace(NO_RULES, rolls_at=ROLLS_AT))
    assert bare.false > 1000
