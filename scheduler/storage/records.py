"""Small records as JSON text and back, by the names of their fields, so that a person can read the tables."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from scheduler.domain.events import Event
from scheduler.domain.plans import BrokenPin, EngineFailure, Kpis, Milestone, Objective, Unplanned, Verdict, Violation
from scheduler.domain.promises import Promises
from scheduler.ports import (
    Adoption,
    Base,
    MoveLimits,
    Note,
    PlanRequest,
    Policy,
    Rules,
    SolveProgress,
    TakenBack,
    Trigger,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value", bound="DataclassInstance")

MOST_VIOLATIONS = 1000


def write(value: DataclassInstance | Iterable[DataclassInstance]) -> str:
    """One record as an object, several as a list of objects."""
    if dataclasses.is_dataclass(value):
        return json.dumps(dataclasses.asdict(value))
    assert isinstance(value, Iterable)
    return json.dumps([dataclasses.asdict(v) for v in value])


def read_all(kind: type[Value], text: str) -> tuple[Value, ...]:
    return tuple(_made(kind, fields) for fields in json.loads(text))


def read_kpis(text: str) -> Kpis:
    return _made(Kpis, json.loads(text))


def read_objective(text: str) -> Objective:
    return _made(Objective, json.loads(text))


def write_limited(value: Policy | PlanRequest) -> str:
    """As `write`; the limits on moves stand among the other fields, where they have always stood."""
    fields = dataclasses.asdict(value)
    limits = fields.pop("limits")
    return json.dumps(fields | limits)


def read_policy(text: str) -> Policy:
    return _limited(Policy, text)


def read_request(text: str) -> PlanRequest:
    return dataclasses.replace(_limited(PlanRequest, text), begin=())  # a desk's own, which stores none


def read_trigger(text: str | None) -> Trigger | None:
    return None if text is None else _made(Trigger, json.loads(text))


def write_verdict(verdict: Verdict) -> str:
    """At most 1,000 violations are kept: more tell a person nothing."""
    return write(dataclasses.replace(verdict, violations=verdict.violations[:MOST_VIOLATIONS]))


def read_verdict(text: str) -> Verdict:
    fields = json.loads(text)
    return Verdict(
        violations=tuple(_made(Violation, v) for v in fields["violations"]),
        kpis=_made(Kpis, fields["kpis"]),
        unplanned=tuple(_made(Unplanned, u) for u in fields["unplanned"]),
        promises=_made(Promises, fields["promises"]) if fields.get("promises") else None,
    )


def read_unplanned(text: str) -> tuple[Unplanned, ...]:
    return read_all(Unplanned, text)


def read_history(text: str) -> tuple[Milestone, ...]:
    return read_all(Milestone, text)


def read_failures(text: str) -> tuple[EngineFailure, ...]:
    return read_all(EngineFailure, text)


def read_broken_pins(text: str) -> tuple[BrokenPin, ...]:
    return read_all(BrokenPin, text)


def write_notes(notes: Iterable[Note]) -> str:
    return json.dumps([{"at": _moment(note.at), "text": note.text} for note in notes])


def read_notes(text: str) -> tuple[Note, ...]:
    return tuple(Note(dt.datetime.fromisoformat(note["at"]), note["text"]) for note in json.loads(text))


def read_progress(text: str) -> tuple[SolveProgress, ...]:
    return read_all(SolveProgress, text)


def read_events(text: str) -> tuple[Event, ...]:
    return read_all(Event, text)


def write_base(base: Base | None) -> str | None:
    return None if base is None else write(base)


def read_base(text: str | None) -> Base | None:
    if text is None:
        return None
    fields = json.loads(text)
    promises = _made(Promises, fields["promises"]) if fields.get("promises") else None
    return Base(fields["plan"], _made(Kpis, fields["kpis"]), promises)


def write_adoption(adoption: Adoption | None) -> str | None:
    """Moments in ISO 8601, UTC."""
    return None if adoption is None else json.dumps(dataclasses.asdict(adoption), default=_moment)


def read_adoption(text: str | None) -> Adoption | None:
    if text is None:
        return None
    fields = json.loads(text)
    back = fields["taken_back"]
    if back is not None:
        back = _made(TakenBack, back | {"at": dt.datetime.fromisoformat(back["at"]), "left": tuple(back["left"])})
    rules = fields.get("rules_before")
    if rules is not None:
        own = rules["objective"]
        rules = Rules(None if own is None else _made(Objective, own), rules["frozen_minutes"])
    at = dt.datetime.fromisoformat(fields["at"])
    return _made(Adoption, fields | {"at": at, "taken_back": back, "rules_before": rules})


def _moment(value: object) -> str:
    assert isinstance(value, dt.datetime)
    return value.astimezone(dt.UTC).isoformat()


def _limited(kind: type[Value], text: str) -> Value:
    fields = json.loads(text)
    if fields.get("objective") is not None:
        fields["objective"] = _made(Objective, fields["objective"])
    return _made(kind, fields | {"limits": _made(MoveLimits, fields)})


def _made(kind: type[Value], fields: Mapping[str, Any]) -> Value:
    """Fields that this version does not know are passed over; those that the text lacks take their defaults."""
    known = {f.name for f in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in fields.items() if name in known})
