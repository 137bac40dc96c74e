"""Events: CloudEvents in, what became of them out, the log, the stream."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.models.fields import Answer, Request, about
from api.models.plants import LATER, NOW
from scheduler.domain.events import EVENT_TYPES


class CloudEvent(Answer):
    """One thing that happened, as CloudEvents 1.0 (the contract's table of disturbances says what `data` holds)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    specversion: Annotated[str, about("Always 1.0", "1.0")] = "1.0"
    id: Annotated[str, about("Unique per source; sent twice it is one event", "mes-2026-000815")]
    source: Annotated[str, about("Who says so", "/mes/hall-1")]
    type: Annotated[str, about(f"What happened, one of: {', '.join(EVENT_TYPES)}", "machine.down")]
    time: Annotated[str, about("When; without an offset plant-local", NOW, "ISO 8601")]
    data: Annotated[
        dict[str, Any], about("As the type asks", {"machine": "DMG-01", "expected_up": LATER, "reason": "spindle"})
    ] = Field(default_factory=dict)


class AcceptedEvent(Answer):
    """An event that is in the log for good."""

    id: Annotated[str, about("Its id", "mes-2026-000815")]
    source: Annotated[str, about("Its source", "/mes/hall-1")]
    revision: Annotated[int, about("Its place in the log", 43, "1")]


class DuplicateEvent(Answer):
    """An event that was known already; nothing changed."""

    id: Annotated[str, about("Its id", "mes-2026-000814")]
    source: Annotated[str, about("Its source", "/mes/hall-1")]


class RejectedEvent(Answer):
    """An event that was not taken in."""

    id: Annotated[str, about("Its id, as far as it could be read", "mes-2026-000816")]
    source: Annotated[str, about("Its source, as far as it could be read", "/mes/hall-1")]
    reason: Annotated[
        str, about("What is wrong and what would be right", "machine 'DMG1' is not known; did you mean 'DMG-01'?")
    ]
    quarantine: Annotated[
        int | None, about("Number under which it waits in quarantine; null: it could not even be kept", 3, "1")
    ]


class EventsAnswer(Answer):
    """What became of the events that were posted."""

    revision: Annotated[int, about("The log's revision after them", 43, "1")]
    accepted: Annotated[list[AcceptedEvent], about("Taken in, never lost", [])]
    duplicates: Annotated[list[DuplicateEvent], about("Known already", [])]
    rejected: Annotated[list[RejectedEvent], about("Refused, each with its reason", [])]


class QuarantinedEvent(Answer):
    """An event that could not be taken in, or had to be taken out again; kept until a person decides."""

    number: Annotated[int, about("Counts from 1 per plant", 3, "1")]
    state: Annotated[Literal["waiting", "taken", "dismissed"], about("taken: it is in the log after all", "waiting")]
    id: Annotated[str, about("Its id", "mes-2026-000816")]
    source: Annotated[str, about("Its source", "/mes/hall-1")]
    type: Annotated[str, about("What happened", "machine.down")]
    event: Annotated[dict[str, Any], about("The event as CloudEvents object", {"type": "machine.down"})]
    reason: Annotated[str, about("Why it waits", "machine 'DMG1' is not known; did you mean 'DMG-01'?")]
    tries: Annotated[int, about("How often it was posted or tried again", 1, "1")]
    first_at: Annotated[str, about("When it first came", NOW, "ISO 8601 with offset")]
    last_at: Annotated[str, about("When it was last tried or decided on", NOW, "ISO 8601 with offset")]
    revision: Annotated[
        int | None, about("Its place in the log: where it stood before, or stands now; null: it has none", None, "1")
    ]
    decided_by: Annotated[str | None, about("Who dismissed it", None)]


class QuarantineCause(Answer):
    """What events in quarantine have in common."""

    cause: Annotated[
        str, about("The reason without names and figures", "machine.down '…': no machine '…' in the plant")
    ]
    waiting: Annotated[int, about("How many wait for it", 12, "1")]
    types: Annotated[list[str], about("Of which types they are", ["operation.started"])]
    sources: Annotated[list[str], about("Who sent them", ["/mes/hall-1"])]


class Quarantine(Answer):
    """Events in quarantine."""

    events: Annotated[list[QuarantinedEvent], about("Newest first", [])]
    waiting: Annotated[int, about("How many wait for a decision", 1, "1")]
    causes: Annotated[list[QuarantineCause], about("What all that wait have in common, most first", [])]


class QuarantineDecision(Request):
    """Which of those that wait: all that match what is given, at least one field."""

    by: Annotated[str, about("Who decides", "m.keller", min_length=1, max_length=200)]
    numbers: Annotated[
        list[Annotated[int, Field(ge=1, le=2**62)]],
        about("Their numbers; empty: all that match the rest", [3, 4], "1", max_length=5000),
    ] = Field(default_factory=list)
    cause: Annotated[str | None, about("All of that cause", "machine.down '…': no machine '…' in the plant")] = None
    type: Annotated[str | None, about("Of that type", "operation.started")] = None
    source: Annotated[str | None, about("From that source", "/mes/hall-1")] = None


class QuarantineRetry(QuarantineDecision):
    """As a decision; and since when it holds."""

    from_now: Annotated[
        bool, about("What they say holds since the plant's now; false: since their own time", False)
    ] = False


class RefusedAgain(Answer):
    """One that still waits."""

    number: Annotated[int, about("Its number in quarantine", 3, "1")]
    reason: Annotated[str, about("Why", "machine 'DMG1' is not known; did you mean 'DMG-01'?")]


class QuarantineDecided(Answer):
    """What became of them."""

    done: Annotated[int, about("How many wait no longer", 12, "1")]
    refused: Annotated[list[RefusedAgain], about("Those that were refused again", [])]
    waiting: Annotated[int, about("How many wait still, in all", 1, "1")]


class LoggedEventModel(Answer):
    """An event of the log."""

    revision: Annotated[int, about("Its place in the log", 43, "1")]
    accepted_at: Annotated[str, about("When it was taken in", NOW, "ISO 8601 with offset")]
    event: Annotated[CloudEvent, about("The event", {"type": "machine.down"})]
    summary: Annotated[str, about("What it says, in words", "DMG-01 is down until Mon 2 Mar 09:30 (spindle)")]
    set_aside: Annotated[
        int | None,
        about("Revision since which it no longer counts (it waits in quarantine); null: it counts", None, "1"),
    ]


class EventPage(Answer):
    """A page of the log, oldest first."""

    events: Annotated[list[LoggedEventModel], about("Revisions above `after`, rising", [])]
    revision: Annotated[int, about("The log's revision now", 43, "1")]
    next_after: Annotated[int | None, about("`after` of the next page; null: this is the last", 543, "1")]


class StreamData(Answer):
    """A message of the event stream (the `data` line of a server-sent event)."""

    plant: Annotated[str, about("Plant", "alpine")]
    type: Annotated[str, about("What it tells", "plan.released")]
    data: Annotated[dict[str, Any], about("As the type asks", {"plan": 8, "revision": 43})]
