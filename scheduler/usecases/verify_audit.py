"""Whether the audit is as it was written."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.audit import FIRST, first_break
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
    last, last_hash = book.audit_end()
    count, head, broken = 0, FIRST, None
    for entry in book.audit_trail():
        if broken is None:
            broken = first_break([entry], head, count)
            if broken is None and entry.number == last and entry.hash != last_hash:
                broken = entry.number
        count, head = count + 1, entry.hash
    if broken is None and count < last:
        broken = count + 1  # the end was cut off
    return AuditCheck(count, broken, head)
