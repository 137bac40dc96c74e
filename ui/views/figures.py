"""The key figures of a plan: each with its one definition, and its change against another plan, good or bad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ui import format as say
from ui.answers import Board, Kpis, MachineTimes, Promises
from ui.views.load import bottleneck, loads

Verdict = Literal["better", "worse", "same"]
DEFINITIONS = {
    "On time": "Orders that end by their due date, of all that are planned or finished. Sub-assemblies, for which only "
    "other orders wait, are left out here and in every count of late orders.",
    "Late orders": "Orders that end after their due date, sub-assemblies apart.",
    "Worst": "How long after its due date the latest order ends.",
    "Total late": "Days after the due date, of all late orders together.",
    "Customers hit": "Customers for whom at least one order is late.",
    "Moved operations": "Operations on another machine or with another start than in the plan compared with.",
    "Changeovers": "Time for changeovers on all machines.",
    "Last end in": "From now until the last operation of the plan ends.",
}
"""Each number means the same wherever it stands."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, its change in words (None: nothing to compare with) and how the change is to be read."""

    name: str
    value: str
    change: str | None = None
    verdict: Verdict = "same"
    note: str = ""


def promises(board: Board) -> Promises:
    """What the board shows of late orders and whom they hit, sub-assemblies apart."""
    o, texts = board["orders"], board["texts"]
    found = Promises(
        orders=0, late=0, sub_assemblies_late=0, minutes_late=0, worst_minutes=0, worst_order="", customers=0
    )
    hit = set()
    for i, late in enumerate(o["late_minutes"]):
        if o["due"][i] is None:
            continue
        if o["sub_assembly"][i]:
            found["sub_assemblies_late"] += late > 0
            continue
        found["orders"] += 1
        if late <= 0:
            continue
        found["late"] += 1
        found["minutes_late"] += late
        if customer := texts[o["customer"][i]]:
            hit.add(customer)
        if late > found["worst_minutes"]:
            found["worst_minutes"], found["worst_order"] = late, o["name"][i]
    found["customers"] = len(hit)
    return found


def on_time(kept: Promises) -> float:
    """Share of the orders that end by their due date; 1 where there are none."""
    return 1 - kept["late"] / kept["orders"] if kept["orders"] else 1.0


def key_figures(
    kpis: Kpis,
    before: Kpis | None,
    *,
    moved: int | None = None,
    board: Board | None = None,
    machines: list[MachineTimes] | None = None,
    compared: Board | None = None,
) -> list[Figure]:
    """Late orders, how late and for whom; moved operations; and the bottleneck's load (or the last end).

    before, compared : the plan compared with, None: none.   Without a `board`, how late is not known.
    """
    if board is None:
        found = [_figure("Late orders", kpis["late_orders"], before and before["late_orders"], _count)]
    else:
        found = _kept(promises(board), promises(compared) if compared is not None else None)
    if moved is not None:
        found.append(Figure("Moved operations", f"{moved:,} of {kpis['operations']:,}", note=_note("Moved operations")))
    return [*found, _capacity(kpis, before, board, machines, compared)]


def _kept(now: Promises, was: Promises | None) -> list[Figure]:
    late = _figure("Late orders", now["late"], was and was["late"], _count)
    if apart := now["sub_assemblies_late"]:
        late = Figure(late.name, late.value, late.change, late.verdict, f"{late.note} Of those, {apart} more are late.")
    worst = _figure("Worst", now["worst_minutes"], was and was["worst_minutes"], _worst)
    if now["worst_order"]:
        worst = Figure(
            worst.name, worst.value, worst.change, worst.verdict, f"{worst.note} That is {now['worst_order']}."
        )
    share = on_time(now)
    change, verdict = _change(share, None if was is None else on_time(was), _points, more=True)
    return [
        Figure("On time", say.percent(share), change, verdict, _note("On time")),
        late,
        worst,
        _figure("Total late", now["minutes_late"], was and was["minutes_late"], _days),
        _figure("Customers hit", now["customers"], was and was["customers"], _count),
    ]


def _capacity(
    kpis: Kpis, before: Kpis | None, board: Board | None, machines: list[MachineTimes] | None, compared: Board | None
) -> Figure:
    if board is not None and machines:
        tight = bottleneck(loads(board, machines))
        if tight is not None:
            was = None
            if compared is not None:
                same = [m for m in loads(compared, machines) if m.machine == tight.machine]
                was = same[0].share if same else None
            change, verdict = _change(tight.share, was, _points)
            note = f"The fullest machine: work and changeovers of its open time, next {tight.days} days."
            return Figure(f"Bottleneck {tight.machine}", say.percent(tight.share, 0), change, verdict, note)
    return _figure("Last end in", kpis["makespan_minutes"], before and before["makespan_minutes"], say.duration)


def _figure(name: str, now: float, was: float | None, words: Callable[[float], str]) -> Figure:
    change, verdict = _change(now, was, words)
    return Figure(name, words(now), change, verdict, _note(name))


def _note(name: str) -> str:
    return DEFINITIONS[name]


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _days(minutes: float) -> str:
    return f"{minutes / 1440:,.1f} d"


def _worst(minutes: float) -> str:
    return say.duration(minutes) if minutes else "none"


def _points(delta: float) -> str:
    return f"{100 * delta:.1f} pp"


def _change(
    now: float, was: float | None, words: Callable[[float], str], more: bool = False
) -> tuple[str | None, Verdict]:
    """more: a higher number is better."""
    if was is None:
        return None, "same"
    delta = now - was
    text = words(delta)
    if delta == 0 or text.strip("-+") == words(0).strip("-+"):
        return "±0", "same"
    return say.signed(text, delta), "better" if (delta > 0) == more else "worse"
