"""A promise as a planner says it, with what it stands on and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute, spoken, spoken_duration
from scheduler.replanning.promise import Promise, PromisedDate
from scheduler.replanning.promise_basis import Basis


def sentence(promise: Promise, zone: ZoneInfo) -> str:
    """'10 x shaft by Tue 3 Mar 14:00; 2 orders newly late, others 5 h later together.'"""
    wish, point = promise.wish, promise.chosen
    what = f"{wish.quantity:g} x {wish.material}"
    if point is None:
        return f"{what}: no date can be promised: {promise.reason}."
    return f"{what} by {spoken(point.date, zone)}; {cost_words(point)}."


def cost_words(point: PromisedDate) -> str:
    """What a date costs the others: '2 orders newly late, others 5 h later together', or 'no other order is later'."""
    said = [f"{_orders(len(point.newly_late))} newly late"] if point.newly_late else []
    if point.left_out:
        said.append(f"{_orders(len(point.left_out))} without material")
    if point.minutes_later:
        said.append(f"{_orders(point.orders_later)} {spoken_duration(point.minutes_later)} later together")
    return ", ".join(said) or "no other order is later"


def notices(promise: Promise, zone: ZoneInfo, reserved_until: Minute | None = None) -> list[str]:
    """What who promises must know, a sentence each.   reserved_until : None: nothing is reserved."""
    point = promise.chosen
    if point is None:
        return []
    wished = promise.wish.wished
    said = []
    if wished is not None and wished < point.date:
        said.append(f"The wished date, {spoken(wished, zone)}, cannot be kept.")
    if reserved_until is None:
        said.append(
            "Nothing is reserved: the date is good as the plant stands now, and the next order or report may take the "
            "place."
        )
    else:
        said.append(
            f"Reserved until {spoken(reserved_until, zone)}: every plan keeps it as an order due then with priority "
            f"{promise.wish.priority:g}, and gives way only to what weighs more or has become impossible."
        )
    if reserved_until is None or reserved_until > point.begins:
        said.append(f"Its work begins {spoken(point.begins, zone)}: the order must have come by then.")
    if promise.parts:
        parts = ", ".join(f"{part.quantity:g} x {part.material}" for part in promise.parts)
        said.append(f"Components must be ordered with it: {parts}.")
    said += [f"It waits for {words}." for words in _coming(promise, zone)]
    return said


def _coming(promise: Promise, zone: ZoneInfo) -> Iterator[str]:
    """What is not there yet of what its components come from."""
    for basis in promise.basis:
        if basis.kind != "stock":
            yield basis_words(basis, zone)


def basis_words(basis: Basis, zone: ZoneInfo) -> str:
    """'20 x bar of PO-7, Tue 3 Mar 08:00'."""
    what = f"{basis.quantity:g} x {basis.material}"
    if basis.kind == "stock":
        return f"{what} in stock"
    return f"{what} of {'order ' if basis.kind == 'order' else ''}{basis.name}, {spoken(basis.at, zone)}"


def _orders(number: int) -> str:
    return f"{number} order" + ("" if number == 1 else "s")
