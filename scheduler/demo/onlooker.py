"""What the onlooker of the demo sees: plain lines of what happens, and bars that show how far the shop has come."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.text import Text

from scheduler.commands.console import narrator
from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.plant import PlantState
from scheduler.simulation.shop import Shop

NAMED = 4


class Onlooker:
    """Prints; on a terminal two bars stay below the lines."""

    def __init__(self) -> None:
        self.console: Console = narrator()
        self._bars: Progress | None = None
        self._operations: TaskID | None = None
        self._orders: TaskID | None = None

    def __enter__(self) -> Onlooker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def say(self, words: str, style: str = "") -> None:
        (self._bars.console if self._bars else self.console).print(Text(words, style=style))

    def happens(self, moment: Minute, state: PlantState, words: str, style: str = "") -> None:
        """A line with the plant's clock."""
        self.say(f"{spoken(moment, state.zone)}  {words}", style)

    def show_bars(self, shop: Shop) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[more]}"),
        )
        self._bars = Progress(*columns, console=self.console, disable=not self.console.is_terminal)
        self._operations = self._bars.add_task("operations done", total=1, more="")
        self._orders = self._bars.add_task("orders done    ", total=1, more="")
        self._bars.start()
        self.progress(shop, "", "")

    def progress(self, shop: Shop, clock: str, plan: str) -> None:
        """Move the bars."""
        if self._bars is None or self._operations is None or self._orders is None:
            return
        all_ = len(shop.done) + len(shop.waiting) + sum(job.started is not None for job in shop.jobs.values())
        self._bars.update(self._operations, completed=len(shop.done), total=all_, more=clock)
        self._bars.update(self._orders, completed=len(shop.ended), total=len(shop.orders), more=plan)


def plan_words(plan: dict[str, Any], change: dict[str, Any] | None) -> str:
    """'plan 4, repaired after DMG-01 down: 12 operations moved, 3 of 44 orders late, 31 h x priority (+6)'.

    Not the cost: it holds what the moves of the plan itself cost, so that of two plans is not of one kind.
    """
    kpis = plan["kpis"]
    words = f"plan {plan['id']}, {plan['cause']}: "
    late = f"{kpis['late_orders']} of {kpis['orders']} orders late"
    figures = f"{late}, {kpis['weighted_tardiness'] / 60:,.0f} h x priority"
    if change is None:
        return words + figures
    more = change["deltas"].get("weighted_tardiness", 0.0) / 60
    words += f"{len(change['moved'])} operations moved, {figures} ({more:+,.0f})"
    for name, title in (("newly_late", "newly late"), ("rescued", "on time again")):
        orders = [str(c["order"]) for c in change[name]]
        if orders:
            more = f" and {len(orders) - NAMED} more" if len(orders) > NAMED else ""
            words += f", {title} {', '.join(orders[:NAMED])}{more}"
    return words
