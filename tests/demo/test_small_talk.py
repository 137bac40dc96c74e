"""Which plans the demo tells of."""

from __future__ import annotations

import pytest

from scheduler.demo.show import _is_small_talk


@pytest.mark.parametrize(
    ("cause", "small"),
    [
        ("repaired after the end of MO-260530/40: what follows waits", True),
        ("improved after drift, progress of MO-260500/10: it is 1.0% better", True),
        ("repaired after time passing: what should have begun waits", True),
        ("repaired after MAZAK-QTN-200 down: its work is delayed or moved", False),
        ("improved after new order RUSH-1: it is 3.0% better, the end of MO-1/10 moves", False),
        ("planned: first plan", False),
    ],
)
def test_plans_that_only_follow_work_are_not_told(cause: str, small: bool) -> None:
    assert _is_small_talk({"cause": cause}) is small
