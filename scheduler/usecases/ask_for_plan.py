"""Ask for a plan now: a job that survives a restart."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

from scheduler.domain.plant import PlantState
from scheduler.errors import StalePlan
from scheduler.ports import JobRecord, PlanRequest
from scheduler.usecases.check_and_store import CheckedPlan, store
from scheduler.usecases.searches import Searches, Step, with_objective
from scheduler.usecases.tools import Tools


def ask_for_plan(tools: Tools, searches: Searches, plant: str, request: PlanRequest) -> JobRecord:
    """Queue it. The plan is proposed; in `auto`, one by the plant's own weights that passes the check is released."""
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


class JobTask:
    """The work on a job."""

    def __init__(self, tools: Tools, record: JobRecord) -> None:
        self._tools = tools
        self._record = record
        self._saving = threading.Lock()

    @property
    def id(self) -> str:
        return self._record.id

    @property
    def plant(self) -> str:
        return self._record.plant

    def wanted(self) -> bool:
        return self._tools.ledger.job(self.plant, self.id).state in ("queued", "running")

    def save(self, step: Step) -> None:
        with self._saving:
            self._record = replace(
                self._record,
                state=step.state,
                progress=step.progress or self._record.progress,
                plan_number=step.plan_number,
                error=step.error,
            )
            self._tools.ledger.save_job(self._record)
        data = {"job": self.id, "state": step.state, "plan": step.plan_number}
        self._tools.tell(self.plant, "job.progress", data | best(step))

    def work(self, search: Callable[[PlantState, PlanRequest], CheckedPlan]) -> int:
        tools, request = self._tools, self._record.request
        snapshot = tools.snapshot(self.plant)
        state = with_objective(snapshot.state, request)
        found = search(state, request)
        mode = tools.ledger.plant(self.plant).mode
        release_by = "auto" if mode == "auto" and request.objective is None else None
        told = {"revision": snapshot.revision, "cause": "asked for", "objective": state.objective}
        try:
            stored = store(tools, self.plant, found, release_by=release_by, **told)  # type: ignore[arg-type]
        except StalePlan:
            # The desk has repaired meanwhile: this one stays a proposal to compare with.
            stored = store(tools, self.plant, found, **told)  # type: ignore[arg-type]
        return stored.number


def best(step: Step) -> dict[str, float | str | None]:
    """The last progress as the stream tells it."""
    if not step.progress:
        return {}
    last = step.progress[-1]
    return {"seconds": last.seconds, "cost": last.cost, "lower_bound": last.lower_bound, "engine": last.engine}
