"""Figures for Prometheus: what the use cases count, how plants stand, how calls are answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scheduler.connect_ports import ConnectionState
from scheduler.usecases.doubts import open_doubts
from scheduler.usecases.services import Services

MOST_SOURCES = 50
"""Of a plant; names of sources are their senders' own, and figures must stay few."""

log = structlog.get_logger("rejig.metrics")


class ProductFigures(Collector):
    """Reads the meters and the plants at each scrape."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        yield from self._counted()
        yield from self._plants()
        yield from self._ages()
        yield from self._connections()
        yield GaugeMetricFamily(
            "rejig_searches_at_work", "Jobs and what-ifs queued or running here", self._services.searches.running()
        )

    def _counted(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        sums: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        for reading in self._services.tools.meters.readings():
            names, values = [k for k, _ in reading.labels], [v for _, v in reading.labels]
            if reading.name.endswith("_seconds_sum"):
                sums[reading.name.removesuffix("_sum"), reading.labels] = reading.value
            elif not reading.name.endswith("_seconds_count"):
                name = f"rejig_{reading.name}"
                family = families.setdefault(
                    name, CounterMetricFamily(name, reading.name.replace("_", " "), labels=names)
                )
                assert isinstance(family, CounterMetricFamily)
                family.add_metric(values, reading.value)
        for (name, labels), total in sums.items():
            count = self._services.tools.meters.total(f"{name}_count", **dict(labels))
            full = f"rejig_{name}"
            summary = families.setdefault(
                full, SummaryMetricFamily(full, name.replace("_", " "), labels=[k for k, _ in labels])
            )
            assert isinstance(summary, SummaryMetricFamily)
            summary.add_metric([v for _, v in labels], count_value=int(count), sum_value=total)
        yield from families.values()

    def _plants(self) -> Iterable[Metric]:
        revision = GaugeMetricFamily("rejig_plant_revision", "Events taken in", labels=["plant"])
        behind = GaugeMetricFamily("rejig_plan_behind_events", "Events unknown to the plan in force", labels=["plant"])
        quarantined = GaugeMetricFamily(
            "rejig_quarantined_events", "Events that wait in quarantine for a decision", labels=["plant"]
        )
        doubts = GaugeMetricFamily("rejig_open_doubts", "What was inferred and nobody has answered", labels=["plant"])
        waiting = GaugeMetricFamily(
            "rejig_webhook_waiting_messages", "Messages that no webhook has taken yet", labels=["plant"]
        )
        dead = GaugeMetricFamily("rejig_webhook_dead_letters", "Messages to webhooks given up", labels=["plant"])
        desks = GaugeMetricFamily("rejig_desk_held", "1 where this process holds the plant's desk", labels=["plant"])
        try:
            counts = self._services.tools.ledger.delivery_counts()
            for record in self._services.tools.ledger.plants():
                to_deliver, given_up = counts.get(record.plant, (0, 0))
                waiting.add_metric([record.plant], to_deliver)
                dead.add_metric([record.plant], given_up)
                revision.add_metric([record.plant], record.revision)
                quarantined.add_metric([record.plant], record.quarantined)
                doubts.add_metric([record.plant], open_doubts(self._services.tools, record.plant))
                behind.add_metric([record.plant], record.revision - (record.plan_in_force_revision or 0))
        except Exception:
            # Prometheus must hear the rest when the storage is away; /readyz says what is wrong with it.
            log.exception("metrics.storage")
        for desk in self._services.desks.health() if self._services.desks else ():
            desks.add_metric([desk.plant], 1.0 if desk.here else 0.0)
        return revision, behind, quarantined, doubts, waiting, dead, desks

    def _ages(self) -> Iterable[Metric]:
        """How old is what the plants go by: the plan in force, and what each source has said of the floor."""
        plan = GaugeMetricFamily("rejig_plan_age_seconds", "Since the plan in force was made", labels=["plant"])
        quiet = GaugeMetricFamily(
            "rejig_source_quiet_minutes",
            "Open minutes since a source of reports sent its last",
            labels=["plant", "source"],
        )
        silent = GaugeMetricFamily(
            "rejig_source_silent", "1 where a source that used to report has fallen silent", labels=["plant", "source"]
        )
        tools = self._services.tools
        try:
            for record in tools.ledger.plants():
                if record.plan_in_force is not None:
                    before = record.plan_in_force + 1
                    for made in tools.ledger.plans(record.plant, limit=1, before=before, with_operations=False):
                        plan.add_metric([record.plant], (tools.clock() - made.created_at).total_seconds())
                for source in tools.watch(record.plant).sources[:MOST_SOURCES]:
                    quiet.add_metric([record.plant, source.source], source.quiet)
                    silent.add_metric([record.plant, source.source], float(source.silent))
        except Exception:
            log.exception("metrics.storage")
        return plan, quiet, silent

    def _connections(self) -> Iterable[Metric]:
        if self._services.connections is None:
            return ()
        told: dict[str, tuple[str, Callable[[ConnectionState], float]]] = {
            "waiting_messages": ("Messages that have not gone out yet", lambda s: s.waiting),
            "dead_letters": ("Messages given up", lambda s: s.dead),
            "rejected_rows": ("Rows that were not taken in", lambda s: s.rejected),
            "failing": ("1 where it cannot be reached", lambda s: float(bool(s.trouble))),
            "data_at_seconds": ("The moment its data speaks of", lambda s: s.data_at.timestamp() if s.data_at else 0),
        }
        gauges = {
            n: GaugeMetricFamily(f"rejig_connection_{n}", words, labels=["connection"])
            for n, (words, _) in told.items()
        }
        try:
            for state in self._services.tools.ledger.connection_states():
                for name, (_, figure) in told.items():
                    gauges[name].add_metric([state.name], figure(state))
        except Exception:
            log.exception("metrics.storage")
        return gauges.values()


class Metrics:
    """One registry per app, so that two apps in one process do not mix."""

    def __init__(self, services: Services) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(ProductFigures(services))
        self._calls = Counter(
            "rejig_http_calls", "Calls answered", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "rejig_http_seconds", "Time to the first byte of the answer", ["method", "route"], registry=self._registry
        )

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._calls.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class CountCalls:
    """ASGI: counts each call by its route, never by its address, so that the figures stay few."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                self._metrics.answered(scope["method"], route, message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, counting)
