"""Connections to other systems: how they stand, and what a person does about it."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response

from api.common import ServicesOf, answer, problems
from api.door import Guarded, caller_of
from api.models.connections import (
    ConnectionDetail,
    ConnectionList,
    ConnectionModel,
    CountAnswer,
    DropAsk,
    NumbersAsk,
    OutgoingModel,
    ReceivedModel,
    RejectedRowModel,
    ReplayAnswer,
    StepModel,
    TestAnswer,
)
from api.present.times import Times
from scheduler.connect_ports import Adapter, ConnectionState
from scheduler.errors import UnknownConnection
from scheduler.usecases.connection_acts import drop_messages, replay_message, send_again, try_connection
from scheduler.usecases.connections import Connections
from scheduler.usecases.services import Services

router = APIRouter(route_class=Guarded, tags=["connections"])

ALL = "/v1/connections"
ONE = ALL + "/{connection}"
NEWEST = 50
Name = Annotated[
    str,
    Path(
        alias="connection",
        description="Connection",
        examples=["excel"],
        max_length=63,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
    ),
]


@router.get(ALL, response_model=ConnectionList)
def list_connections(request: Request, services: ServicesOf) -> Response:
    """Every connection of the file that this server was started with, as far as the caller's key opens its plant."""
    every = services.connections.adapters if services.connections else []
    adapters = [adapter for adapter in every if caller_of(request).opens(adapter.link.plant)]
    return answer(ConnectionList(connections=[_model(services, a) for a in sorted(adapters, key=_name)]))


@router.get(ONE, response_model=ConnectionDetail, responses=problems(404))
def get_connection(name: Name, services: ServicesOf) -> Response:
    """One connection with its newest messages, the rows that were rejected and what has not gone out."""
    adapter, ledger = _connections(services).adapter(name), services.tools.ledger
    model = _model(services, adapter)
    loaded = model.state != "no plant"
    times = _times(services, adapter, loaded)
    detail = ConnectionDetail(
        **model.model_dump(),
        messages=[
            ReceivedModel(
                number=m.number, outer_id=m.outer_id, state=m.state, received_at=times.wall(m.received_at), said=m.said
            )
            for m in (ledger.inbox(name, limit=NEWEST) if loaded else ())
        ],
        rejected=[
            RejectedRowModel(
                message=number, kind=row.kind, name=row.name, rule=row.rule, reason=row.reason, line=row.line
            )
            for number, row in (ledger.rejected_rows(name) if loaded else ())
        ],
        outgoing=[
            OutgoingModel(
                number=m.number,
                key=m.key,
                kind=m.kind,
                subject=m.subject,
                state=m.state,
                attempts=m.attempts,
                reason=m.reason,
                created_at=times.wall(m.created_at),
            )
            for m in (ledger.outbox(name) if loaded else ())
        ],
    )
    return answer(detail)


@router.post(ONE + "/test", response_model=TestAnswer, responses=problems(404))
def test_connection(name: Name, services: ServicesOf) -> Response:
    """Try it step by step. Nothing is changed over there."""
    steps = [StepModel(step=step, fault=fault) for step, fault in try_connection(_connections(services), name)]
    return answer(TestAnswer(steps=steps, works=not any(step.fault for step in steps)))


@router.post(ONE + "/messages/{number}/replay", response_model=ReplayAnswer, responses=problems(404, 422))
def replay(
    name: Name,
    number: Annotated[int, Path(description="Number in the inbox", examples=[17], ge=1, le=2**62)],
    services: ServicesOf,
) -> Response:
    """Read a message again: rows that were rejected count where they can now; what is true already does not change."""
    outcome = replay_message(services.tools, _connections(services), name, number)
    return answer(ReplayAnswer(state=outcome.state, said=outcome.said))


@router.post(ONE + "/resend", response_model=CountAnswer, responses=problems(404, 422))
def resend(name: Name, ask: NumbersAsk, services: ServicesOf) -> Response:
    """Send what was given up once more, under its old key, or approve what waits for that."""
    _connections(services).adapter(name)
    return answer(CountAnswer(count=send_again(services.tools, name, ask.numbers)))


@router.post(ONE + "/drop", response_model=CountAnswer, responses=problems(404, 422))
def drop(name: Name, ask: DropAsk, services: ServicesOf) -> Response:
    """Never send these; what waits behind them goes out."""
    _connections(services).adapter(name)
    return answer(CountAnswer(count=drop_messages(services.tools, name, ask.numbers, ask.by, ask.reason)))


def _connections(services: Services) -> Connections:
    if services.connections is None:
        raise UnknownConnection("this server has no connections; start it with --connections FILE")
    return services.connections


def _name(adapter: Adapter) -> str:
    return adapter.link.name


def _model(services: Services, adapter: Adapter) -> ConnectionModel:
    link = adapter.link
    known = {state.name: state for state in services.tools.ledger.connection_states()}
    state = known.get(link.name)
    at = state or ConnectionState(link.name, link.plant)
    times = _times(services, adapter, state is not None)
    age = None if at.data_at is None else max(0, int((services.tools.clock() - at.data_at).total_seconds() // 60))
    return ConnectionModel(
        name=link.name,
        kind=link.kind,
        plant=link.plant,
        reads=list(link.reads),
        writes=list(link.writes),
        policy=link.policy,
        can=[f.name for f in fields(adapter.can) if getattr(adapter.can, f.name) is True],
        state=_state(state),
        trouble=at.trouble,
        read_at=times.wall(at.read_at),
        data_at=times.wall(at.data_at),
        data_age_minutes=age,
        silent=bool(link.reads) and age is not None and age > link.silent_hours * 60,
        wrote_at=times.wall(at.wrote_at),
        waiting=at.waiting,
        held=at.held,
        dead_letters=at.dead,
        rejected_rows=at.rejected,
        asked=at.asked,
        vanished=list(at.vanished),
    )


def _state(state: ConnectionState | None) -> Literal["well", "asks", "behind", "failing", "no plant"]:
    """The worst of what is true of it."""
    if state is None:
        return "no plant"
    if state.trouble:
        return "failing"
    if state.dead or state.held:
        return "behind"
    return "asks" if state.asked or state.vanished else "well"


def _times(services: Services, adapter: Adapter, loaded: bool) -> Times:
    """On the plant's clock, where it is loaded."""
    return Times(services.tools.snapshot(adapter.link.plant).state.zone if loaded else ZoneInfo("UTC"))
