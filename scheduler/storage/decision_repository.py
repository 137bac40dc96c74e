"""Decisions that are events and a plan at once: both in one transaction, or neither."""

from __future__ import annotations

import datetime as dt

from scheduler.errors import Conflict, StalePlan
from scheduler.fault_points import passing
from scheduler.ports import Decision, PlanRecord, Rejected
from scheduler.storage import records
from scheduler.storage.folding import FoldingRepository
from scheduler.storage.intake import Intake
from scheduler.storage.plan_repository import insert_plan, plan_record, plan_values
from scheduler.storage.repository import change_row, find_plant
from scheduler.storage.request_repository import WHAT_IFS


class DecisionRepository(FoldingRepository):
    """decide."""

    def decide(self, plant: str, decision: Decision, at: dt.datetime) -> tuple[int, PlanRecord]:
        events, new, policy = decision.events, decision.new, decision.policy
        values = plan_values(plant, new, at)
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            if row["revision"] != decision.on_revision:
                raise StalePlan(
                    f"plant '{plant}' is at revision {row['revision']}, and this was made for {decision.on_revision}"
                )
            intake = Intake(connection, row, self._folded(connection, row), at)
            intake.expect(events)
            for number, event in enumerate(events, start=1):
                answer = intake.offer(event)
                if answer is None:
                    raise Conflict(f"event {number} ({event.type}) stands in the log already")
                if isinstance(answer, Rejected):
                    raise Conflict(f"event {number}: {answer.reason}")
            revision = intake.revision
            intake.take_in_what_waited()
            intake.write()
            passing("event.appended")
            if policy is not None:
                changed = policy(records.read_policy(row["policy"]))
                change_row(connection, plant, policy=records.write_limited(changed))
            row = find_plant(connection, plant)
            stored = insert_plan(connection, row, values | {"revision": revision}, at, release_by=decision.by)
            WHAT_IFS.save(connection, decision.what_if(revision, stored["number"]))
        passing("event.committed")
        if intake.accepted:
            self._states.keep((plant, intake.revision), intake.state)
        self._operations.keep((plant, stored["number"]), new.plan.operations)
        return revision, plan_record(stored, new.plan.operations)
