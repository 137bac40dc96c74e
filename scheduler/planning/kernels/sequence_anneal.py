"""Annealing on machine sequences: move one operation or a whole order, re-time what that touches, keep or undo.

Source: Kirkpatrick, Gelatt and Vecchi (1983), Science 220(4598), 671-680, doi:10.1126/science.220.4598.671.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Allocation, Best, Changes, Costs, MoveParameters, Shop, Walk
from scheduler.planning.kernels.homeward import is_away
from scheduler.planning.kernels.jit import array_kernel, inlined, kernel
from scheduler.planning.kernels.move_replay import ROWS, record, replay
from scheduler.planning.kernels.moves import GROWN, JOURNAL_COLUMNS, KIND, MOST_MOVED, MOVED, TALLY_COLUMNS
from scheduler.planning.kernels.pin_price import BROKEN, has_timed_pins
from scheduler.planning.kernels.proposals import propose, rerank
from scheduler.planning.kernels.trials import (
    Scratch,
    against_routing,
    price,
    queue_moved,
    queue_reranked,
    retime,
    save,
    save_before,
    scratch_for,
    undo,
)
from scheduler.planning.layout import NONE
from scheduler.planning.problem import Floats, Ints

LESS = 1e-7  # by which a plan must be cheaper to be better
WORSE = 1e-9  # by which a move must be dearer to be a worsening


@inlined
def note_away(logged: int, shop: Shop, prices: Floats, walk: Walk, scratch: Scratch) -> None:
    """Who of those that were touched is away from the plan in force now."""
    for i in range(logged):
        op = scratch.log_op[i]
        scratch.away[op] = is_away(op, shop.ops, prices, walk.start, walk.machine)


@array_kernel
def anneal_sequences(
    shop: Shop, costs: Costs, walk: Walk, allocation: Allocation, movable: Ints, mix: Floats, numbers: MoveParameters,
    trials: int, hot: float, cold: float, cost: float, best_cost: float, best: Best, samples: Floats, counts: Ints,
    script: Ints, recording: Ints, recording_rows: Ints,
) -> tuple[float, float, int]:  # fmt: skip
    """`trials` moves, the temperature falling from `hot` to `cold`; the walk and its allocation change in place.

    movable : operations that may move.   mix, numbers : how moves are drawn, see `proposals.py`.
    cost, best_cost : of the plan as it stands and of the best one, which is in `best` where it gets better.
    samples : filled with worsenings of the cost as far as it has room.
    counts : (KINDS, 2) moves made and kept, by `KIND`.
    script : moves to replay (see `move_replay.py`) in place of drawn ones, at most `trials`; empty: they are drawn.
    recording, recording_rows (1,) : a script of the moves kept, as far as it has room, and how many rows it has.
    Returns (cost, best cost, worsenings sampled).
    """
    changes = Changes(
        journal=np.empty((MOST_MOVED, JOURNAL_COLUMNS), np.int64),
        tally=np.zeros(TALLY_COLUMNS, np.int64),
        about=np.zeros(len(shop.ops), np.int64),
    )
    return anneal_in(
        shop, costs, walk, allocation, movable, mix, numbers, trials, hot, cold, cost, best_cost, best, samples, counts,
        script, recording, recording_rows, changes, scratch_for(shop, allocation),
    )  # fmt: skip


@kernel
def anneal_in(
    shop: Shop, costs: Costs, walk: Walk, allocation: Allocation, movable: Ints, mix: Floats, numbers: MoveParameters,
    trials: int, hot: float, cold: float, cost: float, best_cost: float, best: Best, samples: Floats, counts: Ints,
    script: Ints, recording: Ints, recording_rows: Ints, changes: Changes, scratch: Scratch,
) -> tuple[float, float, int]:  # fmt: skip
    """The same where there is room to note what a trial changes."""
    ops, prices, journal, tally = shop.ops, costs.prices, changes.journal, changes.tally
    last, priced, pinned = 0, False, has_timed_pins(ops)
    for op in range(len(ops)):
        last = max(last, walk.end[op])
        priced = priced or prices[op] > 0.0
        scratch.away[op] = is_away(op, ops, prices, walk.start, walk.machine)
    sampled, unsaved, next_row = 0, False, 0
    for trial in range(trials):
        temperature = hot * (cold / hot) ** (trial / trials) if hot > 0 else 0.0
        if len(script) == 0:
            op = propose(temperature, mix, numbers, movable, shop, costs, walk, changes)
        elif next_row < len(script):
            op = NONE
            replay(script, next_row, shop, walk, changes)
            next_row += script[next_row, ROWS]
        else:
            break
        if tally[MOVED] == 0:
            continue
        recorded = record(tally[MOVED], walk, journal, recording, recording_rows[0])
        counts[tally[KIND], 0] += 1
        refused = op != NONE and against_routing(op, shop, walk)
        rank_changes = 0
        if len(allocation.ranked) and not refused:
            rank_changes = rerank(
                tally[MOVED], trial, shop, walk, allocation, changes, scratch.displaced_at, scratch.rank_log,
                scratch.rank_log_served,
            )  # fmt: skip
        moves = tally[MOVED]
        limit = -temperature * np.log(np.random.random())
        size, logged, order_logged = 0, 0, 0
        if not refused:
            size = queue_moved(op, moves, shop, walk, journal, scratch)
            size = queue_reranked(rank_changes, size, shop, walk, allocation, scratch)
            refused, size, logged, order_logged = retime(
                trial, moves, size, temperature, limit, shop, costs, walk, allocation, journal, scratch, numbers
            )  # fmt: skip
        delta, new_last = 0.0, last
        if not refused:
            delta, new_last = price(
                logged, order_logged, tally[GROWN], last, priced, pinned, shop, costs, walk, scratch
            )  # fmt: skip
            if WORSE < delta < BROKEN / 2 and sampled < len(samples):
                samples[sampled] = delta
                sampled += 1
        if refused or not delta <= limit:
            undo(size, logged, order_logged, rank_changes, moves, shop, walk, allocation, journal, scratch)
            continue
        if unsaved and delta > 0:
            save_before(logged, moves, walk, journal, best, scratch)
            unsaved = False
        cost += delta
        counts[tally[KIND], 1] += 1
        recording_rows[0] = recorded
        last = new_last
        if priced:
            note_away(logged, shop, prices, walk, scratch)
        if cost < best_cost - LESS:
            best_cost = cost
            unsaved = True
    if unsaved:
        save(walk, best)
    return cost, best_cost, sampled
