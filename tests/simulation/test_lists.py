"""Working by dispatch lists: what is first, what may go ahead of it, and when the server is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_events
from scheduler.domain.plant import PlantState
from scheduler.planning.lists.dispatch_list import dispatch_list
from scheduler.simulation.future import AS_PLANNED, Future
from scheduler.simulation.lists import DispatchLists
from scheduler.simulation.mes import Line
from scheduler.simulation.runs import play
from tests.builders import at, tiny_plan, tiny_plant


@dataclass
class OnePlan:
    """A server that keeps one plan: it takes events in, and the lists of what is left are known from then on."""

    state: PlantState
    lists: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    batches: list[list[Event]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)

    def post(self, events: list[Event]) -> int:
        self.batches.append(list(events))
        self.state = fold_events(self.state, events)
        for machine in self.lists:
            self.fetch_list(machine)
        return len(self.batches)

    def settle(self, revision: int) -> None:
        self.settled.append(revision)

    def fetch_list(self, machine: str) -> bool:
        rows = dispatch_list(self.state, self.state.plan, machine).rows
        self.lists[machine] = tuple(
            Line(r.order, r.operation, r.setup_start or r.start, r.start, r.material_ready)
            for r in rows
            if r.status == "next"
        )
        return True


def test_where_all_goes_as_planned_the_lists_deliver_the_plan() -> None:
    state = tiny_plant(plan=tiny_plan().operations)
    server = OnePlan(state)
    shop = play(state, Future(state, 1, AS_PLANNED), DispatchLists(server))  # type: ignore[arg-type]
    assert {key: (m, start) for key, (m, start) in shop.began.items()} == {
        o.key: (o.machine, o.start) for o in tiny_plan().operations
    }


def test_the_server_is_told_before_a_list_is_read_and_of_nothing_twice() -> None:
    """SHAFT-1 leaves the saw at 06:20. From then on somebody always waits for a list, or nothing is left to read."""
    state = tiny_plant(plan=tiny_plan().operations)
    server = OnePlan(state)
    policy = DispatchLists(server)  # type: ignore[arg-type]
    shop = play(state, Future(state, 1, AS_PLANNED), policy)
    policy.send_reports()
    told = [(e.type, e.time) for batch in server.batches for e in batch]
    assert told == sorted(told, key=lambda x: x[1])
    assert len({e.id for batch in server.batches for e in batch}) == len(told)
    assert sum(type == "operation.finished" for type, _ in told) == len(shop.done) == 5
    assert server.settled == list(range(1, len(server.batches) + 1))
    assert min(time for type, time in told if type == "operation.finished") == at(0, 6, 20)


def test_what_nobody_waits_for_is_told_together() -> None:
    """While the lathe works and the saw has nothing left, a report waits for the next that somebody needs answered."""
    state = tiny_plant(plan=tiny_plan().operations)
    patient, hasty = OnePlan(state), OnePlan(state)
    for server, lockstep in ((patient, True), (hasty, False)):
        for machine in state.machines:
            server.fetch_list(machine)
        policy = DispatchLists(server, lockstep)  # type: ignore[arg-type]
        play(state, Future(state, 1, AS_PLANNED), policy)
        policy.send_reports()
    assert len(patient.batches) < len(hasty.batches)
    assert [e for b in patient.batches for e in b] == [e for b in hasty.batches for e in b]
