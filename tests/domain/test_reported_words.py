"""What is told to other systems of a report, in one word."""

from __future__ import annotations

import pytest

from scheduler.domain.imports.reported import _what
from scheduler.domain.orders import Progress

RUNS = Progress("A", 10, "running", "saw", quantity_good=50.0)
DONE = Progress("A", 10, "done", "saw", quantity_good=40.0)


@pytest.mark.parametrize(
    ("was", "now", "good", "word"),
    [
        (RUNS, DONE, -10.0, "finished"),  # an end is an end, also with fewer pieces than were reported
        (None, RUNS, 50.0, "started"),
        (RUNS, RUNS, 5.0, "progressed"),
        (RUNS, RUNS, -5.0, "corrected"),
        (DONE, DONE, -5.0, "corrected"),
        (DONE, RUNS, 0.0, "reopened"),
        (DONE, DONE, 0.0, ""),
    ],
)
def test_the_word(was: Progress | None, now: Progress, good: float, word: str) -> None:
    assert _what(was, now, good, 0.0) == word
