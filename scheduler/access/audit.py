"""The audit: who did what, when, with what before and after, each entry chained to the last by its hash.

Whoever changes or removes an entry in the database breaks the chain from there on, and `check_chain` says where. The
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


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """entries : how many were read.   first_break : number of the first that is not as it was written, or missing.

    head : the newest hash.
    """

    entries: int
    first_break: int | None
    head: str


def check_chain(entries: Iterable[Entry], end: tuple[int, str]) -> ChainCheck:
    """Follows the chain from the first entry to the last.

    entries : all, by number.   end : (number, hash) of the last one that was written before they were read.
    """
    count, head, broken = 0, FIRST, None
    for entry in entries:
        count += 1
        as_written = entry.number == count and entry.hash == hash_of(count, entry.deed, head)
        if broken is None and not (as_written and (count != end[0] or entry.hash == end[1])):
            broken = count
        head = entry.hash
    if broken is None and count < end[0]:
        broken = count + 1  # the end was cut off
    return ChainCheck(count, broken, head)
