"""What is compiled at installation is all that a repair runs."""

from __future__ import annotations

from scheduler.planning.kernels import earliest, frozen, right_shift, schedule, urgency
from scheduler.solving.warm import warm_kernels


def test_the_kernels_of_a_repair_are_compiled_ahead() -> None:
    warm_kernels()
    for kernel in (
        earliest.earliest_ends,
        frozen.keep_frozen,
        right_shift.right_shift,
        schedule.build,
        urgency.urgency,
    ):
        assert getattr(kernel, "signatures", None), kernel
