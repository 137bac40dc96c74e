"""What the plan in force has promised for the next minutes."""

from __future__ import annotations

from scheduler.domain.plant import PlantState


def frozen_orders(state: PlantState) -> set[str]:
    """Orders of which the plan in force starts an operation inside the frozen zone, or on a frozen machine."""
    until = state.now + state.frozen_minutes
    soon = state.frozen_minutes > 0
    return {
        o.order
        for o in state.plan
        if ((soon and o.start < until) or o.machine in state.frozen_machines)
        and state.status_of(o.order, o.operation) == "waiting"
    }
