"""Puts the product together: which ledger, planner, workers and files stand behind the ports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from scheduler.compute.local import LocalWorkers
from scheduler.connect.webhook_post import HttpCourier
from scheduler.ingest import ContractFiles
from scheduler.settings import Settings
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.warm import warm_kernels
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.desks import Desks
from scheduler.usecases.searches import Searches
from scheduler.usecases.services import Services
from scheduler.usecases.tools import Tools, wall_clock
from scheduler.usecases.webhook_sender import WebhookSender


def build_services(settings: Settings, clock: Callable[[], dt.datetime] = wall_clock) -> Services:
    """Everything that a server needs; nothing is at work until `start`. Raises BadInput in words."""
    if settings.database_url is None:
        settings.data.mkdir(parents=True, exist_ok=True)
    ledger = SqlLedger.open(settings.url)
    try:
        workers = LocalWorkers(RejigPlanner, settings.workers)
    except BaseException:
        ledger.close()
        raise
    courier = HttpCourier(settings.webhook_hosts)
    tools = Tools(
        ledger=ledger, planner=RejigPlanner(), workers=workers, files=ContractFiles(), clock=clock, courier=courier
    )
    # One worker is left to the desks, so that a long what-if keeps no plant from its next plan.
    searches = Searches(tools, max(1, min(settings.searches_at_once, settings.workers - 1)))
    return Services(
        tools=tools,
        searches=searches,
        desks=Desks(tools, searches) if settings.desks else None,
        sender=WebhookSender(tools, courier) if settings.desks else None,
        max_upload_bytes=settings.max_upload_bytes,
        warm_up=warm_kernels,
        closers=(ledger.close,),
    )
