"""The six key figures of a plan, each with its change against another plan and whether that is good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui import format as say
from ui.answers import Board, Kpis, MachineTimes
from ui.views.load import bottleneck, loads


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, its change in words (None: nothing to compare with) and how the change is to be read."""

    name: str
    value: str
    change: str | None = None
    verdict: Literal["better", "worse", "same"] = "same"
    note: str = ""


def on_time(kpis: Kpis) -> float:
    """Share of the orders in the plan that end by their due date; 1 where there are none."""
    return 1 - kpis["late_orders"] / kpis["orders"] if kpis["orders"] else 1.0


def key_figures(
    kpis: Kpis,
    before: Kpis | None,
    *,
    moved: int | None = None,
    board: Board | None = None,
    machines: list[MachineTimes] | None = None,
    compared: Board | None = None,
) -> list[Figure]:
    """On time, late, tardiness, changeovers, moved operations, and the bottleneck's load (or the makespan)."""
    share = on_time(kpis)
    found = [
        Figure("On-time orders", say.percent(share), *_change(share, before and on_time(before), _points, more=True)),
        Figure("Late orders", f"{kpis['late_orders']:,}", *_of("late_orders", kpis, before, lambda d: f"{d:,.0f}")),
        Figure(
            "Weighted tardiness",
            say.hours(kpis["weighted_tardiness"]),
            *_of("weighted_tardiness", kpis, before, say.hours),
            note="hours late x priority, summed over orders",
        ),
        Figure("Changeovers", say.hours(kpis["setup_minutes"]), *_of("setup_minutes", kpis, before, say.hours)),
    ]
    if moved is not None:
        found.append(
            Figure("Moved operations", f"{moved:,} of {kpis['operations']:,}", note="other machine or start than there")
        )
    return [*found, _capacity(kpis, before, board, machines, compared)]


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
            change = _change(tight.share, was, _points)
            note = f"busy and changeover minutes of its open minutes, next {tight.days} days"
            return Figure(f"Bottleneck {tight.machine}", say.percent(tight.share, 0), *change, note=note)
    change = _of("makespan_minutes", kpis, before, say.duration)
    return Figure("Last end in", say.duration(kpis["makespan_minutes"]), *change)


def _points(delta: float) -> str:
    return f"{100 * delta:.1f} pp"


def _of(
    name: str, kpis: Kpis, before: Kpis | None, words: object
) -> tuple[str | None, Literal["better", "worse", "same"]]:
    now = float(kpis[name])  # type: ignore[literal-required]
    was = float(before[name]) if before else None  # type: ignore[literal-required]
    return _change(now, was, words)


def _change(
    now: float, was: float | None, words: object, more: bool = False
) -> tuple[str | None, Literal["better", "worse", "same"]]:
    """more: a higher number is better."""
    assert callable(words)
    if was is None:
        return None, "same"
    delta = now - was
    text = str(words(delta))
    if delta == 0 or text.strip("-+") == str(words(0)).strip("-+"):
        return "±0", "same"
    return say.signed(text, delta), "better" if (delta > 0) == more else "worse"
