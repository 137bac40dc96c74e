"""Move replay: one thread records the moves that it keeps, another replays them in its own sequences.

A script has a row for each operation moved, SCRIPT_COLUMNS wide; the first row of a move says how many rows it has.
"""

from __future__ import annotations

from typing import Final

from scheduler.planning.kernels.arrays import Changes, Shop, Walk
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.moves import GROWN, KEY, KIND, MOVED, OP, SINGLE, may_move, relocate
from scheduler.planning.kernels.retime import position_at
from scheduler.planning.layout import MACHINE, NONE
from scheduler.planning.problem import Ints

# a script
SCRIPT_OP: Final = 0
SCRIPT_MODE: Final = 1
AHEAD: Final = 2  # the operation before it on its machine, NONE: it stands first
SCRIPT_KEY: Final = 3  # about when it will start
ROWS: Final = 4  # how many rows are left of this move
SCRIPT_EARLIEST: Final = 5  # before which it does not start there
SCRIPT_COLUMNS: Final = 6


@inlined
def record(moves: int, walk: Walk, journal: Ints, script: Ints, at: int) -> int:
    """Write the first `moves` rows of the journal into a script from row `at` on, where it has room for them.

    Returns how many rows it has then.
    """
    place = walk.place
    if at + moves > len(script):
        return at
    for i in range(moves):
        op, key = journal[i, OP], journal[i, KEY]
        row = at + i
        while row > at and place[script[row - 1, SCRIPT_OP]] > place[op]:  # whom others follow is moved before them
            for k in range(SCRIPT_COLUMNS):
                script[row, k] = script[row - 1, k]
            row -= 1
        script[row, SCRIPT_OP], script[row, SCRIPT_MODE], script[row, SCRIPT_KEY] = op, walk.mode[op], key
        script[row, SCRIPT_EARLIEST] = walk.not_before[op]
        script[row, AHEAD] = walk.seq[walk.off[walk.machine[op]] + place[op] - 1] if place[op] > 0 else NONE
    for i in range(moves):
        script[at + i, ROWS] = moves - i
    return at + moves


@kernel
def replay(script: Ints, first: int, shop: Shop, walk: Walk, changes: Changes) -> None:
    """Replay the move of a script that begins in row `first`: each operation behind the one that it followed there, or
    about when it started where that one stands elsewhere now."""
    machine, place, locked, tally = walk.machine, walk.place, walk.locked, changes.tally
    tally[MOVED] = tally[GROWN] = 0
    tally[KIND] = SINGLE
    for i in range(first, first + script[first, ROWS]):
        op, new_mode, ahead, key = script[i, SCRIPT_OP], script[i, SCRIPT_MODE], script[i, AHEAD], script[i, SCRIPT_KEY]
        if not may_move(op, shop.ops, walk):
            continue
        m = shop.modes[new_mode, MACHINE]
        if ahead == NONE:
            target = locked[m]
        elif machine[ahead] == m:
            target = place[ahead] + 1
        else:
            target = position_at(key, m, walk)
        if machine[op] == m and place[op] < target:
            target -= 1
        target, earliest = max(locked[m], target), script[i, SCRIPT_EARLIEST]
        if m != machine[op] or target != place[op] or earliest != walk.not_before[op]:
            relocate(op, new_mode, target, key, earliest, shop, walk, changes)
