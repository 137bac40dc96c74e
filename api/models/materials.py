"""Materials: what comes, and the stock that is left of it."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, about
from api.models.plants import LATER


class ReceiptLine(Answer):
    """An expected delivery."""

    receipt: Annotated[str, about("Delivery", "PO-77/1")]
    material: Annotated[str, about("What comes", "bar-40")]
    quantity: Annotated[float, about("How much; 0: it will not come", 500.0, "the material's unit")]
    expected: Annotated[str, about("When", LATER, "ISO 8601 with offset")]


class StockPoint(Answer):
    """Stock after a change."""

    at: Annotated[str, about("When", LATER, "ISO 8601 with offset")]
    stock: Annotated[float, about("What is there from then on", 120.0, "the material's unit")]
    cause: Annotated[str, about("Receipt, or order and operation", "SO-1042/10")]


class MaterialLine(Answer):
    """A material, what comes, and where the plan in force would run short of it."""

    material: Annotated[str, about("Material", "bar-40")]
    description: Annotated[str, about("In words", "Round bar 40 mm")]
    unit: Annotated[str, about("Its unit", "kg")]
    on_hand: Annotated[float, about("Stock now", 240.0, "the material's unit")]
    receipts: Annotated[list[ReceiptLine], about("Deliveries expected, in order of time", [])]
    projection: Annotated[list[StockPoint], about("Stock over time under the plan in force", [])]
    lowest: Annotated[float, about("Lowest projected stock; negative: a shortage", -20.0, "the material's unit")]
    short_from: Annotated[str | None, about("First moment of a shortage; null: never", LATER, "ISO 8601 with offset")]
    orders_hit: Annotated[list[str], about("Orders that would start without it, or wait unplanned for it", ["SO-7"])]


class MaterialList(Answer):
    """Materials with receipts and projected stock."""

    revision: Annotated[int, about("Revision of the log that this is true for", 42, "1")]
    plan: Annotated[int | None, about("The plan that takes and makes material; null: none", 7, "1")]
    materials: Annotated[list[MaterialLine], about("By name", [])]
