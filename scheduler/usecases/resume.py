"""Take up again what was queued or running when the product last stopped, here or in a process that is gone."""

from __future__ import annotations

from scheduler.usecases.ask_for_plan import JobTask
from scheduler.usecases.searches import Searches
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import WhatIfTask


def resume_unfinished(tools: Tools, searches: Searches) -> int:
    """How many were taken up; what another process works on is left to it."""
    jobs, what_ifs = tools.ledger.unfinished()
    taken = sum(searches.start(JobTask(tools, job)) for job in jobs)
    return taken + sum(searches.start(WhatIfTask(tools, record)) for record in what_ifs)
