"""Two plans, side by side."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, about
from api.models.plans import KpisModel
from api.models.plants import LATER, NOW


class MovedModel(Answer):
    """An operation that two plans place differently."""

    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    machine_before: Annotated[str, about("Where in plan A", "DMG-01")]
    machine_after: Annotated[str, about("Where in plan B", "DMG-02")]
    start_before: Annotated[str, about("Start in plan A", NOW, "ISO 8601 with offset")]
    start_after: Annotated[str, about("Start in plan B", LATER, "ISO 8601 with offset")]
    shift_minutes: Annotated[int, about("Start in B less start in A", 210, "minutes")]


class OrderChangeModel(Answer):
    """An order whose end differs between two plans."""

    order: Annotated[str, about("Order", "SO-1042")]
    end_before: Annotated[str | None, about("End in plan A; null: not in it", NOW, "ISO 8601 with offset")]
    end_after: Annotated[str | None, about("End in plan B; null: not in it", LATER, "ISO 8601 with offset")]
    lateness_before: Annotated[int | None, about("End in A less due; negative: early", -35, "minutes")]
    lateness_after: Annotated[int | None, about("End in B less due; negative: early", 175, "minutes")]


class ComparisonModel(Answer):
    """Plan B (after) against plan A (before)."""

    plan_before: Annotated[int | None, about("Plan A; null: none was in force", 7, "1")]
    plan_after: Annotated[int, about("Plan B", 8, "1")]
    before: Annotated[KpisModel, about("Figures of A", {"cost": 1234.5})]
    after: Annotated[KpisModel, about("Figures of B", {"cost": 1300.0})]
    deltas: Annotated[dict[str, float], about("B less A, figure by figure", {"late_orders": 1.0}, "as the figure")]
    moved: Annotated[list[MovedModel], about("Operations placed differently", [])]
    newly_late: Annotated[list[OrderChangeModel], about("On time in A, late in B", [])]
    rescued: Annotated[list[OrderChangeModel], about("Late in A, on time in B", [])]
    changed: Annotated[list[OrderChangeModel], about("Every order with another end", [])]
