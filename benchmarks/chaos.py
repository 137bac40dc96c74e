"""A floor as irregular as a real shop's log, against its targets: `python -m benchmarks.chaos [--quick]`.

It works, and tells of it late, twice, not at all, in another order and with a wrong clock. The truth is compared with
what the product takes it for, and the product's plan is judged in the true state beside one made from the truth.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import surroundings as beside
from benchmarks.chaos_floor import live
from benchmarks.chaos_life import ALL, Life, Shares, alone
from benchmarks.chaos_told import INCREMENTS, Post, told
from benchmarks.kept import keep, when_and_where
from benchmarks.targets import Row, table
from benchmarks.writing import markdown, number
from scheduler.commands.replay_loop import left_of
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.folding.doubting import open_doubts
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plans import OperationKey, Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent
from scheduler.ingest import read_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.replanning.assumed import Assumed, as_assumed
from scheduler.replanning.reactions import reaction_to
from scheduler.replanning.worth import SOON, costs_beside, moved_soon, price_of_a_move, starts_soon, worth_its_moves
from scheduler.solving.planner import RejigPlanner

FAMILY, ORDERS, SEEDS, DAYS = "shop", 200, 12, 4
QUICK_ORDERS, QUICK_SEEDS, QUICK_DAYS, ALONE_SEEDS = 30, 1, 3, 1
FIRST_MOVES, MOVES = 20_000, 2_000
SAMPLE = 60
"""Minutes between two looks; one in `JUDGED` is also priced."""
JUDGED = 6

ABOUT = """The floor works by a first plan as shops do (it helps out elsewhere, run times vary) and tells of it; every
report is folded, the plan checked and repaired where it holds no longer, and searched four times a day. `none` is the
same floor without irregularities. The truth is kept by the floor and not by the fold. The plan from the truth starts
from the cheaper of its own and the product's, timed anew in the true state, and is searched as long as that one."""


@dataclass(slots=True)
class Measured:
    """What one life showed. differing : share of the machines that run something else than is thought, per look.

    unknowable : of it, where the last that happened on the machine had not come in yet, or was never told.
    costs : (the product's plan, the plan from the truth), both timed anew in the true state, per look that is priced.
    moves : operations moved by each event that changes nothing: ticks, reports told again, and held leaps.
    wrong : operations in another state at the end, all reports in.   aside : share of the operations put aside.
    """

    seed: int
    reports: int = 0
    refused: list[str] = field(default_factory=list)
    differing: list[float] = field(default_factory=list)
    unknowable: list[float] = field(default_factory=list)
    costs: list[tuple[float, float]] = field(default_factory=list)
    moves: list[int] = field(default_factory=list)
    operations: int = 0
    wrong: list[str] = field(default_factory=list)
    aside: float = 0.0
    doubts: int = 0
    infeasible: int = 0
    seconds: float = 0.0

    @property
    def cost_ratio(self) -> float | None:
        mine, best = sum(c for c, _ in self.costs), sum(c for _, c in self.costs)
        return mine / best if best else None


class Desk:
    """Holds a plant and its plan as the product does, in one process: kept while it holds, else repaired."""

    def __init__(self, state: PlantState) -> None:
        self.state = state
        self.infeasible = 0
        self._planner = RejigPlanner()

    def take(self, event: Event) -> int:
        """Operations that it moves. Raises InvalidEvent."""
        return self.react([event], fold_event(self.state, event))

    def react(self, events: Sequence[Event], state: PlantState) -> int:
        reaction = reaction_to(events, state.plan, self.state.receipts, state)
        state = self.state = replace(state, plan=left_of(state, state.plan))
        assumed = as_assumed(events, state, state.plan)
        if assumed is not None and self._holds(assumed):
            return 0
        if not reaction.searches and check_plan(state, state.plan).feasible:
            return 0
        return self._repair(state)

    def _holds(self, assumed: Assumed) -> bool:
        found = check_plan(assumed.state, left_of(assumed.state, assumed.state.plan))
        return all(map(assumed.excuses, found.violations))

    def _repair(self, state: PlantState) -> int:
        plan = self._planner.repair(state)
        self.infeasible += not check_plan(state, plan.operations, plan.unplanned).feasible
        self.state = replace(state, plan=plan.operations)
        return moved(state.plan, plan.operations)

    def search(self) -> None:
        """A better plan where it is worth its moves."""
        state = self.state
        now = self._planner.repair(state)
        soon = starts_soon(state.plan, state.now)
        price = price_of_a_move(now.kpis.cost, soon)
        request = PlanRequest(
            budget=MOVES, workers=1, solver="search", move_price=price, move_price_within_minutes=SOON, seed=1
        )
        found = self._planner.plan(state, request)
        near = moved_soon(state.plan, found.operations, state.now)
        kpis = found.kpis
        if worth_its_moves(*costs_beside(now.kpis, kpis), kpis.moved_operations, moved=near, soon=soon):
            self.state = replace(state, plan=found.operations)

    def judged_in(self, truth: PlantState) -> float:
        """What its plan costs in that state: its sequences, timed anew."""
        return self._retimed(truth, self.state.plan).kpis.whole_cost

    def begin_from(self, truth: PlantState, other: Sequence[PlannedOperation]) -> None:
        """The cheaper there of its own plan and another one, timed anew."""
        plans = [self._retimed(truth, plan) for plan in (self.state.plan, other)]
        self.state = replace(truth, plan=min(plans, key=lambda plan: plan.kpis.whole_cost).operations)

    def _retimed(self, truth: PlantState, plan: Sequence[PlannedOperation]) -> Plan:
        return self._planner.repair(replace(truth, plan=left_of(truth, plan)))


def moved(before: Sequence[PlannedOperation], after: Sequence[PlannedOperation]) -> int:
    """Operations of both plans on another machine or at another start."""
    old = {p.key: p for p in before}
    return sum(p.key in old and (p.machine, p.start) != (old[p.key].machine, old[p.key].start) for p in after)


def first_state(folder: Path, moves: int) -> PlantState:
    """The plant with a first plan in force, and with its source of increments known."""
    state = replace(read_scenario(folder).state, increment_sources=(INCREMENTS,))
    plan = RejigPlanner().plan(state, PlanRequest(budget=moves, workers=1, solver="search"))
    return replace(state, plan=plan.operations)


def follow(state: PlantState, seed: int, shares: Shares, days: int) -> Measured:
    """A life, told and followed."""
    began = time.perf_counter()
    life = live(state, state.plan, seed, shares, state.now + days * DAY)
    posts = told(life, seed, shares)
    found = Measured(seed, aside=life.aside_share)
    desk, twin = Desk(state), Desk(state)
    waiting = list(reversed(posts))
    for look, moment in enumerate(range(state.now + SAMPLE, life.until + 1, SAMPLE)):
        while waiting and waiting[-1].at <= moment:
            _post(desk, waiting.pop(), found)
        tick = Event(f"t{moment}", "/clock", "clock.ticked", moment)
        found.moves.append(desk.take(tick))
        _compare(desk.state, life, moment, waiting, found)
        if look % JUDGED == 0:
            truth = life.at(moment)
            desk.search()
            cost = desk.judged_in(truth)
            twin.begin_from(truth, desk.state.plan)
            twin.search()
            found.costs.append((cost, twin.judged_in(truth)))
    _compare_at_the_end(desk.state, life, found)
    found.infeasible, found.doubts = desk.infeasible + twin.infeasible, len(list(open_doubts(desk.state)))
    found.seconds = time.perf_counter() - began
    return found


def _post(desk: Desk, post: Post, found: Measured) -> None:
    found.reports += 1
    try:
        count = desk.take(post.event)
    except InvalidEvent as fault:
        found.refused.append(str(fault))
        return
    if post.known:
        found.moves.append(count)


def _compare(state: PlantState, life: Life, moment: Minute, waiting: Sequence[Post], found: Measured) -> None:
    """What runs where."""
    thought = {p.machine: key for key, p in state.progress.items() if p.status == "running"}
    true = {s.machine: s.key for s in life.stays if s.start <= moment < s.end}
    differ = [m for m in life.state.machines if thought.get(m) != true.get(m)]
    found.differing.append(len(differ) / len(life.state.machines))
    changed: dict[str, Minute] = {}
    for stay in life.stays:
        latest = stay.end if stay.end <= moment else stay.start
        if latest <= moment:
            changed[stay.machine] = max(latest, changed.get(stay.machine, latest))
    unheard = {p.machine for p in waiting if p.true <= moment and p.true >= changed.get(p.machine, moment + 1)}
    found.unknowable.append(sum(m in unheard for m in differ) / len(life.state.machines))


def _compare_at_the_end(state: PlantState, life: Life, found: Measured) -> None:
    truth = life.at(life.until)
    for order in truth.orders.values():
        for step in truth.routings[order.routing].operations:
            key: OperationKey = (order.name, step.number)
            found.operations += 1
            thought, true = state.status_of(*key), truth.status_of(*key)
            if thought != true:
                found.wrong.append(f"{order.name}/{step.number}: {thought}, truly {true}")


def measure(ask: argparse.Namespace, kinds: Mapping[str, tuple[Shares, int]]) -> dict[str, list[Measured]]:
    """Every kind with its number of seeds; plants are shared, so that a first plan is made once a seed."""
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(ask.at_once, mp_context=spawn) as pool:
        seeds = range(1, max(n for _, n in kinds.values()) + 1)
        going = [
            pool.submit(
                of_seed, ask.orders, seed, ask.days, {k: shares for k, (shares, n) in kinds.items() if seed <= n}
            )
            for seed in seeds
        ]
        found: dict[str, list[Measured]] = {kind: [] for kind in kinds}
        for one in going:
            for kind, measured in one.result().items():
                found[kind].append(measured)
    return found


def of_seed(orders: int, seed: int, days: int, kinds: Mapping[str, Shares]) -> dict[str, Measured]:
    """Every kind of life of one plant."""
    state = first_state(beside.generated_plant(FAMILY, orders, seed, False), FIRST_MOVES)
    found = {}
    for kind, shares in kinds.items():
        found[kind] = follow(state, seed, shares, days)
        Console(stderr=True).print(f"seed {seed}, {kind}: {found[kind].seconds:.0f} s", highlight=False)
    return found


def p90(values: Sequence[int]) -> float:
    return statistics.quantiles(values, n=10)[-1] if len(values) > 1 else float(sum(values))


def rows_of(found: Sequence[Measured], name: str) -> list[Row]:
    """The table of targets of one kind."""
    reports = sum(m.reports for m in found)
    differing = 100 * statistics.fmean(x for m in found for x in m.differing)
    unknowable = 100 * statistics.fmean(x for m in found for x in m.unknowable)
    wrong, operations = sum(len(m.wrong) for m in found), sum(m.operations for m in found)
    ratios = [r for m in found if (r := m.cost_ratio) is not None]
    moves = [x for m in found for x in m.moves]
    seeds = f"{len(found)} seeds"
    return [
        Row(f"true reports refused, {name}", sum(len(m.refused) for m in found), 0, 0, digits=0,
            note=f"of {number(reports)}, {seeds}"),
        Row(f"machines that run something else, mean over time, {name}", differing, 3.0, 1.0, "%",
            note=f"{unknowable:.2f} % where the last report was still to come"),
        Row(f"operations in another state at the end, {name}", 100 * wrong / operations, 1.0, 0.0, "%",
            note=f"{wrong} of {number(operations)}"),
        Row(f"cost in the true state over a plan from the truth, {name}", statistics.fmean(ratios) if ratios else None,
            1.25, 1.10, note=f"worst seed {max(ratios, default=0.0):.2f}"),
        Row(f"operations moved by an event that changes nothing, p90, {name}", p90(moves), 5, 0, digits=0,
            note=f"of {number(len(moves))} events, most {max(moves, default=0)}"),
    ]  # fmt: skip


def lines_of(found: Mapping[str, Sequence[Measured]]) -> str:
    """For people: a line per kind."""
    lines = []
    for kind, of in found.items():
        refused, differing, wrong, cost, moves = (r.measured for r in rows_of(of, kind))
        lines.append(
            [
                kind, len(of), number(statistics.fmean(m.reports for m in of)), number(refused), number(differing, 2),
                number(100 * statistics.fmean(x for m in of for x in m.unknowable), 2), number(wrong, 2),
                number(cost, 3), number(moves), number(100 * statistics.fmean(m.aside for m in of)),
                number(statistics.fmean(m.doubts for m in of)), sum(m.infeasible for m in of),
                number(statistics.fmean(m.seconds for m in of)),
            ]
        )  # fmt: skip
    headers = [
        "irregular", "seeds", "reports", "refused", "machines differing %", "of it unheard yet %", "states wrong %",
        "cost / truth", "moves p90", "put aside %", "open doubts", "plans refused", "s a seed",
    ]  # fmt: skip
    return markdown(headers, lines, words=["irregular"])


def page(kept: Mapping[str, Any]) -> str:
    text = f"# Chaos floor\n\n{ABOUT}\n\n{table([Row(**row) for said in kept.values() for row in said['rows']])}"
    text += "".join(f"\n## {name.capitalize()}\n\n{said['text']}" for name, said in kept.items() if said["text"])
    return text + when_and_where(kept)


PARTS = ("together", "alone")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small plant, three days; keeps nothing")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, by commas; of {', '.join(PARTS)}")
    parser.add_argument("--kinds", default="", help="of those alone, by commas; keeps nothing")
    parser.add_argument("--seeds", type=int, default=0, help=f"default {SEEDS} together, {ALONE_SEEDS} alone")
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=1, help="processes that share the seeds")
    parser.add_argument("--out", type=Path, help="where results go; default benchmarks/results, with --quick nowhere")
    parser.add_argument("--tell", action="store_true", help="each refused report and each operation in another state")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    ask.orders = ask.orders or (QUICK_ORDERS if ask.quick else ORDERS)
    ask.days = ask.days or (QUICK_DAYS if ask.quick else DAYS)
    wanted = ask.only.split(",")
    if unknown := [part for part in wanted if part not in PARTS]:
        parser.error(f"no part '{unknown[0]}'; there are {', '.join(PARTS)}")
    out = ask.out or (None if ask.quick or ask.kinds else beside.RESULTS)
    for part in wanted:
        began = time.perf_counter()
        usual = QUICK_SEEDS if ask.quick else SEEDS if part == "together" else ALONE_SEEDS
        seeds = ask.seeds or usual
        kinds = {"together": ALL} if part == "together" else dict(alone())
        if ask.kinds and part == "alone":
            kinds = {name: kinds[name] for name in ask.kinds.split(",")}
        found = measure(ask, {name: (shares, seeds) for name, shares in kinds.items()})
        rows = rows_of(found["together"], "all together") if part == "together" else []
        text = lines_of(found)
        print(f"{table(rows) if rows else ''}\n{text}", flush=True)
        if ask.tell:
            for kind, of in found.items():
                for one in of:
                    print(*(f"{kind}, seed {one.seed}: {said}" for said in one.refused + one.wrong), sep="\n")
        if out is not None:
            settings = {
                "plant": f"{FAMILY} of {ask.orders} orders", "seeds": seeds, "days": ask.days,
                "first moves": FIRST_MOVES, "moves of each search": MOVES,
            }  # fmt: skip
            took = round(time.perf_counter() - began)
            content = {"took": took, "settings": settings, "rows": [asdict(r) for r in rows], "text": text}
            keep(out, "chaos", PARTS, part, content, page)


if __name__ == "__main__":
    main()
