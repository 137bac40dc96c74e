"""Whether the plan in force is as good as any that could be found now: `python -m benchmarks.regret [--quick]`.

A plant is on a desk in mode auto. Ten things happen to it, one after the other (`benchmarks.ten_events`); each time the
desk is left alone until it has settled. Then the same state is planned anew, with the plan in force, its weights and
its frozen zone: freely, at the desk's price of moves, and at that price by the expected cost that the desk goes by. The
ratio is

    (cost of the plan in force + floor) / (the least of theirs + floor)

where a cost counts everything that the desk pays for: the plant's own weights, `stability` among them, for moves
against the plan in force; and the desk's price for each operation that is moved inside 24 hours. The plan in force has
moved nothing. `floor` keeps plans that cost next to nothing comparable: 1 % of what plain ATC costs at the beginning,
and never less than an order of mean priority an hour late. Kept is the ratio of planned costs; the one of
expected costs, which a desk's searches go by, is told beside it.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import structlog

from benchmarks import surroundings as beside
from benchmarks.ten_events import APART, KINDS, happening, work_until
from benchmarks.writing import geometric_mean, markdown, number
from scheduler.domain.events import Event
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.ingest import ContractFiles, read_scenario
from scheduler.planning.check import check_plan
from scheduler.ports import OnProgress, PlanRequest, Policy
from scheduler.replanning.expected import expected_cost
from scheduler.replanning.worth import EXPECTED_DELAY, SOON, moved_soon, price_of_a_move, starts_soon
from scheduler.solving.planner import RejigPlanner, first_plan
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.desk import Desk
from scheduler.usecases.load_plant import load_state
from scheduler.usecases.post_events import post_events
from scheduler.usecases.tools import Tools

SAMPLES = ("machine-shop", "food-line", "assembly")
FAMILIES, SIZES = ("shop", "gear", "assembly", "food"), (60, 200)
PLANTS = (*SAMPLES, *(f"{family}-{size}" for family in FAMILIES for size in SIZES))
STABILITY = (0.0, 5.0)
QUICK_PLANTS, QUICK_MOVES = ("gear-60", "machine-shop"), 30_000
FRESH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """A plan made anew. planned, expected : its costs with all prices.   moves : inside 24 hours."""

    how: str
    planned: float
    expected: float
    moves: int


@dataclass(frozen=True, slots=True)
class Regret:
    """One event on one plant. planned, expected : of the plan in force.   price : of a move inside 24 hours."""

    plant: str
    stability: float
    event: str
    planned: float
    expected: float
    floor: float
    price: float
    found: tuple[Found, ...]
    wrong: str = ""

    @property
    def ratio(self) -> float:
        return (self.planned + self.floor) / (min(self.planned, *(f.planned for f in self.found)) + self.floor)

    @property
    def expected_ratio(self) -> float:
        return (self.expected + self.floor) / (min(self.expected, *(f.expected for f in self.found)) + self.floor)


class InForce(Protocol):
    """A desk with one plant on it."""

    def happen(self, events: Sequence[Event]) -> None:
        """Post them together, and wait until the desk has settled."""
        ...

    def state(self) -> PlantState:
        """The plant as it is planned, the plan in force in it."""
        ...


def plant_of(name: str, seed: int) -> PlantState:
    """'machine-shop' of the samples, or 'gear-60': generated, midway."""
    if name in SAMPLES:
        return read_scenario(beside.CHECKOUT / "scenarios" / name).state
    family, orders = name.rsplit("-", 1)
    return read_scenario(beside.generated_plant(family, int(orders), seed, True)).state


def floor_of(state: PlantState) -> float:
    """What is added to both costs; see the module."""
    plain = first_plan(replace(state, plan=())).first.cost
    hour = 60.0 * state.objective.tardiness * statistics.fmean(o.priority for o in state.orders.values())
    return max(0.01 * plain, hour)


def price_in(state: PlantState, cost: float) -> float:
    """What the desk asks of a search for a move inside 24 hours, beside the plant's own weight."""
    expected = expected_cost(state, state.plan, cost, EXPECTED_DELAY)
    return price_of_a_move(expected, starts_soon(state.plan, state.now))


def regret_of(state: PlantState, plant: str, event: str, floor: float, fresh: PlanRequest) -> Regret:
    """The plan in force (in `state`) beside plans made anew within `fresh`."""
    in_force = check_plan(state, state.plan)
    cost = in_force.kpis.cost
    price = price_in(state, cost)
    priced = replace(fresh, calm_price=price, calm_minutes=SOON)
    asked = {"free": fresh, "priced": priced, "as desk": replace(priced, expected_delay_minutes=EXPECTED_DELAY)}
    wrong = [f"in force: {v.message}" for v in in_force.violations[:1]]
    found = []
    for how, request in asked.items():
        plan = RejigPlanner().plan(state, request)
        verdict = check_plan(state, plan.operations, plan.unplanned)
        wrong += [f"{how}: {v.message}" for v in verdict.violations[:1]]
        if len(plan.unplanned) > len(in_force.unplanned):
            continue
        if len(plan.unplanned) < len(in_force.unplanned):
            wrong.append(f"{how} plans more orders")
        moves = moved_soon(state.plan, plan.operations, state.now)
        planned = verdict.kpis.cost
        expected = expected_cost(state, plan.operations, planned, EXPECTED_DELAY)
        found.append(Found(how, planned + price * moves, expected + price * moves, moves))
    expected = expected_cost(state, state.plan, cost, EXPECTED_DELAY)
    return Regret(plant, state.objective.stability, event, cost, expected, floor, price, tuple(found), "; ".join(wrong))


def regrets(desk: InForce, plant: str, seed: int, fresh: PlanRequest) -> Iterator[Regret]:
    """Each of the ten events, as far as it can happen there."""
    floor = floor_of(desk.state())
    for kind in KINDS:
        state = desk.state()
        at = state.now + APART
        events = happening(state, kind, seed, at)
        if not events:
            continue
        desk.happen([*work_until(state, at), *events])
        yield regret_of(desk.state(), plant, kind, floor, fresh)


# -- in one process ---------------------------------------------------------------------------------------------------


class Done:
    """A search that has ended already."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def result(self, timeout: float | None = None) -> Plan:
        del timeout
        return self._plan

    def stop(self) -> None:
        pass

    def done(self) -> bool:
        return True


class Here:
    """Workers that plan at once, in this thread."""

    def submit(self, state: PlantState, request: PlanRequest, on_progress: OnProgress | None = None) -> Done:
        return Done(RejigPlanner().plan(state, request, on_progress))

    def close(self) -> None:
        pass


class DeskHere:
    """A desk of this process whose searches try `moves` moves each."""

    NAME = "bench"

    def __init__(self, state: PlantState, folder: Path, moves: int) -> None:
        self._ledger = SqlLedger.open(f"sqlite:///{folder / 'ledger.db'}")
        self._tools = Tools(self._ledger, RejigPlanner(), Here(), ContractFiles())
        load_state(self._tools, self.NAME, state, "auto")
        self._tools.ledger.change_plant(self.NAME, policy=Policy(improve_moves=moves))
        self._desk = Desk(self._tools, self.NAME)
        self._settle()

    def happen(self, events: Sequence[Event]) -> None:
        answer = post_events(self._tools, self.NAME, events)
        assert not answer.rejected, answer.rejected[0]
        self._settle()

    def state(self) -> PlantState:
        snapshot = self._tools.snapshot(self.NAME)
        left = tuple(o for o in snapshot.state.plan if snapshot.state.status_of(*o.key) != "done")
        return replace(snapshot.state, plan=left)

    def close(self) -> None:
        self._ledger.close()

    def _settle(self) -> None:
        self._desk.look()
        while self._desk.improving():
            self._desk.look()


def quick_regrets(plants: Sequence[str], seed: int, moves: int, tell: Callable[[Regret], None]) -> list[Regret]:
    """In one process, searches measured in moves: the same on every computer."""
    found = []
    for name in plants:
        for stability in STABILITY:
            plant = plant_of(name, seed)
            plant = replace(plant, objective=replace(plant.objective, stability=stability))
            with tempfile.TemporaryDirectory() as folder:
                desk = DeskHere(plant, Path(folder), moves)
                for one in regrets(desk, name, seed, PlanRequest(budget=moves, workers=1, solver="search")):
                    tell(one)
                    found.append(one)
                desk.close()
    return found


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
    parser.add_argument("--quick", action="store_true", help="in one process, searches measured in moves")
    parser.add_argument("--seed", type=int, default=1, help="of the generated plants and of what happens")
    parser.add_argument("--plants", default="", help=f"by commas; of {', '.join(PLANTS)}")
    parser.add_argument("--moves", type=int, default=QUICK_MOVES, help="with --quick: that each search tries")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    plants = ask.plants.split(",") if ask.plants else list(QUICK_PLANTS if ask.quick else PLANTS)
    if not ask.quick:
        parser.error("only --quick is there yet")

    def tell(one: Regret) -> None:
        print(f"{one.plant} {one.stability:g} {one.event}: {one.ratio:.3f}", file=sys.stderr, flush=True)

    found = quick_regrets(plants, ask.seed, ask.moves, tell)
    print(f"{table(found)}\n{summary(found)}")


if __name__ == "__main__":
    main()
