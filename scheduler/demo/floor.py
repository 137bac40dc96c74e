"""The simulated shop floor: one process per machine, working by the dispatch lists, with real life's variance.

A unit of simulated time is a plant minute. The floor keeps a twin of the plant, folded from the very events that it
posts, so it knows what is done, what stock is there and which machine is down.
"""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any

import simpy

from scheduler.demo.mes import EventMaker, Line, Mes
from scheduler.domain.calendars import WorkingTime
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation
from scheduler.errors import InvalidEvent

Wait = Generator[simpy.Event, Any, None]

LOOK_MINUTES = 5
HONEST_SHARE = 0.6
"""Share of operations that take exactly as long as planned."""
SPREAD = 0.08
"""Standard deviation of the others' duration against plan."""
SIMULATED_DAYS = 60


class Floor:
    """Machines that work for as long as the simulation is stepped.

    twin : the plant as the floor knows it.   down : machines that stand still, with what ends it.
    revision : of the log, after the last event that was posted.
    """

    def __init__(self, env: simpy.Environment, state: PlantState, mes: Mes, random: Random) -> None:
        self.env = env
        self.twin = state
        self.mes = mes
        self.random = random
        self.make = EventMaker(f"demo-{state.now}")
        self.revision = 0
        self.down: dict[str, simpy.Event] = {}
        last = state.now + SIMULATED_DAYS * DAY
        self._calendar_time = {
            m.name: state.machine_time(m.name, state.now - DAY, last) for m in state.machines.values()
        }
        self._machines = {name: env.process(self._machine(name)) for name in sorted(state.machines)}
        self._working: set[str] = set()

    @property
    def now(self) -> Minute:
        return int(self.env.now)

    def report(self, type_: str, **data: Any) -> bool:
        """Post an event that has just happened and fold it into the twin; False where it makes no sense any more."""
        event = self.make(type_, self.now, **data)
        try:
            self.twin = fold_event(self.twin, event)
        except InvalidEvent:
            return False
        self.revision = self.mes.post([event])
        return True

    def is_open(self) -> bool:
        """Whether any machine works at this minute."""
        return any(time.is_open(self.now) for time in self._calendar_time.values())

    def running(self) -> list[Progress]:
        return [p for p in self.twin.progress.values() if p.status == "running"]

    def breaks(self, machine: str) -> None:
        """The machine stands still from now on."""
        self.down[machine] = self.env.event()
        if machine in self._working:
            self._machines[machine].interrupt()

    def comes_back(self, machine: str) -> None:
        self.down.pop(machine).succeed()

    # -- one machine ------------------------------------------------------------------------------------------------

    def _machine(self, name: str) -> Wait:
        for running in self.running():
            if running.machine == name:
                yield from self._work(name, running.order, running.operation, running.remaining_minutes or 1)
        while True:
            if name in self.down:
                yield self.down[name]
            line = self._next(name)
            if line is not None and line.setup_start <= self.now and self._time(name).is_open(self.now):
                yield from self._take_on(name, line)
            line = self._next(name)
            wait = LOOK_MINUTES if line is None else line.setup_start - self.now
            yield self.env.timeout(max(1, min(LOOK_MINUTES, wait)))

    def _take_on(self, machine: str, line: Line) -> Wait:
        """Change over, then work once everything is there. Dropped where the dispatch list turns to something else.

        A changeover once begun is carried through: no event of the contract tells of it, so the plan made meanwhile
        lets it begin anew and the list shows a later start than the floor can keep.
        """
        yield from self._busy(machine, self._changeover(machine, line))
        while (now_first := self._next(machine)) is not None and now_first.key == line.key:
            if self.now >= min(line.start, now_first.start) and self._may_start(machine, line):
                if self.report("operation.started", order=line.order, operation=line.operation, machine=machine):
                    planned = self.twin.run_minutes(line.order, line.operation, machine) or 1
                    yield from self._work(machine, line.order, line.operation, self._really(planned))
                return
            yield self.env.timeout(1 if self.now < line.start else LOOK_MINUTES)
            if machine in self.down:
                yield self.down[machine]

    def _next(self, machine: str) -> Line | None:
        """The first line of its dispatch list that has not begun."""
        waiting = (x for x in self.mes.lists.get(machine, ()) if self.twin.status_of(*x.key) == "waiting")
        return next(waiting, None)

    def _changeover(self, machine: str, line: Line) -> int:
        step = self.twin.operation(line.order, line.operation)
        row = step.on(machine) if step else None
        before = self.twin.machines[machine].initial_setup or None
        return self.twin.changeover(machine, before, step.setup_family, row.setup_minutes) if step and row else 0

    def _really(self, planned: int) -> int:
        if self.random.random() < HONEST_SHARE:
            return planned
        return max(1, round(planned * max(0.7, self.random.gauss(1.0, SPREAD))))

    def _work(self, machine: str, order: str, operation: int, minutes: int) -> Wait:
        """Work it off, and say halfway what is left; what cannot pause starts again after a breakdown."""
        step = self.twin.operation(order, operation)
        if step is not None and not step.pausable:
            yield from self._busy(machine, minutes, starts_again=True)
        else:
            half = minutes // 2
            yield from self._busy(machine, half)
            self._tell_what_is_left(order, operation, minutes - half)
            yield from self._busy(machine, minutes - half)
        known = self.twin.orders.get(order)
        self.report(
            "operation.finished",
            order=order,
            operation=operation,
            machine=machine,
            quantity_good=known.quantity if known else 0.0,
            quantity_scrap=0,
        )

    def _busy(self, machine: str, minutes: int, starts_again: bool = False) -> Wait:
        """So many working minutes of the machine pass; while it is down, none do."""
        left = minutes
        while left > 0:
            began = self.now
            until = self._time(machine).after(began, left)
            self._working.add(machine)
            try:
                yield self.env.timeout((until if until is not None else began + DAY) - began)
                left = 0
            except simpy.Interrupt:
                worked = self._time(machine).between(began, self.now)
                left = minutes if starts_again else max(1, left - worked)
                self._working.discard(machine)
                yield self.down[machine]
            finally:
                self._working.discard(machine)

    def _tell_what_is_left(self, order: str, operation: int, left: int) -> None:
        """A report where the floor knows better than the plan; none where both agree."""
        progress = self.twin.progress.get((order, operation))
        if progress is None or progress.remaining_minutes is None or progress.started is None:
            return
        elapsed = self._time(progress.machine or "").between(self.twin.now, self.now)
        if abs(progress.remaining_minutes - elapsed - left) >= 3:
            self.report("operation.progressed", order=order, operation=operation, remaining_minutes=left)

    def _time(self, machine: str) -> WorkingTime:
        return self._calendar_time[machine]

    # -- may it start? ------------------------------------------------------------------------------------------------

    def _may_start(self, machine: str, line: Line) -> bool:
        """Machine free, and for long enough; work before it done; material and people there."""
        step = self.twin.operation(line.order, line.operation)
        if step is None or not self._time(machine).is_open(self.now):
            return False
        if machine in self.down or any(p.machine == machine for p in self.running()):
            return False
        planned = self.twin.run_minutes(line.order, line.operation, machine) or 1
        if not step.pausable and not self._time(machine).in_one_stretch(self.now, self.now + planned):
            return False
        if self.twin.orders[line.order].status == "hold":
            return False
        return (
            self._before_it_is_done(line.order, step) and self._material_is_there(line.order, step) and self._crew(step)
        )

    def _before_it_is_done(self, order: str, step: Operation) -> bool:
        for number in step.predecessors:
            progress = self.twin.progress.get((order, number))
            if progress is None or progress.status != "done":
                return False
            if progress.finished is not None and self.now < progress.finished + step.min_wait:
                return False
        return True

    def _material_is_there(self, order: str, step: Operation) -> bool:
        quantity = self.twin.orders[order].quantity
        for component in step.components:
            stock = self.twin.materials.get(component.material)
            if (stock.on_hand if stock else 0.0) + 1e-6 < component.quantity_per_unit * quantity:
                return False
        return True

    def _crew(self, step: Operation) -> bool:
        for need in step.pools:
            taken = 0.0
            for progress in self.running():
                other = self.twin.operation(progress.order, progress.operation)
                taken += sum(n.quantity for n in other.pools if n.pool == need.pool) if other else 0.0
            if taken + need.quantity > self.twin.pools[need.pool].capacity + 1e-9:
                return False
        return True
