"""What each kind of move does to the machines' sequences, and that taking it back leaves nothing behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from scheduler.planning import layout as c
from scheduler.planning.kernels.moves import (
    GROWN,
    JOURNAL_COLUMNS,
    MOST_MOVED,
    MOVED,
    OP,
    machine_move,
    put_back,
    rush_move,
    shift_move,
    step_move,
    swap_move,
)
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.seeding import seed_kernels
from scheduler.planning.problem import Ints, Problem
from scheduler.solving.first_plan import first_plan
from scheduler.solving.sequences import Sequences
from tests.solving.sequences import Names, assembly_plant, call, copied, names_of


def sequences_of(seed: int, orders: int = 12) -> tuple[Problem, Sequences, Names]:
    """A plan under search whose first two blocks keep their places."""
    start = first_plan(assembly_plant(random.Random(seed), waits=seed % 2 == 0, orders=orders))
    pinned = start.builder.order_of(start.first)[:2]
    state = Sequences(start.builder, start.first, pinned)
    seed_kernels(seed)
    return start.problem, state, names_of(start.problem, state)


def setup_minutes(p: Problem, s: Sequences) -> int:
    """All changeovers, machine by machine from the front."""
    total = 0
    for m in range(len(p.machines)):
        old = int(p.machines[m, c.INITIAL])
        for op in s.seq[s.off[m] : s.off[m] + s.length[m]].tolist():
            new, own = int(p.ops[op, c.FAMILY]), int(p.modes[s.mode[op], c.SETUP])
            if p.ops[op, c.FIXED] == 0:
                total += changeover(p.machines, p.changeovers, p.families + 2, m, old, new, own)
            old = new
    return total


def assert_in_order(p: Problem, s: Sequences) -> None:
    """Every operation stands once, on a machine of its own, where the arrays say."""
    assert sorted(op for m in range(len(p.machines)) for op in sequence(s, m)) == list(range(p.operations))
    for m in range(len(p.machines)):
        for at, op in enumerate(sequence(s, m)):
            assert (s.machine[op], s.place[op]) == (m, at)
            assert p.modes[s.mode[op], c.MACHINE] == m
            assert p.ops[op, c.MODE0] <= s.mode[op] < p.ops[op, c.MODE1]


def sequence(s: Sequences, m: int) -> list[int]:
    row: Ints = s.seq[s.off[m] : s.off[m] + s.length[m]]
    return [int(op) for op in row]


def step(rng: random.Random, _: Problem, s: Sequences, names: Names) -> None:
    call(step_move, names, op=int(rng.choice(s.movable)), reach=rng.randint(1, 8), far=0.3)


def machine(rng: random.Random, _: Problem, s: Sequences, names: Names) -> None:
    call(machine_move, names, op=int(rng.choice(s.movable)))


def span(rng: random.Random, p: Problem, s: Sequences) -> tuple[int, int]:
    o = p.ops[rng.choice(s.movable), c.ORDER]
    return int(p.orders[o, c.ORDER_OP0]), int(p.orders[o, c.ORDER_OP1])


def shift(rng: random.Random, p: Problem, s: Sequences, names: Names) -> None:
    first, last = span(rng, p, s)
    by = rng.randint(-int(s.start[first:last].min()), 3000)
    call(shift_move, names, first=first, last=last, shift=by, other_machine=0.5)


def rush(rng: random.Random, p: Problem, s: Sequences, names: Names) -> None:
    first, last = span(rng, p, s)
    call(rush_move, names, first=first, last=last, t=rng.randint(0, 4000), other_machine=0.5)


def swap(rng: random.Random, p: Problem, s: Sequences, names: Names) -> None:
    (a0, a1), (b0, b1) = span(rng, p, s), span(rng, p, s)
    if a0 != b0:
        call(swap_move, names, a0=a0, a1=a1, b0=b0, b1=b1)


def everything(rng: random.Random, p: Problem, s: Sequences, names: Names) -> None:
    """More changes on top of each other than the journal holds."""
    for _ in range(40):
        for change in (shift, rush, swap):
            change(rng, p, s, names)


Change = Callable[[random.Random, Problem, Sequences, Names], None]
CHANGES: list[Change] = [step, machine, shift, rush, swap, everything]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(8))
def test_a_move_keeps_the_sequences_in_order_counts_its_changeovers_and_can_be_taken_back(
    change: Change, seed: int
) -> None:
    p, s, names = sequences_of(seed)
    rng, moved = random.Random(seed), 0
    for _ in range(60):
        before, setup = copied(s), setup_minutes(p, s)
        names["tally"][:] = 0
        change(rng, p, s, names)
        rows, grown = names["tally"][[MOVED, GROWN]].tolist()
        assert 0 <= rows <= MOST_MOVED
        assert_in_order(p, s)
        assert setup_minutes(p, s) - setup == grown
        locked = before["locked"]
        for m in range(len(p.machines)):  # who is locked stands where it stood
            was = before["seq"][s.off[m] : s.off[m] + locked[m]]
            assert sequence(s, m)[: locked[m]] == was.tolist()
        after = copied(s)
        call(put_back, names, rows=rows)
        still = {name for name, array in copied(s).items() if (array != before[name]).any() and name != "seq"}
        assert not still
        assert_in_order(p, s)
        for m in range(len(p.machines)):
            assert sequence(s, m) == before["seq"][s.off[m] : s.off[m] + s.length[m]].tolist()
        moved += rows > 0
        if rng.random() < 0.7:  # and the next one starts from what this one made
            for name, array in after.items():
                getattr(s, name)[:] = array
    assert moved > 5


def test_a_swap_of_two_neighbours_exchanges_them() -> None:
    p, s, names = sequences_of(1)
    m = int(np.argmax(s.length - s.locked))
    row = sequence(s, m)[s.locked[m] :]
    a, b = next((a, b) for a, b in pairwise(row) if p.ops[a, c.ORDER] != p.ops[b, c.ORDER])
    call(swap_move, names, a0=a, a1=a + 1, b0=b, b1=b + 1)
    assert names["tally"][MOVED] == 2
    again = sequence(s, m)[s.locked[m] :]
    assert [b if x == a else a if x == b else x for x in again] == row


def test_the_journal_is_never_longer_than_it_may_be() -> None:
    p, s, names = sequences_of(3, orders=40)
    beyond = np.full((MOST_MOVED + 5, JOURNAL_COLUMNS), -9, np.int64)
    names["changes"] = names["changes"]._replace(journal=beyond)
    everything(random.Random(3), p, s, names)
    assert names["tally"][MOVED] > MOST_MOVED - 3
    assert (beyond[MOST_MOVED:] == -9).all()
    assert (beyond[: names["tally"][MOVED], OP] >= 0).all()
