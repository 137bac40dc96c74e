"""Whether the plan in force is as good as any that could be found now: `python -m benchmarks.regret [--quick]`.

A plant is on a server's desk in mode auto. Ten things happen to it, one after the other (`benchmarks.ten_events`); each
time the desk is left alone until it has settled. Then the same state is planned anew, with the plan in force, its
weights and its frozen zone: freely, and at the desk's price of moves (`benchmarks.regret_case` has the ratio). The
referee judges all plans. `live` takes the demo out every half minute, and `storm` a plant on which something happens
each second.
Kept is the ratio of planned costs, as anybody can measure it with `rejig plan`; the one of expected costs, which a
desk's searches go by, is told beside it.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from benchmarks import surroundings as beside
from benchmarks.regret_case import Regret, floor_of, regret_of
from benchmarks.regret_desks import DeskHere, DeskServed, InForce
from benchmarks.regret_streams import live, regrets_of, storm
from benchmarks.served import server
from benchmarks.targets import Row
from benchmarks.ten_events import APART, KINDS, happening, work_until
from benchmarks.writing import geometric_mean, markdown, number
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario
from scheduler.ports import PlanRequest

SAMPLES = ("machine-shop", "food-line", "assembly")
FAMILIES, SIZES = ("shop", "gear", "assembly", "food"), (60, 200)
PLANTS = (*SAMPLES, *(f"{family}-{size}" for family in FAMILIES for size in SIZES))
STABILITY = (0.0, 5.0)
QUICK_PLANTS, QUICK_MOVES = ("gear-60", "machine-shop"), 30_000
FRESH = PlanRequest(time_limit_seconds=10.0)
SETTLED, LIVE, STORM = (1.05, 1.02), (1.15, 1.05), (1.25, 1.10)
"""Must and aim of a geometric mean."""
WORST = (1.25, 1.10)

Tell = Callable[[Regret], None]


def plant_of(name: str, seed: int) -> PlantState:
    """'machine-shop' of the samples, or 'gear-60': generated, midway."""
    if name in SAMPLES:
        return read_scenario(beside.CHECKOUT / "scenarios" / name).state
    family, orders = name.rsplit("-", 1)
    return read_scenario(beside.generated_plant(family, int(orders), seed, True)).state


def regrets(
    desk: InForce, plant: str, seed: int, fresh: PlanRequest, kinds: Collection[str], as_desk: bool = False
) -> Iterator[Regret]:
    """Those of the ten events that are of `kinds` and can happen there."""
    floor = floor_of(desk.state()[0])
    for kind in KINDS:
        state, _ = desk.state()
        at = state.now + APART
        events = happening(state, kind, seed, at) if kind in kinds else []
        if not events:
            continue
        desk.happen([*work_until(state, at), *events])
        state, judge = desk.state()
        yield regret_of(state, plant, kind, floor, fresh, judge, as_desk)


def minding_moves(state: PlantState, stability: float) -> PlantState:
    return replace(state, objective=replace(state.objective, stability=stability))


def settled(
    plant: str, seed: int, tell: Tell, kinds: Collection[str] = KINDS, stability: Sequence[float] = STABILITY
) -> list[Regret]:
    """On a server with the policy that a plant has by itself."""
    found: list[Regret] = []
    for weight in stability:
        with tempfile.TemporaryDirectory() as place, server(Path(place) / "data") as (http, _):
            desk = DeskServed(http, minding_moves(plant_of(plant, seed), weight), Path(place))
            found += told(regrets(desk, plant, seed, FRESH, kinds), tell)
    return found


def quick(
    plant: str,
    seed: int,
    moves: int,
    tell: Tell,
    kinds: Collection[str] = KINDS,
    stability: Sequence[float] = STABILITY,
) -> list[Regret]:
    """In one process, searches measured in moves: the same on every computer."""
    found: list[Regret] = []
    fresh = PlanRequest(budget=moves, workers=1, solver="search")
    for weight in stability:
        with tempfile.TemporaryDirectory() as place:
            desk = DeskHere(minding_moves(plant_of(plant, seed), weight), Path(place), moves)
            found += told(regrets(desk, plant, seed, fresh, kinds, as_desk=True), tell)
            desk.close()
    return found


def told(found: Iterator[Regret], tell: Tell) -> Iterator[Regret]:
    for one in found:
        tell(one)
        yield one


def tell_in_passing(one: Regret) -> None:
    wrong = f"  {one.wrong}" if one.wrong else ""
    print(f"{one.plant} {one.stability:g} {one.event}: {one.ratio:.3f}{wrong}", file=sys.stderr, flush=True)


# -- targets ----------------------------------------------------------------------------------------------------------

Said = tuple[list[Row], str, list[str]]
"""Rows of the table of targets, nothing for people, and what the referee has refused."""


def settled_rows(plant: str, is_quick: bool) -> Said:
    """Of one plant: the mean and the worst of its events."""
    found = quick(plant, 1, QUICK_MOVES, tell_in_passing, KINDS[:3]) if is_quick else settled(plant, 1, tell_in_passing)
    return said(f"regret, settled, {plant}", found, SETTLED, worst=True)


def live_rows(is_quick: bool) -> Said:
    saved = live(1, 20, 10) if is_quick else live(1)
    return said("regret, live, the demo", told(regrets_of("demo", saved, fresh_for(is_quick)), tell_in_passing), LIVE)


def storm_rows(is_quick: bool) -> Said:
    saved = storm(1, 10, 5) if is_quick else storm(1)
    return said("regret, in a storm", told(regrets_of("storm", saved, fresh_for(is_quick)), tell_in_passing), STORM)


def fresh_for(is_quick: bool) -> PlanRequest:
    return replace(FRESH, time_limit_seconds=1.0) if is_quick else FRESH


def said(measure: str, of: Iterable[Regret], target: tuple[float, float], worst: bool = False) -> Said:
    found = list(of)
    refused = [f"{r.plant}, {r.event}: {r.wrong}" for r in found if r.wrong]
    if not found:
        return [Row(measure, None, *target, note="nothing could happen")], "", []
    mean, expected = geometric_mean([r.ratio for r in found]), geometric_mean([r.expected_ratio for r in found])
    most = max(found, key=lambda r: r.ratio)
    note = f"{len(found)} plans in force; by expected cost {expected:.3f}"
    rows = [
        Row(measure, mean, *target, digits=3, note=note if worst else f"{note}; worst {most.ratio:.3f}, {most.event}")
    ]
    if worst:
        note = f"{most.event}, stability {most.stability:g}"
        rows.append(Row(f"{measure}: worst", most.ratio, *WORST, digits=3, note=note))
    return rows, "", refused


# -- for people -------------------------------------------------------------------------------------------------------


def table(found: Sequence[Regret]) -> str:
    """A line per event."""
    hows = [f.how for f in found[0].found] if found else []
    headers = ["plant", "stability", "event", "in force", "price", *(f"{h} (moves)" for h in hows), "ratio"]
    headers += ["in force, expected", *(f"{h}, expected" for h in hows), "ratio, expected", "wrong"]
    lines = []
    for r in found:
        by = {f.how: f for f in r.found}
        lines.append(
            [
                r.plant, f"{r.stability:g}", r.event, number(r.planned), number(r.price),
                *(f"{by[h].planned:,.0f} ({by[h].moves})" if h in by else "–" for h in hows), number(r.ratio, 3),
                number(r.expected), *(number(by[h].expected) if h in by else "–" for h in hows),
                number(r.expected_ratio, 3), r.wrong,
            ]
        )  # fmt: skip
    return markdown(headers, lines, words=("event", "wrong"))


def summary(found: Sequence[Regret]) -> str:
    """A line per plant and stability, and one over all: geometric mean and worst."""
    groups: dict[str, list[Regret]] = {}
    for r in found:
        groups.setdefault(f"{r.plant}, stability {r.stability:g}", []).append(r)
    if len(groups) > 1:
        groups["all"] = list(found)
    lines = []
    for name, of in groups.items():
        ratios, expected = [r.ratio for r in of], [r.expected_ratio for r in of]
        cells = [geometric_mean(ratios), max(ratios), geometric_mean(expected), max(expected)]
        lines.append([name, len(of), *(number(x, 3) for x in cells)])
    return markdown(["plant", "events", "mean", "worst", "expected: mean", "worst "], lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.regret", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("settled", "live", "storm"), default="settled")
    parser.add_argument("--quick", action="store_true", help="settled: in one process, searches measured in moves")
    parser.add_argument("--seed", type=int, default=1, help="of the generated plants and of what happens")
    parser.add_argument("--plants", default="", help=f"by commas; of {', '.join(PLANTS)}")
    parser.add_argument("--events", default=",".join(KINDS), help="by commas; half a minute each and stability")
    parser.add_argument("--stability", type=float, nargs="*", default=STABILITY)
    parser.add_argument("--moves", type=int, default=QUICK_MOVES, help="with --quick: that each search tries")
    parser.add_argument("--keep", type=Path, help="live, storm: a folder in which the saved states stay")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    kinds = ask.events.split(",")
    plants = ask.plants.split(",") if ask.plants else list(QUICK_PLANTS if ask.quick else PLANTS)
    for word, known in (*((k, KINDS) for k in kinds), *((p, PLANTS) for p in plants if "-" not in p)):
        if word not in known:
            parser.error(f"no '{word}'; there are {', '.join(known)}")
    found: list[Regret] = []
    if ask.what == "live":
        found += told(regrets_of("demo", live(ask.seed), FRESH, ask.keep), tell_in_passing)
    elif ask.what == "storm":
        found += told(regrets_of("storm", storm(ask.seed), FRESH, ask.keep), tell_in_passing)
    else:
        for plant in plants:
            if ask.quick:
                found += quick(plant, ask.seed, ask.moves, tell_in_passing, kinds, ask.stability)
            else:
                found += settled(plant, ask.seed, tell_in_passing, kinds, ask.stability)
    print(f"{table(found)}\n{summary(found)}")


if __name__ == "__main__":
    main()
