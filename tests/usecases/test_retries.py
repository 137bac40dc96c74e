"""How long another system may be away before a message to it is a dead letter."""

from __future__ import annotations

import random

from scheduler.usecases.connections import MOST_ATTEMPTS
from scheduler.usecases.retries import retry_after

WEEKEND = 62
"""Hours from Friday 17:00 to Monday 07:00."""


def test_a_message_outlives_a_weekend_however_the_pauses_fall() -> None:
    def hours(chance: random.Random) -> float:
        return sum(retry_after(n, chance) for n in range(1, MOST_ATTEMPTS)) / 3600

    assert min(hours(random.Random(seed)) for seed in range(200)) > WEEKEND
    assert 72 < sum(hours(random.Random(seed)) for seed in range(200)) / 200 < 84
