"""Waiting operations that something may stand against: most are cleared at a glance, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np

from scheduler.domain.calendars import Calendar, WorkingTime
from scheduler.domain.machine_times import LOOK_AHEAD
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plant import PlantState
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints, ints, spread
from scheduler.planning.identity_cache import IdentityCache
from scheduler.planning.tables.impossible.operations import ENDLESS, LONG_DAYS, OperationDoubts, longest_work
from scheduler.planning.tables.order_table import OrderTable, RunTable, order_table, run_table
from scheduler.planning.tables.reported import RUNNING, WAITING, reported, sizes
from scheduler.planning.tables.routing_table import RoutingTable, routing_table
from scheduler.planning.tables.stretches import calendar_time

MOST_CALENDARS = 62
MORE = 21 * DAY
Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def suspects(state: PlantState, doubts: OperationDoubts) -> tuple[OrderTable, RoutingTable, Ints]:
    """The plant's orders and routings, and the rows of the order table that `OperationDoubts.reason` may know
    something of. It does not of any other."""
    table = routing_table(state.routings)
    book = order_table(state.orders, table)
    status = reported(state.progress, book, table).status
    waiting = status == WAITING
    _, small = _pools_of_steps(state, table)
    runs = _runs(state, book, table)
    doubtful = small[book.step] | _behind_running(book, table, status) | (runs.shortest > LONG_DAYS * DAY)
    doubtful |= runs.ptr[1:] == runs.ptr[:-1]
    doubtful |= _long_waits(book, table, runs)
    able = _able(state, doubts)
    if able is not None:
        doubtful |= ~_any_of(state, book, table, able)
    return book, table, np.flatnonzero(waiting & doubtful)


def _long_waits(book: OrderTable, table: RoutingTable, runs: RunTable) -> Flags:
    """Whether its order waits so long between its operations, or its changeovers are so long, that it may fit into no
    plan."""
    minutes = table.min_wait[book.step].astype(np.float64)
    owner = np.repeat(np.arange(len(book.step)), np.diff(runs.ptr))
    long_setup = np.zeros(len(book.step), np.bool_)
    long_setup[owner[runs.setup > LONG_DAYS * DAY]] = True
    waits = np.bincount(book.order_of, minutes, len(book.orders))
    found: Flags = long_setup | (waits > LONG_DAYS * DAY)[book.order_of]
    return found


def able_modes(state: PlantState) -> Flags | None:
    """Per row of the run table whether the machine is one to choose for the operation: whether its calendar, as far as
    those of the operation's pools open with it, has a stretch that is long enough. None: all of them are.

    Seen until some weeks behind the horizon; what opens only later is no machine to choose where others can.
    """
    return _able(state, _Between(state, state.now, state.horizon_end() + LOOK_AHEAD + MORE))


def _able(state: PlantState, stretches: OperationDoubts | _Between) -> Flags | None:
    table = routing_table(state.routings)
    book = order_table(state.orders, table)
    duty, _ = _pools_of_steps(state, table)
    able = _surely_long_enough(state, book, table, duty)
    if able.all():
        return None
    able = able | _long_enough(state, book, table, stretches, duty)
    if duty.any():
        able |= _bridged(state, book, table, duty)
    return None if able.all() else able


def _bridged(state: PlantState, book: OrderTable, table: RoutingTable, duty: Ints) -> Flags:
    """Whether an outage may help: it bridges the time off duty of pools in a pause."""
    runs = _runs(state, book, table)
    down = {d.machine for d in state.downtimes}
    has_outage = np.array([name in down for name in state.machines], np.bool_)
    step = np.repeat(book.step, np.diff(runs.ptr))
    bridged: Flags = has_outage[runs.machine] & (duty[step] != 0) & (table.pausable[step] == 1)
    return bridged


def _any_of(state: PlantState, book: OrderTable, table: RoutingTable, able: Flags) -> Flags:
    """Whether any machine of each row of the order table can take it."""
    runs = _runs(state, book, table)
    found = np.zeros(len(book.step), np.bool_)
    found[np.repeat(np.arange(len(book.step)), np.diff(runs.ptr))[able]] = True
    return found


def _runs(state: PlantState, book: OrderTable, table: RoutingTable) -> RunTable:
    return run_table(book, table, state.machines, sizes(reported(state.progress, book, table)))


def _pools_of_steps(state: PlantState, table: RoutingTable) -> tuple[Ints, Flags]:
    """Per step the calendars of its pools (a bit each), and whether it needs more of a pool than there is."""
    count = len(table.numbers)
    duty, small = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    if not len(table.pool_of):
        return duty, small
    pools = [state.pools[name] for name in table.pools]
    step = np.repeat(np.arange(count), np.diff(table.pool_ptr))
    keys, each = np.unique(step * len(pools) + table.pool_of, return_inverse=True)
    needs = np.bincount(each, table.pool_quantity, len(keys))
    capacity = np.array([pool.most for pool in pools])
    small[keys[needs > capacity[keys % len(pools)] + 1e-6] // len(pools)] = True
    calendars = pool_calendars(state)
    if len(calendars) > MOST_CALENDARS:
        small[step] = True  # too many to tell them apart at a glance
        return duty, small
    bit = ints([0 if pool.calendar is None else 1 << calendars.index(pool.calendar) for pool in pools])
    np.bitwise_or.at(duty, step, bit[table.pool_of])
    return duty, small


def pool_calendars(state: PlantState) -> list[str]:
    return sorted({pool.calendar for pool in state.pools.values() if pool.calendar is not None})


_cleared: IdentityCache[dict[tuple[Any, ...], Flags]] = IdentityCache(lambda *_: {})


def _surely_long_enough(state: PlantState, book: OrderTable, table: RoutingTable, duty: Ints) -> Flags:
    """Per row of the run table, the same for all moments of a day, found once: whether a stretch holds it between the
    next midnight and the horizon's last. What begins today or reaches behind the horizon may hold more."""
    first, last = (state.now // DAY + 1) * DAY, (state.horizon_end() + LOOK_AHEAD) // DAY * DAY
    known = _cleared(book, table, _runs(state, book, table), state.calendars, state.pools)
    key = first, last, duty.tobytes(), tuple(m.exceptions for m in state.machines.values() if m.exceptions)
    flags = known.get(key)
    if flags is None:
        known.clear()
        flags = known[key] = _long_enough(state, book, table, _Between(state, first, last), duty)
    return flags


class _Between:
    """`OperationDoubts.longest`, but between two moments."""

    def __init__(self, state: PlantState, first: Minute, last: Minute) -> None:
        self._state, self._first, self._last = state, first, last

    def longest(self, machine: str, outages_of: str, pools: tuple[str, ...], pausable: bool) -> int:
        del outages_of
        time = self._calendar(self._state.calendar_of(machine))
        if pools:
            time = time.plus([(self._last + 1, self._last + 2)])  # off duty: what reaches the last moment ends there
        return longest_work(time, [self._calendar(self._state.calendars[name]) for name in pools], pausable, ENDLESS)

    def _calendar(self, calendar: Calendar) -> WorkingTime:
        whole = calendar_time(calendar, self._state.zone, self._first, self._last)
        return WorkingTime((max(a, self._first), min(b, self._last)) for a, b in whole.stretches)


def _long_enough(
    state: PlantState, book: OrderTable, table: RoutingTable, doubts: OperationDoubts | _Between, duty: Ints
) -> Flags:
    """Per row of the run table whether the machine's calendar has a stretch that holds the operation."""
    runs = _runs(state, book, table)
    calendars: dict[Calendar, int] = {}
    calendar = ints([calendars.setdefault(state.calendar_of(name), len(calendars)) for name in state.machines])
    step = np.repeat(book.step, np.diff(runs.ptr))
    kinds = calendar[runs.machine] * 2 + table.pausable[step]
    combined = np.stack((kinds, duty[step]), axis=1)
    if duty.any():
        different, each = np.unique(combined, axis=0, return_inverse=True)
        each = each.ravel()
    else:
        used = np.flatnonzero(np.bincount(kinds, minlength=2 * len(calendars)))
        place = np.full(2 * len(calendars), c.NONE)
        place[used] = np.arange(len(used))
        different, each = np.stack((used, np.zeros(len(used), np.int64)), axis=1), place[kinds]
    machine_of = dict(zip(calendar.tolist(), state.machines, strict=True))
    on_duty = pool_calendars(state)
    longest, any_will_do = [], []
    for kind, mask in different.tolist():
        pools = tuple(name for i, name in enumerate(on_duty) if mask >> i & 1)
        pausable = bool(kind % 2)
        longest.append(doubts.longest(machine_of[kind // 2], "", pools, pausable))
        any_will_do.append(pausable and not pools and longest[-1] > 0)
    if not len(each):
        return np.zeros(0, np.bool_)
    enough: Flags = (ints(longest)[each] >= runs.run) | np.array(any_will_do, dtype=np.bool_)[each]
    return enough


def _behind_running(book: OrderTable, table: RoutingTable, status: Ints) -> Flags:
    """Whether it may wait for a limited time only, and work that it waits for runs now."""
    found = np.zeros(len(book.step), np.bool_)
    if not (status == RUNNING).any():
        return found
    limited = np.flatnonzero(table.max_wait[book.step] != c.NONE)
    ptr, entries = spread(table.pred_ptr, book.step[limited])
    waits = np.repeat(limited, np.diff(ptr))
    before = waits + table.pred[entries] - book.step[waits]
    found[waits[status[before] == RUNNING]] = True
    return found
