"""Puts the product together: which ledger, planner, workers and files stand behind the ports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import assert_never

import structlog

from scheduler.compute.local import LocalWorkers, PlanWorkers
from scheduler.connect.configuration import ConnectionTable, read_connections, read_lists, read_sources, read_stops
from scheduler.connect.credentials import login_of, secret_of
from scheduler.connect.folder import FolderAdapter
from scheduler.connect.list_configuration import ListTable
from scheduler.connect.lists.dcmd import SparkplugLists
from scheduler.connect.lists.mqtt import MqttLists
from scheduler.connect.lists.webhook import WebhookLists
from scheduler.connect.oidc import OidcTokens
from scheduler.connect.rest.build import rest_adapter
from scheduler.connect.source_configuration import SourceTable
from scheduler.connect.sources.mqtt import MqttSource
from scheduler.connect.sources.opcua import OpcUaSource
from scheduler.connect.sources.sparkplug import SparkplugSource
from scheduler.connect.stop_configuration import PenaltyTable, ReasonTable
from scheduler.connect.tryton import TrytonAdapter
from scheduler.connect.webhook_post import HttpCourier
from scheduler.connect_ports import Adapter
from scheduler.errors import BadRequest
from scheduler.fault_points import in_force
from scheduler.ingest import ContractFiles, PlannersTables
from scheduler.limits import STANDARD, Limits
from scheduler.list_ports import ListCarrier
from scheduler.messages import Courier
from scheduler.ports import Lease
from scheduler.settings import Settings
from scheduler.signals.reasons import ReasonTree
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.warm import warm_kernels
from scheduler.source_ports import SignalSource
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.connections import Connections
from scheduler.usecases.desks import Desks
from scheduler.usecases.list_desks import ListDesks
from scheduler.usecases.report_watch import ReportLimits, ReportWatches
from scheduler.usecases.searches import Searches
from scheduler.usecases.services import Services
from scheduler.usecases.sources import Sources
from scheduler.usecases.stop_catalogue import StopCatalogue
from scheduler.usecases.tools import Tools, wall_clock
from scheduler.usecases.webhook_sender import WebhookSender

log = structlog.get_logger("rejig.start")


def build_services(settings: Settings, clock: Callable[[], dt.datetime] = wall_clock) -> Services:
    """Everything that a server needs; nothing is at work until `start`.

    Raises BadInput, and DeskTaken where another process serves the same SQLite file, both in words.
    """
    tokens = None if settings.oidc_issuer is None else OidcTokens(settings.oidc_issuer, settings.oidc_audience)
    tables = read_connections(settings.connections) if settings.connections is not None else []
    source_tables = read_sources(settings.connections) if settings.connections is not None else []
    list_tables = read_lists(settings.connections) if settings.connections is not None else []
    stop_tables = read_stops(settings.connections) if settings.connections is not None else ([], [])
    if settings.database_url is None:
        settings.data.mkdir(parents=True, exist_ok=True)
    if armed := in_force():
        log.warning("faults.armed", variable="REJIG_FAULTS", armed=armed)
    ledger = SqlLedger(settings.url)
    occupied: Lease | None = None
    try:
        occupied = ledger.occupy()
        ledger.upgrade()
        workers = _workers(settings)
    except BaseException:
        if occupied is not None:
            occupied.release()
        ledger.close()
        raise
    adapters = build_adapters(tables, settings.limits) if settings.desks else []
    sources = build_sources(source_tables) if settings.desks else []
    courier = HttpCourier(settings.webhook_hosts)
    carriers = build_lists(list_tables, courier) if settings.desks else []
    tools = Tools(
        ledger=ledger,
        planner=RejigPlanner(),
        workers=workers,
        files=ContractFiles(settings.limits),
        limits=settings.limits,
        clock=clock,
        courier=courier,
        tokens=tokens,
        claims=settings.claims,
        stops=build_stops(*stop_tables),
        watches=ReportWatches(ReportLimits(settings.doubtful_percent / 100, settings.silent_minutes)),
    )
    # One worker is left to the desks, so that a long what-if keeps no plant from its next plan.
    most = settings.searches_at_once if settings.dask_scheduler else settings.workers - 1
    searches = Searches(tools, max(1, min(settings.searches_at_once, most)), settings.limits)
    return Services(
        tools=tools,
        searches=searches,
        desks=Desks(tools, searches) if settings.desks else None,
        sender=WebhookSender(tools, courier) if settings.desks else None,
        connections=Connections(tools, adapters) if adapters else None,
        sources=Sources(tools, sources) if sources else None,
        lists=ListDesks(tools, carriers) if carriers else None,
        warm_up=warm_kernels,
        closers=(ledger.close, *((occupied.release,) if occupied is not None else ())),
    )


def build_adapters(tables: Sequence[ConnectionTable], limits: Limits = STANDARD) -> list[Adapter]:
    """What stands behind the connections of a file, by their kind."""
    files = PlannersTables(limits)

    def adapter(table: ConnectionTable) -> Adapter:
        match table.kind:
            case "folder":
                return FolderAdapter(table.link, table.mapping, files)
            case "tryton":
                return TrytonAdapter(table.link, partial(login_of, table.credentials), table.warehouse)
            case "rest":
                return rest_adapter(table, files)
        assert_never(table.kind)

    return [adapter(table) for table in tables]


def build_sources(tables: Sequence[SourceTable], passive: bool = False) -> list[SignalSource]:
    """What stands behind the sources of a file, by their kind. passive : for who only looks, beside a server."""

    def source(table: SourceTable) -> SignalSource:
        items = [item.item for item in table.item]
        login = partial(login_of, table.credentials) if table.credentials else lambda: None
        match table.kind:
            case "mqtt":
                return MqttSource(table.setup, items, login, passive=passive)
            case "sparkplug":
                return SparkplugSource(table.setup, items, login, passive=passive)
            case "opcua":
                return OpcUaSource(table.setup, items, login)
        assert_never(table.kind)

    return [source(table) for table in tables]


def build_lists(tables: Sequence[ListTable], courier: Courier) -> list[ListCarrier]:
    """What carries the dispatch lists of a file to machines, by its kind."""

    def carrier(table: ListTable) -> ListCarrier:
        setup = table.setup
        login = partial(login_of, table.credentials) if table.credentials else lambda: None
        match table.kind:
            case "mqtt":
                answers = table.topic_of(table.answers) if table.answers else None
                return MqttLists(setup, table.topic_of(table.topic), answers, login)
            case "sparkplug":
                return SparkplugLists(setup, table.topic_of(table.device), table.metric, table.answers, login)
            case "webhook":
                return WebhookLists(setup, courier, partial(secret_of, table.credentials), table.names)
        assert_never(table.kind)

    return [carrier(table) for table in tables]


def build_stops(reasons: Sequence[ReasonTable], penalties: Sequence[PenaltyTable]) -> StopCatalogue:
    """What a file says of stops, by plant."""
    trees = {
        plant: ReasonTree(tuple(table.reason for table in reasons if table.plant == plant))
        for plant in {table.plant for table in reasons}
    }
    owed = {
        plant: [table.penalty for table in penalties if table.plant == plant]
        for plant in {table.plant for table in penalties}
    }
    return StopCatalogue(trees, owed)


def _workers(settings: Settings) -> PlanWorkers:
    if settings.dask_scheduler is None:
        return LocalWorkers(RejigPlanner, settings.workers)
    try:
        from scheduler.compute.cluster import ClusterExecutor
    except ModuleNotFoundError as missing:
        raise BadRequest(
            f"REJIG_DASK_SCHEDULER: Dask is not installed ({missing}); pip install 'rejig[dask]', or leave the "
            "variable out to work with local processes",
            "REJIG_DASK_SCHEDULER",
        ) from missing
    return PlanWorkers(RejigPlanner, ClusterExecutor(settings.dask_scheduler))
