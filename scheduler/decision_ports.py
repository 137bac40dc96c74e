"""What the product asks to remember of decisions that are events and a plan at once. Each method is one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol

from scheduler.domain.events import Event
from scheduler.plan_ports import NewPlan, PlanRecord, Policy
from scheduler.request_ports import WhatIfRecord


class DecisionBook(Protocol):
    """Takes events in and puts in force the plan that knows them, or neither."""

    def decide(
        self,
        plant: str,
        events: Sequence[Event],
        new: NewPlan,
        at: dt.datetime,
        *,
        by: str,
        on_revision: int,
        what_if: Callable[[int, int], WhatIfRecord],
        policy: Callable[[Policy], Policy] | None = None,
    ) -> tuple[int, PlanRecord]:
        """Append the events, release the plan on the revision that they lead to, and keep the what-if as it is then.

        on_revision : of the log that events and plan were made for; at another, StalePlan is raised.
        what_if : from (revision after the events, number of the plan) to the record to be kept.
        policy : from the plant's policy to what it becomes with them; None: it stays.
        Returns that revision and the plan. Raises Conflict where an event is refused or known already, PlanNotFeasible,
        StalePlan; nothing is stored then.
        """
        ...
