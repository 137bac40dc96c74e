"""Rule 2: every operation on a machine that can do it."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.plans import Violation
from scheduler.planning.judge.placed import PlacedPlan

RULE = "2 eligible"


def breaches(plan: PlacedPlan) -> Iterator[Violation]:
    for placed in plan.placed.values():
        if placed.row is None:
            able = ", ".join(f"'{row.machine}'" for row in placed.operation.machines) or "none"
            yield Violation(
                RULE,
                f"{placed} stands on '{placed.machine}', which cannot do it; machines that can: {able}",
                placed.order.name,
                placed.operation.number,
            )
