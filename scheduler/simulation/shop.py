"""The shop as it really is: stock, machines and work, in simulated time. Physics only; a policy decides what is done.

A unit of simulated time is a plant minute. Whatever happens is reported as a MES would, as events of the contract.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import simpy

from scheduler.domain.calendars import WorkingTime, working_time
from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY, Minute, iso
from scheduler.domain.orders import Order, Progress, Receipt
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation
from scheduler.simulation.future import Arrival, Future, brought_along
from scheduler.simulation.work import Job, Wait, change_over, work

SOURCE = "/floor"
TOLERANCE = 1e-6


class ControlPolicy(Protocol):
    """Decides what each free machine does next."""

    def hear(self, reports: list[Event]) -> None:
        """What has happened since the last call, oldest first."""
        ...

    def direct(self, shop: Shop) -> None:
        """Give free machines work by `shop.take_on`. Called whenever something may have changed."""
        ...

    def next_moment(self, shop: Shop, /) -> Minute | None:
        """When it wants to be asked again though nothing has happened."""
        ...


class Shop:
    """Machines that work as long as the simulation is stepped; `done`, `began` and `ended` are its record.

    to_come : orders of the future.   jobs : what each machine does.   family, prepared : the setup family that it
    stands in, and the operation that it has changed over to.   down : machines that stand still, with the expected end;
    repaired : what their work waits for.   reports : what has happened and nobody has heard of yet.
    """

    def __init__(
        self, env: simpy.Environment, state: PlantState, future: Future, policy: ControlPolicy, last: Minute
    ) -> None:
        self.env, self.state, self.future, self.policy = env, state, future, policy
        self.last = last
        self.orders: dict[str, Order] = dict(state.orders)
        self.since: dict[str, Minute] = {o.name: max(state.now, o.release or state.now) for o in state.orders.values()}
        self.stock = {m.name: m.on_hand for m in state.materials.values()}
        self.receipts: dict[str, Receipt] = {r.name: r for r in state.receipts.values() if r.quantity > 0}
        self.waiting: dict[OperationKey, Operation] = {}
        self.done: dict[OperationKey, Minute] = {}
        self.began: dict[OperationKey, tuple[str, Minute]] = {}
        self.ended: dict[str, Minute] = {}
        self.scrapped: dict[str, int] = {}
        self.jobs: dict[str, Job] = {}
        self.family: dict[str, str] = {m.name: m.initial_setup for m in state.machines.values()}
        self.down: dict[str, Minute | None] = {}
        self.prepared: dict[str, OperationKey] = {}
        self.run_minutes = dict.fromkeys(state.machines, 0)
        self.setup_minutes = dict.fromkeys(state.machines, 0)
        self.broken_waits = 0
        self.finishes = 0
        self.reports: list[Event] = []
        self.repaired: dict[str, simpy.Event] = {}
        self.to_come = 0
        self._reported = 0
        self._changed = env.event()
        self._pools = {
            p.name: working_time(state.calendars[p.calendar], state.zone, state.now, last) if p.calendar else None
            for p in state.pools.values()
        }
        self.works = {name: self._calendar(name) for name in state.machines}
        for order in state.orders.values():
            self._expect(order)
        for progress in state.progress.values():
            if progress.keeps_machine and progress.machine is not None:
                self._go_on_with(progress, progress.machine)
        env.process(self._decisions())

    # -- the present ----------------------------------------------------------------------------------------------

    @property
    def now(self) -> Minute:
        return int(self.env.now)

    def free(self) -> list[str]:
        """Machines that could take work at this minute."""
        return [
            m
            for m in sorted(self.works)
            if m not in self.jobs and m not in self.down and self.works[m].is_open(self.now)
        ]

    def is_open(self) -> bool:
        """Whether any machine works at this minute."""
        return any(works.is_open(self.now) for works in self.works.values())

    def awaits(self, machine: str) -> bool:
        """Whether there is work that the machine could do now, or once what runs has ended."""
        begun = self.done.keys() | {job.key for job in self.jobs.values()}
        return any(
            step.on(machine) is not None and all((order, number) in begun for number in step.predecessors)
            for (order, _), step in self.waiting.items()
        )

    def finished(self) -> bool:
        """True once every order that may be worked on has ended."""
        return not self.jobs and not self.to_come and all(self.orders[o].status == "hold" for o, _ in self.waiting)

    def planned_minutes(self, key: OperationKey, machine: str) -> int:
        step = self.step(key)
        row = step.on(machine)
        assert row is not None
        return row.run_minutes(self.orders[key[0]].quantity, self.state.machines[machine].efficiency)

    def step(self, key: OperationKey) -> Operation:
        found = self.state.routings[self.orders[key[0]].routing].operation(key[1])
        assert found is not None
        return found

    def changeover(self, key: OperationKey, machine: str, before: str | None = None) -> int:
        """Minutes from the family that the machine stands in (or `before`); none for what it is prepared for."""
        if before is None and self.prepared.get(machine) == key:
            return 0
        step = self.step(key)
        row = step.on(machine)
        old = self.family[machine] if before is None else before
        return self.state.changeover(machine, old or None, step.setup_family, row.setup_minutes) if row else 0

    def claimed(self, key: OperationKey) -> bool:
        """Whether some machine is changing over to it."""
        return any(job.key == key for job in self.jobs.values())

    def has_material(self, key: OperationKey) -> bool:
        quantity = self.orders[key[0]].quantity
        for part in self.step(key).components:
            if self._unclaimed(part.material, key) + TOLERANCE < part.quantity_per_unit * quantity:
                return False
        return True

    def ready_at(self, key: OperationKey) -> Minute | None:
        """From when its own order lets it start; None: that is not known, as work before it has not ended."""
        order, step = self.orders[key[0]], self.step(key)
        at = order.release or 0
        for number in step.predecessors:
            ended = self.done.get((key[0], number))
            if ended is None:
                return None
            at = max(at, ended + step.min_wait)
        return at

    def can_start(self, key: OperationKey, machine: str) -> bool:
        """Whether it could start at this minute, were the machine free and changed over."""
        order, step = self.orders[key[0]], self.step(key)
        ready = self.ready_at(key)
        if key not in self.waiting or order.status == "hold" or ready is None or ready > self.now:
            return False
        if machine in self.down or not self.works[machine].is_open(self.now):
            return False
        if not step.pausable and not self.fits(key, machine, self.now):
            return False
        return self.has_material(key) and self._has_crew(step)

    def fits(self, key: OperationKey, machine: str, at: Minute) -> bool:
        """Whether work that cannot pause would end, as planned, in the stretch in which it begins."""
        return self.works[machine].in_one_stretch(at, at + self.planned_minutes(key, machine))

    def _unclaimed(self, material: str, but: OperationKey) -> float:
        held = 0.0
        for job in self.jobs.values():
            if job.started is None and job.key != but:
                quantity = self.orders[job.key[0]].quantity
                held += sum(
                    c.quantity_per_unit * quantity for c in self.step(job.key).components if c.material == material
                )
        return self.stock.get(material, 0.0) - held

    def _has_crew(self, step: Operation) -> bool:
        for need in step.pools:
            on_duty = self._pools[need.pool]
            if on_duty is not None and not on_duty.is_open(self.now):
                return False
            taken = 0.0
            for job in self.jobs.values():
                if job.started is not None and job.machine not in self.down:
                    taken += sum(n.quantity for n in self.step(job.key).pools if n.pool == need.pool)
            if taken + need.quantity > self.state.pools[need.pool].room(self.now) + TOLERANCE:
                return False
        return True

    # -- what a policy does ---------------------------------------------------------------------------------------

    def take_on(self, machine: str, key: OperationKey) -> None:
        """A free machine changes over to the operation, and starts it if it can start by then."""
        assert machine not in self.jobs, f"{machine} is not free"
        assert key in self.waiting, f"{key} is not waiting"
        assert not self.claimed(key), f"{key} is claimed already"
        job = self.jobs[machine] = Job(key, machine)
        setup = self.changeover(key, machine)
        job.expected = self.now + setup + self.planned_minutes(key, machine)
        if setup == 0:
            assert self.can_start(key, machine), f"{key} cannot start on {machine}"
            self.start(job)
        else:
            job.process = self.env.process(change_over(self, job, setup))

    # -- what happens -----------------------------------------------------------------------------------------------

    def report(self, type: str, **data: Any) -> None:
        """Something has happened; a start or a progress frees nobody, so nobody is asked anew for it."""
        self._reported += 1
        self.reports.append(Event(f"{self.future.seed}-{self._reported}", SOURCE, type, self.now, data))
        if type not in ("operation.started", "operation.progressed"):
            self.stir()

    def stir(self) -> None:
        """The policy is asked anew at this minute."""
        if not self._changed.triggered:
            self._changed.succeed()

    def goes_down(self, machine: str, expected: Minute | None, reason: str, known: bool = False) -> None:
        """The machine stands still from now on; called again, the expected end is another one.

        known : everybody knows of it already.
        """
        new = machine not in self.down
        self.down[machine] = expected
        if not known:
            self.report("machine.down", machine=machine, expected_up=self._iso(expected), reason=reason)
        if new:
            self.repaired[machine] = self.env.event()
            job = self.jobs.get(machine)
            if job is not None and job.process is not None and job.interruptible:
                job.process.interrupt()

    def delivery_comes(self, name: str) -> None:
        """It is booked in: stock now, and no longer expected."""
        receipt = self.receipts.pop(name)
        self.stock[receipt.material] = self.stock.get(receipt.material, 0.0) + receipt.quantity
        self.report("receipt.arrived", receipt=name, quantity=receipt.quantity)

    def comes_back(self, machine: str) -> None:
        del self.down[machine]
        self.report("machine.up", machine=machine)
        self.repaired.pop(machine).succeed()

    def order_comes(self, arrival: Arrival) -> None:
        """An order that nobody knew of; its bought parts are in stock with it."""
        order = arrival.order
        for receipt in arrival.deliveries:
            self.stock[receipt.material] = self.stock.get(receipt.material, 0.0) + receipt.quantity
            self.report("material.counted", material=receipt.material, on_hand=self.stock[receipt.material])
        self.orders[order.name] = order
        self.since[order.name] = self.now
        self._expect(order)
        self.report(
            "order.created",
            order=order.name,
            material=order.material,
            quantity=order.quantity,
            routing=order.routing,
            due=self._iso(order.due),
            priority=order.priority,
            customer=order.customer,
        )

    def delivery_slips(self, name: str, expected: Minute) -> None:
        self.receipts[name] = replace(self.receipts[name], expected=expected)
        self.report("receipt.changed", receipt=name, expected=self._iso(expected))

    # -- one machine --------------------------------------------------------------------------------------------------

    def start(self, job: Job) -> None:
        """It takes its components and begins."""
        key, machine = job.key, job.machine
        order, step = self.orders[key[0]], self.waiting.pop(key)
        for part in step.components:
            self.stock[part.material] = self.stock.get(part.material, 0.0) - part.quantity_per_unit * order.quantity
        if step.max_wait is not None:
            ends = [self.done[key[0], number] for number in step.predecessors]
            self.broken_waits += any(self.now > end + step.max_wait for end in ends)
        self.family[machine] = step.setup_family or self.family[machine]
        self.prepared.pop(machine, None)
        planned = self.planned_minutes(key, machine)
        self.began[key] = machine, self.now
        job.started, job.expected = self.now, self.works[machine].after(self.now, planned) or self.now + planned
        self.report("operation.started", order=key[0], operation=key[1], machine=machine)
        self._work_on(job, self.future.minutes(*key, machine, planned), planned)

    def _go_on_with(self, progress: Progress, machine: str) -> None:
        key = (progress.order, progress.operation)
        planned = progress.remaining_minutes or self.planned_minutes(key, machine)
        job = self.jobs[machine] = Job(key, machine, started=progress.started)
        job.expected = self.works[machine].after(self.now, planned) or self.now + planned
        self.began[key] = machine, progress.started or self.now
        self._work_on(job, self.future.minutes(*key, machine, planned), planned)

    def _work_on(self, job: Job, minutes: int, planned: int) -> None:
        job.process = self.env.process(work(self, job, minutes, planned))

    def finish(self, job: Job) -> None:
        """It is done; an order's last operation puts the good pieces in stock. Lost parts are made again."""
        name, number = job.key
        order = self.orders[name]
        del self.jobs[job.machine]
        self.done[job.key] = self.now
        self.finishes += 1
        steps = self.state.routings[order.routing].operations
        complete = all((name, s.number) in self.done for s in steps)
        lost = self.future.scrap(order) if complete else 0
        self.report(
            "operation.finished",
            order=name,
            operation=number,
            machine=job.machine,
            quantity_good=order.quantity - lost,
            quantity_scrap=lost,
        )
        if complete:
            self.ended[name], self.scrapped[name] = self.now, lost
            self.stock[order.material] = self.stock.get(order.material, 0.0) + order.quantity - lost
            if lost and self._is_a_part(order.material):
                again = replace(order, name=f"{name}-again", quantity=float(lost), release=None)
                self.order_comes(Arrival(self.now, again, brought_along(self.state, again, self.now)))

    # -- decisions --------------------------------------------------------------------------------------------------

    def _decisions(self) -> Wait:
        """Ask the policy whenever something has happened, once a minute at most."""
        while True:
            yield self.env.timeout(0)  # after whatever else happens at this minute
            self._changed = self.env.event()
            self.policy.hear(self.take_reports())
            self.policy.direct(self)
            yield self._changed | self.env.timeout(self._next_moment() - self.now)

    def take_reports(self) -> list[Event]:
        reports, self.reports = self.reports, []
        return reports

    def _next_moment(self) -> Minute:
        """When something may become possible without anything happening."""
        now = self.now
        moments = [self.last, self.policy.next_moment(self) or self.last]
        for key in self.waiting:
            moments.append(self.ready_at(key) or 0)
        for works in (*self.works.values(), *(p for p in self._pools.values() if p is not None)):
            moments.append(next_stretch(works, now) or 0)
        moments += [edge for pool in self.state.pools.values() for edge in pool.edges()]
        return min((m for m in moments if m > now), default=now + DAY)

    # -- at the beginning ---------------------------------------------------------------------------------------------

    def _calendar(self, machine: str) -> WorkingTime:
        """Without the failures, which are the future's."""
        state = self.state
        planned = [
            (d.start, d.until(state.now, state.default_repair_minutes))
            for d in state.downtimes
            if d.machine == machine and (d.kind == "maintenance" or d.start > state.now)
        ]
        return working_time(state.calendar_of(machine), state.zone, state.now - DAY, self.last).minus(planned)

    def _expect(self, order: Order) -> None:
        for step in self.state.routings[order.routing].operations:
            key = (order.name, step.number)
            progress = self.state.progress.get(key)
            if progress is None:
                self.waiting[key] = step
            elif progress.status == "done":
                self.done[key] = progress.finished if progress.finished is not None else self.state.now

    def _is_a_part(self, material: str) -> bool:
        return any(
            c.material == material
            for name in {o.routing for o in self.orders.values()}
            for step in self.state.routings[name].operations
            for c in step.components
        )

    def _iso(self, moment: Minute | None) -> str | None:
        return None if moment is None else iso(moment, self.state.zone)


def next_stretch(works: WorkingTime, now: Minute) -> Minute | None:
    """When it opens next after `now`."""
    return next((start for start, _ in works.stretches if start > now), None)
