"""What was inferred where a report does not fit what was known: told, and kept until something settles it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scheduler.domain.minutes import Minute

DoubtStatus = Literal["open", "confirmed", "corrected", "settled"]

CLOSED_KEPT = 500
"""Doubts that are no longer open and are still told of, the newest of them."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One inference about the floor. A report is never refused for it; the state follows the report.

    id : counts up within a plant.   rule : a name of `RULES` in `domain/folding/floor_table.py`.
    words : what was inferred.   since : the plant's minute from which it holds.
    event, source : the report it was inferred from; "" where it was the lack of one.
    status : `settled` by a later report, `confirmed` or `corrected` by a person.   by, reason, closed : who, why, when.
    report : the report itself as CloudEvents JSON, where it waits to be taken in; else "".
    """

    id: str
    rule: str
    words: str
    since: Minute
    order: str = ""
    operation: int | None = None
    machine: str = ""
    event: str = ""
    source: str = ""
    status: DoubtStatus = "open"
    by: str = ""
    reason: str = ""
    closed: Minute | None = None
    report: str = ""
