"""What a job and a what-if have in common: a record in the ledger that a search is at work on."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar, Generic, TypeVar

from scheduler.messages import MessageType
from scheduler.ports import JobRecord, WhatIfRecord
from scheduler.usecases.searches import Step
from scheduler.usecases.tools import Tools

R = TypeVar("R", JobRecord, WhatIfRecord)


class RecordTask(ABC, Generic[R]):
    """Saves each step in the record and tells the event stream of it.

    named, news : what the stream calls the record, and the type of its messages.
    """

    named: ClassVar[str]
    news: ClassVar[MessageType]

    def __init__(self, tools: Tools, record: R) -> None:
        self._tools = tools
        self._record: R = record
        self._saving = threading.Lock()

    @property
    def id(self) -> str:
        return self._record.id

    @property
    def plant(self) -> str:
        return self._record.plant

    @abstractmethod
    def _stored(self) -> R:
        """The record as the ledger has it now."""

    @abstractmethod
    def _store(self, record: R) -> None: ...

    def wanted(self) -> bool:
        return self._stored().state in ("queued", "running")

    def save(self, step: Step) -> None:
        with self._saving:
            self._record = replace(
                self._record,
                state=step.state,
                progress=step.progress or self._record.progress,
                plan_number=step.plan_number,
                error=step.error,
            )
            self._store(self._record)
        data = {self.named: self.id, "state": step.state, "plan": step.plan_number}
        self._tools.publish(self.plant, self.news, data | _last(step))


def _last(step: Step) -> dict[str, float | str | None]:
    """The last progress as the stream tells it."""
    if not step.progress:
        return {}
    last = step.progress[-1]
    return {"seconds": last.seconds, "cost": last.cost, "lower_bound": last.lower_bound, "engine": last.engine}
