"""Clocks for searches under test: they move with what is done, not with how busy the machine is."""

from __future__ import annotations

from scheduler.solving.deadline import Deadline


class StandingClock:
    """It stands until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class CountingClock(StandingClock):
    """Each look at it comes `step` seconds after the last: a time limit is then a number of looks.

    step : longer than a round of a search is meant to last (0.08 s), so that rounds stay small.
    """

    def __init__(self, step: float = 0.1) -> None:
        super().__init__()
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def standing(seconds: float) -> Deadline:
    """A deadline that never comes by itself."""
    return Deadline(seconds, clock=StandingClock())
