"""What a machine does before an operation, and from when on it could have begun there between all other work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import OperationKey
from scheduler.planning.judge.placed import Placed, PlacedPlan
from scheduler.planning.lists.machine_hours import MachineHours, Piece
from scheduler.planning.lists.waits import Wait


@dataclass(frozen=True, slots=True)
class Slot:
    """Work on a machine. family : the setup family behind it.   setup : minutes of changeover planned before it."""

    start: Minute
    end: Minute
    key: OperationKey
    family: str | None
    placed: Placed | None
    setup: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """What lies before `following` (None: before the operation that is asked about) and behind what was before.

    free : when the machine has ended what was before.   family : in which it stands then, None: unknown.
    """

    free: Minute
    family: str | None
    following: Slot | None


class MachineQueue:
    """The work of one machine under a plan, in order of start."""

    def __init__(self, plan: PlacedPlan, machine: str) -> None:
        self.machine = machine
        self.hours = MachineHours(plan.state, plan.times, machine)
        self._plan = plan
        state, initial = plan.state, plan.state.machines[machine].initial_setup or None
        setups = {id(s.placed): s.changeover for s in plan.successions if s.placed.machine == machine}
        self.slots = [
            Slot(state.now, plan.held_until[machine], key, initial, None) for key in _held_work(plan, machine)
        ]
        for placed in plan.by_machine.get(machine, ()):
            key = (placed.order.name, placed.operation.number)
            family, setup = placed.operation.setup_family, setups.get(id(placed), 0)
            self.slots.append(Slot(placed.start, placed.end, key, family, placed, setup))
        self._initial = initial

    def gaps_before(self, placed: Placed) -> Iterator[tuple[Gap, Slot | None]]:
        """From right before it back to now: each gap, and the work before that gap (None: it is the first)."""
        at = next((i for i, slot in enumerate(self.slots) if slot.placed is placed), 0)
        frees, free = [], self._plan.state.now
        for slot in self.slots[:at]:
            free = max(free, slot.end)
            frees.append(free)
        for i in range(at, -1, -1):
            before = self.slots[i - 1] if i else None
            following = None if i == at else self.slots[i]
            if before is None:
                yield Gap(self._plan.state.now, self._initial, following), None
            else:
                yield Gap(frees[i - 1], before.family, following), before

    def first_fit(self, placed: Placed, gap: Gap, at: Minute) -> tuple[Minute, Minute] | None:
        """(start, end) of the first run from `at` on that leaves what follows its place. None: there is none."""
        time, row = self.hours.time, placed.row
        if row is None:
            return None
        begin = max(at, self.changed_over(placed, gap))
        run = self._plan.minutes(placed, row)
        while True:
            start = self.hours.first_open(begin)
            end = None if start is None else time.after(start, run)
            if start is None or end is None or (gap.following is not None and end > gap.following.start):
                return None
            if placed.operation.pausable or time.in_one_stretch(start, end):
                break
            begin = next(p.end for p in self.hours.pieces(start, end) if p.kind != "working")
        if gap.following is not None:
            need = self._changeover(placed.operation.setup_family, gap.following)
            if time.between(end, gap.following.start) < need:
                return None
        return start, end

    def changed_over(self, placed: Placed, gap: Gap) -> Minute:
        """When the machine could be ready for it, behind what was before and the changeover."""
        row = placed.row
        setup, family = row.setup_minutes if row else 0, placed.operation.setup_family
        need = self._plan.state.changeover(self.machine, gap.family, family, setup)
        ready = self.hours.time.after(gap.free, need) if need else gap.free
        return gap.free if ready is None else ready

    def _changeover(self, family: str, following: Slot) -> int:
        row = following.placed.row if following.placed else None
        own = row.setup_minutes if row else 0
        return self._plan.state.changeover(self.machine, family, following.family or "", own)

    # -- what stands in the way ---------------------------------------------------------------------------------

    def in_work(self, of: Wait, slot: Slot) -> Iterator[Wait]:
        """[of.start, of.end), in which the machine works on other work; its pauses are the machine's."""
        held = self.held(slot)
        for piece in self.hours.pieces(of.start, of.end):
            yield self._off(of, piece) or _with(of, piece, "machine", slot.key, held)

    def before_work(self, of: Wait, slot: Slot) -> Iterator[Wait]:
        """[of.start, of.end) right before other work: its changeover, and before that too little time for anything."""
        time = self.hours.time
        change = slot.start
        if slot.setup:
            begun = time.after(of.start, time.between(of.start, slot.start) - slot.setup)
            change = of.start if time.between(of.start, slot.start) <= slot.setup or begun is None else begun
        held = self.held(slot)
        for piece in self.hours.pieces(of.start, min(of.end, change)):
            yield self._off(of, piece) or _with(of, piece, "machine", slot.key, held)
        for piece in self.hours.pieces(max(of.start, change), of.end):
            yield self._off(of, piece) or _with(of, piece, "changeover", slot.key)

    def getting_ready(self, of: Wait, placed: Placed, gap: Gap) -> Iterator[Wait]:
        """[of.start, of.end) behind what was before: the changeover to it, and time too short for it at a stretch."""
        changed = min(max(of.start, self.changed_over(placed, gap)), of.end)
        for piece in self.hours.pieces(of.start, changed):
            yield self._off(of, piece) or _with(of, piece, "changeover")
        for piece in self.hours.pieces(changed, of.end):
            yield self._off(of, piece) or self._too_short(of, piece)

    def worked(self, of: Wait) -> Iterator[Wait]:
        """[of.start, of.end), in which it is worked itself, with its pauses."""
        for piece in self.hours.pieces(of.start, of.end):
            yield self._off(of, piece) or _with(of, piece, "processing")

    def meanwhile(self, of: Wait) -> Iterator[Wait]:
        """[of.start, of.end) as this machine passes it; where it is open and idle, what `of` says."""
        at = of.start
        for slot in self.slots:
            start, end = max(slot.start, at), min(slot.end, of.end)
            if start < end:
                yield from self._idle(of, at, start)
                yield from self.in_work(replace(of, start=start, end=end), slot)
                at = end
        yield from self._idle(of, at, of.end)

    def _idle(self, of: Wait, start: Minute, end: Minute) -> Iterator[Wait]:
        for piece in self.hours.pieces(start, end):
            yield self._off(of, piece) or replace(of, start=piece.start, end=piece.end)

    def _too_short(self, of: Wait, piece: Piece) -> Wait:
        """Open minutes that do not hold it in one go: what comes behind them is in the way."""
        off = next(self.hours.pieces(piece.end, piece.end + 1), None)
        if off is None or off.kind == "working":
            return _with(of, piece, "closed")
        reason = f"too short before {off.reason}" if off.reason else "too short before closing"
        return _with(of, Piece(piece.start, piece.end, "closed", reason), off.kind)

    def _off(self, of: Wait, piece: Piece) -> Wait | None:
        return None if piece.kind == "working" else _with(of, piece, piece.kind)

    def held(self, slot: Slot) -> Literal["running", "frozen", "pinned"] | None:
        """Why other work keeps its place, whatever is more urgent."""
        if slot.placed is None or slot.placed.running is not None:
            return "running"
        pin = self._plan.state.pins.get(slot.key)
        if pin is not None and pin.latest is not None:
            return "pinned"
        return "frozen" if is_frozen(self._plan, slot.placed) else None


def is_frozen(plan: PlacedPlan, placed: Placed) -> bool:
    """Whether it must stay where the plan in force has it."""
    state, key = plan.state, (placed.order.name, placed.operation.number)
    if placed.start >= state.now + state.frozen_minutes and placed.machine not in state.frozen_machines:
        return False
    return any(o.key == key and (o.machine, o.start) == (placed.machine, placed.start) for o in state.plan)


def _held_work(plan: PlacedPlan, machine: str) -> Iterator[OperationKey]:
    """Running work of orders on hold or cancelled."""
    if machine in plan.held_until:
        for key, progress in plan.state.progress.items():
            order = plan.state.orders.get(progress.order)
            if progress.keeps_machine and progress.machine == machine and order is not None and order.status == "hold":
                yield key


def _with(
    of: Wait,
    piece: Piece,
    cause: Literal["processing", "machine", "changeover", "closed", "breakdown", "maintenance"],
    other: OperationKey | None = None,
    held: Literal["running", "frozen", "pinned"] | None = None,
) -> Wait:
    return Wait(
        piece.start,
        piece.end,
        cause,
        of.order,
        of.operation,
        of.machine,
        other,
        held,
        reason="" if piece.kind == "working" else piece.reason,
    )
