"""Working by the dispatch lists of a server, through its HTTP contract."""

from __future__ import annotations

from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute
from scheduler.simulation.mes import Line, Mes
from scheduler.simulation.shop import Shop


class DispatchLists:
    """Each machine does what stands first on its list, as soon as that can start, changing over ahead of it.

    While the first must wait, the machine does what stands further down if that ends in time for it. Material counts as
    there where the list says so too: it may be meant for somebody who starts sooner.
    lockstep : simulated time stands still until the server has answered to what happened. What happens while no machine
    waits for work is sent together with what happens next, so that nobody waits for answers that nobody needs.
    """

    def __init__(self, mes: Mes, lockstep: bool = True) -> None:
        self._mes = mes
        self._lockstep = lockstep
        self._unsent: list[Event] = []
        self._current: set[str] = set()

    def hear(self, reports: list[Event]) -> None:
        self._unsent += reports
        if not self._lockstep:
            self.send_reports()

    def send_reports(self) -> None:
        """Send what the server does not know yet."""
        if not self._unsent:
            return
        revision = self._mes.post(self._unsent)
        self._unsent = []
        if self._lockstep:
            self._mes.settle(revision)
            self._current.clear()

    def direct(self, shop: Shop) -> None:
        free = shop.free()
        idle = {m for m in free if shop.awaits(m)} if self._lockstep else set()
        if idle:
            self.send_reports()
        for machine in free:
            if self._lockstep and machine not in idle:
                continue
            if self._lockstep and machine not in self._current:
                self._mes.fetch_list(machine)
                self._current.add(machine)
            line = self._choose(shop, machine)
            if line is not None:
                shop.take_on(machine, line.key)

    def next_moment(self, shop: Shop) -> Minute | None:
        """The next changeover that a list asks for."""
        starts = [line.setup_start for m in shop.free() for line in self._waiting(shop, m)[:1]]
        return min((t for t in starts if t > shop.now), default=None)

    def _waiting(self, shop: Shop, machine: str) -> list[Line]:
        lines = self._mes.lists.get(machine, ())
        return [line for line in lines if line.key in shop.waiting and not shop.claimed(line.key)]

    def _choose(self, shop: Shop, machine: str) -> Line | None:
        waiting = self._waiting(shop, machine)
        if not waiting:
            return None
        first = waiting[0]
        if first.ready and shop.can_start(first.key, machine):
            return first
        for line in waiting[1:]:
            if line.ready and shop.can_start(line.key, machine) and self._ends_before(shop, machine, line, first):
                return line
        return first if first.setup_start <= shop.now and shop.changeover(first.key, machine) else None

    @staticmethod
    def _ends_before(shop: Shop, machine: str, line: Line, first: Line) -> bool:
        """Whether the machine is back, changed over again, when the first of its list can start."""
        family = shop.step(line.key).setup_family or shop.family[machine]
        minutes = shop.changeover(line.key, machine) + shop.planned_minutes(line.key, machine)
        end = shop.works[machine].after(shop.now, minutes + shop.changeover(first.key, machine, family))
        return end is not None and end <= first.start
