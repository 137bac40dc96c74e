"""What one thread tells another: its kept moves, made again in the same place, lead to the same plan."""

from __future__ import annotations

import random

import numpy as np
import pytest

from scheduler.planning.kernels.move_replay import ROWS, SCRIPT_OP
from scheduler.planning.kernels.moves import SINGLE
from scheduler.planning.kernels.seeding import seed_kernels
from scheduler.solving.first_plan import first_plan
from scheduler.solving.parameters import DEFAULTS
from scheduler.solving.sequences import STANDING, Sequences
from tests.solving.sequences import assembly_plant

CHAINED_MIX = DEFAULTS.annealing.chained_mix.row()
ANY_COST = 1e15  # a temperature at which nothing is too dear
NOTHING = np.empty(0, np.int64)


def walks(seed: int) -> tuple[Sequences, Sequences]:
    start = first_plan(assembly_plant(random.Random(seed), waits=seed % 2 == 0, orders=12))
    seed_kernels(seed)
    return (
        Sequences(start.builder, start.first, NOTHING, records=True),
        Sequences(start.builder, start.first, NOTHING),
    )


def counted() -> np.ndarray:
    return np.zeros((5, 2), np.int64)


@pytest.mark.parametrize("seed", range(6))
def test_moves_made_again_from_the_same_plan_lead_to_the_same_plan(seed: int) -> None:
    recorder, replayer = walks(seed)
    recorder.demand_ptr[:] = replayer.demand_ptr[:] = 0  # nobody takes anything: turns would be drawn anew
    kept = counted()
    recorder.anneal(400, 50.0, CHAINED_MIX, kept)
    script = recorder.recorded()
    assert (script[:, ROWS] == 1).sum() == kept[:, 1].sum() > 20
    replayed = counted()
    replayer.anneal(len(script), ANY_COST, CHAINED_MIX, replayed, script=script)
    assert (
        replayed[SINGLE, 0] == replayed[SINGLE, 1] > 0.9 * kept[:, 1].sum()
    )  # but those that led back to where they began
    for name in ("start", "end", "machine", "mode", "place", "order_end"):
        assert (getattr(recorder, name) == getattr(replayer, name)).all(), name
    assert replayer.cost == pytest.approx(recorder.cost)


def test_a_move_that_does_not_fit_any_more_is_refused() -> None:
    recorder, replayer = walks(1)
    recorder.anneal(400, 50.0, CHAINED_MIX, counted())
    script = recorder.recorded()
    replayer.locked[:] = replayer.length  # all its places are held
    before = {name: getattr(replayer, name).copy() for name in STANDING}
    replayer.anneal(len(script), ANY_COST, CHAINED_MIX, counted(), script=script)
    assert all((before[name] == getattr(replayer, name)).all() for name in STANDING)


def whole_moves(script: np.ndarray) -> list[list[int]]:
    """The rows left of each move, as the script counts them down: [2, 1] is a whole move of two rows."""
    begins = np.flatnonzero(np.concatenate(([0], script[:-1, ROWS])) <= 1)
    return [part[:, ROWS].tolist() for part in np.split(script, begins[1:])]


def test_a_script_without_room_keeps_whole_moves_only() -> None:
    recorder, _ = walks(2)
    recorder._recording = recorder._recording[:25]
    kept = counted()
    recorder.anneal(2000, 50.0, CHAINED_MIX, kept)
    script = recorder.recorded()
    moves = whole_moves(script)
    assert 0 < len(script) <= 25
    assert 0 < len(moves) < kept[:, 1].sum()  # there was no room for all that was kept
    assert all(rows == list(range(len(rows), 0, -1)) for rows in moves)
    assert any(len(rows) > 1 for rows in moves)
    assert (script[:, SCRIPT_OP] < recorder.builder.problem.operations).all()


def test_a_walk_that_goes_on_from_another_stands_where_it_stands() -> None:
    one, other = walks(4)
    one.anneal(300, 50.0, CHAINED_MIX, counted())
    other.take_over_from(one)
    assert other.cost == one.cost
    assert all((getattr(one, name) == getattr(other, name)).all() for name in STANDING)
    assert other.start is not one.start
