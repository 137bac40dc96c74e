"""Doubts: what was inferred from reports that did not fit, and what a person says of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.models.fields import Answer, Request, about
from api.models.plants import NOW

Status = Literal["open", "confirmed", "corrected", "settled"]


class DoubtModel(Answer):
    """One inference about the floor."""

    id: Annotated[str, about("Counts up within the plant", "17")]
    rule: Annotated[str, about("By which rule it was inferred", "put_aside")]
    words: Annotated[str, about("What was inferred", "operation 10 of order 'B' began on 'LATHE', so it was put aside")]
    since: Annotated[str, about("From when it holds", NOW, "ISO 8601")]
    order: Annotated[str, about("Order, or empty", "MO-260490")]
    operation: Annotated[int | None, about("Operation number, or null", 10, "1")]
    machine: Annotated[str, about("Machine, or empty", "LATHE")]
    event: Annotated[str, about("Id of the report it was inferred from; empty: from the lack of one", "mes-815")]
    source: Annotated[str, about("Who sent that report", "/mes/hall-1")]
    status: Annotated[Status, about("`settled` by a later report, `confirmed` or `corrected` by a person", "open")]
    by: Annotated[str, about("Who answered it, or empty", "m.keller")]
    reason: Annotated[str, about("Why, or what settled it", "seen it myself")]
    closed: Annotated[str | None, about("When it was answered or settled, or null", NOW, "ISO 8601")]


class DoubtsAnswer(Answer):
    """The newest first."""

    doubts: Annotated[list[DoubtModel], about("At most `limit` of them", [])]
    open: Annotated[int, about("How many are open in all", 3, "1")]
    more: Annotated[bool, about("Whether older ones match too: ask again with `before` the last id", False)]


class ReportSource(Answer):
    """A sender of reports."""

    source: Annotated[str, about("Who", "/mes/hall-1")]
    reports: Annotated[int, about("Reports of the last week of the plant's clock", 320, "1")]
    last: Annotated[str, about("Its last event", NOW, "ISO 8601 with offset")]
    quiet_minutes: Annotated[int, about("Open minutes since", 12, "minutes")]
    silent: Annotated[bool, about("True where that is longer than it may be", False)]


class ReportsAnswer(Answer):
    """The reports of the floor in the last 24 hours of the plant's clock."""

    reports: Annotated[int, about("How many came, those that were refused included", 120, "1")]
    in_doubt: Annotated[int, about("Of these, those that left a doubt that is open", 6, "1")]
    refused: Annotated[int, about("Of these, those that wait in quarantine", 2, "1")]
    share: Annotated[float, about("In doubt or refused, of all", 0.067, "ratio")]
    too_many: Annotated[bool, about("True where the share is above what is set", False)]
    sources: Annotated[list[ReportSource], about("Who reported within a week", [])]
    warnings: Annotated[list[str], about("What is wrong, in words; empty: nothing", [])]


class DoubtsDecision(Request):
    """Which doubts, by id or all that are open of an order, a machine or a rule; and who says so."""

    by: Annotated[str, about("Who decides", "m.keller", min_length=1, max_length=200)]
    doubts: Annotated[list[str], about("Their ids; empty: all that match the rest", ["17"])] = Field(
        default_factory=list
    )
    order: Annotated[str | None, about("Of that order", "MO-260490")] = None
    machine: Annotated[str | None, about("Of that machine", "LATHE")] = None
    rule: Annotated[str | None, about("By that rule", "put_aside")] = None
    reason: Annotated[str, about("Why", "seen it myself")] = ""


class DoubtsDecided(Answer):
    """The event that says so is in the log."""

    revision: Annotated[int, about("The log's revision after it", 43, "1")]
    open: Annotated[int, about("How many doubts are open still", 2, "1")]
