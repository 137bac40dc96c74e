"""Which changes may help an order, by the reasons for which it is late: its chain of waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.planning.lists.lateness import Lateness
from scheduler.planning.lists.waits import Wait
from scheduler.replanning.fixes.change import Kind, Ladder, Steps
from scheduler.replanning.fixes.hours import extra_shifts, overtime, team_of_machine, team_of_pool
from scheduler.replanning.fixes.orders import another_machine, higher_priority, in_lots, later_due, without_pin
from scheduler.replanning.fixes.supply import earlier_delivery, earlier_release, more_of_pool

AT_MACHINES = frozenset({"processing", "machine", "changeover", "closed", "breakdown", "maintenance", "max_wait"})
"""Causes that more hours of the machine shorten."""
IN_THE_WAY = frozenset({"machine", "changeover", "closed", "breakdown", "maintenance"})
"""Causes that another machine would not have."""
COMPETING = frozenset({"machine", "changeover", "pool", "unused", "max_wait"})
"""Causes that a higher priority may shorten."""
MOST = 4
"""Things of one kind: orders in the way, machines, deliveries."""
OFF_DUTY = "off duty"


def ladders(state: PlantState, order: str, chains: Sequence[Lateness], steps: Steps) -> list[Ladder]:
    """What may help, the kinds in turn, of each what the chains blame most first.

    chains : of the plan in force, and of one that is planned anew. Of the same thing the larger blame counts.
    """
    found: dict[tuple[Kind, str], Ladder] = {}
    for chain in chains:
        for ladder in _of_chain(state, order, chain, steps):
            key = ladder.kind, ladder.about
            if key not in found or ladder.blame > found[key].blame:
                found[key] = ladder
    by_kind: dict[Kind, list[Ladder]] = {}
    for ladder in sorted(found.values(), key=lambda x: (-x.blame, x.kind, x.about)):
        by_kind.setdefault(ladder.kind, []).append(ladder)
    return [kinds[turn] for turn in range(MOST) for kinds in by_kind.values() if turn < len(kinds)]


def _of_chain(state: PlantState, order: str, chain: Lateness, steps: Steps) -> Iterator[Ladder]:
    if not chain.waits:
        return
    for ladder in (
        *_hours(state, chain, steps),
        *_pools(state, chain, steps),
        *_supply(state, chain, steps),
        *_others(state, chain, steps),
        *_machines(state, chain),
    ):
        if ladder is not None:
            yield ladder
    competing = _minutes(w for w in chain.waits if w.cause in COMPETING)
    yield higher_priority(state, order, steps, competing)


def _hours(state: PlantState, chain: Lateness, steps: Steps) -> Iterator[Ladder | None]:
    for machine in dict.fromkeys(w.machine for w in chain.waits):
        if machine is None or machine not in state.machines:
            continue
        here = [w for w in chain.waits if w.machine == machine and w.cause in AT_MACHINES]
        if not here:
            continue
        until, blame = _needed_by(chain, here), sum(w.minutes for w in here)
        team = team_of_machine(state, machine, _pools_of(state, here))
        yield overtime(state, team, until, steps, blame)
        yield extra_shifts(state, team, until, steps, blame)


def _pools(state: PlantState, chain: Lateness, steps: Steps) -> Iterator[Ladder | None]:
    for pool in dict.fromkeys(w.name for w in chain.waits if w.cause == "pool" and w.name in state.pools):
        here = [w for w in chain.waits if w.cause == "pool" and w.name == pool]
        until, blame = _needed_by(chain, here), sum(w.minutes for w in here)
        team = team_of_pool(state, pool, [w.machine for w in here if w.machine is not None])
        if team is not None:
            yield overtime(state, team, until, steps, blame)
            yield extra_shifts(state, team, until, steps, blame)
        if any(w.reason != OFF_DUTY for w in here):
            yield more_of_pool(state, pool, until, steps, blame)


def _supply(state: PlantState, chain: Lateness, steps: Steps) -> Iterator[Ladder | None]:
    for receipt in dict.fromkeys(w.supply for w in chain.waits if w.cause == "material"):
        yield earlier_delivery(state, receipt, steps, _minutes(w for w in chain.waits if w.supply == receipt))
    for released in dict.fromkeys(w.order for w in chain.waits if w.cause == "release"):
        blame = _minutes(w for w in chain.waits if w.cause == "release" and w.order == released)
        yield earlier_release(state, released, steps, blame)
    own = state.orders[chain.order].release
    if own is not None and own > state.now:
        # its chain begins with its release, so that no stretch says so
        yield earlier_release(state, chain.order, steps, min(own, chain.since) - state.now)


def _others(state: PlantState, chain: Lateness, steps: Steps) -> Iterator[Ladder | None]:
    """Orders in the way, pins, and the orders of the chain in lots."""
    movable = [w for w in chain.waits if w.other is not None and w.held is None]
    others = {w.other[0] for w in movable if w.other} - {chain.order, *chain.through}
    for other in sorted(others & state.orders.keys()):
        yield later_due(state, other, steps, _minutes(w for w in movable if w.other and w.other[0] == other))
    pinned = [w.other for w in chain.waits if w.held == "pinned" and w.other is not None]
    pinned += [_key(w) for w in chain.waits if w.cause == "pin"]
    pinned += [key for key in state.pins if key[0] in chain.through]
    for key in dict.fromkeys(pinned):
        yield without_pin(state, key, _minutes(w for w in chain.waits if key in (w.other, _key(w))))
    for name in chain.through:
        work = _minutes(w for w in chain.waits if w.cause == "processing" and w.order == name)
        yield in_lots(state, name, steps, work)


def _machines(state: PlantState, chain: Lateness) -> Iterator[Ladder | None]:
    """Machines beside those that can do an operation of the chain, of the same work centers."""
    for key in dict.fromkeys(_key(w) for w in chain.waits if w.cause in IN_THE_WAY):
        operation = state.operation(*key)
        if operation is None:
            continue
        centers = {state.machines[m.machine].work_center for m in operation.machines}
        blame = _minutes(w for w in chain.waits if w.cause in IN_THE_WAY and _key(w) == key)
        for machine in state.machines.values():
            if machine.work_center in centers:
                yield another_machine(state, key, machine.name, blame)


def _needed_by(chain: Lateness, here: Sequence[Wait]) -> Minute:
    """When the last operation that waits here must have ended, so that the work behind it can end by the due date."""
    last = _key(here[-1])
    at = max(i for i, w in enumerate(chain.waits) if _key(w) == last)
    return chain.due - _minutes(w for w in chain.waits[at + 1 :] if w.cause in ("processing", "min_wait"))


def _pools_of(state: PlantState, waits: Iterable[Wait]) -> list[str]:
    """What the operations take that wait here, and those in their way."""
    keys: dict[OperationKey, None] = {}
    for wait in waits:
        keys[_key(wait)] = None
        if wait.other is not None:
            keys[wait.other] = None
    steps = (state.operation(*key) for key in keys)
    return sorted({need.pool for step in steps if step is not None for need in step.pools})


def _minutes(waits: Iterable[Wait]) -> int:
    return sum(w.minutes for w in waits)


def _key(wait: Wait) -> OperationKey:
    return wait.order, wait.operation
