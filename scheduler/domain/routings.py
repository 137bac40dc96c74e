"""How a material is made: operations, the machines that can do them, components and pool needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

LONGEST_RUN = 10**10
"""Minutes: twenty thousand years, which no plan has room for; sums of them still fit into 64 bits."""


@dataclass(frozen=True, slots=True)
class EligibleMachine:
    """A machine that can do an operation, with its own times in minutes at standard efficiency."""

    machine: str
    run_minutes_per_unit: float
    setup_minutes: int = 0
    run_minutes_fixed: float = 0.0

    def run_minutes(self, quantity: float, efficiency: float) -> int:
        """ceil((fixed + per unit x quantity) / efficiency), at least 1 (contract, rule 3); at most LONGEST_RUN."""
        raw = (self.run_minutes_fixed + self.run_minutes_per_unit * quantity) / efficiency
        return max(1, math.ceil(min(raw, LONGEST_RUN) - 1e-9))


@dataclass(frozen=True, slots=True)
class Component:
    """Material that an operation takes at its start, per piece of the order."""

    material: str
    quantity_per_unit: float


@dataclass(frozen=True, slots=True)
class PoolNeed:
    pool: str
    quantity: float = 1.0


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a routing.

    predecessors : operation numbers of the same routing that must have ended.
    setup_family : "" is a family of its own that needs no changeover around it.
    min_wait, max_wait : minutes between the end of every predecessor and this start; max_wait None: no limit.
    """

    number: int
    description: str = ""
    predecessors: tuple[int, ...] = ()
    setup_family: str = ""
    pausable: bool = True
    min_wait: int = 0
    max_wait: int | None = None
    machines: tuple[EligibleMachine, ...] = ()
    components: tuple[Component, ...] = ()
    pools: tuple[PoolNeed, ...] = ()

    def on(self, machine: str) -> EligibleMachine | None:
        """Its row for that machine, None where it is not eligible."""
        return next((m for m in self.machines if m.machine == machine), None)


@dataclass(frozen=True, slots=True)
class Routing:
    """Operations in the order of their numbers."""

    name: str
    operations: tuple[Operation, ...]

    def operation(self, number: int) -> Operation | None:
        return next((o for o in self.operations if o.number == number), None)

    def last_operations(self) -> tuple[int, ...]:
        """The numbers that no other operation waits for: their good pieces are the order's output."""
        waited_for = {p for o in self.operations for p in o.predecessors}
        return tuple(o.number for o in self.operations if o.number not in waited_for)

    def in_sequence(self) -> list[int]:
        """The operation numbers, each behind those that it waits for; of operations in a circle none."""
        numbers = {o.number for o in self.operations}
        left = {o.number: numbers.intersection(o.predecessors) for o in self.operations}
        found: list[int] = []
        while free := [number for number, before in left.items() if not before & left.keys()]:
            found += free
            for number in free:
                del left[number]
        return found
