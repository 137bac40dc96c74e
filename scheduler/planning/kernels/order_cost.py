"""What an order costs by its end."""

from __future__ import annotations

from scheduler.planning.kernels.arrays import Costs
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.layout import DUE, FLOW_FROM, PER_FLOW, PER_TARDINESS, RISK0, RISK1, RISK_STEP
from scheduler.planning.problem import Floats, Ints


@inlined
def tardiness_of(o: int, end: int, orders: Ints, rates: Floats) -> float:
    """Priority times its minutes late, or what is expected of them where the problem has tables of that."""
    first, behind = orders[o, RISK0], orders[o, RISK1]
    if first == behind:
        return float(rates[o] * max(0, end - orders[o, DUE]))
    row = min(max(0, end) // RISK_STEP, behind - first - 2)
    before, after = rates[first + row], rates[first + row + 1]
    return float(before + (after - before) * (max(0, end) - row * RISK_STEP) / RISK_STEP)


@kernel
def cost_of_order(o: int, end: int, orders: Ints, costs: Costs) -> float:
    """What an order costs when it ends at `end`: tardiness and flow."""
    objective = costs.objective
    flow = max(0, end - orders[o, FLOW_FROM])
    return float(objective[PER_TARDINESS] * tardiness_of(o, end, orders, costs.rates) + objective[PER_FLOW] * flow)
