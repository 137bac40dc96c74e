"""What the product asks to remember of decisions that are events and a plan at once. Each method is one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from scheduler.domain.events import Event
from scheduler.plan_ports import NewPlan, PlanRecord, Policy
from scheduler.request_ports import WhatIfRecord


@dataclass(frozen=True, slots=True)
class Decision:
    """Events and the plan that knows them, by a named person.

    on_revision : of the log that both were made for.
    what_if : from (revision after the events, number of the plan) to the record to be kept.
    policy : from the plant's policy to what it becomes with them; None: it stays.
    """

    events: Sequence[Event]
    new: NewPlan
    by: str
    on_revision: int
    what_if: Callable[[int, int], WhatIfRecord]
    policy: Callable[[Policy], Policy] | None = None


class DecisionBook(Protocol):
    """Takes events in and puts in force the plan that knows them, or neither."""

    def decide(self, plant: str, decision: Decision, at: dt.datetime) -> tuple[int, PlanRecord]:
        """Append the events, release the plan on the revision that they lead to, and keep the what-if as it is then.

        Returns that revision and the plan. Raises Conflict where an event is refused or known already, PlanNotFeasible,
        StalePlan where the log stands at another revision; nothing is stored then.
        """
        ...
