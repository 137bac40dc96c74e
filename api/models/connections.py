"""Connections to other systems: how they stand, what was rejected, what could not be sent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.models.fields import Answer, Request, about
from api.models.plants import LATER, NOW

Number = Annotated[int, Field(ge=1, le=2**62)]
MOMENT = "ISO 8601 with offset"


class ConnectionModel(Answer):
    """A connection and how it stands."""

    name: Annotated[str, about("Its name", "excel")]
    kind: Annotated[str, about("What kind of system it leads to", "folder")]
    plant: Annotated[str, about("Whose data it brings", "alpine")]
    reads: Annotated[list[str], about("What comes in", ["orders", "stock"])]
    writes: Annotated[list[str], about("What goes back", ["confirmations"])]
    policy: Annotated[Literal["auto", "approved"], about("approved: what goes out waits for a person", "auto")]
    can: Annotated[
        list[str], about("What it can do; what is not named it cannot", ["idempotency_key", "write_back_start"])
    ]
    state: Annotated[
        Literal["well", "asks", "behind", "failing", "no plant"],
        about(
            "asks: a person must answer; behind: messages were given up or wait for approval; failing: it cannot be "
            "reached; no plant: its plant is not loaded",
            "well",
        ),
    ]
    trouble: Annotated[str, about("Why it cannot be reached; empty: it can", "")]
    read_at: Annotated[str | None, about("When something was last read; null: never", NOW, MOMENT)]
    data_at: Annotated[str | None, about("The moment that what was read last speaks of; null: none", NOW, MOMENT)]
    data_age_minutes: Annotated[int | None, about("How old that is; null: nothing was read", 12, "min")]
    silent: Annotated[bool, about("Whether nothing was read for longer than it may be silent", False)]
    wrote_at: Annotated[str | None, about("When something last went out; null: never", LATER, MOMENT)]
    waiting: Annotated[int, about("Messages not sent yet", 0, "1")]
    held: Annotated[int, about("Messages that wait for approval", 0, "1")]
    dead_letters: Annotated[int, about("Messages given up", 0, "1")]
    rejected_rows: Annotated[int, about("Rows that were not taken in", 0, "1")]
    asked: Annotated[int, about("Messages that wait for an answer", 0, "1")]
    vanished: Annotated[
        list[str], about("Orders that the other system no longer lists, kept until somebody decides", ["A-1017"])
    ]


class ConnectionList(Answer):
    """All connections."""

    connections: Annotated[list[ConnectionModel], about("By name", [])]


class ReceivedModel(Answer):
    """A message that came in."""

    number: Annotated[int, about("Its number in the inbox", 17, "1")]
    outer_id: Annotated[str, about("What the other side knows it by", "orders.csv@1772431200000000000")]
    state: Annotated[Literal["waiting", "done", "asked", "failed"], about("What has become of it", "done")]
    received_at: Annotated[str, about("When it came", NOW, MOMENT)]
    said: Annotated[str, about("What became of it, in words", "orders.csv: read\n3 changes")]


class RejectedRowModel(Answer):
    """A row that was not taken in."""

    message: Annotated[int, about("Number of its message in the inbox", 17, "1")]
    kind: Annotated[str, about("Of what", "orders")]
    name: Annotated[str, about("What it speaks of", "A-1017")]
    rule: Annotated[str, about("Which rule it breaks: the field to be mended over there", "orders.due")]
    reason: Annotated[str, about("Why, in words", "orders.csv row 7, due: found nothing, expected a value")]
    line: Annotated[int, about("Row of the file, header = 1; 0: of none", 7, "1")]


class OutgoingModel(Answer):
    """A message that has not gone out."""

    number: Annotated[int, about("Its number in the outbox", 41, "1")]
    key: Annotated[str, about("The same however often it is sent", "alpine.excel.41")]
    kind: Annotated[Literal["confirmations", "stock", "plan"], about("What it tells", "confirmations")]
    subject: Annotated[str, about("Of which order or material; those of one go out in order", "A-1017")]
    state: Annotated[
        Literal["waiting", "held", "dead", "sent"], about("held: waits for approval; dead: given up", "dead")
    ]
    attempts: Annotated[int, about("How often it was tried", 16, "1")]
    reason: Annotated[str, about("The other side's last answer; empty: none", "the period is closed")]
    created_at: Annotated[str, about("When it became true", NOW, MOMENT)]


class ConnectionDetail(ConnectionModel):
    """A connection with its newest messages."""

    messages: Annotated[list[ReceivedModel], about("What came in, newest first", [])]
    rejected: Annotated[list[RejectedRowModel], about("Rows not taken in, newest message first", [])]
    outgoing: Annotated[list[OutgoingModel], about("What has not gone out, oldest first", [])]


class NumbersAsk(Request):
    """Which messages."""

    numbers: Annotated[
        list[Number] | None, about("Numbers in the outbox; null: all that are dead or held", [41], max_length=10_000)
    ] = None


class DropAsk(Request):
    """Which messages are never sent, and why."""

    numbers: Annotated[list[Number], about("Numbers in the outbox", [41], min_length=1, max_length=10_000)]
    by: Annotated[str, about("Who decides", "ann", min_length=1, max_length=200)]
    reason: Annotated[str, about("Why", "booked by hand", min_length=1, max_length=2000)]


class CountAnswer(Answer):
    """How many messages."""

    count: Annotated[int, about("Messages", 1, "1")]


class StepModel(Answer):
    """One step of a test."""

    step: Annotated[str, about("What was tried", "write into /srv/erp/out")]
    fault: Annotated[str, about("Why it does not work; empty: it does", "")]


class TestAnswer(Answer):
    """What works."""

    steps: Annotated[list[StepModel], about("In the order in which they were tried", [])]
    works: Annotated[bool, about("Whether all do", True)]


class ReplayAnswer(Answer):
    """What became of a message that was read again."""

    state: Annotated[Literal["waiting", "done", "asked", "failed"], about("What has become of it", "done")]
    said: Annotated[str, about("In words", "orders.csv: read\n1 change")]
