"""machine.added: one more machine, that can do what another one can."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import refuse, refuse_value
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation, Routing
from scheduler.domain.texts import addressable
from scheduler.errors import did_you_mean
from scheduler.limits import STANDARD


def machine_added(state: PlantState, event: Event) -> PlantState:
    """It stands in the work center of the one that it is like, keeps its hours and speed, and may do all that it may,
    in the same times. In which setup family it stands is not known. Told a second time it changes nothing."""
    name, like = event.data["machine"], event.data["like"]
    if name in state.machines:
        return state
    twin = state.machines.get(like)
    if twin is None:
        words = f"no machine '{like}' in the plant; {did_you_mean(like, state.machines)}"
        raise refuse(event, words, "like", f"'{like}'", "a machine of the plant")
    if not addressable(name) or any(name == m.work_center for m in state.machines.values()):
        raise refuse_value(event, f"'{name}'", "a name that an address can hold, and of no work center", "machine")
    if len(state.machines) >= STANDARD.machines:
        raise refuse_value(event, f"{len(state.machines):,} machines", f"at most {STANDARD.machines:,}", "machine")
    return replace(
        state,
        machines={**state.machines, name: replace(twin, name=name, initial_setup="")},
        routings={key: _with_twin(routing, name, like) for key, routing in state.routings.items()},
    )


def _with_twin(routing: Routing, name: str, like: str) -> Routing:
    """The very same where it never goes to that machine."""
    if not any(operation.on(like) for operation in routing.operations):
        return routing
    return replace(routing, operations=tuple(_also_on(o, name, like) for o in routing.operations))


def _also_on(operation: Operation, name: str, like: str) -> Operation:
    row = operation.on(like)
    return operation if row is None else replace(operation, machines=(*operation.machines, replace(row, machine=name)))
