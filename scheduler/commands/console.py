"""What a command says: data as JSON on stdout, words on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scheduler.domain.plans import BrokenPin, EngineFailure, Kpis, Plan, Unplanned, Violation
from scheduler.errors import InvalidScenario, faults

FAULTS_SHOWN = 200
NAMED = 12


def narrator() -> Console:
    """The console on stderr as it is now (tests put another in its place)."""
    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def say(words: str, style: str = "") -> None:
    """A line of narration. Never reads markup out of the words: names may hold brackets."""
    narrator().print(Text(words, style=style))


def print_json(data: Mapping[str, Any]) -> None:
    """The data of the command, the only thing that it writes to stdout."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def say_error(error: Exception | str) -> None:
    """What is wrong with the input; of a scenario, every fault in one table."""
    if not isinstance(error, InvalidScenario):
        say(str(error), "red")
        return
    if not narrator().is_terminal:
        # A pipe has no width to wrap to: one line per fault, which a script can read.
        for issue in error.issues[:FAULTS_SHOWN]:
            say(str(issue))
    else:
        table = Table("file", "row", "column", "found", "expected", "remedy", title="What is wrong with the scenario")
        for i in error.issues[:FAULTS_SHOWN]:
            table.add_row(*(Text(x) for x in (i.file, str(i.row or ""), i.column or "", i.found, i.expected, i.remedy)))
        narrator().print(table)
    more = error.count - min(len(error.issues), FAULTS_SHOWN)
    if more > 0:
        say(f"and {more:,} more")
    say(f"{faults(error.count)} in the scenario; nothing was written.", "red")


def say_notices(notices: Iterable[object]) -> None:
    for notice in notices:
        say(f"note: {notice}", "dim")


def say_unplanned(unplanned: Sequence[Unplanned]) -> None:
    """Orders that cannot be planned, each with its reason."""
    if not unplanned:
        return
    say(f"{len(unplanned)} order(s) cannot be planned:", "yellow")
    for item in unplanned:
        where = item.order if item.operation is None else f"{item.order}/{item.operation}"
        say(f"  {where}: {item.reason}")


def say_broken_pins(broken: Sequence[BrokenPin]) -> None:
    """Pins that cannot be kept, each with its reason."""
    if not broken:
        return
    say(f"{len(broken)} pin(s) cannot be kept:", "yellow")
    for item in broken:
        say(f"  {item.order}/{item.operation}: {item.reason}")


def say_failures(failures: Iterable[EngineFailure]) -> None:
    """Engines that failed: the plan was made without their share. A fault of Rejig's."""
    for failure in failures:
        often = "" if failure.times == 1 else f", {failure.times} times"
        say(f"The {failure.engine} failed after {failure.seconds:g} s{often}: {failure.reason}", "yellow")
        say("  The plan was made without its share. This is a fault of Rejig's.", "yellow")


def say_violations(violations: Sequence[Violation]) -> None:
    """The first breaches of each rule."""
    shown: dict[str, int] = {}
    for violation in violations:
        shown[violation.rule] = shown.get(violation.rule, 0) + 1
        if shown[violation.rule] <= NAMED:
            say(f"  {violation.rule}: {violation.message}")
    for rule, count in shown.items():
        if count > NAMED:
            say(f"  {rule}: and {count - NAMED} more")


def kpis_json(kpis: Kpis) -> dict[str, Any]:
    """The figures by the contract's names."""
    return asdict(kpis)


def say_kpis(kpis: Kpis) -> None:
    """The figures in one line."""
    bound = "" if kpis.lower_bound is None else f" (no plan costs less than {kpis.lower_bound:,.0f})"
    say(
        f"cost {kpis.cost:,.1f}{bound}; {kpis.late_orders} of {kpis.orders} orders late; "
        f"{kpis.setup_minutes:,} min of changeover; {kpis.operations:,} operations"
    )


def say_search(plan: Plan) -> None:
    """In one line how good the plan was when, and who found the last one."""
    if not plan.history:
        return
    last = plan.history[-1]
    words = [f"{m.cost:,.1f} after {m.seconds:g} s" for m in plan.cost_at if m.cost != last.cost]
    words.append(f"{last.cost:,.1f} after {last.seconds:,.2f} s by {last.engine}")
    say("search: " + ", ".join(words))
