"""What a plan costs, and what it costs to leave an order out (contract, plant.toml)."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.orders import Order
from scheduler.domain.plans import Kpis, Objective
from scheduler.domain.plant import PlantState


def with_cost(figures: Kpis, objective: Objective) -> Kpis:
    """The same figures with the cost that they make."""
    cost = (
        objective.tardiness * figures.weighted_tardiness
        + objective.setup * figures.setup_minutes
        + objective.makespan * figures.makespan_minutes
        + objective.flow * figures.flow_minutes
        + objective.stability * figures.moved_operations
    )
    return replace(figures, cost=round(cost, 4))


def left_out_price(state: PlantState, order: Order) -> float:
    """What it costs to leave an order out: as if it were delivered at the horizon's end."""
    return state.objective.tardiness * order.priority * max(0, state.horizon_end() - order.due)
