"""Orders on whose data planning itself stops: found by halving, and set aside so that the others are planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from scheduler.domain.plans import GIVEN_UP, Unplanned
from scheduler.domain.plant import PlantState

T = TypeVar("T")


def given_up(order: str, fault: Exception) -> Unplanned:
    return Unplanned(order, None, f"{GIVEN_UP}: {type(fault).__name__}: {fault}")


def without_given_up(state: PlantState, unplanned: Iterable[Unplanned]) -> PlantState:
    """With those orders on hold that planning gave up: no table of the search or of the check reads a row of them.

    The same object where there is none.
    """
    names = {u.order for u in unplanned if u.reason.startswith(GIVEN_UP)}
    held = {n: replace(state.orders[n], status="hold") for n in names if n in state.orders}
    return replace(state, orders={**state.orders, **held}) if held else state


def with_or_without(state: PlantState, unplanned: Iterable[Unplanned], seen: Callable[[PlantState], T]) -> T:
    """`seen(state)`; where that raises for orders that were given up, `seen` with these on hold."""
    try:
        return seen(state)
    except Exception:
        others = without_given_up(state, unplanned)
        if others is state:
            raise
    return seen(others)


def order_that_stops(state: PlantState, planned: Callable[[PlantState], object]) -> str | None:
    """The first order with which `planned` raises, all behind it on hold.

    Found by halving. None: it raises without any order, so the fault is the plant's, or not with all of them.
    """
    names = [name for name, order in state.orders.items() if order.status != "hold"]

    def stops(count: int) -> bool:
        behind = {name: replace(state.orders[name], status="hold") for name in names[count:]}
        try:
            planned(replace(state, orders={**state.orders, **behind}))
        except Exception:
            return True
        return False

    if not names or stops(0) or not stops(len(names)):
        return None
    works, fails = 0, len(names)
    while fails - works > 1:
        middle = (works + fails) // 2
        works, fails = (works, middle) if stops(middle) else (middle, fails)
    return names[fails - 1]
