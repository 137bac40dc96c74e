"""The audit: who did what, when, with what before and after, each entry chained to the last by its hash.

Whoever changes or removes an entry in the database breaks the chain from there on, and `first_break` says where. The
newest hash, kept elsewhere, also shows that none was cut off the end.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

FIRST = "0" * 64
"""Before the first entry."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be kept. act : "plan released", "key made", …   plant : None: of none.

    before, after : JSON; None: nothing to tell.   status : of the answer; None: it was asked for, and not yet done.
    asked : number of the entry in which it was asked for.
    """

    at: dt.datetime
    who: str
    act: str
    plant: str | None
    before: str | None
    after: str | None
    status: int | None = None
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed in its place. hash : over all of it and the hash before."""

    number: int
    deed: Deed
    hash: str


def hash_of(number: int, deed: Deed, previous: str) -> str:
    """SHA-256, hexadecimal, of the entry's canonical JSON behind the hash before."""
    moment = deed.at.astimezone(dt.UTC).isoformat()
    fields = (number, moment, deed.who, deed.act, deed.plant, deed.before, deed.after, deed.status, deed.asked)
    return hashlib.sha256((previous + json.dumps(fields, ensure_ascii=True)).encode()).hexdigest()


def first_break(entries: Iterable[Entry], previous: str = FIRST, number: int = 0) -> int | None:
    """The number of the first entry that is not as it was written, or that is missing; None: the chain holds.

    entries : by number.   previous, number : of the entry before the first of them.
    """
    for entry in entries:
        number += 1
        if entry.number != number or entry.hash != hash_of(number, entry.deed, previous):
            return number
        previous = entry.hash
    return None
