"""The annealing's arrays after every round: timed as their sequences say, counted as they cost, within every rule."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Component, EligibleMachine, Operation, Routing
from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.judge.check import check_plan
from scheduler.planning.kernels.allocation import supply_time
from scheduler.planning.kernels.clock import fill_room
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.retime import pools_of
from scheduler.planning.kernels.windows import after, fit
from scheduler.planning.problem import Ints, Problem
from scheduler.solving import annealing, sequences
from scheduler.solving.annealing import Annealer
from scheduler.solving.deadline import Deadline
from scheduler.solving.first_plan import first_plan
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.parameters import DEFAULTS, AnnealingParameters, Mix
from scheduler.solving.sequences import Sequences
from scheduler.solving.start import Start
from tests.builders import MONDAY_SIX, at, named, tiny_plant
from tests.planning.random_plants import random_plant
from tests.solving.sequences import assembly_plant, with_plan

EVERY_KIND = Mix(late=0.5, critical=0.3, other_machine=0.4, far=0.2, shift=0.2, rush=0.2, swap=0.3)
"""A quarter of the moves of each kind, about."""
OF_EVERY_KIND = replace(DEFAULTS.annealing, free_mix=EVERY_KIND, chained_mix=EVERY_KIND)

Look = Callable[[Sequences, dict[str, Any], tuple[float, float]], None]


def watch(monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    """Call `look` with state, arguments and (cost, best cost) after every round of every anneal."""
    kernel: Any = sequences.anneal_sequences
    signature = inspect.signature(kernel.py_func)
    states: list[Sequences] = []

    class Seen(Sequences):
        def __init__(self, *rest: Any, **more: Any) -> None:
            super().__init__(*rest, **more)
            states.append(self)

    def round_of(*rest: Any) -> Any:
        result = kernel(*rest)
        look(states[-1], dict(signature.bind(*rest).arguments), (result[0], result[1]))
        return result

    monkeypatch.setattr(annealing, "Sequences", Seen)
    monkeypatch.setattr(sequences, "anneal_sequences", round_of)


def tight(start: Start) -> tuple[Builder, Timing]:
    """The first plan, rebuilt until each operation starts as early as its sequence and its supply let it."""
    builder, timing = start.builder.repegged(start.first), start.first
    for _ in range(20):
        again = builder.build(builder.order_of(timing), timing.choice)
        if again.status != OK or (again.times == timing.times).all():
            break
        timing = again
        builder = builder.repegged(timing)
    return builder, timing


def earliest(p: Problem, s: Sequences, not_before: Ints, op: int) -> int:
    """By the contract's rules, one after the other: when an operation could start where it stands (without pools)."""
    m = int(s.machine[op])
    w0, w1 = int(p.machines[m, c.WIN0]), int(p.machines[m, c.WIN1])
    t = max(int(p.ops[op, c.EARLIEST]), int(not_before[op]))
    for pred in p.preds[p.ops[op, c.PRED0] : p.ops[op, c.PRED1]].tolist():
        t = max(t, int(s.end[pred] + p.ops[op, c.MIN_WAIT]))
    t = max(t, supply_time(op, s.allocation, s.order_end))
    idle, old = 0, int(p.machines[m, c.INITIAL])
    if s.place[op] > 0:
        before = s.seq[s.off[m] + s.place[op] - 1]
        idle, old = int(s.end[before]), int(p.ops[before, c.FAMILY])
    own = int(p.modes[s.mode[op], c.SETUP])
    setup = changeover(p.machines, p.changeovers, p.families + 2, m, old, int(p.ops[op, c.FAMILY]), own)
    t = max(t, after(p.windows, w0, w1, idle, setup))
    return fit(p.windows, w0, w1, t, int(p.modes[s.mode[op], c.RUN]), int(p.ops[op, c.PAUSABLE]))[0]


def slack(p: Problem, s: Sequences, not_before: Ints) -> Ints:
    """(n,) minutes that each operation starts later than it could."""
    free = np.flatnonzero(p.ops[:, c.FIXED] == 0)
    return np.array([int(s.start[op]) - earliest(p, s, not_before, op) for op in free.tolist()], np.int64)


def assert_ends_and_room(p: Problem, s: Sequences) -> None:
    """order_end and the pools' room are what the times make them."""
    ends = p.orders[:, c.DONE_END].copy()
    np.maximum.at(ends, p.ops[:, c.ORDER], s.end)
    assert s.order_end.tolist() == ends.tolist()
    room = fill_room(p.pool_steps, p.pool_free, p.pool_count, p.end)
    for op in range(p.operations):
        m, start, end = int(s.machine[op]), int(s.start[op]), int(s.end[op])
        pools_of(op, 1.0, m, start, end, s.builder.shop, s.walk._replace(room=room))
    np.testing.assert_allclose(s.room, room, atol=1e-6)


@dataclass
class Audit:
    """Looks at every round; `rounds` counts what it has seen, `counts` are the annealer's at the end."""

    state: PlantState
    start: Start
    builder: Builder
    begin: Timing
    exact: bool
    rounds: int = 0
    counts: Ints | None = None

    def __call__(self, s: Sequences, seen: dict[str, Any], costs: tuple[float, float]) -> None:
        self.rounds += 1
        p = self.start.problem
        late = slack(p, s, self.builder.not_before)
        assert (late >= 0).all()
        if self.exact:
            assert not late.any()
        assert_ends_and_room(p, s)
        now = self.builder.timing_of(s.start, s.end, s.mode)
        best = self.builder.timing_of(*seen["best"])
        assert now.cost == pytest.approx(costs[0], abs=1e-3)
        assert best.cost == pytest.approx(costs[1], abs=1e-3)
        assert costs[1] <= costs[0] + 1e-3
        for timing in (now, best):
            verdict = check_plan(self.state, self.builder.operations(timing), p.unplanned)
            assert [v.message for v in verdict.violations] == []
            assert verdict.kpis.cost == pytest.approx(timing.cost, abs=1e-3)
            assert timing.times[self.frozen, :3].tolist() == self.begin.times[self.frozen, :3].tolist()

    @property
    def frozen(self) -> Ints:
        return np.flatnonzero(self.start.frozen.choice != c.NONE)


def audited(
    monkeypatch: pytest.MonkeyPatch, state: PlantState, seed: int, budget: int, exact: bool,
    numbers: AnnealingParameters = DEFAULTS.annealing,
) -> Audit:  # fmt: skip
    start = first_plan(state)
    p = start.problem
    builder, begin = tight(start) if exact else (start.builder.repegged(start.first), start.first)
    audit = Audit(state, start, builder, begin, exact)
    watch(monkeypatch, audit)
    if exact:
        numbers = replace(numbers, peg_every=2.0)  # who stands where changes by turns alone
        at_first = Sequences(builder, begin, start.frozen.blocks)
        assert not slack(p, at_first, builder.not_before).any()
    incumbent = Incumbent(Deadline())
    incumbent.offer(builder, begin, "dispatch")
    annealer = Annealer(incumbent, seed, start.frozen.blocks, parameters=numbers)
    annealer.run(builder, begin, seconds=None, budget=budget)
    audit.counts = annealer.counts
    return audit


@pytest.mark.parametrize("seed", range(12))
def test_everything_starts_as_early_as_its_sequence_lets_it(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    audit = audited(monkeypatch, assembly_plant(random.Random(seed)), seed, 4000, exact=True, numbers=OF_EVERY_KIND)
    assert audit.rounds == 20
    assert audit.counts is not None
    assert (audit.counts[:4, 1] > 0).all()  # moves of all kinds that need no price were kept


@pytest.mark.parametrize("seed", range(12))
def test_waits_and_pools_are_kept_through_the_whole_search(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    state = assembly_plant(random.Random(100 + seed), waits=True, pools=seed % 3 > 0, orders=10 + 2 * seed)
    assert audited(monkeypatch, state, seed, 3000, exact=False, numbers=OF_EVERY_KIND).rounds == 15


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_in_force_is_changed_at_its_price_and_behind_what_is_frozen(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    state = assembly_plant(random.Random(200 + seed), waits=True, pools=True)
    start = first_plan(state)
    state = with_plan(state, start.builder, start.first, 400)
    state = replace(state, objective=replace(state.objective, stability=5.0, makespan=0.2))
    start = first_plan(state)
    assert (start.frozen.choice != c.NONE).any()
    assert audited(monkeypatch, state, seed, 3000, exact=False, numbers=OF_EVERY_KIND).rounds == 15


def test_parallel_steps_that_a_wait_pushes_back_together_do_not_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1292)
    waits, pools = rng.random() < 0.5, rng.random() < 0.5
    state = assembly_plant(rng, waits=waits, pools=pools, orders=rng.randint(3, 25))
    start = first_plan(state)
    state = with_plan(state, start.builder, start.first, rng.choice((60, 400, 1500)))
    state = replace(state, objective=replace(state.objective, stability=5.0, makespan=0.2))
    assert audited(monkeypatch, state, 184, 2000, exact=False).rounds == 10


@pytest.mark.parametrize("seed", range(60))
def test_small_plants_with_everything_keep_every_rule_after_every_round(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    state = random_plant(random.Random(9000 + seed), orders=9)
    start = first_plan(state)
    if start.problem.operations == 0:
        return
    audited(monkeypatch, state, seed, 1500, exact=False)


def test_the_same_seed_and_budget_make_the_same_search(monkeypatch: pytest.MonkeyPatch) -> None:
    state = assembly_plant(random.Random(5), waits=True, pools=True)
    ends: list[list[Any]] = []

    def note(s: Sequences, _: dict[str, Any], costs: tuple[float, float]) -> None:
        ends[-1].append((s.start.tolist(), s.seq.tolist(), s.ranked.tolist(), costs))

    watch(monkeypatch, note)
    for seed in (1, 1, 2):
        ends.append([])
        start = first_plan(state)
        incumbent = Incumbent(Deadline())
        annealer = Annealer(incumbent, seed, start.frozen.blocks)
        annealer.run(start.builder, start.first, seconds=None, budget=3000)
        ends[-1].append(annealer.counts.tolist())
    assert ends[0] == ends[1] != ends[2]


def test_frozen_work_is_not_robbed_of_its_material() -> None:
    def routing(name: str, machine: str, *takes: str) -> Routing:
        components = tuple(Component(m, 1.0) for m in takes)
        return Routing(name, (Operation(10, machines=(EligibleMachine(machine, 1.0),), components=components),))

    state = tiny_plant(
        receipts=named(Receipt("PO", "bar", 50.0, at(1, 8))),
        materials=named(Material("bar", on_hand=10.0)),
        orders=named(
            Order("FIRST", "first", 60.0, at(0, 7), "first"),
            Order("KEPT", "kept", 10.0, at(0, 8), "kept", priority=0.1),
            Order("LONG", "long", 200.0, at(0, 7), "long"),
            Order("RUSH", "rush", 10.0, at(0, 6), "rush", priority=4.0),
        ),
        routings=named(
            routing("first", "lathe"),
            routing("kept", "lathe", "bar"),
            routing("long", "saw"),
            routing("rush", "saw", "bar"),
        ),
    )
    start = first_plan(state)
    p = start.problem
    blocks = np.array([p.ops[p.index[name, 10], c.BLOCK] for name in ("FIRST", "KEPT", "LONG", "RUSH")])
    turn = np.array([("FIRST", "KEPT", "LONG", "RUSH").index(order) for order, _ in p.keys])
    builder = start.builder.with_pegs(start.builder.peg(turn, np.zeros(len(p.orders), np.int64)))
    begin = builder.build(blocks, np.full(p.operations, c.NONE))
    kept = p.index["KEPT", 10]
    assert begin.times[kept, c.PLACED_START] == 60
    incumbent = Incumbent(Deadline())
    incumbent.offer(builder, begin, "dispatch")
    Annealer(incumbent, 1, blocks[:2]).run(builder, begin, seconds=None, budget=3000)
    assert incumbent.best is not None
    assert incumbent.best.timing.times[kept, c.PLACED_START] == 60


def test_work_that_runs_since_before_the_calendars_reach_is_no_place_to_look_at() -> None:
    machines = EligibleMachine("saw", 1.0), EligibleMachine("lathe", 1.0)
    routing = Routing("r", (Operation(10, machines=machines), Operation(20, predecessors=(10,), machines=machines)))
    since = Progress("O0", 10, "running", "saw", MONDAY_SIX - 60 * DAY, None, 30)
    state = tiny_plant(
        receipts={},
        materials={},
        orders=named(*(Order(f"O{i}", "r", 20.0, at(0, 8) + 30 * i, "r") for i in range(8))),
        routings=named(routing),
        progress={("O0", 10): since},
    )
    start = first_plan(state)
    assert start.problem.ops[:, c.FIX_START].min() < -start.problem.end
    annealer = Annealer(Incumbent(Deadline()), 1, start.frozen.blocks)
    annealer.run(start.builder, start.first, seconds=None, budget=4000)
    assert annealer.trials == 4000
    assert (annealer.counts[:3, 0] > 0).all()  # whole orders were shifted, rushed and swapped beside it


def test_who_goes_on_from_another_stands_in_everything_where_that_one_stands() -> None:
    """Also in who supplies whom in which turn, which each may have settled by its own times."""
    differed: set[str] = set()
    for seed in range(10):
        start = first_plan(assembly_plant(random.Random(seed)))
        here, there = (Sequences(start.builder, start.first, np.empty(0, np.int64)) for _ in range(2))
        there.anneal(2000, 5.0, EVERY_KIND.row(), np.zeros((5, 2), np.int64))
        there.allocate()
        arrays = [n for n, a in vars(here).items() if isinstance(a, np.ndarray) and n[0] != "_" and n[:5] != "best_"]
        differed |= {n for n in arrays if not np.array_equal(getattr(here, n), getattr(there, n))}
        here.take_over_from(there)
        assert here.cost == there.cost
        for name in arrays:
            assert np.array_equal(getattr(here, name), getattr(there, name)), name
    assert {"start", "seq", "ranked", "supplies", "row_of"} <= differed
