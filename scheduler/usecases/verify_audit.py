"""Whether the audit is as it was written."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.audit import FIRST, Entry, first_break
from scheduler.ports import AuditBook


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """entries : how many there are.   first_break : number of the first that is not as it was written; None: all are.

    head : the newest hash.
    """

    entries: int
    first_break: int | None
    head: str


def verify_audit(book: AuditBook) -> AuditCheck:
    """Reads all of it, piece by piece; work in proportion to its length."""
    count, head, broken = 0, FIRST, None
    last: Entry | None = None
    for entry in book.audit_trail():
        if broken is None:
            before = (last.hash, last.number) if last is not None else (FIRST, 0)
            broken = first_break([entry], *before)
        last, count, head = entry, count + 1, entry.hash
    return AuditCheck(count, broken, head)
