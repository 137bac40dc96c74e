"""Ask for a plan now: a job that survives a restart."""

from __future__ import annotations

import uuid
from dataclasses import replace

from scheduler.ports import JobRecord, PlanRequest
from scheduler.usecases.check_and_store import store
from scheduler.usecases.record_task import RecordTask
from scheduler.usecases.searches import Search, Searches, with_objective
from scheduler.usecases.tools import Tools


def ask_for_plan(tools: Tools, searches: Searches, plant: str, request: PlanRequest) -> JobRecord:
    """Queue it. The plan is proposed, in every mode: whoever has asked for it decides."""
    tools.ledger.plant(plant)
    record = JobRecord(f"j-{uuid.uuid4().hex[:12]}", plant, "queued", request, created_at=tools.clock())
    searches.start(JobTask(tools, record), lambda: tools.ledger.add_job(record))
    return record


def stop_job(tools: Tools, searches: Searches, plant: str, id: str) -> JobRecord:
    """Stop it and keep the best plan. One that has ended stays as it is. Raises UnknownJob."""
    record = tools.ledger.job(plant, id)
    if record.state in ("queued", "running") and not searches.stop(id):
        record = replace(record, state="stopped")
        tools.ledger.save_job(record)
    return tools.ledger.job(plant, id)


class JobTask(RecordTask[JobRecord]):
    """The work on a job."""

    named, news = "job", "job.progress"

    def _stored(self) -> JobRecord:
        return self._tools.ledger.job(self.plant, self.id)

    def _store(self, record: JobRecord) -> None:
        self._tools.ledger.save_job(record)

    def work(self, search: Search) -> int:
        tools, request = self._tools, self._record.request
        snapshot = tools.snapshot(self.plant)
        state = with_objective(snapshot.state, request)
        found = search(state, request)
        stored = store(
            tools,
            self.plant,
            found,
            revision=snapshot.revision,
            cause="asked for",
            objective=state.objective,
        )
        return stored.number
