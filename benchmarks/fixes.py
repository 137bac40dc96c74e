"""Whether what is said to help does, and no less would do: `python -m benchmarks.fixes [--quick]`.

Small plants with one planted cause of lateness each (`planted.py`), and generated plants in the middle of their work in
which an order is wanted sooner than it comes. Each change that is offered is made, the plant written out and planned
again: the order must be in time by that plan, and the referee (`../shared`) must have no fault to find with it. On the
small plants every smaller amount of the same kind is tried as well: none may do.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks import surroundings as beside
from benchmarks.causes import searched
from benchmarks.desk import measure
from benchmarks.planted import late_plants
from benchmarks.targets import Row
from benchmarks.writing import markdown, number
from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import DAY
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.ingest import plan_csv, read_scenario, write_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.kpis import order_ends
from scheduler.planning.lists.lateness import why_late
from scheduler.replanning.fixes.candidates import ladders
from scheduler.replanning.fixes.change import Change, Ladder, Steps
from scheduler.replanning.fixes.find import Fix, find_fixes

OF_EACH, SMALL_SEED, NEARLY = 3, 2, 60
"""Small plants of each cause, the seed they are drawn by, and minutes that T is late in the milder form of each."""
GENERATED = (("shop", 1), ("shop", 2), ("shop", 3), ("gear", 1), ("gear", 2), ("gear", 3), ("food", 1), ("assembly", 2))
ORDERS, HURRIED, SOONER = 20, 2, 90
"""Of a generated plant: its orders, how many of them are wanted sooner, and how many minutes."""


@dataclass
class Found:
    """What came of a kind of plants. bad : what does not hold, in words."""

    name: str
    orders: int = 0
    offered: Counter[str] = field(default_factory=Counter)
    in_time: int = 0
    feasible: int = 0
    helpless: list[str] = field(default_factory=list)
    smaller_tried: int = 0
    smaller_work: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return sum(self.offered.values())


def small_plants(per_kind: int) -> Iterator[tuple[str, PlantState, str]]:
    """Each as it was planted, mostly a day late, and with T due so that it is an hour late, for which more helps."""
    for at, (planted, made, chain) in enumerate(late_plants(SMALL_SEED, per_kind, searched)):
        assert chain.delivery is not None
        state = replace(planted.state, plan=made.operations)
        yield f"{planted.kind} {at}", state, "T"
        nearly = replace(state.orders["T"], due=chain.delivery - NEARLY)
        yield f"{planted.kind} {at}, an hour late", replace(state, orders={**state.orders, "T": nearly}), "T"


def generated_plants(names: Sequence[tuple[str, int]]) -> Iterator[tuple[str, PlantState, str]]:
    """With the orders that wait longest wanted an hour and a half before they come."""
    for family, seed in names:
        state = read_scenario(beside.generated_plant(family, ORDERS, seed, True)).state
        state = replace(state, plan=searched(state).operations)
        ends = {name: end for name, end in order_ends(state, state.plan).items() if end > state.now + DAY}
        chains = {name: why_late(state, state.plan, name) for name in ends}
        waits = {
            name: sum(w.minutes for w in chain.waits if w.cause != "processing" and not w.regular)
            for name, chain in chains.items()
        }
        for name in sorted(ends, key=lambda name: (-waits[name], name))[:HURRIED]:
            wanted = replace(state.orders[name], due=ends[name] - SOONER)
            yield f"{family} {seed} {name}", replace(state, orders={**state.orders, name: wanted}), name


def tried(state: PlantState, order: str, change: Change) -> tuple[PlantState, Plan, bool]:
    """The plant with the change, its plan, and whether that keeps every rule and brings the order in time."""
    changed = fold_events(state, change.events)
    made = searched(changed)
    passes = check_plan(changed, made.operations, made.unplanned, broken_pins=made.broken_pins).feasible
    ends = order_ends(changed, made.operations)
    wanted = change.lots if order in change.lots else (order,)
    return changed, made, passes and all(name in ends and ends[name] <= state.orders[order].due for name in wanted)


def prove(name: str, state: PlantState, order: str, fix: Fix, found: Found) -> None:
    """Make the change, and let the referee judge the plan of it."""
    changed, made, in_time = tried(state, order, fix.change)
    with tempfile.TemporaryDirectory() as out:
        write_scenario(changed, Path(out))
        plan = Path(out) / "judged.csv"
        plan.write_text(plan_csv(made.operations, changed))
        verdict = beside.judged(Path(out), plan)
    found.offered[fix.change.kind] += 1
    found.in_time += in_time
    found.feasible += verdict.feasible
    if not in_time:
        found.bad.append(f"{name}: {fix.change.words}: not in time")
    if not verdict.feasible:
        found.bad.append(f"{name}: {fix.change.words}: {verdict.violations}")


def every_ladder(state: PlantState, order: str) -> dict[tuple[str, str], Ladder]:
    nothing = searched(state)
    chains = [
        why_late(state, state.plan, order),
        why_late(state, nothing.operations, order, nothing.unplanned),
    ]
    return {(ladder.kind, ladder.about): ladder for ladder in ladders(state, order, chains, Steps())}


def try_smaller(name: str, state: PlantState, order: str, fixes: Sequence[Fix], found: Found) -> None:
    known = every_ladder(state, order)
    for fix in fixes:
        for step in range(1, fix.step):
            change = known[fix.change.kind, fix.change.about].change(step)
            found.smaller_tried += 1
            if tried(state, order, change)[2]:
                found.smaller_work.append(f"{name}: {change.words}, and {fix.change.words} was offered")


def measured(name: str, plants: Iterator[tuple[str, PlantState, str]], exhaustive: bool) -> Found:
    found = Found(name)
    for plant, state, order in plants:
        fixes = find_fixes(state, order, searched)
        helping = [fix for fix in fixes.fixes if fix.change.kind != "nothing"]
        found.orders += 1
        if not any(fix.trial.on_time for fix in fixes.fixes):
            left = [x.late_minutes for x in fixes.no_help if x.late_minutes is not None]
            best = f"at best {number(min(left))} min late" if left else "nothing could be tried"
            late = fixes.chain.late_minutes
            found.helpless.append(f"{plant} ({number(late)} min late): {len(fixes.no_help)} changes tried, {best}")
        for fix in helping:
            prove(plant, state, order, fix, found)
        if exhaustive:
            try_smaller(plant, state, order, helping, found)
    return found


def rows_of(found: Sequence[Found]) -> list[Row]:
    changes, orders = sum(x.changes for x in found), sum(x.orders for x in found)
    note = f"{orders} late orders; {sum(len(x.helpless) for x in found)} that no single change helps"
    small = found[0]
    return [
        Row(
            "changes offered that bring the order in time", sum(x.in_time for x in found), changes, changes, "", 0,
            more_is_better=True, note=note,
        ),
        Row(
            "their plans that the referee accepts", sum(x.feasible for x in found), changes, changes, "", 0,
            more_is_better=True,
        ),
        Row(
            f"smaller amounts that would do, {small.orders // 2} small plants", len(small.smaller_work), 0, 0, "", 0,
            note=f"{small.smaller_tried} tried, all there are",
        ),
    ]  # fmt: skip


def work(quick: bool) -> tuple[list[Row], str]:
    found = [
        measured("small", small_plants(1 if quick else OF_EACH), exhaustive=True),
        measured("generated", generated_plants(GENERATED[:1] if quick else GENERATED), exhaustive=False),
    ]
    cells = [[x.name, kind, number(count)] for x in found for kind, count in sorted(x.offered.items())]
    text = markdown(["plants", "change", "offered"], cells, ["change"])
    helpless = [line for x in found for line in x.helpless]
    if helpless:
        text += "\nWhere no single change helps, the most of each kind is told, and how late it leaves the order:\n\n"
        text += "".join(f"* {line}\n" for line in helpless)
    wrong = [line for x in found for line in (*x.bad, *x.smaller_work)]
    if wrong:
        text += "\nWhat does not hold:\n\n" + "".join(f"* {line}\n" for line in wrong)
    return rows_of(found), text


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fixes", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few plants; keeps nothing")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    settings = {"small plants of each cause": OF_EACH, "generated": [f"{f} {s}" for f, s in GENERATED]}
    measure("fixes", settings, lambda: work(ask.quick), keeping=not ask.quick)


if __name__ == "__main__":
    main()
