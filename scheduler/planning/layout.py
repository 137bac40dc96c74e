"""Columns of the flat integer tables that the compiled kernels read.

Few wide tables instead of many arrays: a kernel that hands dozens of arrays to small functions pays microseconds
per operation for it, flat int64 tables cost a third of one (measured, see docs/decisions/0002).
Minutes count from the plant's now.
"""

from typing import Final

NONE: Final = -1
FAR: Final = 1 << 40  # later than any minute of a plan

# ops: one row per operation to plan
EARLIEST: Final = 0  # not before: now, release, ends of done predecessors
MIN_WAIT: Final = 1
MAX_WAIT: Final = 2  # NONE: no limit
PAUSABLE: Final = 3
FAMILY: Final = 4  # 0: the empty family
ORDER: Final = 5
MODE0: Final = 6  # modes[MODE0:MODE1] are its eligible machines
MODE1: Final = 7
PRED0: Final = 8  # preds[PRED0:PRED1]
PRED1: Final = 9
SUCC0: Final = 10
SUCC1: Final = 11
POOL0: Final = 12  # pool_needs[POOL0:POOL1]
POOL1: Final = 13
FIXED: Final = 14  # 1: running or otherwise not to be moved
FIX_START: Final = 15
FIX_END: Final = 16
BLOCK: Final = 17
OLD_MACHINE: Final = 18  # where the plan in force has it, NONE: nowhere
OLD_START: Final = 19
LATEST: Final = 20  # a person wants it to start no later; FAR: no matter when
PIN_LOST: Final = 21  # 1: no plan can start it as soon as a person wants; LATEST is the first moment that can
OP_COLUMNS: Final = 22

# modes: one row per operation and eligible machine
MACHINE: Final = 0
RUN: Final = 1
SETUP: Final = 2
MODE_COLUMNS: Final = 3

# machines
WIN0: Final = 0  # windows[WIN0:WIN1]
WIN1: Final = 1
MATRIX: Final = 2  # offset of its changeover table, NONE: own setup minutes count
INITIAL: Final = 3  # family it stands in; the last family of a table is "unknown"
MACHINE_COLUMNS: Final = 4

# windows: working stretches of a machine
START: Final = 0
END: Final = 1
BEFORE: Final = 2  # working minutes before START
WINDOW_COLUMNS: Final = 3

# orders
DUE: Final = 0
FLOW_FROM: Final = 1  # max(release, now)
DONE_END: Final = 2  # latest end of its done operations, -FAR: none
ORDER_OP0: Final = 3  # its operations are rows [ORDER_OP0, ORDER_OP1) of ops
ORDER_OP1: Final = 4
RISK0: Final = 5  # what it is expected to cost by its end: rates[RISK0:RISK1], one for each RISK_STEP minutes from now;
RISK1: Final = 6  # none where RISK1 is RISK0: then its tardiness counts as planned
ORDER_COLUMNS: Final = 7
RISK_STEP: Final = 30  # minutes

# times: one row per operation that has its place
PLACED_START: Final = 0
PLACED_END: Final = 1
PLACED_MACHINE: Final = 2
PLACED_SETUP: Final = 3  # own setup minutes, where its work center has no matrix
PLACED_MODE: Final = 4
PLACED_COLUMNS: Final = 5

# objective: what counts, and how much
PER_TARDINESS: Final = 0
PER_SETUP: Final = 1
PER_MAKESPAN: Final = 2
PER_FLOW: Final = 3
OBJECTIVE_COLUMNS: Final = 4

# links: who stands beside an operation on its machine, NONE: nobody
LINK_BEFORE: Final = 0
LINK_BEHIND: Final = 1
LINK_COLUMNS: Final = 2

# demands: which operation takes which material
DEMAND_OP: Final = 0
DEMAND_MATERIAL: Final = 1

# receipts
RECEIPT_MATERIAL: Final = 0
RECEIPT_MINUTE: Final = 1

# pool_steps: from when on a pool has another capacity
STEP_POOL: Final = 0
STEP_MINUTE: Final = 1

# arcs: which operation waits for which order
ARC_OP: Final = 0
ARC_ORDER: Final = 1
