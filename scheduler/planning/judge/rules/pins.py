"""Rule 9: an operation stands where a person has pinned it, unless the plan names the pin as broken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from scheduler.domain.minutes import spoken
from scheduler.domain.pins import lost_pins
from scheduler.domain.plans import BrokenPin, PlannedOperation, Violation
from scheduler.domain.plant import PlantState

RULE = "9 pin"


def breaches(
    state: PlantState, operations: Sequence[PlannedOperation], named: Collection[BrokenPin]
) -> Iterator[Violation]:
    """Running and done work is exempt; so are the pins that the plan has `named`."""
    excused = {broken.key for broken in named}
    for pin, planned in lost_pins(state, operations):
        if pin.key in excused:
            continue
        at = spoken(planned.start, state.zone)
        yield Violation(
            RULE,
            f"operation {pin.operation} of order '{pin.order}' is pinned {pin.said(state.zone)} and stands on "
            f"'{planned.machine}' at {at}; the plan does not name the pin as broken",
            pin.order,
            pin.operation,
        )
