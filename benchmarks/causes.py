"""Whether a late order's chain names the true cause: `python -m benchmarks.causes [--quick]`.

Small plants, each with one planted cause for which the order T is late (`planted.py`), ten of each cause. They are
planned by the repair and by the search, each plan's chain is asked for, and the planted cause is looked for in it. A
delivery that T takes too, but which came in time, must not be blamed.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.desk import measure
from benchmarks.planted import KINDS, Planner, adds_up, decoy_named, late_plants
from benchmarks.targets import Row
from benchmarks.writing import markdown, number
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner

OF_EACH = 10
BUDGET = 500
"""Evaluations of each search, so that it repeats exactly."""
LEAST = 95


@dataclass(frozen=True, slots=True)
class Found:
    """Of a planning and a kind of cause: the plants, and in how many of them what was wanted is so."""

    by: str
    kind: str
    plants: int
    named: int
    adding_up: int
    decoys: int


def searched(state: PlantState) -> Plan:
    return RejigPlanner().plan(state, PlanRequest(budget=BUDGET, workers=1, solver="search"))


PLANNINGS: dict[str, Planner] = {"repair": RejigPlanner().repair, "search": searched}


def found_by(by: str, per_kind: int, seed: int) -> list[Found]:
    drawn = list(late_plants(seed, per_kind, PLANNINGS[by]))
    of = {kind: [x for x in drawn if x[0].kind == kind] for kind in KINDS}
    return [
        Found(
            by,
            kind,
            len(here),
            sum(planted.named(chain) for planted, _, chain in here),
            sum(adds_up(chain, made) for _, made, chain in here),
            sum(decoy_named(chain) for _, _, chain in here),
        )
        for kind, here in of.items()
    ]


def rows_of(by: str, found: Sequence[Found]) -> list[Row]:
    plants = sum(x.plants for x in found)
    least = LEAST * plants / 100
    named, adding = sum(x.named for x in found), sum(x.adding_up for x in found)
    note = f"{plants} plants, {sum(x.decoys for x in found)} with a delivery blamed that came in time"
    return [
        Row(f"planted cause in the chain, {by}", named, least, plants, "", 0, more_is_better=True, note=note),
        Row(f"chains whose minutes add up, {by}", adding, plants, plants, "", 0, more_is_better=True),
    ]


def work(per_kind: int, seed: int) -> tuple[list[Row], str]:
    found = {by: found_by(by, per_kind, seed) for by in PLANNINGS}
    rows = [row for by, of in found.items() for row in rows_of(by, of)]
    cells = [
        [x.by, x.kind, number(x.plants), number(x.named), number(x.adding_up), number(x.decoys)]
        for of in found.values()
        for x in of
    ]
    return rows, markdown(
        ["planned by", "cause", "plants", "named", "add up", "wrong delivery blamed"], cells, ["cause"]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.causes", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one plant of each cause; keeps nothing")
    parser.add_argument("--seed", type=int, default=1)
    ask = parser.parse_args(arguments)
    per_kind = 1 if ask.quick else OF_EACH
    settings = {"of each cause": per_kind, "seed": ask.seed, "budget": BUDGET}
    measure("causes", settings, lambda: work(per_kind, ask.seed), keeping=not ask.quick)


if __name__ == "__main__":
    main()
