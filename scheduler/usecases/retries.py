"""When a message that failed is tried again: the same for webhooks and for other systems."""

from __future__ import annotations

import random

FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 6 * 3600.0
GROWTH = 4.0


def retry_after(attempts: int, chance: random.Random) -> float:
    """Seconds from the failure of so many attempts to the next: min(5 x 4^(n-1), 6 h), a fifth more or less."""
    seconds = min(FIRST_RETRY_SECONDS * GROWTH ** (attempts - 1), LONGEST_RETRY_SECONDS)
    return seconds * chance.uniform(0.8, 1.2)
