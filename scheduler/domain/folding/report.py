"""A report from the floor about one operation, read: what it speaks of, and what was known of that before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scheduler.domain.doubts import Doubt
from scheduler.domain.events import Event
from scheduler.domain.folding.doubting import ENDS, has_doubt, with_doubt
from scheduler.domain.folding.lookup import find_machine, find_operation
from scheduler.domain.material_flow import good_pieces
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order, Progress
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation


@dataclass(frozen=True, slots=True)
class Report:
    """key : order and operation.   machine : the one it names; "" for none.   before : what was known of the operation.

    inferred : whether its end was inferred and not reported.   good_before : pieces of the order good until now.
    """

    event: Event
    key: OperationKey
    machine: str
    before: Progress | None
    inferred: bool = False
    good_before: float = 0.0

    @property
    def time(self) -> Minute:
        return self.event.time

    @property
    def data(self) -> Mapping[str, Any]:
        return self.event.data

    def order(self, state: PlantState) -> Order:
        return state.orders[self.key[0]]

    def operation(self, state: PlantState) -> Operation:
        operation = state.operation(*self.key)
        assert operation is not None
        return operation

    def work(self, state: PlantState) -> Progress | None:
        return state.progress.get(self.key)

    def doubts(self, state: PlantState, rule: str, words: str, work: Progress | None = None) -> PlantState:
        """The state with a doubt inferred from this report; `work`: of other work than the report's own."""
        of, on = (work.order, work.operation) if work else self.key, work.machine if work else self.machine
        doubt = Doubt("", rule, words, self.time, *of, on or "", self.event.id, self.event.source)
        return with_doubt(state, doubt)


def read_report(state: PlantState, event: Event) -> Report:
    """Raises InvalidEvent for an order, operation or machine that the plant does not have."""
    order, operation = find_operation(state, event)
    machine = find_machine(state, event).name if event.data.get("machine") else ""
    key = order.name, operation.number
    return Report(event, key, machine, state.progress.get(key), has_doubt(state, *key, ENDS), good_pieces(state, order))


def with_work(state: PlantState, work: Progress) -> PlantState:
    return replace(state, progress={**state.progress, (work.order, work.operation): work})


def work_words(work: Progress) -> str:
    return f"operation {work.operation} of order '{work.order}'"
